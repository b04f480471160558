//! What changed between two snapshots.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use crate::json::escape::json_string;
use crate::page::connector::Connector;
use crate::page::{Page, members};

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
    /// "removed": [row, …]}`. Rows are as the service sent them. `removed` is null unless the newer snapshot is complete, and
    /// not older than the other one.
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
    let (old_fields, new_fields) = (members(old.json())?, members(new.json())?);
    let names: BTreeSet<&Vec<u8>> = old_fields.keys().chain(new_fields.keys()).collect();
    let is_changed = |name: &&Vec<u8>| match (old_fields.get(*name), new_fields.get(*name)) {
        (Some(old), Some(new)) => !are_equal(old, new),
        _ => true,
    };
    let changed = names.into_iter().filter(is_changed);
    let fields: Vec<_> = changed.map(|name| json_string(name)).collect();
    if fields.is_empty() {
        return None;
    }
    let (id, fields) = (json_string(key(new).as_bytes()), array(&fields));
    Some(format!("{{\"id\":{id},\"fields\":{fields},\"old\":{},\"new\":{}}}", old.json(), new.json()))
}

/// Whether two JSON values are equal, although spaces, escape sequences and the order of members may differ. Numbers that
/// are not compared exactly are taken for different.
fn are_equal(old: &str, new: &str) -> bool {
    fn is_exact(value: &Value) -> bool {
        match value {
            Value::Number(number) => number.is_i64() || number.is_u64(),
            Value::Array(items) => items.iter().all(is_exact),
            Value::Object(members) => members.values().all(is_exact),
            Value::Null | Value::Bool(_) | Value::String(_) => true,
        }
    }
    let parse = |json| serde_json::from_str::<Value>(json).ok().filter(is_exact);
    old == new || parse(old).is_some_and(|old| parse(new) == Some(old))
}

#[cfg(test)]
#[allow(clippy::expect_used)]
mod tests {
    use super::*;

    fn page(rows: &str) -> Page {
        Page::parse(format!("{{\"data\":[{rows}]}}").into_bytes()).ok().expect("a list")
    }

    #[test]
    fn changes_of_any_value_are_found() {
        for (old, new) in [
            (r#""a":"b""#, r#""a":"c""#),
            (r#""x":1e400,"a":"b""#, r#""x":1e400,"a":"c""#),
            (r#""x":"\ud800","a":"b""#, r#""x":"\ud800","a":"c""#),
            (r#""a":"\ud800""#, r#""a":"\ud801""#),
            (r#""a":123456789012345678901234567890"#, r#""a":123456789012345678901234567891"#),
            (r#""a":1e400"#, r#""a":1e401"#),
            (r#""a":[1,{"b":2}]"#, r#""a":[1,{"b":3}]"#),
            (r#""a":null"#, r#""b":null,"a":null"#),
            (r#""a":1,"a":2"#, r#""a":1"#),
        ] {
            let (old, new) = (page(&format!("{{\"id\":\"1\",{old}}}")), page(&format!("{{\"id\":\"1\",{new}}}")));
            let diff = SnapshotDiff::new(&new, &old, false);
            let field = if new.json().contains("\"b\":null") { "b" } else { "a" };
            assert!(diff.json().contains(&format!("\"fields\":[\"{field}\"],")), "{}", diff.json());
        }
    }

    #[test]
    fn other_spelling_of_equal_values_is_no_change() {
        for (old, new) in [
            (r#""a":"\u00e9\/""#, r#""a":"é/""#),
            (r#""a":{"b":1,"c":[]}"#, r#""a" : { "c":[ ], "b":1 }"#),
            (r#""a":1,"b":2"#, r#""b":2,"a":1"#),
        ] {
            let (old, new) = (page(&format!("{{\"id\":\"1\",{old}}}")), page(&format!("{{\"id\":\"1\",{new}}}")));
            assert_eq!(SnapshotDiff::new(&new, &old, false).json(), r#"{"added":[],"changed":[],"removed":null}"#);
        }
    }
}
