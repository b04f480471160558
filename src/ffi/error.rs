//! Error
//!
//! The details of a failed call, besides its status. A string is NULL if the service sent no such value.

use std::ffi::{CString, c_char};
use std::ptr;

use super::guard::{catch_panic, infallible};
use super::output::{Out, address, assert_thread_safe, c_string, free, set_rate_limit};
use super::status::{DC_OK, dc_status, status_of};
use crate::error::{Error, Result};
use crate::rate_limit::RateLimit;

/// A failure. Immutable and thread-safe. Contains neither the access token nor the proxy's credentials.
pub struct dc_error {
    error: Error,
    message: CString,
    api_code: Option<CString>,
    api_field: Option<CString>,
    request_id: Option<CString>,
}

const _: () = assert_thread_safe::<dc_error>();

impl dc_error {
    pub(super) fn new(error: Error) -> Self {
        Self {
            message: c_string(error.message()),
            api_code: error.api_code().map(c_string),
            api_field: error.api_field().map(c_string),
            request_id: error.request_id().map(c_string),
            error,
        }
    }
}

/// Runs a function that can fail: returns its status and sets `out_error`.
///
/// # Safety
/// `out_error` is NULL or writable.
pub(super) unsafe fn fallible(out_error: *mut *mut dc_error, work: impl FnOnce() -> Result<dc_status>) -> dc_status {
    // SAFETY: guaranteed by the caller.
    let out_error = unsafe { Out::optional(out_error) };
    match catch_panic(work) {
        Ok(status) => status,
        Err(error) => {
            let status = status_of(error.kind());
            infallible((), || {
                if let Some(out) = out_error {
                    out.set(dc_error::new(error));
                }
            });
            status
        }
    }
}

/// Reads from an error; `otherwise` for NULL.
///
/// # Safety
/// `error` is NULL, or an error that is not freed before the function returns.
unsafe fn read<T: Copy>(error: *const dc_error, otherwise: T, read: impl FnOnce(&dc_error) -> T) -> T {
    // SAFETY: guaranteed by the caller.
    infallible(otherwise, || unsafe { error.as_ref() }.map_or(otherwise, read))
}

/// Returns the status of the failed call.
///
/// @return one of DC_ERR_…; DC_OK for NULL.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_error_status(error: *const dc_error) -> dc_status {
    // SAFETY: the header requires a live error or NULL.
    unsafe { read(error, DC_OK, |error| status_of(error.error.kind())) }
}

/// Returns the message, one line for users: what failed, and why and what to do, if known. Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_error_message(error: *const dc_error) -> *const c_char {
    // SAFETY: the header requires a live error or NULL.
    unsafe { read(error, ptr::null(), |error| error.message.as_ptr()) }
}

/// Returns the HTTP status of the response, even if its body could not be read.
///
/// @return 100 to 999; 0 without a response.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_error_http_status(error: *const dc_error) -> i32 {
    // SAFETY: the header requires a live error or NULL.
    unsafe { read(error, 0, |error| error.error.http_status().map_or(0, i32::from)) }
}

/// Returns the service's error code, errors[0].code, such as "unauthorized". Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_error_api_code(error: *const dc_error) -> *const c_char {
    // SAFETY: the header requires a live error or NULL.
    unsafe { read(error, ptr::null(), |error| address(error.api_code.as_ref())) }
}

/// Returns the request parameter that the service rejected, errors[0].field. Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_error_api_field(error: *const dc_error) -> *const c_char {
    // SAFETY: the header requires a live error or NULL.
    unsafe { read(error, ptr::null(), |error| address(error.api_field.as_ref())) }
}

/// Returns the service's request id, for support requests. Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_error_request_id(error: *const dc_error) -> *const c_char {
    // SAFETY: the header requires a live error or NULL.
    unsafe { read(error, ptr::null(), |error| address(error.request_id.as_ref())) }
}

/// Returns the delay before the next request that the service specified.
///
/// @return milliseconds; -1 if it specified no delay.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_error_retry_after_ms(error: *const dc_error) -> i64 {
    let milliseconds = |error: &dc_error| {
        let delay = error.error.retry_after()?;
        Some(i64::try_from(delay.as_millis()).unwrap_or(i64::MAX))
    };
    // SAFETY: the header requires a live error or NULL.
    unsafe { read(error, -1, |error| milliseconds(error).unwrap_or(-1)) }
}

/// Returns the response's rate limit. Each out parameter may be NULL; unknown values are -1.
///
/// @param out_limit      requests allowed in the current window (X-RateLimit-Limit).
/// @param out_remaining  requests that remain in it (X-RateLimit-Remaining).
/// @param out_reset      its end, in seconds since the Unix epoch (X-RateLimit-Reset).
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_error_rate_limit(
    error: *const dc_error,
    out_limit: *mut i64,
    out_remaining: *mut i64,
    out_reset: *mut i64,
) {
    // SAFETY: the header requires a live error or NULL, and for writable out parameters or NULL.
    unsafe {
        let rate_limit = read(error, RateLimit::default(), |error| error.error.rate_limit());
        set_rate_limit(rate_limit, out_limit, out_remaining, out_reset);
    }
}

/// Returns the number of attempts; 0 if the call failed before the first.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_error_attempts(error: *const dc_error) -> i32 {
    // SAFETY: the header requires a live error or NULL.
    unsafe { read(error, 0, |error| error.error.attempts().try_into().unwrap_or(i32::MAX)) }
}

/// Frees an error. Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_error_free(error: *mut dc_error) {
    // SAFETY: the header requires an error of this library that is no longer used, or NULL.
    unsafe { free(error) }
}

#[cfg(test)]
mod tests {
    use std::ptr;

    use super::super::status::DC_ERR_PANIC;
    use super::*;

    #[test]
    fn panic_becomes_status_and_error() {
        let mut error = ptr::null_mut();
        // SAFETY: `error` outlives the call, and is freed once.
        unsafe {
            assert_eq!(fallible(&mut error, || panic!("on purpose")), DC_ERR_PANIC);
            assert_eq!(dc_error_status(error), DC_ERR_PANIC);
            let message = std::ffi::CStr::from_ptr(dc_error_message(error));
            assert!(message.to_string_lossy().contains("a bug in libdata_connectors"));
            dc_error_free(error);
            assert_eq!(fallible(ptr::null_mut(), || panic!("on purpose")), DC_ERR_PANIC);
        }
        assert_eq!(infallible(-1, || panic!("on purpose")), -1);
    }

    #[test]
    fn error_is_null_after_success() {
        let mut error = ptr::dangling_mut();
        // SAFETY: `error` outlives the call.
        let status = unsafe { fallible(&mut error, || Ok(DC_OK)) };
        assert_eq!(status, DC_OK);
        assert!(error.is_null());
    }
}
