//! The cancel token, which cancels a call from another thread.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, ErrorKind, Result};
use crate::sys::{DESCRIPTORS, Descriptor, Waitable, Waker, process_generation};

/// Cancels the calls it is passed to, both running and later ones. Cancellation is permanent: create one cancel token
/// for each unit of work that is cancelled on its own. Clones share the same state.
///
/// It holds a file descriptor (on Windows: a socket), which is closed when the last clone is dropped.
///
/// Since: 0.1.0
#[derive(Clone, Debug)]
pub struct CancelToken(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    cancelled: AtomicBool,
    waker: Waker,
    generation: u32,
}

impl CancelToken {
    /// Creates a cancel token that is not cancelled.
    ///
    /// # Errors
    /// `System` if the process is out of file descriptors (on Windows: sockets).
    pub fn new() -> Result<Self> {
        let waker = Waker::new().map_err(|error| no_descriptor(&error))?;
        Ok(Self(Arc::new(Inner { cancelled: AtomicBool::new(false), waker, generation: process_generation() })))
    }

    /// Cancels the calls: those that wait return within milliseconds with [`ErrorKind::Cancelled`]. May be called from
    /// any thread and from a signal handler. In a forked child, a cancel token from before the fork cancels only the
    /// child's calls.
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::Release);
        // The parent process waits for the same descriptor.
        if !self.is_inherited() {
            self.0.waker.wake();
        }
    }

    /// Whether [`cancel`](Self::cancel) was called.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::Acquire)
    }

    /// Becomes readable on cancellation. `None` if the descriptor is shared with the parent process, and so is never
    /// woken: then [`is_cancelled`](Self::is_cancelled) must be polled.
    pub(crate) fn descriptor(&self) -> Option<Descriptor<'_>> {
        (!self.is_inherited()).then(|| self.0.waker.descriptor())
    }

    fn is_inherited(&self) -> bool {
        self.0.generation != process_generation()
    }
}

fn no_descriptor(error: &io::Error) -> Error {
    Error::new(ErrorKind::System, format!("system is out of {DESCRIPTORS} or memory: {error}"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::sys::{Interest, poll};

    fn is_woken(token: &CancelToken) -> bool {
        let descriptor = token.0.waker.descriptor();
        poll([(descriptor, Interest::Read)].into_iter(), Duration::ZERO).expect("no signal") != 0
    }

    /// Otherwise the waits of the parent process would return at once, again and again.
    #[test]
    fn token_from_before_a_fork_does_not_wake_the_parent_process() {
        for (generation, is_inherited) in [(process_generation(), false), (process_generation() + 1, true)] {
            let waker = Waker::new().expect("a descriptor");
            let token = CancelToken(Arc::new(Inner { cancelled: AtomicBool::new(false), waker, generation }));
            assert_eq!(token.descriptor().is_none(), is_inherited);
            assert!(!is_woken(&token));
            token.cancel();
            assert!(token.is_cancelled());
            assert_eq!(is_woken(&token), !is_inherited);
        }
    }

    #[test]
    fn clones_share_the_cancellation() {
        let token = CancelToken::new().expect("a descriptor");
        let clone = token.clone();
        assert!(!clone.is_cancelled());
        drop(token.clone());
        token.cancel();
        token.cancel();
        assert!(clone.is_cancelled());
    }
}
