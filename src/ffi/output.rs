//! What goes out to the caller: handles through out parameters, texts that belong to a handle.

use std::ffi::{CString, c_char};
use std::ptr;
use std::time::Duration;

use crate::error::{Error, Result};

/// A caller's out parameter: NULL from the moment it is taken, written once on success.
pub(super) struct Out<T>(*mut *mut T);

impl<T> Out<T> {
    /// # Safety
    /// `out` is NULL or may be written to until the function returns.
    pub(super) unsafe fn optional(out: *mut *mut T) -> Option<Self> {
        if out.is_null() {
            return None;
        }
        // SAFETY: not NULL, and the caller vouches for the rest. Written without reading: C need not have set it.
        unsafe { out.write(ptr::null_mut()) };
        Some(Self(out))
    }

    /// # Safety
    /// `out` is NULL, which is refused, or may be written to until the function returns.
    pub(super) unsafe fn required(out: *mut *mut T, name: &str) -> Result<Self> {
        // SAFETY: as the caller vouches.
        unsafe { Self::optional(out) }
            .ok_or_else(|| Error::invalid(format!("{name} is NULL: pass the address of a pointer for the result")))
    }

    /// Makes `value` a handle of the caller's.
    pub(super) fn give(self, value: T) {
        // SAFETY: checked and vouched for when `self` was made, within the same call.
        unsafe { self.0.write(Box::into_raw(Box::new(value))) };
    }
}

/// Frees a handle; NULL is none.
///
/// # Safety
/// `handle` is NULL or came from [`Out::give`] or `Box::into_raw`, and nobody uses it any more.
pub(super) unsafe fn free<T>(handle: *mut T) {
    if !handle.is_null() {
        // SAFETY: as the caller vouches.
        super::guard::infallible((), || drop(unsafe { Box::from_raw(handle) }));
    }
}

/// A text as C reads it. A NUL inside, which would cut it short, becomes a replacement character.
pub(super) fn c_text(text: &str) -> CString {
    CString::new(text).unwrap_or_else(|_| CString::new(text.replace('\0', "\u{fffd}")).unwrap_or_default())
}

/// The address of a text that its handle owns, or NULL where there is none.
pub(super) fn address(text: Option<&CString>) -> *const c_char {
    text.map_or(ptr::null(), |text| text.as_ptr())
}

/// A number as C gets it.
pub(super) fn count_or_minus_one(count: Option<u32>) -> i64 {
    count.map_or(-1, i64::from)
}

/// A time since the Unix epoch as C gets it.
pub(super) fn seconds_or_minus_one(time: Option<Duration>) -> i64 {
    time.map_or(-1, |time| time.as_secs().try_into().unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_inside_a_text_does_not_cut_it() {
        assert_eq!(c_text("plain").as_bytes(), b"plain");
        assert_eq!(c_text("a\0b").to_str(), Ok("a\u{fffd}b"));
    }
}
