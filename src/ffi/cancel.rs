//! Cancel token
//!
//! Ends calls from another thread, or from a signal handler: pass a token to the calls, cancel it when they are to
//! end, and each returns DC_ERR_CANCELLED within milliseconds, whatever it waits for. Once cancelled a token stays
//! so, and ends each call that it is passed to: make one for each thing that is to be ended by itself.

use super::error::dc_error;
use super::guard::{fallible, infallible};
use super::output::{Out, free};
use super::status::{DC_OK, dc_status};
use crate::cancel::CancelToken;

/// A token: dc_cancel_token_new, dc_cancel_token_clone, dc_cancel_token_cancel, dc_cancel_token_is_cancelled,
/// dc_cancel_token_free; used by dc_list_page and dc_pager_next. Any thread, many at once. It holds a file
/// descriptor.
pub struct dc_cancel_token(CancelToken);

/// What a call was given to be ended by.
///
/// # Safety
/// `token` is NULL, or a token that isn't freed before the function returns.
pub(super) unsafe fn token<'a>(token: *const dc_cancel_token) -> Option<&'a CancelToken> {
    // SAFETY: as the caller vouches.
    unsafe { token.as_ref() }.map(|token| &token.0)
}

/// Makes a token that isn't cancelled.
///
/// @param out_token  where the token goes: yours, to be freed with dc_cancel_token_free.
/// @param out_error  where the error goes, or NULL.
/// @return DC_OK; DC_ERR_SYSTEM when the process has no file descriptor left; DC_ERR_INVALID_ARGUMENT. Any thread.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_cancel_token_new(
    out_token: *mut *mut dc_cancel_token,
    out_error: *mut *mut dc_error,
) -> dc_status {
    // SAFETY: the header asks for outs that may be written, or NULL.
    unsafe {
        fallible(out_error, || {
            let out = Out::required(out_token, "out_token")?;
            out.give(dc_cancel_token(CancelToken::new()?));
            Ok(DC_OK)
        })
    }
}

/// Another handle of the same token, so that whoever cancels and whoever calls may each free theirs when they are
/// done.
///
/// @param token  a token, or NULL.
/// @return a token of yours, to be freed with dc_cancel_token_free; NULL for NULL. Any thread.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_cancel_token_clone(token: *const dc_cancel_token) -> *mut dc_cancel_token {
    infallible(std::ptr::null_mut(), || {
        // SAFETY: the header asks for a live token or NULL.
        let token = unsafe { self::token(token) };
        token.map_or(std::ptr::null_mut(), |token| Box::into_raw(Box::new(dc_cancel_token(token.clone()))))
    })
}

/// Cancels: calls under way with this token end, and those to come end at once.
///
/// From any thread, and from a signal handler: it is async-signal-safe, and leaves errno alone. In a forked child a
/// token from before the fork ends the child's calls only.
///
/// @param token  a token, or NULL: nothing.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_cancel_token_cancel(token: *const dc_cancel_token) {
    infallible((), || {
        // SAFETY: the header asks for a live token or NULL.
        if let Some(token) = unsafe { self::token(token) } {
            token.cancel();
        }
    });
}

/// Whether it was cancelled. From any thread, and from a signal handler.
///
/// @param token  a token, or NULL.
/// @return 1 or 0; -1 for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_cancel_token_is_cancelled(token: *const dc_cancel_token) -> i32 {
    infallible(-1, || {
        // SAFETY: the header asks for a live token or NULL.
        let token = unsafe { self::token(token) };
        token.map_or(-1, |token| token.is_cancelled().into())
    })
}

/// Frees a handle of a token. The token itself lives as long as its last handle.
///
/// @param token  a token that no call under way was given (give such a call a clone), or NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_cancel_token_free(token: *mut dc_cancel_token) {
    // SAFETY: the header asks for a token of this library's that nothing will use any more, or NULL.
    unsafe { free(token) }
}
