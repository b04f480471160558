//! Where a client's log lines go: to a function of the caller's, or nowhere.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// How much a log line matters; each level includes those before it.
///
/// Since: 0.1.0
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LogLevel {
    /// A call failed.
    Error = 1,
    /// A request failed and is tried again.
    Warn = 2,
    /// An answer came, a call waits for the rate limit's reset, or its caller ended it.
    Info = 3,
    /// Each request, as it is sent.
    Debug = 4,
}

type Write = dyn Fn(LogLevel, &str) + Send + Sync;

/// A function that gets log lines, and the level up to which it wants them.
#[derive(Clone)]
pub(crate) struct Logger {
    level: LogLevel,
    write: Arc<Write>,
}

impl Logger {
    pub(crate) fn new(level: LogLevel, write: impl Fn(LogLevel, &str) + Send + Sync + 'static) -> Self {
        Self { level, write: Arc::new(write) }
    }

    /// The line is made only when somebody listens at that level.
    pub(crate) fn log(&self, level: LogLevel, line: impl FnOnce() -> String) {
        if level <= self.level {
            (self.write)(level, &line());
        }
    }

    /// One for a thread that isn't the caller's, and where its lines are kept until a thread of the caller's comes.
    pub(crate) fn keeping(&self) -> (Self, KeptLines) {
        let kept = KeptLines::default();
        let theirs = kept.clone();
        (Self::new(self.level, move |level, line| theirs.add(level, line)), kept)
    }
}

/// Lines that are yet to be written.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeptLines(Arc<Mutex<Vec<(LogLevel, String)>>>);

impl KeptLines {
    fn add(&self, level: LogLevel, line: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((level, line.to_owned()));
    }

    /// Writes them, on this thread.
    pub(crate) fn write_to(&self, logger: &Logger) {
        let lines = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        for (level, line) in lines {
            logger.log(level, || line);
        }
    }
}

impl fmt::Debug for Logger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Logger({:?})", self.level)
    }
}
