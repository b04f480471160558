//! The list, its order, its pages and the cursors between them.

use std::cmp::Reverse;
use std::io;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::answer::Refusal;

const DEFAULT_PER_PAGE: usize = 20;
const MAX_PER_PAGE: usize = 50;

const ID_FORM: &str = "a string of digits, at most \"18446744073709551615\"";
const TIME_FORM: &str = "a time in UTC such as \"2026-01-20T14:22:15Z\"";

/// Where a connector stands in the list; the list goes from the greatest to the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Position {
    /// `updated_at` in microseconds, which a cursor's float still tells apart.
    micros: i64,
    id: u64,
}

/// Connectors in the order they are served.
#[derive(Debug)]
pub(crate) struct List {
    rows: Vec<Value>,
    /// One for each row.
    positions: Vec<Position>,
}

impl List {
    /// Sorts the rows; the error names the first that can't be placed.
    pub(crate) fn new(rows: Vec<Value>) -> io::Result<Self> {
        let mut placed = Vec::with_capacity(rows.len());
        for (index, row) in rows.into_iter().enumerate() {
            let position = Position::of(&row).map_err(|wrong| bad_row(index, &wrong))?;
            placed.push((position, index, row));
        }
        placed.sort_by_key(|(position, index, _)| (Reverse(*position), *index));
        for pair in placed.windows(2) {
            if pair[0].0 == pair[1].0 {
                let wrong = format!("the same id and updated_at as row {}", pair[0].1);
                return Err(bad_row(pair[1].1, &wrong));
            }
        }
        let (positions, rows) = placed.into_iter().map(|(at, _, row)| (at, row)).unzip();
        Ok(List { rows, positions })
    }

    pub(crate) fn rows(&self) -> &[Value] {
        &self.rows
    }

    /// The body of the answer to a query.
    pub(crate) fn page(&self, query: &Query) -> Value {
        let start = match query.after {
            Some(after) => self.positions.partition_point(|at| *at >= after),
            None => 0,
        };
        let end = self.rows.len().min(start + query.per_page);
        let more = end < self.rows.len();
        let next = (more && end > start).then(|| json!({"starting_after": self.positions[end - 1].to_cursor()}));
        json!({
            "type": "list",
            "data": &self.rows[start..end],
            "pages": {"type": "pages", "per_page": query.per_page, "next": next},
        })
    }
}

fn bad_row(index: usize, wrong: &str) -> io::Error {
    let message = format!("row {index} (the first is 0): {wrong}");
    io::Error::new(io::ErrorKind::InvalidData, message)
}

impl Position {
    /// Where a row stands, or what is wrong with it.
    fn of(row: &Value) -> Result<Self, String> {
        let Value::Object(fields) = row else {
            return Err(format!("has to be an object, not {}", kind(row)));
        };
        let text = |field: &str, form: &str| match fields.get(field) {
            Some(Value::String(text)) => Ok(text.as_str()),
            Some(other) => Err(format!("{field} has to be {form}, not {}", kind(other))),
            None => Err(format!("{field} is missing; it has to be {form}")),
        };
        let id = text("id", ID_FORM)?;
        let time = text("updated_at", TIME_FORM)?;
        Ok(Position {
            id: digits(id).ok_or_else(|| format!("id has to be {ID_FORM}, not {id:?}"))?,
            micros: micros(time).ok_or_else(|| format!("updated_at has to be {TIME_FORM}, not {time:?}"))?,
        })
    }

    /// Base64 of `[<Unix seconds>.0,<id>]`.
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

/// Microseconds since 1970 of an RFC 3339 time in UTC, such as `2026-01-20T14:22:15Z`.
fn micros(text: &str) -> Option<i64> {
    let time: Timestamp = text.parse().ok()?;
    // `parse` takes other ISO 8601 forms and other offsets too.
    let same = time.to_string().get(..19) == text.get(..19);
    (same && text.ends_with('Z')).then(|| time.as_microsecond())
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// A number written with nothing but digits.
fn digits<T: std::str::FromStr>(text: &str) -> Option<T> {
    // `parse` alone would take "+5".
    let only_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    only_digits.then(|| text.parse().ok()).flatten()
}

/// What of the list is asked for.
#[derive(Debug)]
pub(crate) struct Query {
    per_page: usize,
    /// Begin after this position.
    after: Option<Position>,
}

impl Query {
    /// Reads a query string. Parameters it doesn't know are ignored; of repeated ones the last
    /// counts.
    pub(crate) fn parse(query: &str) -> Result<Self, Refusal> {
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

fn per_page(value: &str) -> Result<usize, Refusal> {
    digits(value).filter(|number| (1..=MAX_PER_PAGE).contains(number)).ok_or_else(|| {
        let message = format!("per_page must be an integer from 1 to {MAX_PER_PAGE}, not {value:?}");
        Refusal::parameter("per_page", "parameter_invalid", message)
    })
}

fn starting_after(value: &str) -> Result<Position, Refusal> {
    Position::from_cursor(value).ok_or_else(|| {
        Refusal::parameter(
            "starting_after",
            "client_error",
            "Invalid starting_after param. It must be pages.next.starting_after of a page as it \
             came, percent-encoded; leave it out for the first page",
        )
    })
}
