//! The call under way on this thread: until when it may take, and what else ends it.
//!
//! ureq hands its connectors and sockets no word of the call that they work for, but it works on the caller's thread:
//! so the call is kept per thread while ureq runs, and every wait of ours asks it.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io;
use std::os::fd::BorrowedFd;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::sys::{self, Ready};
use crate::cancel::CancelToken;
use crate::interrupt::Interrupt;

/// How often an interrupt check is asked while a call waits.
const ASK_EVERY: Duration = Duration::from_millis(15);

/// How often a token is looked at whose descriptor nobody wakes.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Why a wait ended before what it waited for.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The call's token was cancelled.
    Cancelled,
    /// The client was shut down.
    ShutDown,
    /// The interrupt check said so.
    Interrupted,
    /// The time for the whole call is over.
    TimeOver,
    /// The time for opening a connection is over.
    ConnectTimeOver,
    /// Nothing came for so long that another attempt is better.
    Stalled,
    /// The connection broke.
    Broken(io::Error),
    /// No connection could be opened: why, for a person.
    NoConnection(String),
    /// The proxy doesn't want to open a way: why, for a person.
    ProxyRefused(String),
    /// What ended the wait, and that it was the proxy that was waited for.
    AtProxy(Box<Stop>, String),
    /// The request is longer than a request may be.
    TooLongRequest,
    /// The system has no more of what is needed: threads, descriptors.
    System(io::Error),
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for Stop {}

impl From<Stop> for ureq::Error {
    fn from(stop: Stop) -> Self {
        Self::Other(Box::new(stop))
    }
}

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The whole call.
    pub timeout: Duration,
    /// Opening a connection.
    pub connect_timeout: Duration,
    /// A connection's silence, before the attempt is given up.
    pub patience: Option<Duration>,
}

/// One call of a client's, all its attempts included.
pub(crate) struct Call {
    deadline: Instant,
    limits: Limits,
    client: CancelToken,
    token: Option<CancelToken>,
    interrupt: Option<Interrupt>,
    last_asked: Cell<Instant>,
    /// Set while a connection is being opened.
    connect_deadline: Cell<Option<Instant>>,
    /// Whether this attempt has opened a connection, rather than taken one from the pool.
    opened: Cell<bool>,
    /// Whether this attempt must open one.
    fresh: Cell<bool>,
}

impl Call {
    /// It begins now.
    pub(crate) fn new(
        limits: Limits,
        client: &CancelToken,
        token: Option<&CancelToken>,
        interrupt: Option<&Interrupt>,
    ) -> Rc<Self> {
        let now = Instant::now();
        Rc::new(Self {
            deadline: now + limits.timeout,
            limits,
            client: client.clone(),
            token: token.cloned(),
            interrupt: interrupt.cloned(),
            last_asked: Cell::new(now),
            connect_deadline: Cell::new(None),
            opened: Cell::new(false),
            fresh: Cell::new(false),
        })
    }

    /// The time that is left.
    pub(crate) fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Begins an attempt, which must open a connection or may take a pooled one.
    pub(super) fn begin_attempt(&self, fresh: bool) {
        self.connect_deadline.set(None);
        self.opened.set(false);
        self.fresh.set(fresh);
    }

    pub(super) fn has_opened(&self) -> bool {
        self.opened.get()
    }

    pub(super) fn wants_fresh(&self) -> bool {
        self.fresh.get()
    }

    /// From here to [`connected`](Self::connected) the time for opening a connection counts, too.
    pub(super) fn connecting(&self) {
        self.opened.set(true);
        self.fresh.set(false);
        self.connect_deadline.set(Some(Instant::now() + self.limits.connect_timeout));
    }

    pub(super) fn connected(&self) {
        self.connect_deadline.set(None);
    }

    /// Sleeps; what ends the call ends that, too.
    pub(crate) fn sleep(&self, time: Duration) -> Result<(), Stop> {
        self.wait_until(&[], Some(Instant::now() + time)).map(drop)
    }

