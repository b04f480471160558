//! Config
//!
//! The settings of a client. Each setter checks its value and returns DC_OK, or DC_ERR_INVALID_ARGUMENT with a
//! message that says what would be right; then the old value stays. Only the token has to be set. A config may be
//! changed and used again after a client was made: the client has a copy. Nothing in the environment has an effect.

use std::ffi::c_char;
use std::path::Path;
use std::time::Duration;

use super::error::dc_error;
use super::guard::{fallible, infallible};
use super::input;
use super::output::free;
use super::status::{DC_OK, dc_status};
use crate::config::{Config, Region, response_bytes_refused, retries_refused, timeout_refused};
use crate::error::Result;

/// The settings of a client: dc_config_new, dc_config_set_…, dc_config_free; used by dc_client_new.
/// One thread at a time.
pub struct dc_config(Config);

impl dc_config {
    pub(super) fn settings(&self) -> &Config {
        &self.0
    }

    pub(super) fn settings_mut(&mut self) -> &mut Config {
        &mut self.0
    }
}

/// Changes a setting.
///
/// # Safety
/// `config` is NULL, which is refused, or a live config that no other thread uses; `out_error` is NULL or may be
/// written to.
unsafe fn set(
    config: *mut dc_config,
    out_error: *mut *mut dc_error,
    change: impl FnOnce(&mut Config) -> Result<()>,
) -> dc_status {
    // SAFETY: as the caller vouches.
    unsafe {
        fallible(out_error, || {
            change(&mut input::handle_mut(config, "config")?.0)?;
            Ok(DC_OK)
        })
    }
}

/// New settings: the defaults, without a token.
///
/// @return settings of yours, to be freed with dc_config_free. Any thread.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub extern "C" fn dc_config_new() -> *mut dc_config {
    infallible(std::ptr::null_mut(), || Box::into_raw(Box::new(dc_config(Config::new()))))
}

/// The workspace's access token. There is no default.
///
/// @param config     the settings.
/// @param token      visible ASCII characters, without the word Bearer; copied. Never repeated in a message.
/// @param out_error  where the error goes, or NULL.
/// @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the config.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_config_set_token(
    config: *mut dc_config,
    token: *const c_char,
    out_error: *mut *mut dc_error,
) -> dc_status {
    // SAFETY: the header asks for a live config of one thread's, texts that end, and an out that may be written.
    unsafe {
        set(config, out_error, |settings| {
            settings.set_token(input::text(token, "token")?)?;
            Ok(())
        })
    }
}

/// The data centre of the workspace. It replaces the base URL, as dc_config_set_base_url replaces the region.
///
/// @param config     the settings.
/// @param region     "us" (the default), "eu" or "au"; a token belongs to one, and the others answer 401.
/// @param out_error  where the error goes, or NULL.
/// @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the config.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_config_set_region(
    config: *mut dc_config,
    region: *const c_char,
    out_error: *mut *mut dc_error,
) -> dc_status {
    // SAFETY: the header asks for a live config of one thread's, texts that end, and an out that may be written.
    unsafe {
        set(config, out_error, |settings| {
            settings.set_region(Region::from_name(input::text(region, "region")?)?);
            Ok(())
        })
    }
}

/// Where the service is, if not in a region: a sandbox, or a gateway of yours.
///
/// @param config     the settings.
/// @param base_url   "https://host[:port][/path]", copied; default "https://api.intercom.io". "http://" is for loopback,
///                   or for anything after dc_config_set_allow_insecure_http.
/// @param out_error  where the error goes, or NULL.
/// @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the config.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_config_set_base_url(
    config: *mut dc_config,
    base_url: *const c_char,
    out_error: *mut *mut dc_error,
) -> dc_status {
    // SAFETY: the header asks for a live config of one thread's, texts that end, and an out that may be written.
    unsafe {
        set(config, out_error, |settings| {
            settings.set_base_url(input::text(base_url, "base_url")?)?;
            Ok(())
        })
    }
}

/// Whether the token may go unencrypted to another machine. For a test network only.
///
/// @param config     the settings.
/// @param allow      0: no (the default); anything else: yes.
/// @param out_error  where the error goes, or NULL.
/// @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the config.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_config_set_allow_insecure_http(
    config: *mut dc_config,
    allow: i32,
    out_error: *mut *mut dc_error,
) -> dc_status {
    // SAFETY: the header asks for a live config of one thread's, texts that end, and an out that may be written.
    unsafe {
        set(config, out_error, |settings| {
            settings.set_allow_insecure_http(allow != 0);
            Ok(())
        })
    }
}

