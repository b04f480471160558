//! What comes in from the caller: texts and handles, checked before they are used.

use std::ffi::{CStr, c_char};

use crate::error::{Error, Result};

/// A text that has to be there.
///
/// # Safety
/// `text` is NULL, or NUL-terminated and unchanged until the function returns.
pub(super) unsafe fn text<'a>(text: *const c_char, name: &str) -> Result<&'a str> {
    // SAFETY: as the caller vouches.
    unsafe { optional_text(text, name) }?
        .ok_or_else(|| Error::invalid(format!("{name} is NULL: pass NUL-terminated UTF-8 text")))
}

/// A text that may be NULL.
///
/// # Safety
/// As for [`text`].
pub(super) unsafe fn optional_text<'a>(text: *const c_char, name: &str) -> Result<Option<&'a str>> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL, and the caller vouches for the rest.
    let bytes = unsafe { CStr::from_ptr(text) };
    bytes.to_str().map(Some).map_err(|error| {
        Error::invalid(format!("{name} is not UTF-8 from byte {} on: pass UTF-8 text", error.valid_up_to()))
    })
}

/// A handle that has to be there.
///
/// # Safety
/// `handle` is NULL, or one of this library's that isn't freed before the function returns.
pub(super) unsafe fn handle<'a, T>(handle: *const T, name: &str) -> Result<&'a T> {
    // SAFETY: as the caller vouches.
    unsafe { handle.as_ref() }.ok_or_else(|| no_handle(name))
}

/// A handle that has to be there and is changed.
///
/// # Safety
/// As for [`handle`], and no other thread uses it meanwhile.
pub(super) unsafe fn handle_mut<'a, T>(handle: *mut T, name: &str) -> Result<&'a mut T> {
    // SAFETY: as the caller vouches.
    unsafe { handle.as_mut() }.ok_or_else(|| no_handle(name))
}

fn no_handle(name: &str) -> Error {
    Error::invalid(format!("{name} is NULL: pass a handle that dc_{name}_new made"))
}
