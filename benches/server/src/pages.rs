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

/// The id of the first row of each page; replaced by one of the same length, so that no two pages have the same rows.
const ID_PLACEHOLDER: &str = "======";

/// The first of these ids.
const FIRST_ID: usize = 100_000;

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
    /// Pages with a next cursor: the bytes before the first id, between both placeholders, and after the cursor.
    with_next: Vec<[Vec<u8>; 3]>,
    /// The same pages without a next cursor: the bytes before and after the first id.
    last_pages: Vec<[Vec<u8>; 2]>,
}

impl Pages {
    /// Renders the pages of these rows; `extra_fields` returns additional fields of `pages`.
    pub(crate) fn render(rows: &[Value], extra_fields: impl Fn(usize) -> Value) -> Self {
        let pages = || rows.chunks(ROWS_PER_PAGE).enumerate();
        let with_next = pages().map(|(number, rows)| {
            let next = json!({"starting_after": CURSOR_PLACEHOLDER});
            let [before, rest] = split(&render(number, rows, next, extra_fields(number)), ID_PLACEHOLDER);
            let [between, after] = split(&rest, CURSOR_PLACEHOLDER);
            [before, between, after]
        });
        let last_pages = pages()
            .map(|(number, rows)| split(&render(number, rows, Value::Null, extra_fields(number)), ID_PLACEHOLDER));
        Pages { with_next: with_next.collect(), last_pages: last_pages.collect() }
    }

    /// Appends the response for a page; `is_last` omits its next cursor.
    pub(crate) fn append_to(&self, number: usize, is_last: bool, response: &mut Vec<u8>) {
        let index = number % self.last_pages.len();
        let id = (FIRST_ID + number % CURSOR_COUNT).to_string();
        if is_last {
            let [before, after] = &self.last_pages[index];
            response.extend_from_slice(&[before, id.as_bytes(), after].concat());
            return;
        }
        let [before, between, after] = &self.with_next[index];
        for part in [before, id.as_bytes(), between, cursor_of(number + 1).as_bytes(), after] {
            response.extend_from_slice(part);
        }
    }
}

/// The bytes before and after a placeholder.
fn split(response: &[u8], placeholder: &str) -> [Vec<u8>; 2] {
    let at = response.windows(placeholder.len()).position(|bytes| bytes == placeholder.as_bytes()).unwrap();
    [response[..at].to_vec(), response[at + placeholder.len()..].to_vec()]
}

fn render(number: usize, rows: &[Value], next: Value, extra_fields: Value) -> Vec<u8> {
    let mut pages = Map::new();
    pages.insert("type".to_owned(), "pages".into());
    pages.insert("per_page".to_owned(), ROWS_PER_PAGE.into());
    pages.extend(extra_fields.as_object().unwrap().clone());
    pages.insert("next".to_owned(), next);
    let mut rows = rows.to_vec();
    rows[0]["id"] = ID_PLACEHOLDER.into();
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
