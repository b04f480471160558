//! What is tried again, and when.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use crate::error::{Error, ErrorKind};

const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(8);

/// How long to wait before the next attempt, after `made` of them; `None` when the failure is to be reported.
///
/// A wait that the service asked for is kept to; if it doesn't fit into the time `left`, trying again is of no use.
pub(crate) fn wait_before_next(error: &Error, made: u32, max_retries: u32, left: Duration) -> Option<Duration> {
    if made > max_retries || !is_passing(error) {
        return None;
    }
    let wait = error.retry_after().unwrap_or_else(|| backoff(made));
    (wait < left).then_some(wait)
}

/// Whether the same request may well succeed a moment later.
fn is_passing(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Connection | ErrorKind::Timeout)
        || matches!(error.http_status(), Some(408 | 429 | 500 | 502 | 503 | 504))
}

/// Twice as long after each attempt, the second half of it by chance, so that many clients don't come back at once.
fn backoff(made: u32) -> Duration {
    let doubled = FIRST_WAIT.saturating_mul(1 << (made.clamp(1, 16) - 1));
    let whole = doubled.min(LONGEST_WAIT);
    let random = RandomState::new().hash_one(made) as f64 / u64::MAX as f64;
    whole.mul_f64(0.5 + random / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::AnswerFacts;

    const LEFT: Duration = Duration::from_secs(60);

    fn answered(status: u16, retry_after: Option<u64>) -> Error {
        Error::new(ErrorKind::Server, "").with_answer(AnswerFacts {
            http_status: Some(status),
            retry_after: retry_after.map(Duration::from_secs),
            ..AnswerFacts::default()
        })
    }

    #[test]
    fn only_what_passes_is_tried_again() {
        for status in [408, 429, 500, 502, 503, 504] {
            assert!(wait_before_next(&answered(status, None), 1, 2, LEFT).is_some(), "{status}");
        }
        for status in [200, 204, 301, 400, 401, 403, 404, 409, 422, 501] {
            assert!(wait_before_next(&answered(status, None), 1, 2, LEFT).is_none(), "{status}");
        }
        use ErrorKind::*;
        for (kind, again) in [(Connection, true), (Timeout, true), (Tls, false), (Protocol, false), (TooLarge, false)] {
            assert_eq!(wait_before_next(&Error::new(kind, ""), 1, 2, LEFT).is_some(), again, "{kind:?}");
        }
    }

    #[test]
    fn the_number_of_retries_is_kept() {
        let error = answered(500, None);
        assert!(wait_before_next(&error, 1, 0, LEFT).is_none());
        assert!(wait_before_next(&error, 2, 2, LEFT).is_some());
        assert!(wait_before_next(&error, 3, 2, LEFT).is_none());
    }

    #[test]
    fn waits_grow_within_bounds() {
        for (made, longest) in [(1, 250), (2, 500), (3, 1000), (6, 8000), (11, 8000)] {
            for _ in 0..50 {
                let wait = backoff(made).as_millis();
                assert!(wait >= longest / 2 && wait <= longest, "{made}: {wait}");
            }
        }
    }

    #[test]
    fn the_services_wait_is_kept_to_or_the_failure_comes_at_once() {
        assert_eq!(wait_before_next(&answered(429, Some(7)), 1, 2, LEFT), Some(Duration::from_secs(7)));
        assert_eq!(wait_before_next(&answered(503, Some(0)), 1, 2, LEFT), Some(Duration::ZERO));
        assert_eq!(wait_before_next(&answered(429, Some(60)), 1, 2, LEFT), None);
    }
}
