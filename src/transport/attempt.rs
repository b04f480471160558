//! The current attempt on this thread: the call it belongs to, and the state of its connection.
//!
//! ureq does not pass its connectors and sockets any context, but it runs on the caller's thread: the attempt is kept
//! in a thread-local while ureq runs, and every wait for a socket goes through it.

use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;
use std::time::Instant;

use super::error::TransportError;
use crate::call::{CallContext, Interruption};
use crate::sys::{Descriptor, Interest};

pub(super) struct Attempt {
    call: CallContext,
    /// Set while a connection is being opened.
    connect_deadline: Cell<Option<Instant>>,
    /// Whether this attempt opened a connection instead of reusing a pooled one.
    opened_connection: Cell<bool>,
    /// Whether pooled connections must not be reused.
    requires_new_connection: Cell<bool>,
}

impl Attempt {
    pub(super) fn new(call: &CallContext, requires_new_connection: bool) -> Rc<Self> {
        Rc::new(Self {
            call: call.clone(),
            connect_deadline: Cell::new(None),
            opened_connection: Cell::new(false),
            requires_new_connection: Cell::new(requires_new_connection),
        })
    }

    pub(super) fn opened_connection(&self) -> bool {
        self.opened_connection.get()
    }

    pub(super) fn requires_new_connection(&self) -> bool {
        self.requires_new_connection.get()
    }

    pub(super) fn require_new_connection(&self) {
        self.requires_new_connection.set(true);
    }

    /// Starts the connect timeout, which ends at [`connected`](Self::connected).
    pub(super) fn connecting(&self) {
        self.opened_connection.set(true);
        self.requires_new_connection.set(false);
        self.connect_deadline.set(Some(Instant::now() + self.call.timeouts().connect));
    }

    pub(super) fn connected(&self) {
        self.connect_deadline.set(None);
    }

    /// Waits for one descriptor, at most for the stall timeout.
    pub(super) fn wait_for(&self, descriptor: Descriptor<'_>, interest: Interest) -> Result<(), Interruption> {
        let until = self.call.timeouts().stall.map(|stall| Instant::now() + stall);
        match self.wait_until(&[(descriptor, interest)], until)? {
            0 => Err(Interruption::Stalled(self.call.timeouts().stall.unwrap_or_default())),
            _ => Ok(()),
        }
    }

    /// [`CallContext::wait_until`] that also ends at the connect deadline.
    pub(super) fn wait_until(
        &self,
        descriptors: &[(Descriptor<'_>, Interest)],
        until: Option<Instant>,
    ) -> Result<u32, Interruption> {
        let Some(connect_deadline) = self.connect_deadline.get() else {
            return self.call.wait_until(descriptors, until);
        };
        let until = until.map_or(connect_deadline, |until| until.min(connect_deadline));
        match self.call.wait_until(descriptors, Some(until))? {
            0 if Instant::now() >= connect_deadline => Err(Interruption::ConnectTimedOut(self.call.timeouts().connect)),
            ready => Ok(ready),
        }
    }
}

thread_local! {
    static CURRENT: RefCell<Option<Rc<Attempt>>> = const { RefCell::new(None) };
}

/// Runs `work` with `attempt` as the current one, then restores the previous one: a log callback may make calls.
pub(super) fn run_as_current<T>(attempt: &Rc<Attempt>, work: impl FnOnce() -> T) -> T {
    struct Restore(Option<Rc<Attempt>>);
    impl Drop for Restore {
        fn drop(&mut self) {
            CURRENT.set(self.0.take());
        }
    }
    let _restore = Restore(CURRENT.replace(Some(Rc::clone(attempt))));
    work()
}

/// The attempt that ureq is working on in this thread.
pub(super) fn current() -> Result<Rc<Attempt>, TransportError> {
    CURRENT
        .with_borrow(Clone::clone)
        .ok_or_else(|| TransportError::System(io::Error::other("no request is in progress on this thread")))
}
