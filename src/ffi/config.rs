//! Config
//!
//! The settings of a client. Each setter checks its value and returns DC_OK, or DC_ERR_INVALID_ARGUMENT with a
//! message that says what would be right; then the old value stays. Only the token has to be set. A config may be
//! changed and used again after a client was made: the client has a copy. No environment variable has an effect.

use std::ffi::c_char;

use super::error::dc_error;
use super::guard::{fallible, infallible};
use super::input;
use super::output::free;
use super::status::{DC_OK, dc_status};
use crate::config::{Config, Region};
use crate::error::{Error, Result};

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
pub(super) unsafe fn set(
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
/// @param token      1 to 4096 visible ASCII characters, without the word Bearer; copied. Never repeated in a message.
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
            // What a program passes on from an environment variable that isn't set.
            let none =
                || Error::invalid("token is NULL: pass the workspace's access token (is the variable for it set?)");
            settings.set_access_token(input::optional_text(token, "token")?.ok_or_else(none)?)?;
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
/// @param base_url   "https://host[:port][/path]" of up to 2048 bytes, copied; default "https://api.intercom.io".
///                   "http://" to anything but loopback is refused by dc_client_new, unless
///                   dc_config_set_allow_insecure_http was called, before or after this.
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

/// Whether the token may go unencrypted to another machine, or through a proxy. For a test network only.
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

/// Frees the settings. Clients made from them stay. A drop function that this calls must not use the config any more.
///
/// @param config  settings that nothing uses any more, or NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_config_free(config: *mut dc_config) {
    // SAFETY: the header asks for settings of this library's that nothing uses any more, or NULL.
    unsafe { free(config) }
}
