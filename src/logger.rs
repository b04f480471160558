//! The logger: a callback that receives the log lines of a client.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// The severity of a log line. Each level includes the more severe ones.
///
/// Since: 0.1.0
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LogLevel {
    /// A call failed.
    Error = 1,
    /// A request failed and is retried.
    Warn = 2,
    /// A response was received, a call waits for the rate limit to reset, or a call was cancelled.
    Info = 3,
    /// A request is sent.
    Debug = 4,
}

type WriteFn = dyn Fn(LogLevel, &str) + Send + Sync;

/// A log function, and the least severe level it receives.
#[derive(Clone)]
pub(crate) struct Logger {
    level: LogLevel,
    write: Arc<WriteFn>,
}

impl Logger {
    pub(crate) fn new(level: LogLevel, write: impl Fn(LogLevel, &str) + Send + Sync + 'static) -> Self {
        Self { level, write: Arc::new(write) }
    }

    /// Writes a line, which is built only if the level is enabled.
    pub(crate) fn log(&self, level: LogLevel, line: impl FnOnce() -> String) {
        if level <= self.level {
            (self.write)(level, &line());
        }
    }

    /// A logger for a background thread, which must not run callbacks, and the buffer of its lines.
    pub(crate) fn buffered(&self) -> (Self, LogBuffer) {
        let buffer = LogBuffer::default();
        let writer = buffer.clone();
        (Self::new(self.level, move |level, line| writer.push(level, line)), buffer)
    }
}

/// Log lines that are not written yet.
#[derive(Clone, Debug, Default)]
pub(crate) struct LogBuffer(Arc<Mutex<Vec<(LogLevel, String)>>>);

impl LogBuffer {
    fn push(&self, level: LogLevel, line: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((level, line.to_owned()));
    }

    /// Writes the lines, on this thread, and empties the buffer.
    pub(crate) fn flush_to(&self, logger: &Logger) {
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
