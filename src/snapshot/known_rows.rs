//! The connectors that a scan has read, in their latest versions.

use std::cmp::Ordering;
use std::collections::HashMap;

use crate::page::Page;
use crate::page::connector::Connector;

/// Rows by id.
#[derive(Debug, Default)]
pub(super) struct KnownRows(HashMap<Box<str>, KnownRow>);

#[derive(Debug)]
pub(super) struct KnownRow {
    /// As the service sent it.
    pub json: Box<str>,
    pub updated_at_ms: Option<i64>,
}

impl KnownRows {
    pub(super) fn from_page(page: &Page) -> Self {
        let mut rows = Self(HashMap::with_capacity(page.count()));
        page.connectors().for_each(|row| rows.insert(&row));
        rows
    }

    /// Adds a row, or replaces an earlier version. A row without an id replaces only its own copy.
    pub(super) fn insert(&mut self, row: &Connector) {
        let known = KnownRow { json: row.json().into(), updated_at_ms: row.updated_at_ms() };
        self.0.insert(row.id().unwrap_or(row.json()).into(), known);
    }

    pub(super) fn contains(&self, id: &str) -> bool {
        self.0.contains_key(id)
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// All rows in the order of the list: newest update first, then highest id first.
    pub(super) fn sorted(&self) -> Vec<&KnownRow> {
        let mut rows: Vec<_> = self.0.iter().collect();
        rows.sort_unstable_by(|(id, row), (other_id, other)| {
            other.updated_at_ms.cmp(&row.updated_at_ms).then_with(|| compare_ids(other_id, id))
        });
        rows.into_iter().map(|(_, row)| row).collect()
    }
}

/// Ids are strings of digits: the longer one is the higher number.
fn compare_ids(id: &str, other: &str) -> Ordering {
    id.len().cmp(&other.len()).then_with(|| id.cmp(other))
}
