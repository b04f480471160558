//! Callbacks
//!
//! Functions of yours that the library calls take the `user_data` that was passed with them. They are called on the
//! threads that make calls, so by several at once if several do, and may call the library; only a pager's own call
//! refuses to be entered again. They must return normally: no exception, no longjmp. They must not free the handles
//! that the call under way was given.

use std::ffi::c_void;

/// Is told that `user_data` is needed no more: called once in a process, on whatever thread, when the config was
/// freed or has another function, and all clients made from it and their pagers were freed. Not called after a
/// failure, or without a function to call. It may use the config, if that isn't being freed.
///
/// @param user_data  what was passed along with it.
pub type dc_drop_callback = Option<unsafe extern "C" fn(user_data: *mut c_void)>;

/// What a callback is called with; when nobody needs it any more the caller is told.
pub(super) struct UserData {
    address: *mut c_void,
    drop: dc_drop_callback,
}

// SAFETY: the header says that the functions it is for are called on any thread, and several at once.
unsafe impl Send for UserData {}
// SAFETY: as above.
unsafe impl Sync for UserData {}

impl UserData {
    pub(super) fn new(address: *mut c_void, drop: dc_drop_callback) -> Self {
        Self { address, drop }
    }

    pub(super) fn address(&self) -> *mut c_void {
        self.address
    }
}

impl Drop for UserData {
    fn drop(&mut self) {
        if let Some(drop) = self.drop {
            // SAFETY: the function is the caller's, for this very use; a value is dropped once.
            unsafe { drop(self.address) }
        }
    }
}
