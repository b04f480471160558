//! What differs between operating systems: waiting for sockets, waking such a wait, signals, forks, files and error codes.
//! `unix` and `windows` have the same items, which `unix` documents.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix as system;
#[cfg(windows)]
use windows as system;

pub(crate) use self::system::{
    DESCRIPTORS, Descriptor, HOW_TO_FREE_DESCRIPTORS, Waker, is_connecting, is_name_too_long, is_out_of_resources,
    open_without_blocking, poll, process_generation, with_signals_blocked,
};

/// The readiness to wait for.
#[derive(Clone, Copy)]
pub(crate) enum Interest {
    Read,
    Write,
    /// The end of an attempt to connect, successful or not.
    Connect,
}

/// What [`poll`] can wait for.
pub(crate) trait Waitable {
    fn descriptor(&self) -> Descriptor<'_>;
}

/// The maximum number of descriptors of one [`poll`]; the rest are ignored.
const MAX_POLL_DESCRIPTORS: usize = 16;

/// The bit mask of a [`poll`].
fn bits(ready: impl Iterator<Item = bool>) -> u32 {
    ready.enumerate().fold(0, |bits, (index, is_ready)| bits | u32::from(is_ready) << index)
}
