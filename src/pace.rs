//! Opt-in pacing: when an answer says that nothing remains of the rate limit, the next request waits for the reset.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Until when requests of a client are held back. No lock, which a fork could find taken.
#[derive(Debug)]
pub(crate) struct Pace {
    start: Instant,
    /// In nanoseconds since the start; 0 is not at all.
    held_until: AtomicU64,
}

impl Pace {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now(), held_until: AtomicU64::new(0) }
    }

    /// How long the next request has to wait.
    pub(crate) fn wait(&self) -> Duration {
        let until = Duration::from_nanos(self.held_until.load(Ordering::Relaxed));
        until.saturating_sub(self.start.elapsed())
    }

    /// What an answer says: how much remains, and how long until the reset. A later answer lifts no hold: it may be
    /// of an earlier request, and a hold ends by itself.
    pub(crate) fn learn(&self, remaining: Option<u32>, until_reset: Option<Duration>) {
        let (Some(0), Some(wait)) = (remaining, until_reset) else { return };
        if wait > LONGEST {
            return;
        }
        let until = self.start.elapsed().saturating_add(wait);
        let nanoseconds = until.as_nanos().try_into().unwrap_or(u64::MAX);
        self.held_until.fetch_max(nanoseconds, Ordering::Relaxed);
    }
}

/// The service's windows are of a minute; a reset beyond this is a mistake, and would hold for ever.
const LONGEST: Duration = Duration::from_secs(5 * 60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_back_only_while_nothing_remains() {
        let pace = Pace::new();
        let minute = Duration::from_secs(60);
        for (remaining, until_reset) in [
            (None, None),
            (Some(1), Some(minute)),
            (None, Some(minute)),
            (Some(0), None),
            (Some(0), Some(Duration::from_secs(400))),
            (Some(0), Some(Duration::MAX)),
        ] {
            pace.learn(remaining, until_reset);
            assert_eq!(pace.wait(), Duration::ZERO, "{remaining:?} {until_reset:?}");
        }
        pace.learn(Some(0), Some(minute));
        pace.learn(Some(9), Some(minute));
        pace.learn(Some(0), Some(Duration::from_secs(1)));
        assert!(pace.wait() > minute - Duration::from_secs(10) && pace.wait() <= minute);
    }
}
