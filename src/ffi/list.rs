//! List
//!
//! One call, one page. To walk over all pages, a pager is simpler.

use std::ffi::c_char;

use super::cancel::{dc_cancel_token, token};
use super::client::dc_client;
use super::error::dc_error;
use super::guard::fallible;
use super::input;
use super::output::Out;
use super::page::dc_page;
use super::status::{DC_OK, dc_status};
use crate::error::Result;
use crate::request::{PageRequest, per_page_refused};

/// Lists one page of the workspace's data connectors, newest update first. Blocks until the page is there or the call
/// has failed, for at most the time of dc_config_set_timeout_ms.
///
/// @param client          the client.
/// @param per_page        the most rows on the page, 1 to 50; 0: the service's default (20).
/// @param starting_after  the cursor of the page before (dc_page_next_cursor), UTF-8 of 1 to 4096 bytes; NULL: the first page.
/// @param cancel          what may end the call from another thread, or NULL.
/// @param out_page        where the page goes: yours, to be freed with dc_page_free.
/// @param out_error       where the error goes, or NULL.
/// @return DC_OK, or any of DC_ERR_…. Any thread, many at once on one client.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_list_page(
    client: *const dc_client,
    per_page: i32,
    starting_after: *const c_char,
    cancel: *const dc_cancel_token,
    out_page: *mut *mut dc_page,
    out_error: *mut *mut dc_error,
) -> dc_status {
    // SAFETY: the header asks for a live client, a text that ends, and outs that may be written; or NULL for each.
    unsafe {
        fallible(out_error, || {
            let out = Out::required(out_page, "out_page")?;
            let client = input::handle(client, "client")?.client();
            let request = page_request(per_page, starting_after)?;
            out.give(dc_page::new(client.list_page(&request, token(cancel))?));
            Ok(DC_OK)
        })
    }
}

/// What `per_page` and `starting_after` ask for.
///
/// # Safety
/// `starting_after` is NULL, or NUL-terminated and unchanged until the function returns.
pub(super) unsafe fn page_request(per_page: i32, starting_after: *const c_char) -> Result<PageRequest> {
    let mut request = PageRequest::new();
    if per_page != 0 {
        let rows = u32::try_from(per_page).map_err(|_| per_page_refused(per_page.into()))?;
        request = request.per_page(rows)?;
    }
    // SAFETY: as the caller vouches.
    if let Some(cursor) = unsafe { input::optional_text(starting_after, "starting_after") }? {
        request = request.starting_after(cursor)?;
    }
    Ok(request)
}
