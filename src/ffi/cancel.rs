//! Cancel token
//!
//! A cancel token cancels calls from another thread or from a signal handler. Each call that it was passed to returns
//! DC_ERR_CANCELLED within milliseconds. A cancelled token stays cancelled: create one for each operation that is
//! cancelled separately.

use super::error::{dc_error, fallible};
use super::guard::infallible;
use super::output::{Out, assert_thread_safe, free};
use super::status::{DC_OK, dc_status};
use crate::cancel::CancelToken;

/// A cancel token. Thread-safe, including functions that change it through a const pointer. Uses one file descriptor.
pub struct dc_cancel_token(CancelToken);

const _: () = assert_thread_safe::<dc_cancel_token>();

/// # Safety
/// `token` is NULL, or a cancel token that is not freed before the function returns.
pub(super) unsafe fn token<'a>(token: *const dc_cancel_token) -> Option<&'a CancelToken> {
    // SAFETY: guaranteed by the caller.
    unsafe { token.as_ref() }.map(|token| &token.0)
}

/// Creates a cancel token. Returns DC_ERR_SYSTEM if the process is out of file descriptors. Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_cancel_token_new(
    out_token: *mut *mut dc_cancel_token,
    out_error: *mut *mut dc_error,
) -> dc_status {
    // SAFETY: the header requires writable out parameters or NULL.
    unsafe {
        fallible(out_error, || {
            let out = Out::required(out_token, "out_token")?;
            out.set(dc_cancel_token(CancelToken::new()?));
            Ok(DC_OK)
        })
    }
}

/// Creates another handle of the same token, so that two threads can each free their own.
///
/// @return a handle that the caller owns; NULL for NULL.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_cancel_token_clone(token: *const dc_cancel_token) -> *mut dc_cancel_token {
    infallible(std::ptr::null_mut(), || {
        // SAFETY: the header requires a live cancel token or NULL.
        let token = unsafe { self::token(token) };
        token.map_or(std::ptr::null_mut(), |token| Box::into_raw(Box::new(dc_cancel_token(token.clone()))))
    })
}

/// Cancels the calls that the token was or will be passed to. Async-signal-safe; preserves errno. In a forked child a
/// token from before the fork cancels the child's calls only. Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_cancel_token_cancel(token: *const dc_cancel_token) {
    infallible((), || {
        // SAFETY: the header requires a live cancel token or NULL.
        if let Some(token) = unsafe { self::token(token) } {
            token.cancel();
        }
    });
}

/// Returns whether the token was cancelled. Async-signal-safe.
///
/// @return 1 or 0; -1 for NULL.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_cancel_token_is_cancelled(token: *const dc_cancel_token) -> i32 {
    infallible(-1, || {
        // SAFETY: the header requires a live cancel token or NULL.
        let token = unsafe { self::token(token) };
        token.map_or(-1, |token| token.is_cancelled().into())
    })
}

/// Frees a handle of a cancel token; its other handles stay valid. Must not be called with the handle that a call in
/// progress uses. Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_cancel_token_free(token: *mut dc_cancel_token) {
    // SAFETY: the header requires a cancel token of this library that is no longer used, or NULL.
    unsafe { free(token) }
}
