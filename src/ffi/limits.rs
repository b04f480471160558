//! Limits
//!
//! How long a call may take, how often it is tried, and how much it may bring: settings of a config, as those above.

use std::time::Duration;

use super::config::{dc_config, set};
use super::error::dc_error;
use super::status::dc_status;
use crate::config::{response_bytes_refused, retries_refused, timeout_refused};
use crate::error::Result;

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

/// Whether a call waits for the rate limit's reset when an answer has said that nothing remains until then, instead
/// of earning a 429. A wait that doesn't fit into the call's time is DC_ERR_RATE_LIMITED at once (or, if the call has
/// failed before, that failure), with dc_error_retry_after_ms. A reset more than five minutes away is taken for a
/// mistake.
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
            settings.set_wait_for_rate_limit(wait != 0);
            Ok(())
        })
    }
}

fn milliseconds(value: i64, name: &str) -> Result<Duration> {
    u64::try_from(value).map(Duration::from_millis).map_err(|_| timeout_refused(name, value.into()))
}
