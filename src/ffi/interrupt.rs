//! Interrupt check
//!
//! For programs whose signals set a flag instead of acting: an interpreter that has to see Ctrl-C, say.

use std::ffi::c_void;

use super::callback::{UserData, dc_drop_callback};
use super::config::dc_config;
use super::error::dc_error;
use super::guard::fallible;
use super::input;
use super::status::{DC_OK, dc_status};
use crate::interrupt::InterruptCheck;

/// Says whether the call under way on this thread is to end.
///
/// @param user_data  what was passed to dc_config_set_interrupt_check.
/// @return 0: go on; anything else: end the call, with DC_ERR_CANCELLED.
pub type dc_interrupt_callback = Option<unsafe extern "C" fn(user_data: *mut c_void) -> i32>;

/// A function of yours that the clients made from this config ask, while a call waits, whether it is to end: when a
/// signal interrupts a wait, and every 15 ms while waiting. It is asked on the thread that makes the call.
///
/// @param config     the settings.
/// @param callback   the function, or NULL: none, the default.
/// @param user_data  passed to both functions; may be NULL.
/// @param drop       told when user_data is needed no more; or NULL.
/// @param out_error  where the error goes, or NULL.
/// @return DC_OK or DC_ERR_INVALID_ARGUMENT. Not while another thread uses the config.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_config_set_interrupt_check(
    config: *mut dc_config,
    callback: dc_interrupt_callback,
    user_data: *mut c_void,
    drop: dc_drop_callback,
    out_error: *mut *mut dc_error,
) -> dc_status {
    // SAFETY: the header asks for a live config of one thread's, and an out that may be written; or NULL for each.
    unsafe {
        fallible(out_error, || {
            let settings = input::handle_mut(config, "config")?.settings_mut();
            let interrupt = callback.map(|callback| {
                let user_data = UserData::new(user_data, drop);
                InterruptCheck::new(move || ask(callback, &user_data))
            });
            // Its drop function may use the config, which has the new one by now.
            std::mem::drop(settings.replace_interrupt_check(interrupt));
            Ok(DC_OK)
        })
    }
}

fn ask(callback: unsafe extern "C" fn(*mut c_void) -> i32, user_data: &UserData) -> bool {
    // SAFETY: the function is the caller's, for this very use.
    unsafe { callback(user_data.address()) != 0 }
}
