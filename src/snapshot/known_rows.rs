//! The connectors that a scan has read, in their latest versions.

use std::cmp::Ordering;
use std::collections::HashMap;

use crate::page::Page;
use crate::page::connector::Connector;

/// The maximum size of the stored form: positions of rows have 32 bits.
pub(crate) const MAX_STORED_BYTES: usize = 1 << 30;

/// Rows by id.
#[derive(Debug, Default)]
pub(super) struct KnownRows {
    by_id: HashMap<Box<str>, KnownRow>,
    /// Of their JSON, with separators.
    bytes: usize,
}

#[derive(Debug)]
pub(super) struct KnownRow {
    /// As the service sent it.
    pub json: Box<str>,
    pub updated_at_ms: Option<i64>,
}

impl KnownRow {
    /// Its bytes in the stored form: a comma and a line feed separate rows.
    fn bytes(&self) -> usize {
        self.json.len() + 2
    }
}

impl KnownRows {
    pub(super) fn from_page(page: &Page) -> Self {
        let mut rows = Self { by_id: HashMap::with_capacity(page.count()), bytes: 0 };
        page.connectors().for_each(|row| rows.insert(&row));
        rows
    }

    /// Adds a row, or replaces an earlier version. A row without an id replaces only its own copy.
    pub(super) fn insert(&mut self, row: &Connector) {
        let known = KnownRow { json: row.json().into(), updated_at_ms: row.updated_at_ms() };
        self.bytes += known.bytes();
        if let Some(before) = self.by_id.insert(row.id().unwrap_or(row.json()).into(), known) {
            self.bytes -= before.bytes();
        }
    }

    pub(super) fn contains(&self, id: &str) -> bool {
        self.by_id.contains_key(id)
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The bytes of all rows in the stored form.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// All rows in the order of the list: most recently updated first, then highest id first.
    pub(super) fn sorted(&self) -> Vec<&KnownRow> {
        let mut rows: Vec<_> = self.by_id.iter().collect();
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
