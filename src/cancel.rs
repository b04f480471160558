//! The token that ends a call from another thread.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, ErrorKind, Result};
use crate::transport::sys::{Wake, process_generation};

/// Ends the calls that it was passed to, those under way and those to come. Once cancelled it stays so: make one for
/// each thing that is to be ended by itself. A clone is the same token.
///
/// It holds a file descriptor, which closes with the last clone.
///
/// Since: 0.1.0
#[derive(Clone, Debug)]
pub struct CancelToken(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    cancelled: AtomicBool,
    wake: Wake,
    generation: u32,
}

impl CancelToken {
    /// A token that isn't cancelled.
    ///
    /// # Errors
    /// `System` when the process has no file descriptor left.
    pub fn new() -> Result<Self> {
        let wake = Wake::new().map_err(|error| no_descriptor(&error))?;
        Ok(Self(Arc::new(Inner { cancelled: AtomicBool::new(false), wake, generation: process_generation() })))
    }

    /// Cancels: calls that wait return within milliseconds with [`ErrorKind::Cancelled`]. From any thread, and from a
    /// signal handler. In a forked child a token from before the fork ends the child's calls only.
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::Release);
        // The parent waits for the same descriptor.
        if !self.is_inherited() {
            self.0.wake.wake();
        }
    }

    /// Whether it was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::Acquire)
    }

    /// What becomes readable when it is cancelled; `None` where the descriptor is a parent process's too, and so
    /// nobody wakes it: then it has to be looked at now and then.
    pub(crate) fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        (!self.is_inherited()).then(|| self.0.wake.as_fd())
    }

    fn is_inherited(&self) -> bool {
        self.0.generation != process_generation()
    }
}

fn no_descriptor(error: &io::Error) -> Error {
    Error::new(ErrorKind::System, format!("the system gave no file descriptor: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_is_the_same_token() {
        let token = CancelToken::new().expect("a descriptor");
        let clone = token.clone();
        assert!(!clone.is_cancelled());
        drop(token.clone());
        token.cancel();
        token.cancel();
        assert!(clone.is_cancelled());
    }
}
