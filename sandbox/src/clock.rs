//! The time of the service: `updated_at` of changes, the `Date` header, and the delay until changes are listed.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::http::HeaderValue;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

/// A clock that stands still until [`advance`](Self::advance) is called, for tests. Clones share the time.
#[derive(Clone, Debug)]
pub struct VirtualClock(Arc<AtomicI64>);

impl VirtualClock {
    /// Creates a clock that shows `time`, to the microsecond. A time before 1970 is taken as 1970.
    pub fn new(time: SystemTime) -> Self {
        VirtualClock(Arc::new(AtomicI64::new(micros(time.duration_since(UNIX_EPOCH).unwrap_or_default()))))
    }

    /// Advances the clock.
    pub fn advance(&self, duration: Duration) {
        self.0.fetch_add(micros(duration), Ordering::SeqCst);
    }

    /// Returns the time that the clock shows.
    pub fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_micros(self.0.load(Ordering::SeqCst).unsigned_abs())
    }

    fn timestamp(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).unwrap_or(Timestamp::MAX)
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// The clock of a sandbox.
#[derive(Debug, Default)]
pub(crate) enum Clock {
    #[default]
    System,
    Virtual(VirtualClock),
}

impl Clock {
    pub(crate) fn now(&self) -> Timestamp {
        match self {
            Clock::System => Timestamp::now(),
            Clock::Virtual(clock) => clock.timestamp(),
        }
    }

    /// The `Date` header of a response; `None` if it is the time of the system, which the server adds.
    pub(crate) fn date_header(&self) -> Option<HeaderValue> {
        let Clock::Virtual(clock) = self else { return None };
        let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&clock.timestamp()).ok()?;
        HeaderValue::try_from(date).ok()
    }
}