/// The Intercom-Version to ask for.
///
/// @param config       the settings.
/// @param api_version  a word of letters or a number such as "2.16"; copied; default "Preview". The service has the
///                     operation for Preview and from 2.16 on. A version that the library doesn't know is sent.
/// @param out_error    where the error goes, or NULL.
/// @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the config.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_config_set_api_version(
    config: *mut dc_config,
    api_version: *const c_char,
    out_error: *mut *mut dc_error,
) -> dc_status {
    // SAFETY: the header asks for a live config of one thread's, texts that end, and an out that may be written.
    unsafe {
        set(config, out_error, |settings| {
            settings.set_api_version(input::text(api_version, "api_version")?)?;
            Ok(())
        })
    }
}

/// A name for your program, put behind the library's own in User-Agent.
///
/// @param config     the settings.
/// @param suffix     up to 256 visible ASCII characters and spaces, as "my-app/1.0"; copied. "": none, the default.
/// @param out_error  where the error goes, or NULL.
/// @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the config.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_config_set_user_agent_suffix(
    config: *mut dc_config,
    suffix: *const c_char,
    out_error: *mut *mut dc_error,
) -> dc_status {
    // SAFETY: the header asks for a live config of one thread's, texts that end, and an out that may be written.
    unsafe {
        set(config, out_error, |settings| {
            settings.set_user_agent_suffix(input::text(suffix, "suffix")?)?;
            Ok(())
        })
    }
}

/// The time for a whole call: every attempt, and every wait between them. A call always ends.
///
/// @param config      the settings.
/// @param timeout_ms  milliseconds, 1 to 86400000 (24 h); default 60000.
/// @param out_error   where the error goes, or NULL.
/// @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the config.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_config_set_timeout_ms(
    config: *mut dc_config,
    timeout_ms: i64,
    out_error: *mut *mut dc_error,
) -> dc_status {
    // SAFETY: the header asks for a live config of one thread's, texts that end, and an out that may be written.
    unsafe {
        set(config, out_error, |settings| {
            settings.set_timeout(milliseconds(timeout_ms, "timeout")?)?;
            Ok(())
        })
    }
}

/// The time for opening a connection, within the time of the call.
///
/// @param config      the settings.
/// @param timeout_ms  milliseconds, 1 to 86400000 (24 h); default 10000.
/// @param out_error   where the error goes, or NULL.
/// @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the config.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_config_set_connect_timeout_ms(
    config: *mut dc_config,
    timeout_ms: i64,
    out_error: *mut *mut dc_error,
) -> dc_status {
    // SAFETY: the header asks for a live config of one thread's, texts that end, and an out that may be written.
    unsafe {
        set(config, out_error, |settings| {
            settings.set_connect_timeout(milliseconds(timeout_ms, "connect timeout")?)?;
            Ok(())
        })
    }
}

/// How often a call is tried again after a failure that may pass: a connection refused or broken, no connection in
/// time, HTTP 408, 429, 500, 502, 503 and 504. The wait between is the service's, if it asked for one and it fits
/// into the call's time; else it is a quarter of a second or less by chance, and doubles each time. A connection that
/// is silent for the timeout divided by the number of attempts is given up and tried again, where that is 5 seconds
/// or more.
///
/// @param config       the settings.
/// @param max_retries  0 (never) to 10; default 2.
/// @param out_error    where the error goes, or NULL.
/// @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the config.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_config_set_max_retries(
    config: *mut dc_config,
    max_retries: i32,
    out_error: *mut *mut dc_error,
) -> dc_status {
    // SAFETY: the header asks for a live config of one thread's, texts that end, and an out that may be written.
    unsafe {
        set(config, out_error, |settings| {
            let retries = u32::try_from(max_retries).map_err(|_| retries_refused(max_retries.into()))?;
            settings.set_max_retries(retries)?;
            Ok(())
        })
    }
}

/// The largest answer taken; a larger one is DC_ERR_TOO_LARGE.
///
/// @param config     the settings.
/// @param max_bytes  bytes after decompression, 1024 to 1073741824 (1 GiB); default 8388608 (8 MiB).
/// @param out_error  where the error goes, or NULL.
/// @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the config.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_config_set_max_response_bytes(
    config: *mut dc_config,
    max_bytes: i64,
    out_error: *mut *mut dc_error,
) -> dc_status {
    // SAFETY: the header asks for a live config of one thread's, texts that end, and an out that may be written.
    unsafe {
        set(config, out_error, |settings| {
            let bytes = u64::try_from(max_bytes).map_err(|_| response_bytes_refused(max_bytes.into()))?;
            settings.set_max_response_bytes(bytes)?;
            Ok(())
        })
    }
}

