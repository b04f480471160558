//! One page of the list: the JSON as the service sent it, its rows, and what pagination needs.

pub(crate) mod connector;
mod diagnose;
pub(crate) mod field;
#[cfg(test)]
mod generated_list_tests;
mod ids_hash;
mod list;
pub(crate) mod packed_rows;
pub(crate) mod row_access;
mod row_scan;
mod rows;
#[cfg(any(test, fuzzing))]
#[allow(clippy::expect_used)]
pub(crate) mod serde_json_oracle;
mod summary;
mod timestamp;

use std::time::UNIX_EPOCH;

use once_cell::race::OnceBox;

use self::connector::{Connector, Connectors};
pub(crate) use self::list::MAX_ROWS;
pub(crate) use self::list::{member, members};
use self::list::{read_list, record_rows};
use self::packed_rows::PackedFormat;
use self::row_access::RowAccess;
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
    /// The JSON, UTF-8, and a NUL, so that C can read it in place. Not a String: without `unsafe` that would need the
    /// validation of std, which takes four times as many instructions.
    json_nul: Vec<u8>,
    rows_summary: RowsSummary,
    next: Next,
    request_id: Option<String>,
    rate_limit: RateLimit,
    date: Option<Box<str>>,
    row_access: RowAccess,
    /// Recorded on first access if they were not yet, without a lock, which a fork could leave locked: if two threads record
    /// them at once, one result is dropped.
    rows: OnceBox<Rows>,
}

impl Page {
    /// Validates that `body` is the JSON of a list.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn parse(body: Vec<u8>) -> std::result::Result<Self, InvalidList> {
        Self::parse_as(body, MAX_ROWS, &RowAccess::default())
    }

    /// Validates that `body` is the JSON of a list with at most `max_rows` rows.
    pub(crate) fn parse_as(
        mut body: Vec<u8>,
        max_rows: usize,
        row_access: &RowAccess,
    ) -> std::result::Result<Self, InvalidList> {
        if body.starts_with(BYTE_ORDER_MARK) {
            body.drain(..BYTE_ORDER_MARK.len());
        }
        let found = match simdutf8::compat::from_utf8(&body) {
            Ok(json) => read_list(json, max_rows, row_access.is_expected()),
            Err(error) => Err(format!("invalid UTF-8 at byte {}", error.valid_up_to())),
        };
        let (list, rows) = match found {
            Ok(found) => found,
            Err(reason) => return Err(InvalidList { reason, body }),
        };
        body.push(0);
        Ok(Self {
            json_nul: body,
            rows_summary: list.rows,
            next: list.next,
            request_id: None,
            rate_limit: RateLimit::default(),
            date: None,
            row_access: row_access.clone(),
            rows: rows.map_or_else(OnceBox::new, |rows| OnceBox::with_value(Box::new(rows))),
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

    /// The JSON of the response, exactly as the service sent it (after decompression), including unknown fields. Each call
    /// validates its UTF-8, which takes time in proportion to its length: keep the result.
    pub fn json(&self) -> &str {
        // It has been validated.
        simdutf8::basic::from_utf8(self.json_bytes()).unwrap_or_default()
    }

    /// [`json`](Self::json) as bytes.
    pub(crate) fn json_bytes(&self) -> &[u8] {
        self.json_nul.strip_suffix(b"\0").unwrap_or(&self.json_nul)
    }

    /// [`json`](Self::json) and a NUL.
    pub(crate) fn json_nul(&self) -> &[u8] {
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

    /// The row at `index`; `None` beyond the last. The first access to a row, from any thread, may parse all rows.
    pub fn connector(&self, index: usize) -> Option<Connector<'_>> {
        self.connectors().get(index)
    }

    /// All rows, in the order of the service.
    pub fn connectors(&self) -> Connectors<'_> {
        Connectors::new(self.json_bytes(), self.rows())
    }

    /// All rows in one buffer.
    pub(crate) fn packed_rows(&self, format: PackedFormat) -> Vec<u8> {
        packed_rows::pack(&self.connectors(), self.json_nul.len(), format)
    }

    fn rows(&self) -> &Rows {
        self.rows.get_or_init(|| {
            self.row_access.record();
            Box::new(record_rows(self.json(), self.count()))
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
    /// Copies the response; the rows of the copy are recorded on first access.
    fn clone(&self) -> Self {
        Self {
            json_nul: self.json_nul.clone(),
            next: self.next.clone(),
            request_id: self.request_id.clone(),
            date: self.date.clone(),
            row_access: self.row_access.clone(),
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
