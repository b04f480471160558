//! Error
//!
//! What a failed call says beside its status. A function that can fail takes a last parameter `dc_error **out_error`:
//! NULL if you don't want it; else it is NULL after success and an error of yours after a failure.

use std::ffi::{CString, c_char};

use super::guard::infallible;
use super::output::{address, c_text, count_or_minus_one, free, seconds_or_minus_one};
use super::status::{DC_OK, dc_status, status_of};
use crate::error::Error;

/// A failure, immutable: dc_error_status, dc_error_message, dc_error_http_status, dc_error_api_code,
/// dc_error_api_field, dc_error_request_id, dc_error_retry_after_ms, dc_error_rate_limit,
/// dc_error_rate_limit_remaining, dc_error_rate_limit_reset, dc_error_attempts; dc_error_free. Any thread, many at
/// once. It never contains the token.
pub struct dc_error {
    error: Error,
    message: CString,
    api_code: Option<CString>,
    api_field: Option<CString>,
    request_id: Option<CString>,
}

impl dc_error {
    pub(super) fn new(error: Error) -> Self {
        Self {
            message: c_text(error.message()),
            api_code: error.api_code().map(c_text),
            api_field: error.api_field().map(c_text),
            request_id: error.request_id().map(c_text),
            error,
        }
    }
}

/// What `read` finds in an error; `otherwise` for NULL.
///
/// # Safety
/// `error` is NULL or an error that isn't freed meanwhile; a pointer that `read` returns is good until it is.
unsafe fn look<T: Copy>(error: *const dc_error, otherwise: T, read: impl FnOnce(&dc_error) -> T) -> T {
    // SAFETY: as the caller vouches.
    infallible(otherwise, || unsafe { error.as_ref() }.map_or(otherwise, read))
}

/// The status that the failed call returned.
///
/// @param error  an error, or NULL.
/// @return one of DC_ERR_…; DC_OK for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_error_status(error: *const dc_error) -> dc_status {
    // SAFETY: the header asks for a live error or NULL.
    unsafe { look(error, DC_OK, |error| status_of(error.error.kind())) }
}

/// One line for a person: what happened and, where that is known, what would help.
///
/// @param error  an error, or NULL.
/// @return UTF-8 owned by the error, valid until it is freed; NULL for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_error_message(error: *const dc_error) -> *const c_char {
    // SAFETY: the header asks for a live error or NULL.
    unsafe { look(error, std::ptr::null(), |error| error.message.as_ptr()) }
}

/// The HTTP status of the answer, such as 401; also of one whose body then broke off.
///
/// @param error  an error, or NULL.
/// @return 100 to 999; 0 when there was no answer, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_error_http_status(error: *const dc_error) -> i32 {
    // SAFETY: the header asks for a live error or NULL.
    unsafe { look(error, 0, |error| error.error.http_status().map_or(0, i32::from)) }
}

/// The service's own code for the failure, such as "unauthorized" or "parameter_invalid" (errors[0].code).
///
/// @param error  an error, or NULL.
/// @return UTF-8 owned by the error, valid until it is freed; NULL when the service gave none, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_error_api_code(error: *const dc_error) -> *const c_char {
    // SAFETY: the header asks for a live error or NULL.
    unsafe { look(error, std::ptr::null(), |error| address(error.api_code.as_ref())) }
}

/// The parameter that the service found wrong (errors[0].field).
///
/// @param error  an error, or NULL.
/// @return UTF-8 owned by the error, valid until it is freed; NULL when the service named none, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_error_api_field(error: *const dc_error) -> *const c_char {
    // SAFETY: the header asks for a live error or NULL.
    unsafe { look(error, std::ptr::null(), |error| address(error.api_field.as_ref())) }
}

/// The service's id for the request; its support people ask for it.
///
/// @param error  an error, or NULL.
/// @return UTF-8 owned by the error, valid until it is freed; NULL when there was none, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_error_request_id(error: *const dc_error) -> *const c_char {
    // SAFETY: the header asks for a live error or NULL.
    unsafe { look(error, std::ptr::null(), |error| address(error.request_id.as_ref())) }
}

/// How long the service asked to wait before another try.
///
/// @param error  an error, or NULL.
/// @return milliseconds, 0 or more; -1 when it did not ask, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_error_retry_after_ms(error: *const dc_error) -> i64 {
    let asked = |error: &dc_error| {
        let wait = error.error.retry_after()?;
        Some(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX))
    };
    // SAFETY: the header asks for a live error or NULL.
    unsafe { look(error, -1, |error| asked(error).unwrap_or(-1)) }
}

/// How many requests the service allows in the current window (X-RateLimit-Limit).
///
/// @param error  an error, or NULL.
/// @return 0 or more; -1 when the service did not say, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_error_rate_limit(error: *const dc_error) -> i64 {
    // SAFETY: the header asks for a live error or NULL.
    unsafe { look(error, -1, |error| count_or_minus_one(error.error.rate_limit().limit)) }
}

/// How many of them are left (X-RateLimit-Remaining).
///
/// @param error  an error, or NULL.
/// @return 0 or more; -1 when the service did not say, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_error_rate_limit_remaining(error: *const dc_error) -> i64 {
    // SAFETY: the header asks for a live error or NULL.
    unsafe { look(error, -1, |error| count_or_minus_one(error.error.rate_limit().remaining)) }
}

/// When the current window ends (X-RateLimit-Reset).
///
/// @param error  an error, or NULL.
/// @return seconds since the Unix epoch; -1 when the service did not say, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_error_rate_limit_reset(error: *const dc_error) -> i64 {
    // SAFETY: the header asks for a live error or NULL.
    unsafe { look(error, -1, |error| seconds_or_minus_one(error.error.rate_limit().reset)) }
}

/// How many requests the call made, the first included.
///
/// @param error  an error, or NULL.
/// @return 0 when the call failed without a request (an argument that was refused, a pager that can't go on), and for
///         NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_error_attempts(error: *const dc_error) -> i32 {
    // SAFETY: the header asks for a live error or NULL.
    unsafe { look(error, 0, |error| error.error.attempts().try_into().unwrap_or(i32::MAX)) }
}

/// Frees an error and its texts.
///
/// @param error  an error that nothing uses any more, or NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_error_free(error: *mut dc_error) {
    // SAFETY: the header asks for an error of this library's that nothing uses any more, or NULL.
    unsafe { free(error) }
}
