//! Version
//!
//! The header's own version is in the macros, the loaded library's in the functions. A program built against one ABI
//! version runs with every library of the same: the number is in the name of the shared library
//! (libdata_connectors.so.1), and a binding that loads it by itself compares `dc_abi_version()` with DC_ABI_VERSION.

use std::ffi::{CStr, c_char};

/// The ABI version of this header. It changes only when a program built before would break.
pub const DC_ABI_VERSION: i32 = 1;

const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
    Ok(version) => version,
    Err(_) => panic!("a package version has no NUL"),
};

/// The version of the loaded library, such as "0.1.0".
///
/// @return static text, never NULL, not to be freed. Any thread.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub extern "C" fn dc_version() -> *const c_char {
    VERSION.as_ptr()
}

/// The version of the loaded library as a number that can be compared. DC_VERSION_NUMBER is the header's.
///
/// @return major * 1000000 + minor * 1000 + patch, so 1000 for 0.1.0. Any thread.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub extern "C" fn dc_version_number() -> i32 {
    const fn number(digits: &str) -> i32 {
        let bytes = digits.as_bytes();
        let (mut value, mut at) = (0, 0);
        while at < bytes.len() {
            value = value * 10 + (bytes[at] - b'0') as i32;
            at += 1;
        }
        value
    }
    const NUMBER: i32 = number(env!("CARGO_PKG_VERSION_MAJOR")) * 1_000_000
        + number(env!("CARGO_PKG_VERSION_MINOR")) * 1_000
        + number(env!("CARGO_PKG_VERSION_PATCH"));
    NUMBER
}

/// The ABI version of the loaded library.
///
/// @return a number to be compared with DC_ABI_VERSION. Any thread.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub extern "C" fn dc_abi_version() -> i32 {
    DC_ABI_VERSION
}
