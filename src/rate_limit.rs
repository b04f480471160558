//! The rate limit of the service, and the limiter that waits for its reset if `wait_for_rate_limit` is set.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use ureq::http::{HeaderMap, HeaderName};

static LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
static REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
static RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// The rate limit from the headers of a response. A part that the response lacks is `None`.
///
/// Since: 0.1.0
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// Requests allowed in the current window (`X-RateLimit-Limit`).
    pub limit: Option<u32>,
    /// Requests remaining in the window (`X-RateLimit-Remaining`).
    pub remaining: Option<u32>,
    /// The end of the window, as the time since the Unix epoch (`X-RateLimit-Reset`, whole seconds).
    pub reset: Option<Duration>,
}

impl RateLimit {
    pub(crate) fn from_headers(headers: &HeaderMap) -> Self {
        let number = |name: &HeaderName| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
        let small = |name: &HeaderName| number(name)?.try_into().ok();
        Self { limit: small(&LIMIT), remaining: small(&REMAINING), reset: number(&RESET).map(Duration::from_secs) }
    }
}

/// The longest delay that a response can request; a longer one is ignored. The windows of rate limits last seconds or
/// minutes, maintenance rarely more than an hour, whereas the common errors are longer: another time zone, milliseconds
/// or a date instead of seconds.
pub(crate) const MAX_PLAUSIBLE_DELAY: Duration = Duration::from_secs(60 * 60);

/// Delays the requests of a client while no requests remain. Lock-free: a fork could leave a lock locked.
#[derive(Debug)]
pub(crate) struct RateLimiter {
    start: Instant,
    /// In nanoseconds since `start`; 0 if requests are not delayed.
    blocked_until: AtomicU64,
}

impl RateLimiter {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now(), blocked_until: AtomicU64::new(0) }
    }

    /// How long the next request must wait.
    pub(crate) fn wait_time(&self) -> Duration {
        let until = Duration::from_nanos(self.blocked_until.load(Ordering::Relaxed));
        until.saturating_sub(self.start.elapsed())
    }

    /// Takes the rate limit of a response into account. A response never shortens a wait: it may belong to an earlier
    /// request, and waits expire anyway.
    pub(crate) fn update(&self, remaining: Option<u32>, time_to_reset: Option<Duration>) {
        let (Some(0), Some(wait)) = (remaining, time_to_reset) else { return };
        let until = self.start.elapsed().saturating_add(wait);
        let nanoseconds = until.as_nanos().try_into().unwrap_or(u64::MAX);
        self.blocked_until.fetch_max(nanoseconds, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_requests_only_while_none_remain() {
        let limiter = RateLimiter::new();
        let minute = Duration::from_secs(60);
        for (remaining, time_to_reset) in [(None, None), (Some(1), Some(minute)), (None, Some(minute)), (Some(0), None)]
        {
            limiter.update(remaining, time_to_reset);
            assert_eq!(limiter.wait_time(), Duration::ZERO, "{remaining:?} {time_to_reset:?}");
        }
        limiter.update(Some(0), Some(minute));
        limiter.update(Some(9), Some(minute));
        limiter.update(Some(0), Some(Duration::from_secs(1)));
        let wait = limiter.wait_time();
        assert!(wait > minute - Duration::from_secs(10) && wait <= minute);
    }
}
