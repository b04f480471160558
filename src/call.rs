//! The context of one call: its deadline, its cancel tokens, the interrupt check, the logger.

use std::cell::Cell;
use std::io;
use std::time::{Duration, Instant};

use crate::cancel::CancelToken;
use crate::error::{Error, ErrorKind};
use crate::interrupt::InterruptCheck;
use crate::logger::{LogLevel, Logger};
use crate::sys::{self, Descriptor, Interest};

/// How often the interrupt check runs while a call waits.
const INTERRUPT_CHECK_INTERVAL: Duration = Duration::from_millis(15);

/// How often a cancel token without a usable descriptor is checked.
const CANCEL_POLL_INTERVAL: Duration = Duration::from_millis(10);

/// Why a call was interrupted.
#[derive(Debug)]
pub(crate) enum Interruption {
    /// The call's cancel token was cancelled.
    Cancelled,
    /// The client was shut down.
    ShutDown,
    /// The interrupt check cancelled the call.
    InterruptCheck,
    /// This timeout of the whole call expired.
    TimedOut(Duration),
    /// This timeout of opening a connection expired.
    ConnectTimedOut(Duration),
    /// No data was sent or received for this stall timeout.
    Stalled(Duration),
    /// `poll` failed.
    PollFailed(io::Error),
}

impl Interruption {
    /// The error that reports it. `peer` is the host that the call was waiting for, if any.
    pub(crate) fn into_error(self, peer: Option<&str>) -> Error {
        let to_peer = peer.map_or(String::new(), |peer| format!(" to {peer}"));
        let (kind, message) = match self {
            Self::Cancelled => (ErrorKind::Cancelled, "request cancelled by its cancel token".to_owned()),
            Self::ShutDown => (ErrorKind::Cancelled, "request cancelled: the client was shut down".to_owned()),
            Self::InterruptCheck => (ErrorKind::Cancelled, "request cancelled by the interrupt check".to_owned()),
            Self::TimedOut(after) => {
                (ErrorKind::Timeout, format!("request{to_peer} timed out after {} ms", after.as_millis()))
            }
            Self::ConnectTimedOut(after) => {
                let after = after.as_millis();
                (ErrorKind::Timeout, format!("connecting{to_peer} timed out after {after} ms (connect_timeout_ms)"))
            }
            Self::Stalled(after) => {
                (ErrorKind::Timeout, format!("connection{to_peer} stalled: no data for {} ms", after.as_millis()))
            }
            Self::PollFailed(error) => return Error::out_of_resources(&error),
        };
        Error::new(kind, message)
    }
}

/// The timeouts of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timeouts {
    /// For the whole call, retries included.
    pub total: Duration,
    /// For opening a connection.
    pub connect: Duration,
    /// For a connection without any data, before the attempt fails; `None` for no separate limit.
    pub stall: Option<Duration>,
}

/// The context of one call, retries included. A clone shares the deadline and the cancel tokens.
#[derive(Clone)]
pub(crate) struct CallContext {
    deadline: Instant,
    timeouts: Timeouts,
    shutdown: CancelToken,
    cancel: Option<CancelToken>,
    interrupt_check: Option<InterruptCheck>,
    last_interrupt_check: Cell<Instant>,
    logger: Option<Logger>,
}

impl CallContext {
    /// A call that starts now.
    pub(crate) fn new(timeouts: Timeouts, shutdown: &CancelToken, cancel: Option<&CancelToken>) -> Self {
        let now = Instant::now();
        Self {
            deadline: now + timeouts.total,
            timeouts,
            shutdown: shutdown.clone(),
            cancel: cancel.cloned(),
            interrupt_check: None,
            last_interrupt_check: Cell::new(now),
            logger: None,
        }
    }

    pub(crate) fn with_interrupt_check(self, interrupt_check: Option<InterruptCheck>) -> Self {
        Self { interrupt_check, ..self }
    }

    pub(crate) fn with_logger(self, logger: Option<Logger>) -> Self {
        Self { logger, ..self }
    }

    pub(crate) fn with_deadline_extended_by(self, extra: Duration) -> Self {
        Self { deadline: self.deadline + extra, ..self }
    }

