//! Version
//!
//! The macros are the version of this header, the functions that of the loaded library. A program runs with every
//! library of the ABI version that it was built with; that version is part of the shared library's name
//! (libdata_connectors.so.1), except on Windows. A binding that loads the library itself compares dc_abi_version() with
//! DC_ABI_VERSION.

use std::ffi::{CStr, c_char};

/// ABI version of this header. It changes only when existing programs would break.
pub const DC_ABI_VERSION: i32 = 1;

const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
    Ok(version) => version,
    Err(_) => panic!("a package version contains no NUL"),
};

/// Returns the version of the loaded library, such as "0.1.0". The string is static. Since: 0.1.0
#[unsafe(no_mangle)]
pub extern "C" fn dc_version() -> *const c_char {
    VERSION.as_ptr()
}

/// Returns the ABI version of the loaded library. Since: 0.1.0
#[unsafe(no_mangle)]
pub extern "C" fn dc_abi_version() -> i32 {
    DC_ABI_VERSION
}
