//! Pager
//!
//! A walk over all pages, one dc_pager_next after the other until DC_DONE. The list is ordered by last update, newest
//! first: when connectors change during a walk, one can come twice, and one that moved to the front can be missed.

use std::ffi::{CString, c_char};
use std::sync::{Mutex, MutexGuard, TryLockError};

use super::cancel::{dc_cancel_token, token};
use super::client::dc_client;
use super::error::dc_error;
use super::guard::{fallible, infallible};
use super::input;
use super::list::page_request;
use super::output::{Out, address, c_text, free};
use super::page::dc_page;
use super::status::{DC_DONE, DC_OK, dc_status};
use crate::error::{Error, Result};
use crate::pager::Pager;

/// A walk over the pages: dc_pager_new, dc_pager_set_prefetch, dc_pager_next, dc_pager_cursor, dc_pager_free. One
/// thread at a time.
pub struct dc_pager(Mutex<Walk>);

struct Walk {
    pager: Pager,
    cursor: Option<CString>,
}

/// The walk, if no other call uses it: a callback of the call under way, or another thread, against what the header
/// says. A panic, which was a bug of ours, left it where it was, or one page on.
fn lock(walk: &Mutex<Walk>) -> Result<MutexGuard<'_, Walk>> {
    match walk.try_lock() {
        Ok(walk) => Ok(walk),
        Err(TryLockError::Poisoned(poisoned)) => Ok(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => Err(Error::invalid("the pager is in use by another call")),
    }
}

/// Makes a walk. Nothing is sent yet.
///
/// @param client          the client; it stays yours, and may be freed before the pager.
/// @param per_page        the most rows on a page, 1 to 50; 0: the service's default (20).
/// @param starting_after  the cursor to begin after, such as an earlier walk's dc_pager_cursor, UTF-8 of 1 to 4096
///                        bytes; NULL: the first page.
/// @param out_pager       where the pager goes: yours, to be freed with dc_pager_free.
/// @param out_error       where the error goes, or NULL.
/// @return DC_OK or DC_ERR_INVALID_ARGUMENT. Any thread.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_pager_new(
    client: *const dc_client,
    per_page: i32,
    starting_after: *const c_char,
    out_pager: *mut *mut dc_pager,
    out_error: *mut *mut dc_error,
) -> dc_status {
    // SAFETY: the header asks for a live client, a text that ends, and outs that may be written; or NULL for each.
    unsafe {
        fallible(out_error, || {
            let out = Out::required(out_pager, "out_pager")?;
            let client = input::handle(client, "client")?.client();
            let pager = client.pager(page_request(per_page, starting_after)?);
            out.give(dc_pager(Mutex::new(Walk { cursor: pager.cursor().map(c_text), pager })));
            Ok(DC_OK)
        })
    }
}

/// Says how many pages are fetched ahead. With 1, dc_pager_next begins to fetch the page after the one that it gives,
/// on a thread of the library's, while you work on this one. The next call gives that page, or its error, log lines
/// included, on your thread: no function of yours is called on the other one. A thread for each page costs some 0.1
/// ms: it gains time where a request or your work takes longer.
///
/// What ends a wait for that page: the cancel token and the interrupt check end the call, and the fetch stays for the
/// next one; dc_client_shutdown ends both. Its timeout runs from when it began, so after long work of yours a call
/// may fail at once, with DC_ERR_TIMEOUT or what else came of the fetch meanwhile; the one after it asks anew.
/// dc_pager_cursor is what it is without.
///
/// A page can be as old as your work took. One is held in memory, and two file descriptors. A walk that is left early
/// may have made one request more, which the rate limit counts, and whose log lines are dropped. dc_pager_free ends a
/// fetch under way, in milliseconds. With 0 no more are begun, and one under way is kept for the next call. Where the
/// system gives no thread, and in a child forked meanwhile, the next call fetches the page itself.
///
/// @param pager      the pager; at any time between its calls.
/// @param pages      0 (the default) or 1.
/// @param out_error  where the error goes, or NULL.
/// @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the pager.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_pager_set_prefetch(
    pager: *mut dc_pager,
    pages: i32,
    out_error: *mut *mut dc_error,
) -> dc_status {
    // SAFETY: the header asks for a live pager of one thread's or NULL, and for an out that may be written or is NULL.
    unsafe {
        fallible(out_error, || {
            let pager = input::handle(pager, "pager")?;
            let on = match pages {
                0 => false,
                1 => true,
                _ => {
                    return Err(Error::invalid(format!(
                        "pages is {pages}: use 1 to fetch one page ahead, or 0 for none"
                    )));
                }
            };
            lock(&pager.0)?.pager.set_prefetch(on);
            Ok(DC_OK)
        })
    }
}

/// Lists the next page; blocks as dc_list_page does. After a failure the walk stands where it was: the next call goes
/// on from there. It ends for certain: a cursor that comes a second time is DC_ERR_PROTOCOL, in this call and each
/// later one.
///
/// @param pager      the pager.
/// @param cancel     what may end the call from another thread, or NULL.
/// @param out_page   where the page goes: yours, to be freed with dc_page_free. NULL at the end of the list.
/// @param out_error  where the error goes, or NULL.
/// @return DC_OK: a page. DC_DONE: no more pages. Else any of DC_ERR_…. Not while another thread uses the pager.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_pager_next(
    pager: *mut dc_pager,
    cancel: *const dc_cancel_token,
    out_page: *mut *mut dc_page,
    out_error: *mut *mut dc_error,
) -> dc_status {
    // SAFETY: the header asks for a live pager of one thread's or NULL, and for outs that may be written or are NULL.
    unsafe {
        fallible(out_error, || {
            let out = Out::required(out_page, "out_page")?;
            let pager = input::handle(pager, "pager")?;
            let mut walk = lock(&pager.0)?;
            let Some(page) = walk.pager.next_page(token(cancel))? else {
                return Ok(DC_DONE);
            };
            walk.cursor = walk.pager.cursor().map(c_text);
            out.give(dc_page::new(page));
            Ok(DC_OK)
        })
    }
}

/// The cursor of the page that the next call asks for: what to keep for going on another time.
///
/// @param pager  a pager, or NULL.
/// @return UTF-8 owned by the pager, valid until the next dc_pager_next; NULL before the first page (unless the walk
///         began with a cursor), after the last one (so keep it before the walk has ended), and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_pager_cursor(pager: *const dc_pager) -> *const c_char {
    infallible(std::ptr::null(), || {
        // SAFETY: the header asks for a live pager or NULL.
        let pager = unsafe { pager.as_ref() };
        let walk = pager.and_then(|pager| lock(&pager.0).ok());
        address(walk.as_ref().and_then(|walk| walk.cursor.as_ref()))
    })
}

/// Frees a pager. Its pages stay; a fetch ahead is ended.
///
/// @param pager  a pager that nothing uses any more, or NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_pager_free(pager: *mut dc_pager) {
    // SAFETY: the header asks for a pager of this library's that nothing uses any more, or NULL.
    unsafe { free(pager) }
}