/// The HTTP proxy to go through, by a CONNECT tunnel.
///
/// @param config     the settings.
/// @param proxy      "http://[user:password@]host[:port]", user and password percent-encoded; copied, never repeated in
///                   a message. The default port is 80. NULL, the default: none, whatever the environment says.
/// @param out_error  where the error goes, or NULL.
/// @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the config.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_config_set_proxy(
    config: *mut dc_config,
    proxy: *const c_char,
    out_error: *mut *mut dc_error,
) -> dc_status {
    // SAFETY: the header asks for a live config of one thread's, texts that end, and an out that may be written.
    unsafe {
        set(config, out_error, |settings| {
            settings.set_proxy(input::optional_text(proxy, "proxy")?)?;
            Ok(())
        })
    }
}

/// The hosts to reach directly although there is a proxy.
///
/// @param config     the settings.
/// @param hosts      hosts and domains with commas between, such as "localhost,.internal"; a domain stands for all that
///                   is below it, "*" for all; copied. "": none, the default.
/// @param out_error  where the error goes, or NULL.
/// @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the config.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_config_set_no_proxy(
    config: *mut dc_config,
    hosts: *const c_char,
    out_error: *mut *mut dc_error,
) -> dc_status {
    // SAFETY: the header asks for a live config of one thread's, texts that end, and an out that may be written.
    unsafe {
        set(config, out_error, |settings| {
            settings.set_no_proxy(input::text(hosts, "hosts")?)?;
            Ok(())
        })
    }
}

/// The certificate authorities to trust instead of the bundled ones (Mozilla's).
///
/// @param config     the settings.
/// @param path       a PEM file, read at once. NULL, the default: the bundled ones.
/// @param out_error  where the error goes, or NULL.
/// @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the config.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_config_set_ca_file(
    config: *mut dc_config,
    path: *const c_char,
    out_error: *mut *mut dc_error,
) -> dc_status {
    // SAFETY: the header asks for a live config of one thread's, texts that end, and an out that may be written.
    unsafe {
        set(config, out_error, |settings| {
            settings.set_ca_file(input::optional_text(path, "path")?.map(Path::new))?;
            Ok(())
        })
    }
}

/// Whether to trust the certificate authorities that this system does, instead of the bundled ones. It replaces a CA
/// file.
///
/// They are read at once; where they are is the system's convention, which on Unix includes the environment variables
/// SSL_CERT_FILE and SSL_CERT_DIR.
///
/// @param config     the settings.
/// @param use_them   0: the bundled ones, the default; anything else: the system's. Refused where it has none.
/// @param out_error  where the error goes, or NULL.
/// @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the config.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_config_set_system_roots(
    config: *mut dc_config,
    use_them: i32,
    out_error: *mut *mut dc_error,
) -> dc_status {
    // SAFETY: the header asks for a live config of one thread's, texts that end, and an out that may be written.
    unsafe {
        set(config, out_error, |settings| {
            if use_them == 0 {
                settings.set_ca_file(None)?;
            } else {
                settings.set_system_roots()?;
            }
            Ok(())
        })
    }
}

/// Whether a call waits for the rate limit's reset when the answer before said that nothing remains, instead of
/// earning a 429. A wait that doesn't fit into the call's time is DC_ERR_RATE_LIMITED at once, with
/// dc_error_retry_after_ms.
///
/// @param config     the settings.
/// @param wait       0: no, the default; anything else: yes.
/// @param out_error  where the error goes, or NULL.
/// @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the config.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_config_set_pacing(
    config: *mut dc_config,
    wait: i32,
    out_error: *mut *mut dc_error,
) -> dc_status {
    // SAFETY: the header asks for a live config of one thread's, texts that end, and an out that may be written.
    unsafe {
        set(config, out_error, |settings| {
            settings.set_pacing(wait != 0);
            Ok(())
        })
    }
}

/// Frees the settings. Clients made from them stay.
///
/// @param config  settings that nothing uses any more, or NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_config_free(config: *mut dc_config) {
    // SAFETY: the header asks for settings of this library's that nothing uses any more, or NULL.
    unsafe { free(config) }
}

fn milliseconds(value: i64, name: &str) -> Result<Duration> {
    u64::try_from(value).map(Duration::from_millis).map_err(|_| timeout_refused(name, value.into()))
}
