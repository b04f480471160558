//! How often one may ask: a rate limit per minute, spread over windows of 10 seconds.

use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::answer::Refusal;

/// The limit of most apps; what the headers say when nobody is to be refused.
const USUAL_PER_MINUTE: u32 = 10_000;

const WINDOW_SECONDS: u64 = 10;
const WINDOWS_PER_MINUTE: u32 = 6;

/// Counts requests.
#[derive(Debug)]
pub(crate) struct RateLimit {
    per_minute: u32,
    refuses: bool,
    window: Mutex<Window>,
}

/// A window begins with the first request after the last one ended, so that a whole share fits.
#[derive(Debug, Default)]
struct Window {
    /// Unix seconds.
    end: u64,
    spent: u32,
}

impl RateLimit {
    /// Refuses what goes beyond the limit; nothing if there is none.
    pub(crate) fn new(per_minute: Option<u32>) -> Self {
        RateLimit {
            per_minute: per_minute.unwrap_or(USUAL_PER_MINUTE),
            refuses: per_minute.is_some(),
            window: Mutex::default(),
        }
    }

    /// Counts one request, made now, and tells in `headers` where the limit stands.
    pub(crate) fn spend(&self, headers: &mut HeaderMap) -> Result<(), Refusal> {
        // A clock before 1970 is one that stands still.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.spend_at(now.as_secs(), headers)
    }

    fn spend_at(&self, now: u64, headers: &mut HeaderMap) -> Result<(), Refusal> {
        let share = (self.per_minute / WINDOWS_PER_MINUTE).max(1);
        let (spent, end) = {
            let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
            if now >= window.end {
                *window = Window { end: now + WINDOW_SECONDS, spent: 0 };
            }
            window.spent = window.spent.saturating_add(1);
            (window.spent, window.end)
        };

        headers.insert("x-ratelimit-limit", HeaderValue::from(self.per_minute));
        let remaining = share.saturating_sub(spent);
        headers.insert("x-ratelimit-remaining", HeaderValue::from(remaining));
        headers.insert("x-ratelimit-reset", HeaderValue::from(end));
        if spent <= share || !self.refuses {
            return Ok(());
        }
        let wait = end - now;
        headers.insert(header::RETRY_AFTER, HeaderValue::from(wait));
        let message = format!(
            "Rate limit exceeded: {share} requests per {WINDOW_SECONDS} seconds ({} per minute); \
             try again in {wait} seconds",
            self.per_minute
        );
        Err(Refusal::new(StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded", message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_ends_ten_seconds_after_its_first_request() {
        let limit = RateLimit::new(Some(12));
        for (now, passes, remaining, reset, retry_after) in [
            (1_000, true, "1", "1010", None),
            (1_005, true, "0", "1010", None),
            (1_005, false, "0", "1010", Some("5")),
            (1_009, false, "0", "1010", Some("1")),
            (1_010, true, "1", "1020", None),
            (1_500, true, "1", "1510", None),
        ] {
            let mut headers = HeaderMap::new();
            assert_eq!(limit.spend_at(now, &mut headers).is_ok(), passes, "{now}");
            assert_eq!(headers["x-ratelimit-limit"], "12");
            assert_eq!(headers["x-ratelimit-remaining"], remaining);
            assert_eq!(headers["x-ratelimit-reset"], reset);
            assert_eq!(headers.get("retry-after").map(|value| value.as_bytes()), retry_after.map(str::as_bytes));
        }
    }
}
