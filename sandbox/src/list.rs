//! The list of connectors: order, pages and cursors.

use std::cmp::Reverse;
use std::io;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::response::ApiError;

const DEFAULT_PER_PAGE: usize = 20;
const MAX_PER_PAGE: usize = 50;

const ID_FORMAT: &str = "a string of digits, at most \"18446744073709551615\"";
const TIME_FORMAT: &str = "a time in UTC such as \"2026-01-20T14:22:15Z\"";

/// The sort key of a connector; the list is in descending order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Position {
    /// `updated_at` in microseconds, the precision that the `f64` of a cursor keeps.
    micros: i64,
    id: u64,
}

/// Connectors in the order in which they are served.
#[derive(Debug)]
pub(crate) struct List {
    entries: Vec<(Position, Arc<Value>)>,
}

impl List {
    /// Sorts the rows; the error names the first invalid one.
    pub(crate) fn new(rows: Vec<Value>) -> io::Result<Self> {
        let mut sorted = Vec::with_capacity(rows.len());
        for (index, row) in rows.into_iter().enumerate() {
            let position = Position::from_row(&row).map_err(|reason| invalid_row(index, &reason))?;
            sorted.push((position, index, row));
        }
        sorted.sort_by_key(|(position, index, _)| (Reverse(*position), *index));
        for pair in sorted.windows(2) {
            if pair[0].0 == pair[1].0 {
                let reason = format!("it has the same id and updated_at as row {}", pair[0].1);
                return Err(invalid_row(pair[1].1, &reason));
            }
        }
        Ok(List { entries: sorted.into_iter().map(|(at, _, row)| (at, Arc::new(row))).collect() })
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = &Arc<Value>> {
        self.entries.iter().map(|(_, row)| row)
    }

    pub(crate) fn insert(&mut self, row: Arc<Value>) {
        let Ok(position) = Position::from_row(&row) else { return };
        let index = self.first_below(position);
        self.entries.insert(index, (position, row));
    }

    pub(crate) fn remove(&mut self, row: &Value) {
        let Ok(position) = Position::from_row(row) else { return };
        let index = self.first_below(position);
        if index > 0 && self.entries[index - 1].0 == position {
            self.entries.remove(index - 1);
        }
    }

    /// The index of the first row after this position.
    fn first_below(&self, position: Position) -> usize {
        self.entries.partition_point(|(at, _)| *at >= position)
    }

    /// Returns the response body for a query.
    pub(crate) fn page(&self, query: &Query) -> Value {
        let start = query.after.map_or(0, |after| self.first_below(after));
        let end = self.entries.len().min(start + query.per_page);
        let more = end < self.entries.len();
        let next = (more && end > start).then(|| json!({"starting_after": self.entries[end - 1].0.to_cursor()}));
        let data: Vec<Value> = self.entries[start..end].iter().map(|(_, row)| Value::clone(row)).collect();
        json!({
            "type": "list",
            "data": data,
            "pages": {"type": "pages", "per_page": query.per_page, "next": next},
        })
    }
}

fn invalid_row(index: usize, reason: &str) -> io::Error {
    let message = format!("invalid row {index} (counted from 0): {reason}");
    io::Error::new(io::ErrorKind::InvalidData, message)
}

impl Position {
    /// Returns the position of a row, or the reason why it is invalid.
    fn from_row(row: &Value) -> Result<Self, String> {
        let Value::Object(fields) = row else {
            return Err(format!("expected an object, found {}", type_name(row)));
        };
        let string = |field: &str, format: &str| match fields.get(field) {
            Some(Value::String(value)) => Ok(value.as_str()),
            Some(other) => Err(format!("{field} is {}: use {format}", type_name(other))),
            None => Err(format!("{field} is missing: use {format}")),
        };
        let id = string("id", ID_FORMAT)?;
        let time = string("updated_at", TIME_FORMAT)?;
        Ok(Position {
            id: parse_digits(id).ok_or_else(|| format!("id is {id:?}: use {ID_FORMAT}"))?,
            micros: parse_micros(time).ok_or_else(|| format!("updated_at is {time:?}: use {TIME_FORMAT}"))?,
        })
    }

    /// Returns the Base64 of `[<Unix seconds>.0,<id>]`.
    fn to_cursor(self) -> String {
        let seconds = self.micros as f64 / 1e6;
        BASE64_STANDARD.encode(format!("[{seconds:?},{}]", self.id))
    }

    fn from_cursor(cursor: &str) -> Option<Self> {
        let bytes = BASE64_STANDARD.decode(cursor).ok()?;
        let (seconds, id): (f64, u64) = serde_json::from_slice(&bytes).ok()?;
        let micros = (seconds * 1e6).round() as i64;
        Some(Position { micros, id })
    }
}

/// Parses an RFC 3339 time in UTC, such as `2026-01-20T14:22:15Z`, as microseconds since 1970.
fn parse_micros(text: &str) -> Option<i64> {
    let time: Timestamp = text.parse().ok()?;
    // `parse` also accepts other ISO 8601 forms and other offsets.
    let same = time.to_string().get(..19) == text.get(..19);
    (same && text.ends_with('Z')).then(|| time.as_microsecond())
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// Parses a number that consists of digits only.
fn parse_digits<T: std::str::FromStr>(text: &str) -> Option<T> {
    // `parse` alone accepts "+5".
    let only_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    only_digits.then(|| text.parse().ok()).flatten()
}

/// The query parameters of a request.
#[derive(Debug)]
pub(crate) struct Query {
    per_page: usize,
    /// The page starts after this position.
    after: Option<Position>,
}

impl Query {
    /// Parses a query string. Unknown parameters are ignored; the last of repeated ones is used.
    pub(crate) fn parse(query: &str) -> Result<Self, ApiError> {
        let mut parsed = Query { per_page: DEFAULT_PER_PAGE, after: None };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "per_page" => parsed.per_page = per_page(&value)?,
                "starting_after" => parsed.after = Some(starting_after(&value)?),
                _ => {}
            }
        }
        Ok(parsed)
    }
}

fn per_page(value: &str) -> Result<usize, ApiError> {
    parse_digits(value).filter(|number| (1..=MAX_PER_PAGE).contains(number)).ok_or_else(|| {
        let message = format!("per_page must be an integer from 1 to {MAX_PER_PAGE}, not {value:?}");
        ApiError::invalid_parameter("per_page", "parameter_invalid", message)
    })
}

fn starting_after(value: &str) -> Result<Position, ApiError> {
    Position::from_cursor(value).ok_or_else(|| {
        ApiError::invalid_parameter(
            "starting_after",
            "client_error",
            "Invalid starting_after param. Use pages.next.starting_after of the previous page, unchanged and \
             percent-encoded, or omit it for the first page",
        )
    })
}
