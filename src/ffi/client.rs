//! Client
//!
//! A client keeps connections open between calls. Create one per workspace and keep it.

use std::ffi::c_char;

use super::cancel::{dc_cancel_token, token};
use super::config::dc_config;
use super::error::{dc_error, fallible};
use super::guard::infallible;
use super::input;
use super::output::{Out, assert_thread_safe, free};
use super::page::dc_page;
use super::status::{DC_OK, dc_status};
use crate::client::Client;
use crate::error::Result;
use crate::request::{PageRequest, invalid_per_page};

/// A client of one workspace. Thread-safe, including functions that change it through a const pointer. Keeps a copy of
/// its options.
pub struct dc_client(pub(super) Client);

const _: () = assert_thread_safe::<dc_client>();

/// Creates a client. Nothing is sent yet. Validates the combination of options: an access token must be set, a client
/// certificate requires its key, and plain HTTP to another machine or through a proxy requires
/// DC_OPTION_ALLOW_INSECURE_HTTP. Returns DC_ERR_SYSTEM if the process is out of file descriptors. Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_client_new(
    config: *const dc_config,
    out_client: *mut *mut dc_client,
    out_error: *mut *mut dc_error,
) -> dc_status {
    // SAFETY: the header requires a live config and writable out parameters; each may be NULL.
    unsafe {
        fallible(out_error, || {
            let out = Out::required(out_client, "out_client")?;
            let config = input::handle(config, "config")?;
            out.set(dc_client(Client::new(&config.0)?));
            Ok(DC_OK)
        })
    }
}

/// Lists one page of the data connectors, most recently updated first. Blocks until the page is received or the call
/// fails, for at most DC_OPTION_TIMEOUT_MS. To list all pages, use a pager.
///
/// @param per_page        maximum number of rows, 1 to 50; 0 for the service's default (20).
/// @param starting_after  dc_page_next_cursor() of the previous page, 1 to 4096 bytes; NULL for the first page.
/// @param cancel          cancels the call from another thread; may be NULL.
/// @param out_page        the page; free it with dc_page_free().
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
    // SAFETY: the header requires live handles, a NUL-terminated string and writable out parameters; each may be NULL.
    unsafe {
        fallible(out_error, || {
            let out = Out::required(out_page, "out_page")?;
            let client = &input::handle(client, "client")?.0;
            let request = page_request(per_page, starting_after)?;
            out.set(dc_page::new(client.list_page(&request, token(cancel))?));
            Ok(DC_OK)
        })
    }
}

/// # Safety
/// `starting_after` is NULL, or NUL-terminated and unchanged until the function returns.
pub(super) unsafe fn page_request(per_page: i32, starting_after: *const c_char) -> Result<PageRequest> {
    let mut request = PageRequest::new();
    if per_page != 0 {
        let rows = u32::try_from(per_page).map_err(|_| invalid_per_page(per_page.into()))?;
        request = request.per_page(rows)?;
    }
    // SAFETY: guaranteed by the caller.
    if let Some(cursor) = unsafe { input::optional_string(starting_after, "starting_after") }? {
        request = request.starting_after(cursor)?;
    }
    Ok(request)
}

/// Cancels all calls of this client and its pagers, in progress and later: they return DC_ERR_CANCELLED. Does not wait
/// for them: free the client once they have returned. Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_client_shutdown(client: *const dc_client) {
    infallible((), || {
        // SAFETY: the header requires a live client or NULL.
        if let Some(client) = unsafe { client.as_ref() } {
            client.0.shutdown();
        }
    });
}

/// Frees a client. Its pagers stay usable. Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_client_free(client: *mut dc_client) {
    // SAFETY: the header requires a client of this library that is no longer used, or NULL.
    unsafe { free(client) }
}
