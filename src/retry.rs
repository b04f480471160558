//! Which failures are retried, and after what delay.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use crate::error::{Error, ErrorKind};

const MIN_BACKOFF: Duration = Duration::from_millis(250);
const MAX_BACKOFF: Duration = Duration::from_secs(8);

#[derive(Clone, Copy, Debug)]
pub(crate) struct RetryPolicy {
    pub max_retries: u32,
}

/// What follows a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Retry {
    /// Another attempt after a delay.
    After(Duration),
    /// The error is final.
    No,
    /// The error is final, as this delay, which the service specified, exceeds the time remaining.
    TooLate(Duration),
}

impl RetryPolicy {
    /// Decides whether to retry after `attempts` attempts, the last of which failed with `error`.
    pub(crate) fn after_failure(&self, error: &Error, attempts: u32, time_remaining: Duration) -> Retry {
        if attempts > self.max_retries || !is_retryable(error) {
            return Retry::No;
        }
        match error.retry_after() {
            Some(delay) if delay >= time_remaining => Retry::TooLate(delay),
            Some(delay) => Retry::After(delay),
            None => Some(backoff(attempts)).filter(|delay| *delay < time_remaining).map_or(Retry::No, Retry::After),
        }
    }
}

/// Whether the same request may succeed a moment later.
pub(crate) fn is_retryable(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Connection | ErrorKind::Timeout)
        || error.is_temporary()
        || matches!(error.http_status(), Some(408 | 429 | 500 | 502 | 503 | 504))
}

/// Exponential backoff with jitter: between half of the delay and all of it, so that clients don't retry at the same
/// time.
fn backoff(attempts: u32) -> Duration {
    let doubled = MIN_BACKOFF.saturating_mul(1 << (attempts.clamp(1, 16) - 1));
    let delay = doubled.min(MAX_BACKOFF);
    let random = RandomState::new().hash_one(attempts) as f64 / u64::MAX as f64;
    delay.mul_f64(0.5 + random / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ResponseInfo;

    const MINUTE: Duration = Duration::from_secs(60);

    fn http_error(status: u16, retry_after: Option<u64>) -> Error {
        Error::new(ErrorKind::Server, "").with_response(ResponseInfo {
            http_status: Some(status),
            retry_after: retry_after.map(Duration::from_secs),
            ..ResponseInfo::default()
        })
    }

    fn retry(error: &Error, attempts: u32, max_retries: u32) -> Retry {
        RetryPolicy { max_retries }.after_failure(error, attempts, MINUTE)
    }

    fn is_retried(error: &Error, attempts: u32, max_retries: u32) -> bool {
        matches!(retry(error, attempts, max_retries), Retry::After(_))
    }

    #[test]
    fn retries_only_transient_failures() {
        for status in [408, 429, 500, 502, 503, 504] {
            assert!(is_retried(&http_error(status, None), 1, 2), "{status}");
        }
        for status in [200, 204, 301, 400, 401, 403, 404, 409, 422, 501] {
            assert!(!is_retried(&http_error(status, Some(0)), 1, 2), "{status}");
        }
        use ErrorKind::*;
        for (kind, retried) in [(Connection, true), (Timeout, true), (Tls, false), (Protocol, false), (TooLarge, false)]
        {
            assert_eq!(is_retried(&Error::new(kind, ""), 1, 2), retried, "{kind:?}");
        }
    }

    #[test]
    fn stops_after_max_retries() {
        let error = http_error(500, None);
        assert_eq!(retry(&error, 1, 0), Retry::No);
        assert!(is_retried(&error, 2, 2));
        assert_eq!(retry(&error, 3, 2), Retry::No);
        assert_eq!(retry(&http_error(500, Some(60)), 3, 2), Retry::No, "not for lack of time");
    }

    #[test]
    fn backoff_doubles_up_to_a_maximum() {
        for (attempts, longest) in [(1, 250), (2, 500), (3, 1000), (6, 8000), (11, 8000)] {
            for _ in 0..50 {
                let delay = backoff(attempts).as_millis();
                assert!(delay >= longest / 2 && delay <= longest, "{attempts}: {delay}");
            }
        }
    }

    #[test]
    fn honours_retry_after_or_fails_at_once() {
        assert_eq!(retry(&http_error(429, Some(7)), 1, 2), Retry::After(Duration::from_secs(7)));
        assert_eq!(retry(&http_error(503, Some(0)), 1, 2), Retry::After(Duration::ZERO));
        assert_eq!(retry(&http_error(429, Some(60)), 1, 2), Retry::TooLate(MINUTE));
        assert_eq!(RetryPolicy { max_retries: 2 }.after_failure(&http_error(500, None), 1, Duration::ZERO), Retry::No);
    }
}
