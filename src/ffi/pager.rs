//! Pager
//!
//! A pager lists all pages: call dc_pager_next() until it returns DC_DONE. The list is sorted most recently updated
//! first: if connectors are updated meanwhile, one can be listed twice, and one that moved to the front can be missed.

use std::ffi::{CString, c_char};
use std::sync::{Mutex, MutexGuard, TryLockError};

use super::cancel::{dc_cancel_token, token};
use super::client::{dc_client, page_request};
use super::error::{dc_error, fallible};
use super::guard::infallible;
use super::input;
use super::output::{Out, address, c_string, free};
use super::page::dc_page;
use super::status::{DC_DONE, DC_OK, dc_status};
use crate::error::{Error, Result};
use crate::pager::Pager;

/// An iterator over the pages of the list. Must not be used by two threads at once, even through a const pointer.
// No call waits for the lock: a callback that uses the pager of its call gets an error instead of a deadlock.
pub struct dc_pager(Mutex<State>);

struct State {
    pager: Pager,
    cursor: Option<CString>,
}

fn lock(state: &Mutex<State>) -> Result<MutexGuard<'_, State>> {
    match state.try_lock() {
        Ok(state) => Ok(state),
        Err(TryLockError::Poisoned(poisoned)) => Ok(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => Err(Error::invalid("the pager is in use by another call")),
    }
}

/// Creates a pager. Nothing is sent yet. The client may be freed before it.
///
/// @param per_page        maximum number of rows per page, 1 to 50; 0 for the service's default (20).
/// @param starting_after  cursor to start after, such as an earlier dc_pager_cursor(), 1 to 4096 bytes; NULL for the
///                        first page.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_pager_new(
    client: *const dc_client,
    per_page: i32,
    starting_after: *const c_char,
    out_pager: *mut *mut dc_pager,
    out_error: *mut *mut dc_error,
) -> dc_status {
    // SAFETY: the header requires a live client, a NUL-terminated string and writable out parameters; each may be NULL.
    unsafe {
        fallible(out_error, || {
            let out = Out::required(out_pager, "out_pager")?;
            let client = &input::handle(client, "client")?.0;
            let pager = client.pager(page_request(per_page, starting_after)?);
            out.set(dc_pager(Mutex::new(State { cursor: pager.cursor().map(c_string), pager })));
            Ok(DC_OK)
        })
    }
}

/// Sets how many pages are prefetched. With 1, dc_pager_next() starts to request the following page on a background
/// thread, which calls no callback, while you process the page that it returned. The next call returns the prefetched
/// page or its error, and its log lines, on your thread.
///
/// A cancel token or the interrupt check cancels only the wait for a prefetch, which continues for the next call;
/// dc_client_shutdown() cancels both. The timeout of a prefetch runs from its start: after a long pause a call may fail
/// at once, and the next one sends a new request. A page can be as old as that pause. Prefetching
/// costs a page of memory, a thread, two file descriptors, and a wasted request if the pager is freed early. If no thread
/// can be started, or in a child process, the next call requests the page itself.
///
/// @param pages  0 (default) or 1. With 0, a prefetch in progress is kept for the next call.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_pager_set_prefetch(
    pager: *mut dc_pager,
    pages: i32,
    out_error: *mut *mut dc_error,
) -> dc_status {
    // SAFETY: the header requires a pager that no other thread uses and a writable out parameter; each may be NULL.
    unsafe {
        fallible(out_error, || {
            let pager = input::handle(pager, "pager")?;
            let on = match pages {
                0 => false,
                1 => true,
                _ => return Err(Error::invalid(format!("invalid pages {pages}: use 1 to prefetch, or 0"))),
            };
            lock(&pager.0)?.pager.set_prefetch(on);
            Ok(DC_OK)
        })
    }
}

/// Lists the next page. Blocks like dc_list_page(). After a failure the next call requests the same page again. After a
/// page that repeats a cursor, is the 100th without new rows, or has a next page in an unsupported form, each call
/// returns DC_ERR_PROTOCOL.
///
/// @param cancel    cancels the call from another thread; may be NULL.
/// @param out_page  the page; free it with dc_page_free(). NULL with DC_DONE.
/// @return DC_OK; DC_DONE after the last page; otherwise one of DC_ERR_….
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_pager_next(
    pager: *mut dc_pager,
    cancel: *const dc_cancel_token,
    out_page: *mut *mut dc_page,
    out_error: *mut *mut dc_error,
) -> dc_status {
    // SAFETY: the header requires a pager that no other thread uses, a live cancel token and writable out parameters;
    // each may be NULL.
    unsafe {
        fallible(out_error, || {
            let out = Out::required(out_page, "out_page")?;
            let pager = input::handle(pager, "pager")?;
            let mut state = lock(&pager.0)?;
            let Some(page) = state.pager.next_page(token(cancel))? else {
                return Ok(DC_DONE);
            };
            state.cursor = state.pager.cursor().map(c_string);
            out.set(dc_page::new(page));
            Ok(DC_OK)
        })
    }
}

/// Returns the cursor of the page that the next call requests. Store it to resume later.
///
/// @return the cursor, valid until the next dc_pager_next(); NULL before the first page, unless the pager was created
///         with a cursor, and if there is no page to request. Only DC_DONE means that the list is complete.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_pager_cursor(pager: *const dc_pager) -> *const c_char {
    infallible(std::ptr::null(), || {
        // SAFETY: the header requires a live pager or NULL.
        let pager = unsafe { pager.as_ref() };
        let state = pager.and_then(|pager| lock(&pager.0).ok());
        address(state.as_ref().and_then(|state| state.cursor.as_ref()))
    })
}

/// Frees a pager and cancels its prefetch, which takes milliseconds. Its pages stay valid. Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_pager_free(pager: *mut dc_pager) {
    // SAFETY: the header requires a pager of this library that is no longer used, or NULL.
    unsafe { free(pager) }
}
