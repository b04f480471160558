//! Results for C: handles through out parameters, strings and bytes that belong to a handle.

use std::ffi::{CString, c_char};
use std::ptr;

use crate::error::{Error, Result};
use crate::rate_limit::RateLimit;

/// Fails to compile if a handle that the header calls thread-safe isn't.
pub(super) const fn assert_thread_safe<T: Send + Sync>() {}

/// A checked out parameter for a handle, NULL until it is set.
pub(super) struct Out<T>(*mut *mut T);

impl<T> Out<T> {
    /// # Safety
    /// `out` is NULL, or writable until the function that it was passed to returns.
    pub(super) unsafe fn optional(out: *mut *mut T) -> Option<Self> {
        if out.is_null() {
            return None;
        }
        // SAFETY: not NULL; the rest is guaranteed by the caller. Not read: C may not have initialised it.
        unsafe { out.write(ptr::null_mut()) };
        Some(Self(out))
    }

    /// # Safety
    /// As for [`optional`](Self::optional).
    pub(super) unsafe fn required(out: *mut *mut T, name: &str) -> Result<Self> {
        // SAFETY: guaranteed by the caller.
        unsafe { Self::optional(out) }
            .ok_or_else(|| Error::invalid(format!("{name} is NULL: pass the address of a pointer for the result")))
    }

    /// Makes `value` a handle that the caller owns.
    pub(super) fn set(self, value: T) {
        // SAFETY: checked when `self` was created, within the same call.
        unsafe { self.0.write(Box::into_raw(Box::new(value))) };
    }
}

/// Frees a handle; NULL is ignored.
///
/// # Safety
/// `handle` is NULL, or from `Box::into_raw` and not used again.
pub(super) unsafe fn free<T>(handle: *mut T) {
    if !handle.is_null() {
        // SAFETY: guaranteed by the caller.
        super::guard::infallible((), || drop(unsafe { Box::from_raw(handle) }));
    }
}

/// A string for C; a NUL within it becomes U+FFFD.
pub(super) fn c_string(string: &str) -> CString {
    CString::new(string).unwrap_or_else(|_| CString::new(string.replace('\0', "\u{fffd}")).unwrap_or_default())
}

pub(super) fn address(string: Option<&CString>) -> *const c_char {
    string.map_or(ptr::null(), |string| string.as_ptr())
}

/// The address of bytes that end with a NUL; their length without it goes to `out_length`. NULL and 0 for `None`.
///
/// # Safety
/// `out_length` is NULL or writable.
pub(super) unsafe fn bytes(with_nul: Option<&[u8]>, out_length: *mut usize) -> *const c_char {
    if !out_length.is_null() {
        // SAFETY: not NULL; the rest is guaranteed by the caller.
        unsafe { out_length.write(with_nul.map_or(0, |bytes| bytes.len().saturating_sub(1))) };
    }
    with_nul.map_or(ptr::null(), |bytes| bytes.as_ptr().cast())
}

/// Writes a rate limit to out parameters, -1 for an unknown value.
///
/// # Safety
/// Each pointer is NULL or writable.
pub(super) unsafe fn set_rate_limit(
    rate_limit: RateLimit,
    out_limit: *mut i64,
    out_remaining: *mut i64,
    out_reset: *mut i64,
) {
    let reset = rate_limit.reset.map(|reset| i64::try_from(reset.as_secs()).unwrap_or(i64::MAX));
    for (out, value) in [
        (out_limit, rate_limit.limit.map(i64::from)),
        (out_remaining, rate_limit.remaining.map(i64::from)),
        (out_reset, reset),
    ] {
        if !out.is_null() {
            // SAFETY: not NULL; the rest is guaranteed by the caller.
            unsafe { out.write(value.unwrap_or(-1)) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nul_in_a_string_is_replaced() {
        assert_eq!(c_string("plain").as_bytes(), b"plain");
        assert_eq!(c_string("a\0b").to_str(), Ok("a\u{fffd}b"));
    }
}
