//! Route and trust
//!
//! Which way connections go, and whom they trust: settings of a config, as those above. Without them connections go
//! directly, and trust the certificate authorities that the library comes with (Mozilla's, as of its release).

use std::ffi::c_char;
use std::path::Path;

use super::config::{dc_config, set};
use super::error::dc_error;
use super::input;
use super::status::dc_status;

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
/// @param hosts      hosts, addresses and domains without ports, with commas between, such as
///                   "localhost,10.0.0.1,::1,.internal"; a domain stands for all that is below it, "*" for all; copied.
///                   "": none, the default.
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
/// @param path       a PEM file, read at once, which replaces the system's. NULL, the default: none.
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

/// Whether to trust the certificate authorities that this system does, instead of the bundled ones or a CA file.
///
/// They are read at once; where they are is the system's convention, which on Unix includes the environment variables
/// SSL_CERT_FILE and SSL_CERT_DIR.
///
/// @param config     the settings.
/// @param use_them   0: no, the default, which leaves a CA file as it is; anything else: yes. Refused where it has none.
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
            settings.set_system_roots(use_them != 0)?;
            Ok(())
        })
    }
}