    /// A call with another timeout, from now.
    pub(crate) fn with_timeout(self, total: Duration) -> Self {
        Self { deadline: Instant::now() + total, timeouts: Timeouts { total, ..self.timeouts }, ..self }
    }

    pub(crate) fn timeouts(&self) -> Timeouts {
        self.timeouts
    }

    pub(crate) fn time_remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    pub(crate) fn logger(&self) -> Option<&Logger> {
        self.logger.as_ref()
    }

    pub(crate) fn log(&self, level: LogLevel, line: impl FnOnce() -> String) {
        if let Some(logger) = &self.logger {
            logger.log(level, line);
        }
    }

    /// How often a wait runs the interrupt check, which may fork; `None` if there is none.
    pub(crate) fn interrupt_check_interval(&self) -> Option<Duration> {
        self.interrupt_check.is_some().then_some(INTERRUPT_CHECK_INTERVAL)
    }

    pub(crate) fn sleep(&self, duration: Duration) -> Result<(), Interruption> {
        self.wait_until(&[], Some(Instant::now() + duration)).map(drop)
    }

    /// Waits until a descriptor is ready and returns a bit mask of the ready ones; 0 if `until` is reached first.
    pub(crate) fn wait_until(
        &self,
        descriptors: &[(Descriptor<'_>, Interest)],
        until: Option<Instant>,
    ) -> Result<u32, Interruption> {
        loop {
            let remaining = self.check()?;
            let timeout = match until.map(|until| until.saturating_duration_since(Instant::now())) {
                Some(Duration::ZERO) => return Ok(0),
                Some(timeout) => remaining.min(timeout),
                None => remaining,
            };
            let tokens = self.tokens().filter_map(|token| Some((token.descriptor()?, Interest::Read)));
            match sys::poll(descriptors.iter().copied().chain(tokens), timeout.min(self.poll_interval())) {
                Ok(ready) => match ready & ((1 << descriptors.len()) - 1) {
                    // A timeout or a cancel token: the next check determines which.
                    0 => {}
                    ready => return Ok(ready),
                },
                Err(error) if error.kind() == io::ErrorKind::Interrupted => self.run_interrupt_check()?,
                Err(error) => return Err(Interruption::PollFailed(error)),
            }
        }
    }

    /// Fails if the call was cancelled or timed out; otherwise returns the time remaining.
    pub(crate) fn check(&self) -> Result<Duration, Interruption> {
        if self.shutdown.is_cancelled() {
            return Err(Interruption::ShutDown);
        }
        if self.cancel.as_ref().is_some_and(CancelToken::is_cancelled) {
            return Err(Interruption::Cancelled);
        }
        let now = Instant::now();
        if now >= self.deadline {
            return Err(Interruption::TimedOut(self.timeouts.total));
        }
        if self.interrupt_check.is_some() && now - self.last_interrupt_check.get() >= INTERRUPT_CHECK_INTERVAL {
            self.run_interrupt_check()?;
        }
        Ok(self.deadline - now)
    }

    fn run_interrupt_check(&self) -> Result<(), Interruption> {
        self.last_interrupt_check.set(Instant::now());
        let Some(check) = &self.interrupt_check else { return Ok(()) };
        // The check may make calls itself, which must not run it again.
        struct Running;
        impl Drop for Running {
            fn drop(&mut self) {
                CHECK_RUNNING.set(false);
            }
        }
        if CHECK_RUNNING.replace(true) {
            return Ok(());
        }
        let _running = Running;
        if check.should_cancel() { Err(Interruption::InterruptCheck) } else { Ok(()) }
    }

    fn tokens(&self) -> impl Iterator<Item = &CancelToken> {
        std::iter::once(&self.shutdown).chain(&self.cancel)
    }

    /// How often to check the tokens and the interrupt check, if they cannot wake `poll`.
    fn poll_interval(&self) -> Duration {
        if self.tokens().any(|token| token.descriptor().is_none()) {
            CANCEL_POLL_INTERVAL
        } else if self.interrupt_check.is_some() {
            INTERRUPT_CHECK_INTERVAL
        } else {
            Duration::MAX
        }
    }
}

thread_local! {
    static CHECK_RUNNING: Cell<bool> = const { Cell::new(false) };
}
