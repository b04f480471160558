//! The stored form of a snapshot: the list object that the service sends, with all rows and a member `"snapshot"`.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::RangeInclusive;

use super::known_rows::MAX_STORED_BYTES;
use super::options::SnapshotOptions;
use super::scan::ScanResult;
use super::state::SnapshotState;
use crate::error::{Error, Result, one_line};
use crate::json::escape::json_string;
use crate::page::row_access::RowAccess;
use crate::page::{Page, member};

/// The version of the format. Later versions of this library load it, too.
const FORMAT_VERSION: u64 = 1;

/// To the end of the year 9999, the last that dates of HTTP can have.
const TIMES_MS: RangeInclusive<i64> = 0..=253_402_300_799_999;

const STATES: [(SnapshotState, &str); 3] = [
    (SnapshotState::Complete, "complete"),
    (SnapshotState::Refreshed, "refreshed"),
    (SnapshotState::Incomplete, "incomplete"),
];

/// What the stored form contains.
pub(super) struct StoredForm {
    pub page: Page,
    pub state: SnapshotState,
    pub reason: Option<String>,
    pub as_of_ms: Option<i64>,
    pub base_url: String,
}

pub(super) fn write(result: &ScanResult, base_url: &str, options: &SnapshotOptions) -> String {
    let rows = result.rows.sorted();
    let mut json = String::with_capacity(rows.iter().map(|row| row.json.len() + 2).sum::<usize>() + 16 * 1024);
    json.push_str("{\"type\":\"list\",\"data\":[");
    for (index, row) in rows.iter().enumerate() {
        json.push_str(if index == 0 { "\n" } else { ",\n" });
        json.push_str(&row.json);
    }
    let state = STATES.iter().find(|(state, _)| *state == result.state).map(|(_, name)| *name);
    let string = |value: Option<&str>| value.map_or("null".to_owned(), |value| json_string(value.as_bytes()));
    let members = [
        ("as_of_ms", result.date_ms.map_or("null".to_owned(), |ms| ms.to_string())),
        ("base_url", json_string(base_url.as_bytes())),
        ("overlap_ms", options.overlap.as_millis().to_string()),
        ("reason", string(result.reason.as_deref())),
        ("state", string(state)),
        ("version", FORMAT_VERSION.to_string()),
    ];
    let members = members.map(|(name, value)| format!("\"{name}\":{value}")).join(",");
    json.push_str(&format!("\n],\"pages\":{{\"type\":\"pages\",\"next\":null}},\"snapshot\":{{{members}}}}}\n"));
    json
}

/// Parses the stored form. Members of `"snapshot"` that are not known are ignored: later versions may add some.
pub(super) fn parse(json: Vec<u8>) -> Result<StoredForm> {
    if json.len() > MAX_STORED_BYTES {
        return Err(too_large(json.len()));
    }
    match json.trim_ascii_start().first() {
        Some(b'{' | 0xEF) => {}
        Some(b'[') => return Err(invalid("it is a JSON array: pass the JSON of a snapshot")),
        Some(_) => return Err(invalid("it is not JSON: pass the contents of a stored snapshot, not its path")),
        None => return Err(invalid("it is empty: take a new snapshot")),
    }
    let page = Page::parse_as(json, usize::MAX, &RowAccess::default()).map_err(|error| invalid(&error.reason))?;
    let Some(snapshot) = member(page.json(), "snapshot") else {
        return Err(invalid("\"snapshot\" is missing: pass the JSON of a snapshot, not that of a page"));
    };
    let version = member(snapshot, "version").ok_or_else(|| invalid("\"version\" is missing"))?;
    if version.parse() != Ok(FORMAT_VERSION) {
        let version: String = version.chars().take(40).collect();
        return Err(invalid(&format!(
            "version {version} is not supported, only {FORMAT_VERSION}: take a new snapshot, or use the library that \
             wrote it"
        )));
    }
    let string = |name: &str| member(snapshot, name).and_then(|text| serde_json::from_str::<String>(text).ok());
    let state = string("state").and_then(|state| STATES.iter().find(|(_, name)| *name == state));
    let Some((state, _)) = state else {
        return Err(invalid("\"state\" is not complete, refreshed or incomplete"));
    };
    let as_of_ms =
        match member(snapshot, "as_of_ms") {
            None | Some("null") => None,
            Some(text) => Some(text.parse().ok().filter(|ms| TIMES_MS.contains(ms)).ok_or_else(|| {
                invalid("\"as_of_ms\" is neither null nor a time in milliseconds since the Unix epoch")
            })?),
        };
    Ok(StoredForm {
        state: *state,
        reason: match state {
            SnapshotState::Incomplete => {
                let reason = string("reason").map_or("no reason was stored".into(), Cow::from);
                Some(one_line(reason).into_owned())
            }
            SnapshotState::Complete | SnapshotState::Refreshed => None,
        },
        as_of_ms,
        base_url: string("base_url").ok_or_else(|| invalid("\"base_url\" is missing"))?,
        page,
    })
}

/// Checks what a refresh relies on; one of a snapshot whose time is unknown starts over.
pub(super) fn validate(stored: &StoredForm) -> Result<()> {
    if stored.state == SnapshotState::Incomplete && stored.as_of_ms.is_none() {
        return Ok(());
    }
    let mut ids = HashSet::with_capacity(stored.page.count());
    for row in &stored.page {
        match row.id() {
            None => return Err(invalid("a connector has no id")),
            Some(id) if !ids.insert(id) => return Err(invalid(&format!("connector {id} is in it twice"))),
            Some(_) => {}
        }
    }
    if stored.page.has_next() {
        return Err(invalid("it has a next page, but a snapshot has all connectors"));
    }
    Ok(())
}

pub(crate) fn too_large(bytes: usize) -> Error {
    invalid(&format!("it has {bytes} bytes, more than {MAX_STORED_BYTES}"))
}

fn invalid(reason: &str) -> Error {
    Error::invalid(format!("stored snapshot is invalid: {reason}"))
}
