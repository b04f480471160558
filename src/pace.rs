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

    /// What an answer says: how much remains, and how long until the reset.
    pub(crate) fn learn(&self, remaining: Option<u32>, until_reset: Option<Duration>) {
        let Some(remaining) = remaining else { return };
        let until = match until_reset {
            Some(wait) if remaining == 0 => self.start.elapsed().saturating_add(wait),
            _ => Duration::ZERO,
        };
        let nanoseconds = until.as_nanos().try_into().unwrap_or(u64::MAX);
        self.held_until.store(nanoseconds, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_back_only_while_nothing_remains() {
        let pace = Pace::new();
        let minute = Duration::from_secs(60);
        assert_eq!(pace.wait(), Duration::ZERO);
        pace.learn(Some(1), Some(minute));
        assert_eq!(pace.wait(), Duration::ZERO);
        pace.learn(Some(0), Some(minute));
        assert!(pace.wait() > minute - Duration::from_secs(10) && pace.wait() <= minute);
        pace.learn(None, None);
        assert!(pace.wait() > Duration::ZERO, "says nothing new");
        pace.learn(Some(9), None);
        assert_eq!(pace.wait(), Duration::ZERO);
        pace.learn(Some(0), None);
        assert_eq!(pace.wait(), Duration::ZERO);
        pace.learn(Some(0), Some(Duration::MAX));
        assert!(pace.wait() > minute);
    }
}
