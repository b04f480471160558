//! Rendered pages, and the cursors between them.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value, json};

/// Rows of a page.
pub(crate) const ROWS: usize = 50;

/// A cursor is `[1768918935.0,10000]` as Base64, with its padding: five digits for the page's number, beginning with this.
const FIRST: usize = 10_000;

/// So many pages have cursors of their own; a longer walk goes round.
const CURSORS: usize = 90_000;

/// Stands for a cursor, and is as long as one.
const PLACE: &str = "WzE3Njg5MTg5MzUuMCwxMDAwMF0=";

fn cursor_of(number: usize) -> String {
    BASE64_STANDARD.encode(format!("[1768918935.0,{}]", FIRST + number % CURSORS))
}

/// The page that a cursor of a query leads to; clients escape its `=` or don't.
pub(crate) fn number_of(cursor: &str) -> Option<usize> {
    let bytes = BASE64_STANDARD.decode(cursor.replace("%3D", "=").replace("%3d", "=")).ok()?;
    let (_, id): (f64, usize) = serde_json::from_slice(&bytes).ok()?;
    id.checked_sub(FIRST)
}

/// Answers, head and body, as bytes.
pub(crate) struct Pages {
    /// Up to the cursor, and from there on.
    going_on: Vec<(Vec<u8>, Vec<u8>)>,
    /// The same pages as the last of a walk.
    ending: Vec<Vec<u8>>,
}

impl Pages {
    /// Pages of these rows; `beside` gives the fields that a page has besides those of a list, in its `pages`.
    pub(crate) fn render(rows: &[Value], beside: impl Fn(usize) -> Value) -> Self {
        let pages = || rows.chunks(ROWS).enumerate();
        let going_on = pages().map(|(number, rows)| {
            let next = json!({"starting_after": PLACE});
            let answer = answer(number, rows, next, beside(number));
            let at = answer.windows(PLACE.len()).rposition(|bytes| bytes == PLACE.as_bytes()).unwrap();
            (answer[..at].to_vec(), answer[at + PLACE.len()..].to_vec())
        });
        let ending = pages().map(|(number, rows)| answer(number, rows, Value::Null, beside(number)));
        Pages { going_on: going_on.collect(), ending: ending.collect() }
    }

    /// Appends the answer with the page of this number, which may be the last.
    pub(crate) fn put(&self, number: usize, last: bool, answer: &mut Vec<u8>) {
        let index = number % self.ending.len();
        if last {
            answer.extend_from_slice(&self.ending[index]);
            return;
        }
        let (before, after) = &self.going_on[index];
        answer.extend_from_slice(before);
        answer.extend_from_slice(cursor_of(number + 1).as_bytes());
        answer.extend_from_slice(after);
    }
}

fn answer(number: usize, rows: &[Value], next: Value, beside: Value) -> Vec<u8> {
    let mut pages = Map::new();
    pages.insert("type".to_owned(), "pages".into());
    pages.insert("per_page".to_owned(), ROWS.into());
    pages.extend(beside.as_object().unwrap().clone());
    pages.insert("next".to_owned(), next);
    let body = json!({"type": "list", "data": rows, "pages": pages}).to_string();
    let head = format!(
        "HTTP/1.1 200 OK\r\n\
         Date: Tue, 20 Jan 2026 14:22:15 GMT\r\n\
         Content-Type: application/json; charset=utf-8\r\n\
         Content-Length: {}\r\n\
         Connection: keep-alive\r\n\
         Vary: Accept-Encoding\r\n\
         X-RateLimit-Limit: 10000\r\n\
         X-RateLimit-Remaining: 1666\r\n\
         X-RateLimit-Reset: 1768918945\r\n\
         x-request-id: 6f1c5f5e-7a0b-4c7e-9d55-{number:012x}\r\n\
         \r\n",
        body.len()
    );
    [head.into_bytes(), body.into_bytes()].concat()
}
