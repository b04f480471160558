//! One row of a page, borrowed from the page's bytes.

use std::fmt;
use std::iter::FusedIterator;
use std::ops::Range;

use super::field::Field;
use super::rows::{Row, Rows};
use super::timestamp::unix_ms;

/// A data connector: a row of a page. A field that is absent, null or of another type than documented is `None`. In a
/// string, a lone surrogate (`"\ud83d"`, which UTF-8 can't encode) is U+FFFD; [`json`](Self::json) has the original.
///
/// Since: 0.1.0
#[derive(Clone, Copy)]
pub struct Connector<'page> {
    page_json: &'page [u8],
    rows: &'page Rows,
    row: &'page Row,
}

/// The known states. The numbers are those of the C ABI.
///
/// Since: 0.1.0
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// Not known to this version; [`Connector::state`] returns its name.
    Unknown = 0,
    /// `draft`
    Draft = 1,
    /// `live`
    Live = 2,
}

/// The known HTTP methods. The numbers are those of the C ABI.
///
/// Since: 0.1.0
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HttpMethod {
    /// Not known to this version; [`Connector::http_method`] returns its name.
    Unknown = 0,
    /// `get`
    Get = 1,
    /// `post`
    Post = 2,
    /// `put`
    Put = 3,
    /// `delete`
    Delete = 4,
    /// `patch`
    Patch = 5,
}

impl<'page> Connector<'page> {
    /// The row's JSON, exactly as the service sent it: an object, unless the service sent something else as a row.
    pub fn json(&self) -> &'page str {
        // Part of a page that has been validated.
        simdutf8::basic::from_utf8(self.json_bytes()).unwrap_or_default()
    }

    /// [`json`](Self::json) as bytes.
    pub(super) fn json_bytes(&self) -> &'page [u8] {
        self.json_range().and_then(|range| self.page_json.get(range)).unwrap_or_default()
    }

    /// The range of the row in the page's JSON.
    pub(super) fn json_range(&self) -> Option<Range<usize>> {
        self.row.json()
    }

    /// [`json`](Self::json) and a NUL.
    pub(crate) fn json_nul(&self) -> Option<&'page [u8]> {
        self.rows.json_nul(self.page_json, self.row)
    }

    /// The value of a field and a NUL; of `direct_fin_usage`, `true` or `false`.
    pub(crate) fn field_nul(&self, field: Field) -> Option<&'page [u8]> {
        self.rows.field_nul(self.row, field)
    }

    /// The value of a field.
    pub(super) fn field(&self, field: Field) -> Option<&'page [u8]> {
        self.field_nul(field)?.strip_suffix(b"\0")
    }

    fn string(&self, field: Field) -> Option<&'page str> {
        std::str::from_utf8(self.field(field)?).ok()
    }

    /// The type of the row: `data_connector`.
    pub fn kind(&self) -> Option<&'page str> {
        self.string(Field::Type)
    }

    /// The unique id, a string of digits.
    pub fn id(&self) -> Option<&'page str> {
        self.string(Field::Id)
    }

    /// The name.
    pub fn name(&self) -> Option<&'page str> {
        self.string(Field::Name)
    }

    /// What the connector does.
    pub fn description(&self) -> Option<&'page str> {
        self.string(Field::Description)
    }

    /// `draft` or `live`; the service may add other values.
    pub fn state(&self) -> Option<&'page str> {
        self.string(Field::State)
    }

    /// [`state`](Self::state) as an enum.
    pub fn known_state(&self) -> Option<State> {
        Some(match self.field(Field::State)? {
            b"draft" => State::Draft,
            b"live" => State::Live,
            _ => State::Unknown,
        })
    }

    /// The method of the connector's request: `get`, `post`, `put`, `delete` or `patch`; the service may add other
    /// values.
    pub fn http_method(&self) -> Option<&'page str> {
        self.string(Field::HttpMethod)
    }

    /// [`http_method`](Self::http_method) as an enum.
    pub fn known_http_method(&self) -> Option<HttpMethod> {
        Some(match self.field(Field::HttpMethod)? {
            b"get" => HttpMethod::Get,
            b"post" => HttpMethod::Post,
            b"put" => HttpMethod::Put,
            b"delete" => HttpMethod::Delete,
            b"patch" => HttpMethod::Patch,
            _ => HttpMethod::Unknown,
        })
    }

    /// Whether the connector is assigned to Fin for direct usage.
    pub fn direct_fin_usage(&self) -> Option<bool> {
        Some(self.field(Field::DirectFinUsage)? == b"true")
    }

    /// The id of the admin who created the connector.
    pub fn created_by_admin_id(&self) -> Option<&'page str> {
        self.string(Field::CreatedByAdminId)
    }

    /// The id of the admin who last updated the connector.
    pub fn updated_by_admin_id(&self) -> Option<&'page str> {
        self.string(Field::UpdatedByAdminId)
    }

    /// The time of creation, as the service sent it: `2025-11-15T09:30:00Z`.
    pub fn created_at(&self) -> Option<&'page str> {
        self.string(Field::CreatedAt)
    }

    /// [`created_at`](Self::created_at) in milliseconds since the Unix epoch, rounded down; `None` also if it is not an
    /// RFC 3339 time. Leap seconds are not supported. Without a time zone, UTC is assumed.
    pub fn created_at_ms(&self) -> Option<i64> {
        unix_ms(self.field(Field::CreatedAt)?)
    }

    /// The time of the last update, as the service sent it.
    pub fn updated_at(&self) -> Option<&'page str> {
        self.string(Field::UpdatedAt)
    }

    /// [`updated_at`](Self::updated_at) in milliseconds since the Unix epoch; see
    /// [`created_at_ms`](Self::created_at_ms).
    pub fn updated_at_ms(&self) -> Option<i64> {
        unix_ms(self.field(Field::UpdatedAt)?)
    }

    /// The path of the connector's execution results: `/data_connectors/12345/execution_results`.
    pub fn execution_results_url(&self) -> Option<&'page str> {
        self.string(Field::ExecutionResultsUrl)
    }
}

impl fmt::Debug for Connector<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector")
            .field("id", &self.id())
            .field("name", &self.name())
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}

/// An iterator over the rows of a page, returned by `Page::connectors`.
///
/// Since: 0.1.0
#[derive(Clone)]
pub struct Connectors<'page> {
    page_json: &'page [u8],
    rows: &'page Rows,
    remaining: Range<usize>,
}

impl<'page> Connectors<'page> {
    pub(super) fn new(page_json: &'page [u8], rows: &'page Rows) -> Self {
        Self { page_json, rows, remaining: 0..rows.len() }
    }

    /// The row at `index`; `None` beyond the last.
    pub(super) fn get(&self, index: usize) -> Option<Connector<'page>> {
        Some(Connector { page_json: self.page_json, rows: self.rows, row: self.rows.get(index)? })
    }
}

impl<'page> Iterator for Connectors<'page> {
    type Item = Connector<'page>;

    fn next(&mut self) -> Option<Self::Item> {
        let index = self.remaining.next()?;
        self.get(index)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.remaining.size_hint()
    }
}

impl DoubleEndedIterator for Connectors<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        let index = self.remaining.next_back()?;
        self.get(index)
    }
}

impl ExactSizeIterator for Connectors<'_> {}
impl FusedIterator for Connectors<'_> {}

impl fmt::Debug for Connectors<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}
