//! Callbacks
//!
//! A callback receives the user_data that was passed with it. It is called on the thread that makes a call, so on
//! several threads at once if several make calls. It may call this library, but a call with the pager that is in use
//! fails. It must return normally, without an exception or longjmp, and must not free the handles of the call in
//! progress. A destroy callback is called once per process (at most once in a forked child), on any thread, when the
//! callback is no longer used: when it was replaced or its config was freed, and all clients created from that config
//! and their pagers were freed. It is not called if the setter failed, or if its callback is NULL.

use std::ffi::{c_char, c_void};

use super::config::dc_config;
use super::error::{dc_error, fallible};
use super::input;
use super::output::c_string;
use super::status::{DC_OK, dc_status};
use crate::error::{Error, Result};
use crate::interrupt::InterruptCheck;
use crate::logger::{LogLevel, Logger};

/// Log level: a call failed.
pub const DC_LOG_ERROR: i32 = 1;
/// Log level: an attempt failed, and the call is retried.
pub const DC_LOG_WARN: i32 = 2;
/// Log level: a response was received, a call waits for the rate limit, or it was cancelled.
pub const DC_LOG_INFO: i32 = 3;
/// Log level: a request is sent.
pub const DC_LOG_DEBUG: i32 = 4;

/// Releases user_data. May use the config, unless that is being freed.
pub type dc_destroy_callback = Option<unsafe extern "C" fn(user_data: *mut c_void)>;

/// Receives a log line: one of DC_LOG_…, and one line of UTF-8 that is valid until the callback returns.
pub type dc_log_callback = Option<unsafe extern "C" fn(user_data: *mut c_void, level: i32, message: *const c_char)>;

/// Decides whether to cancel the call in progress on this thread: 0 continues it, any other value cancels it, and it
/// returns DC_ERR_CANCELLED.
pub type dc_interrupt_callback = Option<unsafe extern "C" fn(user_data: *mut c_void) -> i32>;

/// Sets the function that receives the log lines of clients created from this config. Lines of a prefetched page are
/// delivered by the dc_pager_next() that returns it.
///
/// @param level      the least severe level to receive, one of DC_LOG_….
/// @param callback   the function; NULL to log nothing, the default.
/// @param user_data  passed to both functions; may be NULL.
/// @param destroy    called when user_data is no longer used, or NULL.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_config_set_logger(
    config: *mut dc_config,
    level: i32,
    callback: dc_log_callback,
    user_data: *mut c_void,
    destroy: dc_destroy_callback,
    out_error: *mut *mut dc_error,
) -> dc_status {
    // SAFETY: the header requires a config that no other thread uses and a writable out parameter; each may be NULL.
    unsafe {
        fallible(out_error, || {
            let config = &mut input::handle_mut(config, "config")?.0;
            let logger = match callback {
                Some(callback) => {
                    let level = log_level(level)?;
                    let user_data = UserData { address: user_data, destroy };
                    Some(Logger::new(level, move |level, line| write(callback, &user_data, level, line)))
                }
                None => None,
            };
            // Dropped last: the destroy callback of the previous logger may use the config.
            drop(config.replace_logger(logger));
            Ok(DC_OK)
        })
    }
}

/// Sets the function that decides during a call whether to cancel it: every 15 ms while the call waits, and when a
/// signal interrupts the wait. For programs whose signal handlers only set a flag, such as interpreters.
///
/// @param callback   the function; NULL for none, the default.
/// @param user_data  passed to both functions; may be NULL.
/// @param destroy    called when user_data is no longer used, or NULL.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_config_set_interrupt_check(
    config: *mut dc_config,
    callback: dc_interrupt_callback,
    user_data: *mut c_void,
    destroy: dc_destroy_callback,
    out_error: *mut *mut dc_error,
) -> dc_status {
    // SAFETY: as in dc_config_set_logger.
    unsafe {
        fallible(out_error, || {
            let config = &mut input::handle_mut(config, "config")?.0;
            let interrupt = callback.map(|callback| {
                let user_data = UserData { address: user_data, destroy };
                InterruptCheck::new(move || run_interrupt_check(callback, &user_data))
            });
            // Dropped last: the destroy callback of the previous check may use the config.
            drop(config.replace_interrupt_check(interrupt));
            Ok(DC_OK)
        })
    }
}

/// The argument of a callback, and the function that releases it.
struct UserData {
    address: *mut c_void,
    destroy: dc_destroy_callback,
}

// SAFETY: the header states that the callbacks are called on any thread, and on several at once.
unsafe impl Send for UserData {}
// SAFETY: as above.
unsafe impl Sync for UserData {}

impl Drop for UserData {
    fn drop(&mut self) {
        if let Some(destroy) = self.destroy {
            // SAFETY: the caller passed the function for this use, and a value is dropped once.
            unsafe { destroy(self.address) }
        }
    }
}

fn log_level(level: i32) -> Result<LogLevel> {
    match level {
        DC_LOG_ERROR => Ok(LogLevel::Error),
        DC_LOG_WARN => Ok(LogLevel::Warn),
        DC_LOG_INFO => Ok(LogLevel::Info),
        DC_LOG_DEBUG => Ok(LogLevel::Debug),
        _ => Err(Error::invalid(format!("invalid log level {level}: use 1 (error) to 4 (debug)"))),
    }
}

fn write(
    callback: unsafe extern "C" fn(*mut c_void, i32, *const c_char),
    user_data: &UserData,
    level: LogLevel,
    line: &str,
) {
    let line = c_string(line);
    // SAFETY: the caller passed the function for this use; the string lives until it returns.
    unsafe { callback(user_data.address, level as i32, line.as_ptr()) }
}

fn run_interrupt_check(callback: unsafe extern "C" fn(*mut c_void) -> i32, user_data: &UserData) -> bool {
    // SAFETY: the caller passed the function for this use.
    unsafe { callback(user_data.address) != 0 }
}
