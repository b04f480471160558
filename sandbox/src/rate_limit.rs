//! Rate limiting: a limit per minute, applied in windows of 10 seconds.

use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::response::ApiError;

/// The limit of most apps; sent in the headers when no limit is enforced.
const DEFAULT_PER_MINUTE: u32 = 10_000;

const WINDOW_SECONDS: u64 = 10;
const WINDOWS_PER_MINUTE: u32 = 6;

/// Counts requests and rejects those above the limit.
#[derive(Debug)]
pub(crate) struct RateLimiter {
    per_minute: u32,
    enforced: bool,
    window: Mutex<Window>,
}

/// A window starts with the first request after the previous one ended, so that tests get a whole window.
#[derive(Debug, Default)]
struct Window {
    /// Unix seconds.
    end: u64,
    requests: u32,
}

impl RateLimiter {
    /// Creates a rate limiter; `None` reports the default limit without enforcing it.
    pub(crate) fn new(per_minute: Option<u32>) -> Self {
        RateLimiter {
            per_minute: per_minute.unwrap_or(DEFAULT_PER_MINUTE),
            enforced: per_minute.is_some(),
            window: Mutex::default(),
        }
    }

    /// Counts a request made now, and adds the rate limit headers.
    pub(crate) fn check(&self, headers: &mut HeaderMap) -> Result<(), ApiError> {
        // A clock before 1970 is treated as 1970.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.check_at(now.as_secs(), headers)
    }

    fn check_at(&self, now: u64, headers: &mut HeaderMap) -> Result<(), ApiError> {
        let per_window = (self.per_minute / WINDOWS_PER_MINUTE).max(1);
        let (requests, end) = {
            let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
            if now >= window.end {
                *window = Window { end: now + WINDOW_SECONDS, requests: 0 };
            }
            window.requests = window.requests.saturating_add(1);
            (window.requests, window.end)
        };

        headers.insert("x-ratelimit-limit", HeaderValue::from(self.per_minute));
        let remaining = per_window.saturating_sub(requests);
        headers.insert("x-ratelimit-remaining", HeaderValue::from(remaining));
        headers.insert("x-ratelimit-reset", HeaderValue::from(end));
        if requests <= per_window || !self.enforced {
            return Ok(());
        }
        let wait = end - now;
        headers.insert(header::RETRY_AFTER, HeaderValue::from(wait));
        let message = format!(
            "Rate limit exceeded: {per_window} requests per {WINDOW_SECONDS} seconds ({} per minute); \
             retry after {wait} seconds",
            self.per_minute
        );
        Err(ApiError::new(StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded", message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn window_ends_ten_seconds_after_its_first_request() {
        let limiter = RateLimiter::new(Some(12));
        for (now, accepted, remaining, reset, retry_after) in [
            (1_000, true, "1", "1010", None),
            (1_005, true, "0", "1010", None),
            (1_005, false, "0", "1010", Some("5")),
            (1_009, false, "0", "1010", Some("1")),
            (1_010, true, "1", "1020", None),
            (1_500, true, "1", "1510", None),
        ] {
            let mut headers = HeaderMap::new();
            assert_eq!(limiter.check_at(now, &mut headers).is_ok(), accepted, "{now}");
            assert_eq!(headers["x-ratelimit-limit"], "12");
            assert_eq!(headers["x-ratelimit-remaining"], remaining);
            assert_eq!(headers["x-ratelimit-reset"], reset);
            assert_eq!(headers.get("retry-after").map(|value| value.as_bytes()), retry_after.map(str::as_bytes));
        }
    }
}
