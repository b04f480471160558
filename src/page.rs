//! One page of the list: the JSON as the service sent it, its rows, and what pagination needs.

pub(crate) mod connector;
mod diagnose;
pub(crate) mod field;
#[cfg(test)]
mod generated_list_tests;
mod ids_hash;
mod list;
pub(crate) mod packed_rows;
mod rows;
#[cfg(any(test, fuzzing))]
#[allow(clippy::expect_used)]
pub(crate) mod serde_json_oracle;
mod summary;
mod timestamp;

use std::time::UNIX_EPOCH;

use once_cell::race::OnceBox;

use self::connector::{Connector, Connectors};
use self::list::{MAX_ROWS, read_list};
pub(crate) use self::list::{member, members};
use self::packed_rows::PackedFormat;
use self::rows::Rows;
pub(crate) use self::summary::Next;
use self::summary::RowsSummary;
use crate::rate_limit::RateLimit;

/// Not part of a JSON text; parsers may ignore it (RFC 8259, section 8.1).
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// A response body that is not a list, and why.
pub(crate) struct InvalidList {
    pub reason: String,
    pub body: Vec<u8>,
}

/// One page of the list, as the service sent it. Immutable, so that threads can share it.
///
/// Since: 0.1.0
#[derive(Debug)]
pub struct Page {
    /// The JSON and a NUL, so that C can read it in place.
    json_nul: String,
    rows_summary: RowsSummary,
    next: Next,
    request_id: Option<String>,
    rate_limit: RateLimit,
    date: Option<Box<str>>,
    /// Parsed on first access, without a lock, which a fork could leave locked: if two threads parse them at once, one
    /// result is dropped.
    rows: OnceBox<Rows>,
}

impl Page {
    /// Validates that `body` is the JSON of a list.
    pub(crate) fn parse(body: Vec<u8>) -> std::result::Result<Self, InvalidList> {
        Self::parse_rows(body, MAX_ROWS)
    }

    /// [`parse`](Self::parse) with another limit for the number of rows.
    pub(crate) fn parse_rows(mut body: Vec<u8>, max_rows: usize) -> std::result::Result<Self, InvalidList> {
        if body.starts_with(BYTE_ORDER_MARK) {
            body.drain(..BYTE_ORDER_MARK.len());
        }
        let mut json = String::from_utf8(body).map_err(|error| {
            let position = error.utf8_error().valid_up_to();
            InvalidList { reason: format!("invalid UTF-8 at byte {position}"), body: error.into_bytes() }
        })?;
        let list = match read_list(&json, max_rows) {
            Ok(list) => list,
            Err(reason) => return Err(InvalidList { reason, body: json.into_bytes() }),
        };
        json.push('\0');
        Ok(Self {
            json_nul: json,
            rows_summary: list.rows,
            next: list.next,
            request_id: None,
            rate_limit: RateLimit::default(),
            date: None,
            rows: OnceBox::new(),
        })
    }

    /// Adds the values from the response head.
    pub(crate) fn with_response_head(
        self,
        request_id: Option<String>,
        rate_limit: RateLimit,
        date: Option<Box<str>>,
    ) -> Self {
        Self { request_id, rate_limit, date, ..self }
    }

    /// The JSON of the response, exactly as the service sent it (after decompression), including unknown fields.
    pub fn json(&self) -> &str {
        self.json_nul.strip_suffix('\0').unwrap_or(&self.json_nul)
    }

    /// [`json`](Self::json) and a NUL.
    pub(crate) fn json_nul(&self) -> &str {
        &self.json_nul
    }

    /// The number of rows.
    pub fn count(&self) -> usize {
        self.rows_summary.count
    }

    /// A hash of the ids of the rows in their order.
    pub(crate) fn ids_hash(&self) -> u64 {
        self.rows_summary.ids_hash
    }

    /// The row at `index`; `None` beyond the last. The first access to a row, from any thread, parses all rows.
    pub fn connector(&self, index: usize) -> Option<Connector<'_>> {
        self.connectors().get(index)
    }

    /// All rows, in the order of the service.
    pub fn connectors(&self) -> Connectors<'_> {
        Connectors::new(self.json(), self.rows())
    }

    /// All rows in one buffer.
    pub(crate) fn packed_rows(&self, format: PackedFormat) -> Vec<u8> {
        packed_rows::pack(&self.connectors(), self.json(), format)
    }

    fn rows(&self) -> &Rows {
        self.rows.get_or_init(|| {
            let RowsSummary { start, count, .. } = self.rows_summary;
            Box::new(Rows::parse(self.json(), start, count))
        })
    }

    /// The cursor of the next page; `None` on the last page.
    pub fn next_cursor(&self) -> Option<&str> {
        match &self.next {
            Next::Cursor(cursor) => Some(cursor),
            Next::End | Next::Unsupported => None,
        }
    }

    /// Whether there is a next page. If there is, but no [`next_cursor`](Self::next_cursor), the service specified it
    /// in an unsupported form: the list is incomplete.
    pub fn has_next(&self) -> bool {
        self.next != Next::End
    }

    pub(crate) fn next(&self) -> &Next {
        &self.next
    }

    /// The request id, for the service's support, if the response has one.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// The time of the response (`Date`) in milliseconds since the Unix epoch. Parsed here, as only snapshots need it.
    pub(crate) fn date_ms(&self) -> Option<i64> {
        let date = httpdate::parse_http_date(self.date.as_deref()?).ok()?;
        date.duration_since(UNIX_EPOCH).ok()?.as_millis().try_into().ok()
    }

    /// The rate limit after this request.
    pub fn rate_limit(&self) -> RateLimit {
        self.rate_limit
    }
}

impl Clone for Page {
    /// Copies the response; the rows of the copy are parsed on first access.
    fn clone(&self) -> Self {
        Self {
            json_nul: self.json_nul.clone(),
            next: self.next.clone(),
            request_id: self.request_id.clone(),
            date: self.date.clone(),
            rows: OnceBox::new(),
            ..*self
        }
    }
}

impl<'page> IntoIterator for &'page Page {
    type Item = Connector<'page>;
    type IntoIter = Connectors<'page>;

    fn into_iter(self) -> Self::IntoIter {
        self.connectors()
    }
}
