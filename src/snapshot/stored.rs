//! The stored form of a snapshot: the list object that the service sends, with all rows and a member `"snapshot"`.

use serde_json::{Value, json};

use super::options::SnapshotOptions;
use super::scan::ScanResult;
use super::state::SnapshotState;
use crate::error::{Error, Result};
use crate::page::Page;

/// The version of the format. Later versions of this library load it, too.
const FORMAT_VERSION: u64 = 1;

/// The positions of rows have 32 bits.
const MAX_BYTES: usize = 1 << 30;

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
    let member = json!({
        "version": FORMAT_VERSION,
        "state": state,
        "reason": result.reason,
        "as_of_ms": result.date_ms,
        "overlap_ms": options.overlap.as_millis() as u64,
        "base_url": base_url,
    });
    json.push_str(&format!("\n],\"pages\":{{\"type\":\"pages\",\"next\":null}},\"snapshot\":{member}}}\n"));
    json
}

pub(super) fn parse(json: Vec<u8>) -> Result<StoredForm> {
    if json.len() > MAX_BYTES {
        return Err(invalid(&format!("it has {} bytes, more than {MAX_BYTES}", json.len())));
    }
    let page = Page::parse_rows(json, usize::MAX).map_err(|error| invalid(&error.reason))?;
    let member: Option<Value> = page.member("snapshot").and_then(|member| serde_json::from_str(member).ok());
    let Some(member) = member else {
        return Err(invalid("\"snapshot\" is missing: pass the JSON of a snapshot, not that of a page"));
    };
    match member.get("version").and_then(Value::as_u64) {
        Some(FORMAT_VERSION) => {}
        Some(version) => {
            return Err(invalid(&format!(
                "version {version} is not supported, only {FORMAT_VERSION}: take a new snapshot, or use the library \
                 that wrote it"
            )));
        }
        None => return Err(invalid("\"version\" is missing")),
    }
    let string = |name: &str| member.get(name).and_then(Value::as_str).map(str::to_owned);
    let state = string("state").and_then(|state| STATES.iter().find(|(_, name)| *name == state));
    let Some((state, _)) = state else {
        return Err(invalid("\"state\" is not complete, refreshed or incomplete"));
    };
    Ok(StoredForm {
        state: *state,
        reason: match state {
            SnapshotState::Incomplete => Some(string("reason").unwrap_or_else(|| "no reason was stored".to_owned())),
            SnapshotState::Complete | SnapshotState::Refreshed => None,
        },
        as_of_ms: member.get("as_of_ms").and_then(Value::as_i64),
        base_url: string("base_url").ok_or_else(|| invalid("\"base_url\" is missing"))?,
        page,
    })
}

fn invalid(reason: &str) -> Error {
    Error::invalid(format!("stored snapshot is invalid: {reason}"))
}
