//! Status
//!
//! Functions that can fail return a status: 0 is success, 1 the end of the list, failures are negative. Numbers are
//! never reused.

use std::ffi::{CStr, c_char};

use super::guard::infallible;
use crate::error::ErrorKind;

/// Result of a call: DC_OK, DC_DONE or one of DC_ERR_….
pub type dc_status = i32;

/// Success.
pub const DC_OK: dc_status = 0;
/// The list is complete: a pager has no more pages.
pub const DC_DONE: dc_status = 1;
/// An argument or an option is invalid. Nothing was sent.
pub const DC_ERR_INVALID_ARGUMENT: dc_status = -1;
/// The connection could not be opened, or broke: DNS resolution failed, connection refused, reset, or closed early.
pub const DC_ERR_CONNECTION: dc_status = -2;
/// The timeout of the call, or of opening its connection, expired.
pub const DC_ERR_TIMEOUT: dc_status = -3;
/// The server's certificate is not trusted, or TLS failed in another way.
pub const DC_ERR_TLS: dc_status = -4;
/// HTTP 401: the access token is invalid, revoked, or belongs to another region.
pub const DC_ERR_UNAUTHORIZED: dc_status = -5;
/// HTTP 403: the access token lacks a permission, or a gateway rejected the request.
pub const DC_ERR_FORBIDDEN: dc_status = -6;
/// HTTP 429: too many requests; or, with DC_OPTION_WAIT_FOR_RATE_LIMIT, the limit resets after the timeout.
pub const DC_ERR_RATE_LIMITED: dc_status = -7;
/// Any other HTTP 4xx: the service rejected the request.
pub const DC_ERR_BAD_REQUEST: dc_status = -8;
/// HTTP 5xx: the service, or a gateway in front of it, failed.
pub const DC_ERR_SERVER: dc_status = -9;
/// The response violates the API contract: malformed JSON, an unexpected structure, a redirect, a repeated cursor.
pub const DC_ERR_PROTOCOL: dc_status = -10;
/// The response is larger than DC_OPTION_MAX_RESPONSE_BYTES, or its headers than 32 KiB.
pub const DC_ERR_TOO_LARGE: dc_status = -11;
/// A bug in this library, caught before it reached the caller. Handles stay valid and must be freed.
pub const DC_ERR_PANIC: dc_status = -12;
/// The call was cancelled by its cancel token, the interrupt check or dc_client_shutdown().
pub const DC_ERR_CANCELLED: dc_status = -13;
/// Out of threads or file descriptors, or of memory for a response. Other failed allocations abort the process.
pub const DC_ERR_SYSTEM: dc_status = -14;
/// The proxy refused the CONNECT tunnel, because of the credentials or its rules.
pub const DC_ERR_PROXY: dc_status = -15;

const TABLE: [(dc_status, &CStr, &CStr); 17] = [
    (DC_OK, c"DC_OK", c"success"),
    (DC_DONE, c"DC_DONE", c"no more pages"),
    (DC_ERR_INVALID_ARGUMENT, c"DC_ERR_INVALID_ARGUMENT", c"invalid argument or option"),
    (DC_ERR_CONNECTION, c"DC_ERR_CONNECTION", c"could not connect to the service, or the connection broke"),
    (DC_ERR_TIMEOUT, c"DC_ERR_TIMEOUT", c"timed out"),
    (DC_ERR_TLS, c"DC_ERR_TLS", c"TLS failed, or the certificate is not trusted"),
    (DC_ERR_UNAUTHORIZED, c"DC_ERR_UNAUTHORIZED", c"the service rejected the access token"),
    (DC_ERR_FORBIDDEN, c"DC_ERR_FORBIDDEN", c"the access token lacks a permission"),
    (DC_ERR_RATE_LIMITED, c"DC_ERR_RATE_LIMITED", c"too many requests"),
    (DC_ERR_BAD_REQUEST, c"DC_ERR_BAD_REQUEST", c"the service rejected the request"),
    (DC_ERR_SERVER, c"DC_ERR_SERVER", c"the service, or a gateway in front of it, failed"),
    (DC_ERR_PROTOCOL, c"DC_ERR_PROTOCOL", c"the response violates the API contract"),
    (DC_ERR_TOO_LARGE, c"DC_ERR_TOO_LARGE", c"the response is too large"),
    (DC_ERR_PANIC, c"DC_ERR_PANIC", c"a bug in the library"),
    (DC_ERR_CANCELLED, c"DC_ERR_CANCELLED", c"cancelled"),
    (DC_ERR_SYSTEM, c"DC_ERR_SYSTEM", c"out of threads, file descriptors (Windows: sockets) or memory for a response"),
    (DC_ERR_PROXY, c"DC_ERR_PROXY", c"the proxy refused the CONNECT tunnel"),
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

fn row(status: dc_status) -> Option<&'static (dc_status, &'static CStr, &'static CStr)> {
    TABLE.iter().find(|row| row.0 == status)
}

/// Returns the name of a status as in this header, such as "DC_ERR_TIMEOUT". The string is static.
///
/// @param status  any number; "DC_UNKNOWN" is returned for an unknown one.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub extern "C" fn dc_status_name(status: dc_status) -> *const c_char {
    infallible(c"DC_UNKNOWN".as_ptr(), || row(status).map_or(c"DC_UNKNOWN", |row| row.1).as_ptr())
}

/// Describes a status in a few words. dc_error_message() is more specific. The string is static.
///
/// @param status  any number; "unknown status" is returned for an unknown one.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub extern "C" fn dc_status_message(status: dc_status) -> *const c_char {
    let unknown = c"unknown status";
    infallible(unknown.as_ptr(), || row(status).map_or(unknown, |row| row.2).as_ptr())
}
