//! Arguments from C: strings and handles, checked before they are used.

use std::ffi::{CStr, c_char};

use crate::error::{Error, Result};

/// A required string.
///
/// # Safety
/// `string` is NULL, or NUL-terminated and unchanged until the function returns.
pub(super) unsafe fn string<'a>(string: *const c_char, name: &str) -> Result<&'a str> {
    // SAFETY: guaranteed by the caller.
    unsafe { optional_string(string, name) }?
        .ok_or_else(|| Error::invalid(format!("{name} is NULL: pass a NUL-terminated UTF-8 string")))
}

/// A string that may be NULL.
///
/// # Safety
/// As for [`string`].
pub(super) unsafe fn optional_string<'a>(string: *const c_char, name: &str) -> Result<Option<&'a str>> {
    if string.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL; the rest is guaranteed by the caller.
    let bytes = unsafe { CStr::from_ptr(string) };
    bytes.to_str().map(Some).map_err(|error| {
        Error::invalid(format!("invalid {name}: not UTF-8 at byte {}; pass a UTF-8 string", error.valid_up_to()))
    })
}

/// A required handle.
///
/// # Safety
/// `handle` is NULL, or a handle of this library that is not freed before the function returns.
pub(super) unsafe fn handle<'a, T>(handle: *const T, name: &str) -> Result<&'a T> {
    // SAFETY: guaranteed by the caller.
    unsafe { handle.as_ref() }.ok_or_else(|| null_handle(name))
}

/// A required handle that is changed.
///
/// # Safety
/// As for [`handle`], and no other thread uses it until the function returns.
pub(super) unsafe fn handle_mut<'a, T>(handle: *mut T, name: &str) -> Result<&'a mut T> {
    // SAFETY: guaranteed by the caller.
    unsafe { handle.as_mut() }.ok_or_else(|| null_handle(name))
}

fn null_handle(name: &str) -> Error {
    Error::invalid(format!("{name} is NULL: pass a handle from dc_{name}_new()"))
}
