//! One page of the list: the service's own bytes, and the few facts that are needed to go on.

#[cfg(any(test, fuzzing))]
#[allow(clippy::expect_used)]
pub(crate) mod check;
mod depth;
pub(crate) mod field;
mod judge;
mod row;
pub(crate) mod rows;
mod scan;
mod skim;
mod table;
mod unescape;

use std::time::Duration;

use once_cell::race::OnceBox;
use ureq::http::HeaderMap;

use self::rows::Rows;
use self::skim::{rows_of, skim};
use crate::connector::{Connector, Connectors};

/// What the service says comes after a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Nothing: it was the last page.
    End,
    /// The page this cursor asks for.
    Cursor(String),
    /// A next page, in a form that can't be asked for.
    Unreadable,
}

/// The rate limit as an answer's headers told it; each part is `None` where the service didn't say.
///
/// Since: 0.1.0
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// Requests allowed in the current window (`X-RateLimit-Limit`).
    pub limit: Option<u32>,
    /// Requests left in it (`X-RateLimit-Remaining`).
    pub remaining: Option<u32>,
    /// When it ends, as the time since the Unix epoch (`X-RateLimit-Reset`, whole seconds).
    pub reset: Option<Duration>,
}

impl RateLimit {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
        let small = |name: &str| number(name)?.try_into().ok();
        Self {
            limit: small("x-ratelimit-limit"),
            remaining: small("x-ratelimit-remaining"),
            reset: number("x-ratelimit-reset").map(Duration::from_secs),
        }
    }
}

/// It is no part of JSON text, and parsers may pass over it (RFC 8259, 8.1).
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// A body that isn't a list, and why not.
pub(crate) struct NotAList {
    pub why: String,
    pub body: Vec<u8>,
}

/// One page of the list, as the service sent it. Immutable, so any thread may read it.
///
/// Since: 0.1.0
#[derive(Debug)]
pub struct Page {
    /// The JSON and a NUL behind it, so that C can read it in place.
    json_nul: String,
    count: usize,
    next: Next,
    request_id: Option<String>,
    rate_limit: RateLimit,
    /// Where the rows stand in the JSON, if that is known.
    rows_at: Option<usize>,
    /// Made once, without a lock, which a fork could leave locked: of two threads that both made it one throws its
    /// own away.
    rows: OnceBox<Rows>,
}

impl Page {
    /// Checks that `body` is the JSON of a list.
    pub(crate) fn read(mut body: Vec<u8>) -> std::result::Result<Self, NotAList> {
        if body.starts_with(BYTE_ORDER_MARK) {
            body.drain(..BYTE_ORDER_MARK.len());
        }
        let mut json = String::from_utf8(body).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            NotAList { why: format!("it isn't UTF-8 from byte {at} on"), body: error.into_bytes() }
        })?;
        let found = match skim(&json) {
            Ok(found) => found,
            Err(why) => return Err(NotAList { why, body: json.into_bytes() }),
        };
        json.push('\0');
        Ok(Self {
            json_nul: json,
            count: found.count,
            next: found.next,
            request_id: None,
            rate_limit: RateLimit::default(),
            rows_at: found.rows_at,
            rows: OnceBox::new(),
        })
    }

    /// With what the answer's head told.
    pub(crate) fn with_head(self, request_id: Option<String>, rate_limit: RateLimit) -> Self {
        Self { request_id, rate_limit, ..self }
    }

    /// The answer's JSON, byte for byte as it came (after decompression): unknown fields and all.
    pub fn json(&self) -> &str {
        self.json_nul.strip_suffix('\0').unwrap_or(&self.json_nul)
    }

    /// [`json`](Self::json) with a NUL behind it.
    pub(crate) fn json_nul(&self) -> &str {
        &self.json_nul
    }

    /// How many rows `data` has.
    pub fn count(&self) -> usize {
        self.count
    }

    /// A row, typed; `None` beyond the last. The first call, on any thread, reads all rows; a page whose rows nobody
    /// asks for costs nothing for them.
    pub fn connector(&self, index: usize) -> Option<Connector<'_>> {
        let rows = self.rows();
        Some(Connector::new(self.json(), rows, rows.get(index)?))
    }

    /// All rows, typed, in the service's order.
    pub fn connectors(&self) -> Connectors<'_> {
        Connectors::new(self)
    }

    fn rows(&self) -> &Rows {
        self.rows.get_or_init(|| {
            let json = self.json();
            // The one that judged the page is no scan.
            let at = self.rows_at.or_else(|| rows_of(json)).unwrap_or(json.len());
            Box::new(Rows::read(json, at, self.count))
        })
    }

    /// The cursor that asks for the next page; `None` on the last one.
    pub fn next_cursor(&self) -> Option<&str> {
        match &self.next {
            Next::Cursor(cursor) => Some(cursor),
            Next::End | Next::Unreadable => None,
        }
    }

    /// Whether the service named a next page. True without a [`next_cursor`](Self::next_cursor) when it did so in a
    /// form that can't be followed: then the list isn't at its end, and going on needs another way.
    pub fn has_next(&self) -> bool {
        self.next != Next::End
    }

    pub(crate) fn next(&self) -> &Next {
        &self.next
    }

    /// The service's id for the request, for its support people, if it gave one.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// The rate limit after this request.
    pub fn rate_limit(&self) -> RateLimit {
        self.rate_limit
    }
}

impl Clone for Page {
    /// Copies what the service sent; the copy's rows are read when they are asked for.
    fn clone(&self) -> Self {
        Self {
            json_nul: self.json_nul.clone(),
            next: self.next.clone(),
            request_id: self.request_id.clone(),
            rows: OnceBox::new(),
            ..*self
        }
    }
}

#[cfg(test)]
mod tests;
