//! Status
//!
//! A function that can fail returns one of these. Success is 0, the end of a walk is 1, failures are negative.
//! Numbers are never reused, and new ones may come: treat a negative number you don't know as a failure.

use std::ffi::{CStr, c_char};

use super::guard::infallible;
use crate::error::ErrorKind;

/// How a call ended: DC_OK, DC_DONE or one of DC_ERR_….
pub type dc_status = i32;

/// It worked; the out parameters are set.
pub const DC_OK: dc_status = 0;
/// Nothing more to come: a pager is at its end. Not a failure.
pub const DC_DONE: dc_status = 1;
/// An argument or a setting was refused before anything was sent; the message says what would be right.
pub const DC_ERR_INVALID_ARGUMENT: dc_status = -1;
/// No connection, or one that broke: look-up failed, refused, reset, closed before the whole answer had come.
pub const DC_ERR_CONNECTION: dc_status = -2;
/// The time for the call, or for opening its connection, ran out.
pub const DC_ERR_TIMEOUT: dc_status = -3;
/// The server could not be trusted, or TLS failed in another way.
pub const DC_ERR_TLS: dc_status = -4;
/// HTTP 401: the token is wrong, revoked, or of another region.
pub const DC_ERR_UNAUTHORIZED: dc_status = -5;
/// HTTP 403: the token may not do this, or something in front of the service said no.
pub const DC_ERR_FORBIDDEN: dc_status = -6;
/// HTTP 429: too many requests; dc_error_retry_after_ms says how long to wait, if the service did.
pub const DC_ERR_RATE_LIMITED: dc_status = -7;
/// Any other HTTP 4xx (dc_error_http_status tells which): the service refused the request as it was made.
pub const DC_ERR_BAD_REQUEST: dc_status = -8;
/// HTTP 5xx: the service, or a gateway in front of it, failed.
pub const DC_ERR_SERVER: dc_status = -9;
/// An answer the contract doesn't allow: not whole JSON, of another shape, a redirect, a cursor that came back.
pub const DC_ERR_PROTOCOL: dc_status = -10;
/// The answer is larger than dc_config_set_max_response_bytes allows.
pub const DC_ERR_TOO_LARGE: dc_status = -11;
/// A bug of the library's own, caught at its border. The handles may still be used and must still be freed.
pub const DC_ERR_PANIC: dc_status = -12;
/// The call was ended by its cancel token, by the interrupt check, or by dc_client_shutdown.
pub const DC_ERR_CANCELLED: dc_status = -13;
/// The system gave no thread, file descriptor or memory.
pub const DC_ERR_SYSTEM: dc_status = -14;
/// The proxy did not open a way to the service: its credentials, or its rules.
pub const DC_ERR_PROXY: dc_status = -15;

/// Every status, its name and what it means in general.
const TABLE: [(dc_status, &CStr, &CStr); 17] = [
    (DC_OK, c"DC_OK", c"it worked"),
    (DC_DONE, c"DC_DONE", c"nothing more to come"),
    (DC_ERR_INVALID_ARGUMENT, c"DC_ERR_INVALID_ARGUMENT", c"an argument or a setting was refused"),
    (DC_ERR_CONNECTION, c"DC_ERR_CONNECTION", c"no connection to the service, or one that broke"),
    (DC_ERR_TIMEOUT, c"DC_ERR_TIMEOUT", c"the time for the call ran out"),
    (DC_ERR_TLS, c"DC_ERR_TLS", c"no trusted connection to the service"),
    (DC_ERR_UNAUTHORIZED, c"DC_ERR_UNAUTHORIZED", c"the service did not accept the token"),
    (DC_ERR_FORBIDDEN, c"DC_ERR_FORBIDDEN", c"the token may not do this"),
    (DC_ERR_RATE_LIMITED, c"DC_ERR_RATE_LIMITED", c"too many requests"),
    (DC_ERR_BAD_REQUEST, c"DC_ERR_BAD_REQUEST", c"the service refused the request"),
    (DC_ERR_SERVER, c"DC_ERR_SERVER", c"the service, or a gateway in front of it, failed"),
    (DC_ERR_PROTOCOL, c"DC_ERR_PROTOCOL", c"the answer was not what the contract says"),
    (DC_ERR_TOO_LARGE, c"DC_ERR_TOO_LARGE", c"the answer was larger than allowed"),
    (DC_ERR_PANIC, c"DC_ERR_PANIC", c"a bug in the library"),
    (DC_ERR_CANCELLED, c"DC_ERR_CANCELLED", c"the call was ended on purpose"),
    (DC_ERR_SYSTEM, c"DC_ERR_SYSTEM", c"the system gave no thread, file descriptor or memory"),
    (DC_ERR_PROXY, c"DC_ERR_PROXY", c"the proxy opened no way to the service"),
];

pub(super) fn status_of(kind: ErrorKind) -> dc_status {
    match kind {
        ErrorKind::InvalidArgument => DC_ERR_INVALID_ARGUMENT,
        ErrorKind::Connection => DC_ERR_CONNECTION,
        ErrorKind::Timeout => DC_ERR_TIMEOUT,
        ErrorKind::Tls => DC_ERR_TLS,
        ErrorKind::Unauthorized => DC_ERR_UNAUTHORIZED,
        ErrorKind::Forbidden => DC_ERR_FORBIDDEN,
        ErrorKind::RateLimited => DC_ERR_RATE_LIMITED,
        ErrorKind::BadRequest => DC_ERR_BAD_REQUEST,
        ErrorKind::Server => DC_ERR_SERVER,
        ErrorKind::Protocol => DC_ERR_PROTOCOL,
        ErrorKind::TooLarge => DC_ERR_TOO_LARGE,
        ErrorKind::Panic => DC_ERR_PANIC,
        ErrorKind::Cancelled => DC_ERR_CANCELLED,
        ErrorKind::System => DC_ERR_SYSTEM,
        ErrorKind::Proxy => DC_ERR_PROXY,
    }
}

/// The name of a status as it stands in this header, such as "DC_ERR_TIMEOUT".
///
/// @param status  any number; one that isn't known gives "DC_UNKNOWN".
/// @return static text, never NULL, not to be freed. Any thread.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub extern "C" fn dc_status_name(status: dc_status) -> *const c_char {
    infallible(c"DC_UNKNOWN".as_ptr(), || row(status).map_or(c"DC_UNKNOWN", |row| row.1).as_ptr())
}

/// What a status means in general, in a few words. dc_error_message says what happened in the case at hand.
///
/// @param status  any number; one that isn't known gives "an unknown status".
/// @return static text, never NULL, not to be freed. Any thread.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub extern "C" fn dc_status_message(status: dc_status) -> *const c_char {
    let unknown = c"an unknown status";
    infallible(unknown.as_ptr(), || row(status).map_or(unknown, |row| row.2).as_ptr())
}

fn row(status: dc_status) -> Option<&'static (dc_status, &'static CStr, &'static CStr)> {
    TABLE.iter().find(|row| row.0 == status)
}
