//! What changed between two snapshots.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use crate::page::Page;
use crate::page::connector::Connector;

/// The difference between two snapshots, as JSON.
///
/// Since: 0.1.0
#[derive(Clone, Debug)]
pub struct SnapshotDiff {
    /// With a NUL at the end, for C.
    json_nul: String,
}

impl SnapshotDiff {
    /// `shows_removals`: whether a connector that is not in `newer` was removed.
    pub(super) fn new(newer: &Page, older: &Page, shows_removals: bool) -> Self {
        let mut old: HashMap<&str, Connector> = older.connectors().map(|row| (key(&row), row)).collect();
        let mut added = Vec::new();
        let mut changed = Vec::new();
        for row in newer.connectors() {
            match old.remove(key(&row)) {
                None => added.push(row.json().to_owned()),
                Some(previous) => changed.extend(change(&previous, &row)),
            }
        }
        // In the order of the older snapshot.
        let removed = shows_removals.then(|| {
            let rows = older.connectors().filter(|row| old.contains_key(key(row)));
            rows.map(|row| row.json().to_owned()).collect::<Vec<_>>()
        });
        let removed = removed.map_or("null".to_owned(), |rows| array(&rows));
        let json_nul =
            format!("{{\"added\":{},\"changed\":{},\"removed\":{removed}}}\0", array(&added), array(&changed));
        Self { json_nul }
    }

    /// The difference: `{"added": [row, …], "changed": [{"id": …, "fields": [name, …], "old": row, "new": row}, …],
    /// "removed": [row, …]}`. Rows are as the service sent them. `removed` is null unless the newer snapshot is complete.
    pub fn json(&self) -> &str {
        self.json_nul.strip_suffix('\0').unwrap_or(&self.json_nul)
    }

    /// The JSON with a NUL at the end.
    pub(crate) fn json_nul(&self) -> &str {
        &self.json_nul
    }
}

fn key<'page>(row: &Connector<'page>) -> &'page str {
    row.id().unwrap_or(row.json())
}

fn array(items: &[String]) -> String {
    format!("[{}]", items.join(","))
}

/// The entry of a connector that changed; `None` if its values are equal.
fn change(old: &Connector, new: &Connector) -> Option<String> {
    if old.json() == new.json() {
        return None;
    }
    let parse = |row: &Connector| serde_json::from_str::<BTreeMap<String, Value>>(row.json()).unwrap_or_default();
    let (old_fields, new_fields) = (parse(old), parse(new));
    let names: BTreeSet<&String> = old_fields.keys().chain(new_fields.keys()).collect();
    let fields: Vec<_> = names.into_iter().filter(|name| old_fields.get(*name) != new_fields.get(*name)).collect();
    if fields.is_empty() {
        return None;
    }
    let (id, fields) = (Value::from(key(new)), serde_json::to_string(&fields).unwrap_or_default());
    Some(format!("{{\"id\":{id},\"fields\":{fields},\"old\":{},\"new\":{}}}", old.json(), new.json()))
}
