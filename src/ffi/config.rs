//! Config
//!
//! A config holds the options of a client. Only the access token is required. Options are set by name; a value is
//! validated, and a file read, when it is set; an invalid one leaves the option unchanged. NULL resets an option to
//! its default, except the access token. Of two options that replace each other, the last one set is in effect; a
//! reset, or false, replaces nothing. No error, log line or other output contains the value of a secret option.
//!
//! Retryable failures are connections that could not be opened, broke or timed out, and HTTP 408, 429, 500, 502, 503
//! and 504. The delay before a retry is the one that the service specified; if that exceeds the time remaining, the
//! call fails at once. If it specified none, the delay starts at up to 250 ms and doubles each time. A connection
//! without data for the stall timeout is closed, and the call is retried. The stall timeout is the timeout divided by
//! the maximum number of attempts, if 5 seconds or more.

use std::ffi::{CStr, c_char};
use std::ptr;

use super::error::{dc_error, fallible};
use super::guard::infallible;
use super::input;
use super::output::free;
use super::status::{DC_OK, dc_status};
use crate::config::{Config, OPTIONS, find};

/// The options of a client. Must not be used by two threads at once, even through a const pointer. A client copies
/// them, so a config can be changed, reused or freed after dc_client_new().
pub struct dc_config(pub(super) Config);

/// Attribute of dc_config_option(): the name, such as "timeout_ms".
pub const DC_INFO_NAME: i32 = 0;
/// Attribute: "string", "int" or "bool".
pub const DC_INFO_TYPE: i32 = 1;
/// Attribute: the default as a string; NULL if none.
pub const DC_INFO_DEFAULT: i32 = 2;
/// Attribute: the allowed values, as text for users: "1 to 86400000".
pub const DC_INFO_ALLOWED: i32 = 3;
/// Attribute: what the option does, in one line.
pub const DC_INFO_DESCRIPTION: i32 = 4;
/// Attribute: "true" if the value is a secret, otherwise "false".
pub const DC_INFO_SECRET: i32 = 5;
/// Attribute: the name of the option that it replaces, and vice versa; NULL if none.
pub const DC_INFO_REPLACES: i32 = 6;

/// Creates a config with the defaults. Since: 0.1.0
#[unsafe(no_mangle)]
pub extern "C" fn dc_config_new() -> *mut dc_config {
    infallible(ptr::null_mut(), || Box::into_raw(Box::new(dc_config(Config::new()))))
}

/// Sets an option from a string, which is parsed according to the option's type: an integer in decimal digits, a
/// boolean as "true", "false", "1" or "0".
///
/// @param option  one of DC_OPTION_…. The error for an unknown name suggests a similar one.
/// @param value   the value, or NULL for the default.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_config_set_string(
    config: *mut dc_config,
    option: *const c_char,
    value: *const c_char,
    out_error: *mut *mut dc_error,
) -> dc_status {
    // SAFETY: the header requires a config that no other thread uses, NUL-terminated strings, and an out parameter
    // that may be written; each may be NULL.
    unsafe {
        fallible(out_error, || {
            let config = &mut input::handle_mut(config, "config")?.0;
            let name = input::string(option, "option")?;
            // Whether they are swapped.
            let option = find(&OPTIONS, name, input::optional_string(value, name).unwrap_or_default())?;
            option.set_string(config, input::optional_string(value, option.name())?)?;
            Ok(DC_OK)
        })
    }
}

/// Sets an option from an integer.
///
/// @param option  one of DC_OPTION_… that is an integer or a boolean.
/// @param value   the value; 1 or 0 for a boolean.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_config_set_int(
    config: *mut dc_config,
    option: *const c_char,
    value: i64,
    out_error: *mut *mut dc_error,
) -> dc_status {
    // SAFETY: as in dc_config_set_string.
    unsafe {
        fallible(out_error, || {
            let config = &mut input::handle_mut(config, "config")?.0;
            let option = find(&OPTIONS, input::string(option, "option")?, None)?;
            option.set_int(config, value)?;
            Ok(DC_OK)
        })
    }
}

/// Returns the number of options that dc_config_option() describes. Since: 0.1.0
#[unsafe(no_mangle)]
pub extern "C" fn dc_config_option_count() -> usize {
    OPTIONS.len()
}

/// Describes an option, so that bindings and command-line tools can list options that were added later.
///
/// @param index      0 to dc_config_option_count() - 1, in the order of DC_OPTION_… in this header.
/// @param attribute  one of DC_INFO_….
/// @return a static string; NULL if the option has no such attribute, or index or attribute is out of range.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub extern "C" fn dc_config_option(index: usize, attribute: i32) -> *const c_char {
    infallible(ptr::null(), || option_attribute(index, attribute).map_or(ptr::null(), CStr::as_ptr))
}

/// What dc_config_option() returns, for the generator of the header.
pub fn option_attribute(index: usize, attribute: i32) -> Option<&'static CStr> {
    let boolean = |value| if value { c"true" } else { c"false" };
    let option = OPTIONS.get(index)?;
    match attribute {
        DC_INFO_NAME => Some(option.name),
        DC_INFO_TYPE => Some(option.type_name()),
        DC_INFO_DEFAULT => option.default,
        DC_INFO_ALLOWED => Some(option.allowed),
        DC_INFO_DESCRIPTION => Some(option.description),
        DC_INFO_SECRET => Some(boolean(option.is_secret)),
        DC_INFO_REPLACES => option.replaces,
        _ => None,
    }
}

/// Frees a config. Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_config_free(config: *mut dc_config) {
    // SAFETY: the header requires a config of this library that is no longer used, or NULL.
    unsafe { free(config) }
}
