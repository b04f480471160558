//! Log
//!
//! A client is silent unless it is given a function for its log lines.

use std::ffi::{CStr, c_char, c_void};

use super::config::{dc_config, set};
use super::error::dc_error;
use super::output::c_text;
use super::status::dc_status;
use crate::error::{Error, Result};
use crate::logger::LogLevel;

/// A level of dc_config_set_logger: a call failed.
pub const DC_LOG_ERROR: i32 = 1;
/// A level of dc_config_set_logger: a request failed and is tried again.
pub const DC_LOG_WARN: i32 = 2;
/// A level of dc_config_set_logger: a page came.
pub const DC_LOG_INFO: i32 = 3;
/// A level of dc_config_set_logger: each request, as it is sent.
pub const DC_LOG_DEBUG: i32 = 4;

/// Gets a log line.
///
/// @param user_data  what was passed to dc_config_set_logger.
/// @param level      one of DC_LOG_….
/// @param message    one line of UTF-8, valid until the function returns. It never contains the token.
pub type dc_log_callback = Option<unsafe extern "C" fn(user_data: *mut c_void, level: i32, message: *const c_char)>;

/// Is told that `user_data` is needed no more.
///
/// @param user_data  what was passed along with it.
pub type dc_drop_callback = Option<unsafe extern "C" fn(user_data: *mut c_void)>;

/// A function of yours that gets the log lines of the clients made from this config.
///
/// It is called on the thread that makes the call, so by several at once if several make calls; it may call the
/// library. It must return normally: no exception, no longjmp.
///
/// @param config     the settings.
/// @param level      the last of DC_LOG_ERROR … DC_LOG_DEBUG that is wanted; those before it come too.
/// @param callback   the function, or NULL: no log lines, the default.
/// @param user_data  passed to both functions; may be NULL.
/// @param drop       called with user_data, once, on whatever thread, when the config is freed or has another logger
///                   and all clients made from it are freed; or NULL. Not called after a failure, or without a callback.
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
    // SAFETY: the header asks for a live config of one thread's, functions that take `user_data` on any thread, and an
    // out that may be written.
    unsafe {
        set(config, out_error, |settings| {
            let Some(callback) = callback else {
                settings.clear_logger();
                return Ok(());
            };
            let level = level_of(level)?;
            let logger = CLogger { callback, user_data, drop };
            settings.set_logger(level, move |level, line| logger.log(level, line));
            Ok(())
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

/// A log function of C's, and what it is called with.
struct CLogger {
    callback: unsafe extern "C" fn(*mut c_void, i32, *const c_char),
    user_data: *mut c_void,
    drop: dc_drop_callback,
}

// SAFETY: the header says that both functions are called on any thread with `user_data`, and several at once.
unsafe impl Send for CLogger {}
// SAFETY: as above.
unsafe impl Sync for CLogger {}

impl CLogger {
    fn log(&self, level: LogLevel, line: &str) {
        let line = c_text(&line.replace(['\r', '\n'], " "));
        let line: &CStr = &line;
        // SAFETY: the function is the caller's, for this very use; the text lives until it returns.
        unsafe { (self.callback)(self.user_data, level as i32, line.as_ptr()) }
    }
}

impl Drop for CLogger {
    fn drop(&mut self) {
        if let Some(drop) = self.drop {
            // SAFETY: the function is the caller's, for this very use; a value is dropped once.
            unsafe { drop(self.user_data) }
        }
    }
}
