//! Client
//!
//! A client of one workspace, with its pool of connections. Make one and keep it: a warm connection saves a call most
//! of its time.

use super::config::dc_config;
use super::error::dc_error;
use super::guard::{fallible, infallible};
use super::input;
use super::output::{Out, free};
use super::status::{DC_OK, dc_status};
use crate::client::Client;

/// A client: dc_client_new, dc_client_shutdown, dc_client_free; used by dc_list_page and dc_pager_new. Any thread,
/// many at once.
pub struct dc_client(Client);

impl dc_client {
    pub(super) fn client(&self) -> &Client {
        &self.0
    }
}

/// Makes a client with a copy of these settings. Nothing is sent yet. What goes together is checked here: a token has
/// to be set, and plain HTTP to another machine, or through a proxy, needs dc_config_set_allow_insecure_http.
///
/// As with any getenv, no other thread should call setenv meanwhile: the HTTP library below looks at the proxy
/// variables, though what it finds has no effect.
///
/// @param config      the settings; they need a token. They stay yours.
/// @param out_client  where the client goes: yours, to be freed with dc_client_free.
/// @param out_error   where the error goes, or NULL.
/// @return DC_OK; DC_ERR_INVALID_ARGUMENT; DC_ERR_SYSTEM when the process has no file descriptor left. Any thread,
///         but not while another one changes the config.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_client_new(
    config: *const dc_config,
    out_client: *mut *mut dc_client,
    out_error: *mut *mut dc_error,
) -> dc_status {
    // SAFETY: the header asks for a live config or NULL, and for outs that may be written or are NULL.
    unsafe {
        fallible(out_error, || {
            let out = Out::required(out_client, "out_client")?;
            let config = input::handle(config, "config")?;
            out.give(dc_client(Client::new(config.settings())?));
            Ok(DC_OK)
        })
    }
}

/// Ends all calls under way with this client and with its pagers, and refuses new ones: both return DC_ERR_CANCELLED.
/// It does not wait for them: free the client when they have returned. Any thread.
///
/// @param client  a client, or NULL: nothing.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_client_shutdown(client: *const dc_client) {
    infallible((), || {
        // SAFETY: the header asks for a live client or NULL.
        if let Some(client) = unsafe { client.as_ref() } {
            client.0.shutdown();
        }
    });
}

/// Frees a client. Its pages and errors stay, and so do its pagers, which keep what they need of it.
///
/// @param client  a client that no call uses any more, or NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_client_free(client: *mut dc_client) {
    // SAFETY: the header asks for a client of this library's that nothing uses any more, or NULL.
    unsafe { free(client) }
}