    /// Waits for one descriptor, but not for longer than a silent connection is borne.
    pub(super) fn wait(&self, descriptor: BorrowedFd<'_>, ready: Ready) -> Result<(), Stop> {
        let until = self.limits.patience.map(|patience| Instant::now() + patience);
        match self.wait_until(&[(descriptor, ready)], until)? {
            0 => Err(Stop::Stalled),
            _ => Ok(()),
        }
    }

    /// Waits until one of the descriptors is ready, and gives a bit for each; none if `until` came first.
    pub(crate) fn wait_until(
        &self,
        descriptors: &[(BorrowedFd<'_>, Ready)],
        until: Option<Instant>,
    ) -> Result<u32, Stop> {
        loop {
            let left = self.check()?;
            let time = match until.map(|until| until.saturating_duration_since(Instant::now())) {
                Some(Duration::ZERO) => return Ok(0),
                Some(time) => left.min(time),
                None => left,
            };
            let wakes = self.tokens().filter_map(|token| Some((token.descriptor()?, Ready::Read)));
            match sys::wait(descriptors.iter().copied().chain(wakes), time.min(self.longest_wait())) {
                Ok(bits) => match bits & ((1 << descriptors.len()) - 1) {
                    // Nothing, or a token: the next check tells.
                    0 => {}
                    ready => return Ok(ready),
                },
                Err(error) if error.kind() == io::ErrorKind::Interrupted => self.ask()?,
                Err(error) => return Err(Stop::System(error)),
            }
        }
    }

    /// Whether the call may go on, and for how long at most.
    pub(crate) fn check(&self) -> Result<Duration, Stop> {
        if self.client.is_cancelled() {
            return Err(Stop::ShutDown);
        }
        if self.token.as_ref().is_some_and(CancelToken::is_cancelled) {
            return Err(Stop::Cancelled);
        }
        let now = Instant::now();
        if now >= self.deadline {
            return Err(Stop::TimeOver);
        }
        if self.interrupt.is_some() && now - self.last_asked.get() >= ASK_EVERY {
            self.ask()?;
        }
        match self.connect_deadline.get() {
            Some(connect_deadline) if now >= connect_deadline => Err(Stop::ConnectTimeOver),
            Some(connect_deadline) => Ok(connect_deadline.min(self.deadline) - now),
            None => Ok(self.deadline - now),
        }
    }

    fn ask(&self) -> Result<(), Stop> {
        self.last_asked.set(Instant::now());
        let Some(interrupt) = &self.interrupt else { return Ok(()) };
        // The check may make calls: they don't ask it again.
        struct Asking;
        impl Drop for Asking {
            fn drop(&mut self) {
                ASKING.set(false);
            }
        }
        if ASKING.replace(true) {
            return Ok(());
        }
        let _asking = Asking;
        if interrupt.is_wanted() { Err(Stop::Interrupted) } else { Ok(()) }
    }

    fn tokens(&self) -> impl Iterator<Item = &CancelToken> {
        std::iter::once(&self.client).chain(&self.token)
    }

    /// What can't end a wait by itself is looked at so often.
    fn longest_wait(&self) -> Duration {
        if self.tokens().any(|token| token.descriptor().is_none()) {
            LOOK_EVERY
        } else if self.interrupt.is_some() {
            ASK_EVERY
        } else {
            Duration::MAX
        }
    }
}

thread_local! {
    static ASKING: Cell<bool> = const { Cell::new(false) };
    static CURRENT: RefCell<Option<Rc<Call>>> = const { RefCell::new(None) };
}

/// Runs `work` with `call` as the current one; afterwards, the one before is that again: a log function may call us.
pub(super) fn with_current<T>(call: &Rc<Call>, work: impl FnOnce() -> T) -> T {
    struct Restore(Option<Rc<Call>>);
    impl Drop for Restore {
        fn drop(&mut self) {
            CURRENT.set(self.0.take());
        }
    }
    let _restore = Restore(CURRENT.replace(Some(Rc::clone(call))));
    work()
}

/// The call that ureq works for on this thread.
pub(super) fn current() -> Result<Rc<Call>, Stop> {
    CURRENT.with_borrow(Clone::clone).ok_or_else(|| Stop::System(io::Error::other("no call is under way")))
}
