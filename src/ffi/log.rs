//! Log
//!
//! A client is silent unless it is given a function for its log lines.

use std::ffi::{c_char, c_void};

use super::callback::{UserData, dc_drop_callback};
use super::config::dc_config;
use super::error::dc_error;
use super::guard::fallible;
use super::input;
use super::output::c_text;
use super::status::{DC_OK, dc_status};
use crate::error::{Error, Result};
use crate::logger::{LogLevel, Logger};

/// A level of dc_config_set_logger: a call failed.
pub const DC_LOG_ERROR: i32 = 1;
/// A level of dc_config_set_logger: a request failed and is tried again.
pub const DC_LOG_WARN: i32 = 2;
/// A level of dc_config_set_logger: an answer came, a call waits for the rate limit's reset, or its caller ended it.
pub const DC_LOG_INFO: i32 = 3;
/// A level of dc_config_set_logger: each request, as it is sent.
pub const DC_LOG_DEBUG: i32 = 4;

/// Gets a log line.
///
/// @param user_data  what was passed to dc_config_set_logger.
/// @param level      one of DC_LOG_….
/// @param message    one line of UTF-8, valid until the function returns. It never contains the token.
pub type dc_log_callback = Option<unsafe extern "C" fn(user_data: *mut c_void, level: i32, message: *const c_char)>;

type Callback = unsafe extern "C" fn(*mut c_void, i32, *const c_char);

/// A function of yours that gets the log lines of the clients made from this config, on the threads that make calls.
/// The lines of a page that was fetched ahead come when a dc_pager_next takes it up.
///
/// @param config     the settings.
/// @param level      the last of DC_LOG_ERROR … DC_LOG_DEBUG that is wanted; those before it come too.
/// @param callback   the function, or NULL: no log lines, the default.
/// @param user_data  passed to both functions; may be NULL.
/// @param drop       told when user_data is needed no more; or NULL.
/// @param out_error  where the error goes, or NULL.
/// @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the config.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_config_set_logger(
    config: *mut dc_config,
    level: i32,
    callback: dc_log_callback,
    user_data: *mut c_void,
    drop: dc_drop_callback,
    out_error: *mut *mut dc_error,
) -> dc_status {
    // SAFETY: the header asks for a live config of one thread's, and an out that may be written; or NULL for each.
    unsafe {
        fallible(out_error, || {
            let settings = input::handle_mut(config, "config")?.settings_mut();
            let logger = match callback {
                Some(callback) => {
                    let level = level_of(level)?;
                    let user_data = UserData::new(user_data, drop);
                    Some(Logger::new(level, move |level, line| write(callback, &user_data, level, line)))
                }
                None => None,
            };
            // Its drop function may use the config, which has the new one by now.
            std::mem::drop(settings.replace_logger(logger));
            Ok(DC_OK)
        })
    }
}

fn level_of(level: i32) -> Result<LogLevel> {
    match level {
        DC_LOG_ERROR => Ok(LogLevel::Error),
        DC_LOG_WARN => Ok(LogLevel::Warn),
        DC_LOG_INFO => Ok(LogLevel::Info),
        DC_LOG_DEBUG => Ok(LogLevel::Debug),
        _ => Err(Error::invalid(format!("there is no log level {level}: use DC_LOG_ERROR (1) to DC_LOG_DEBUG (4)"))),
    }
}

fn write(callback: Callback, user_data: &UserData, level: LogLevel, line: &str) {
    let line = c_text(line);
    // SAFETY: the function is the caller's, for this very use; the text lives until it returns.
    unsafe { callback(user_data.address(), level as i32, line.as_ptr()) }
}
