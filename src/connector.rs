//! One row of a page, typed, borrowed from the page's bytes.

pub(crate) mod time;

use std::fmt;
use std::iter::FusedIterator;

use self::time::unix_ms;
use crate::page::Page;
use crate::page::field::Field;
use crate::page::rows::{Fields, Rows};

/// A data connector, as a row of a [`Page`]. A field that is absent, null or of another type than the contract's is
/// `None`. In a text, half a surrogate pair (`"\ud83d"` alone, which no UTF-8 has) is U+FFFD; [`json`](Self::json)
/// has what the service sent.
///
/// Since: 0.1.0
#[derive(Clone, Copy)]
pub struct Connector<'page> {
    page_json: &'page str,
    rows: &'page Rows,
    row: &'page Fields,
}

/// The states that are known. The numbers are those of the C ABI.
///
/// Since: 0.1.0
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// One that this version doesn't know; [`Connector::state`] has its name.
    Unknown = 0,
    /// `draft`
    Draft = 1,
    /// `live`
    Live = 2,
}

/// The HTTP methods that are known. The numbers are those of the C ABI.
///
/// Since: 0.1.0
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HttpMethod {
    /// One that this version doesn't know; [`Connector::http_method`] has its name.
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
    pub(crate) fn new(page_json: &'page str, rows: &'page Rows, row: &'page Fields) -> Self {
        Self { page_json, rows, row }
    }

    /// The row's own JSON, byte for byte as it came. An object, unless the service sent something else as a row.
    pub fn json(&self) -> &'page str {
        self.row.json().and_then(|range| self.page_json.get(range)).unwrap_or_default()
    }

    pub(crate) fn json_nul(&self) -> Option<&'page [u8]> {
        self.rows.json_nul(self.page_json, self.row)
    }

    pub(crate) fn text_nul(&self, field: Field) -> Option<&'page [u8]> {
        self.rows.text_nul(self.row, field)
    }

    pub(crate) fn bytes(&self, field: Field) -> Option<&'page [u8]> {
        self.text_nul(field)?.strip_suffix(b"\0")
    }

    fn text(&self, field: Field) -> Option<&'page str> {
        std::str::from_utf8(self.bytes(field)?).ok()
    }

    /// The type of the row: `data_connector`.
    pub fn kind(&self) -> Option<&'page str> {
        self.text(Field::Type)
    }

    /// The unique id, digits.
    pub fn id(&self) -> Option<&'page str> {
        self.text(Field::Id)
    }

    /// The name.
    pub fn name(&self) -> Option<&'page str> {
        self.text(Field::Name)
    }

    /// What it does.
    pub fn description(&self) -> Option<&'page str> {
        self.text(Field::Description)
    }

    /// `draft` or `live`; other values may come.
    pub fn state(&self) -> Option<&'page str> {
        self.text(Field::State)
    }

    /// [`state`](Self::state) as one of those that are known.
    pub fn known_state(&self) -> Option<State> {
        Some(match self.bytes(Field::State)? {
            b"draft" => State::Draft,
            b"live" => State::Live,
            _ => State::Unknown,
        })
    }

    /// The method of the request that it makes: `get`, `post`, `put`, `delete` or `patch`; other values may come.
    pub fn http_method(&self) -> Option<&'page str> {
        self.text(Field::HttpMethod)
    }

    /// [`http_method`](Self::http_method) as one of those that are known.
    pub fn known_http_method(&self) -> Option<HttpMethod> {
        Some(match self.bytes(Field::HttpMethod)? {
            b"get" => HttpMethod::Get,
            b"post" => HttpMethod::Post,
            b"put" => HttpMethod::Put,
            b"delete" => HttpMethod::Delete,
            b"patch" => HttpMethod::Patch,
            _ => HttpMethod::Unknown,
        })
    }

    /// Whether it is assigned to Fin for direct usage.
    pub fn direct_fin_usage(&self) -> Option<bool> {
        self.row.direct_fin_usage()
    }

    /// The id of the admin who created it.
    pub fn created_by_admin_id(&self) -> Option<&'page str> {
        self.text(Field::CreatedByAdminId)
    }

    /// The id of the admin who last updated it.
    pub fn updated_by_admin_id(&self) -> Option<&'page str> {
        self.text(Field::UpdatedByAdminId)
    }

    /// When it was created, as the service writes it: `2025-11-15T09:30:00Z`.
    pub fn created_at(&self) -> Option<&'page str> {
        self.text(Field::CreatedAt)
    }

    /// [`created_at`](Self::created_at) in milliseconds since the Unix epoch, what is finer cut off; `None` also where
    /// it is no time; of RFC 3339's all but leap seconds are read. Without a time zone it is taken for UTC.
    pub fn created_at_ms(&self) -> Option<i64> {
        unix_ms(self.bytes(Field::CreatedAt)?)
    }

    /// When it was last updated, as the service writes it.
    pub fn updated_at(&self) -> Option<&'page str> {
        self.text(Field::UpdatedAt)
    }

    /// [`updated_at`](Self::updated_at) in milliseconds since the Unix epoch, as
    /// [`created_at_ms`](Self::created_at_ms) has it.
    pub fn updated_at_ms(&self) -> Option<i64> {
        unix_ms(self.bytes(Field::UpdatedAt)?)
    }

    /// The path of its execution results: `/data_connectors/12345/execution_results`.
    pub fn execution_results_url(&self) -> Option<&'page str> {
        self.text(Field::ExecutionResultsUrl)
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

/// The rows of a page: what [`Page::connectors`] gives.
///
/// Since: 0.1.0
#[derive(Clone, Debug)]
pub struct Connectors<'page> {
    page: &'page Page,
    left: std::ops::Range<usize>,
}

impl<'page> Connectors<'page> {
    pub(crate) fn new(page: &'page Page) -> Self {
        Self { page, left: 0..page.count() }
    }
}

impl<'page> Iterator for Connectors<'page> {
    type Item = Connector<'page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.page.connector(self.left.next()?)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.left.size_hint()
    }
}

impl DoubleEndedIterator for Connectors<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.page.connector(self.left.next_back()?)
    }
}

impl ExactSizeIterator for Connectors<'_> {}
impl FusedIterator for Connectors<'_> {}

impl<'page> IntoIterator for &'page Page {
    type Item = Connector<'page>;
    type IntoIter = Connectors<'page>;

    fn into_iter(self) -> Self::IntoIter {
        self.connectors()
    }
}
