//! Pre-rendered pages and their cursors.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value, json};

/// Rows per page.
pub(crate) const ROWS_PER_PAGE: usize = 50;

/// A cursor is the Base64 of `[1768918935.0,10000]`; its five-digit page number starts at this value.
const FIRST_NUMBER: usize = 10_000;

/// The number of distinct cursors; later pages reuse them.
const CURSOR_COUNT: usize = 90_000;

/// Replaced by the actual cursor, which has the same length.
const CURSOR_PLACEHOLDER: &str = "WzE3Njg5MTg5MzUuMCwxMDAwMF0=";

fn cursor_of(number: usize) -> String {
    BASE64_STANDARD.encode(format!("[1768918935.0,{}]", FIRST_NUMBER + number % CURSOR_COUNT))
}

/// Returns the page number of a cursor, whose `=` may be percent-encoded.
pub(crate) fn number_of(cursor: &str) -> Option<usize> {
    let bytes = BASE64_STANDARD.decode(cursor.replace("%3D", "=").replace("%3d", "=")).ok()?;
    let (_, id): (f64, usize) = serde_json::from_slice(&bytes).ok()?;
    id.checked_sub(FIRST_NUMBER)
}

/// Complete HTTP responses.
pub(crate) struct Pages {
    /// Pages with a next cursor: the bytes before and after it.
    with_next: Vec<(Vec<u8>, Vec<u8>)>,
    /// The same pages without a next cursor.
    last_pages: Vec<Vec<u8>>,
}

impl Pages {
    /// Renders the pages of these rows; `extra_fields` returns additional fields of `pages`.
    pub(crate) fn render(rows: &[Value], extra_fields: impl Fn(usize) -> Value) -> Self {
        let pages = || rows.chunks(ROWS_PER_PAGE).enumerate();
        let with_next = pages().map(|(number, rows)| {
            let next = json!({"starting_after": CURSOR_PLACEHOLDER});
            let response = render(number, rows, next, extra_fields(number));
            let at = response
                .windows(CURSOR_PLACEHOLDER.len())
                .rposition(|bytes| bytes == CURSOR_PLACEHOLDER.as_bytes())
                .unwrap();
            (response[..at].to_vec(), response[at + CURSOR_PLACEHOLDER.len()..].to_vec())
        });
        let last_pages = pages().map(|(number, rows)| render(number, rows, Value::Null, extra_fields(number)));
        Pages { with_next: with_next.collect(), last_pages: last_pages.collect() }
    }

    /// Appends the response for a page; `is_last` omits its next cursor.
    pub(crate) fn append_to(&self, number: usize, is_last: bool, response: &mut Vec<u8>) {
        let index = number % self.last_pages.len();
        if is_last {
            response.extend_from_slice(&self.last_pages[index]);
            return;
        }
        let (before, after) = &self.with_next[index];
        response.extend_from_slice(before);
        response.extend_from_slice(cursor_of(number + 1).as_bytes());
        response.extend_from_slice(after);
    }
}

fn render(number: usize, rows: &[Value], next: Value, extra_fields: Value) -> Vec<u8> {
    let mut pages = Map::new();
    pages.insert("type".to_owned(), "pages".into());
    pages.insert("per_page".to_owned(), ROWS_PER_PAGE.into());
    pages.extend(extra_fields.as_object().unwrap().clone());
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
