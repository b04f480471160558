//! Pre-rendered pages and their cursors.

use std::io::Write;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
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
    /// Compressed pages of an endless list, whose ids and cursors repeat after the last one. Empty if not requested.
    gzip: Vec<Vec<u8>>,
}

impl Pages {
    /// Renders the pages of these rows; `format` renders a row, `extra_fields` returns additional fields of `pages`.
    pub(crate) fn render(
        rows: &[Value],
        format: impl Fn(&Value) -> String,
        extra_fields: impl Fn(usize) -> Value,
    ) -> Self {
        let render = |number: usize, rows: &[Value], next: Value| {
            let mut rows = rows.to_vec();
            rows[0]["id"] = ID_PLACEHOLDER.into();
            let rows: Vec<String> = rows.iter().map(&format).collect();
            let body = body(&rows, next, extra_fields(number)).into_bytes();
            [head(number, body.len(), ""), body].concat()
        };
        let pages = || rows.chunks(ROWS_PER_PAGE).enumerate();
        let with_next = pages().map(|(number, rows)| {
            let next = json!({"starting_after": CURSOR_PLACEHOLDER});
            let [before, rest] = split(&render(number, rows, next), ID_PLACEHOLDER);
            let [between, after] = split(&rest, CURSOR_PLACEHOLDER);
            [before, between, after]
        });
        let last_pages = pages().map(|(number, rows)| split(&render(number, rows, Value::Null), ID_PLACEHOLDER));
        Pages { with_next: with_next.collect(), last_pages: last_pages.collect(), gzip: Vec::new() }
    }

    /// Also compresses the pages.
    pub(crate) fn with_gzip(mut self) -> Self {
        let count = self.with_next.len();
        let compressed = (0..count).map(|number| {
            let mut response = Vec::new();
            self.append_with_next(number, (number + 1) % count, &mut response);
            let [_, body] = split(&response, "\r\n\r\n");
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(&body).unwrap();
            let coded = encoder.finish().unwrap();
            [head(number, coded.len(), "Content-Encoding: gzip\r\n"), coded].concat()
        });
        self.gzip = compressed.collect();
        self
    }

    /// Appends the response for a page; `is_last` omits its next cursor.
    pub(crate) fn append_to(&self, number: usize, is_last: bool, response: &mut Vec<u8>) {
        if is_last {
            let [before, after] = &self.last_pages[number % self.last_pages.len()];
            response.extend_from_slice(&[before, id_of(number).as_bytes(), after].concat());
        } else {
            self.append_with_next(number, number + 1, response);
        }
    }

    /// Appends the compressed response for a page.
    pub(crate) fn append_gzip_to(&self, number: usize, response: &mut Vec<u8>) {
        response.extend_from_slice(&self.gzip[number % self.gzip.len()]);
    }

    fn append_with_next(&self, number: usize, next: usize, response: &mut Vec<u8>) {
        let [before, between, after] = &self.with_next[number % self.with_next.len()];
        for part in [before, id_of(number).as_bytes(), between, cursor_of(next).as_bytes(), after] {
            response.extend_from_slice(part);
        }
    }
}

fn id_of(number: usize) -> String {
    (FIRST_ID + number % CURSOR_COUNT).to_string()
}

/// The bytes before and after a separator.
fn split(response: &[u8], separator: &str) -> [Vec<u8>; 2] {
    let at = response.windows(separator.len()).position(|bytes| bytes == separator.as_bytes()).unwrap();
    [response[..at].to_vec(), response[at + separator.len()..].to_vec()]
}

fn body(rows: &[String], next: Value, extra_fields: Value) -> String {
    let mut pages = Map::new();
    pages.insert("type".to_owned(), "pages".into());
    pages.insert("per_page".to_owned(), ROWS_PER_PAGE.into());
    pages.extend(extra_fields.as_object().unwrap().clone());
    pages.insert("next".to_owned(), next);
    format!(r#"{{"type":"list","data":[{}],"pages":{}}}"#, rows.join(","), Value::Object(pages))
}

fn head(number: usize, length: usize, more: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 200 OK\r\n\
         Date: Tue, 20 Jan 2026 14:22:15 GMT\r\n\
         Content-Type: application/json; charset=utf-8\r\n\
         Content-Length: {length}\r\n\
         {more}\
         Connection: keep-alive\r\n\
         Vary: Accept-Encoding\r\n\
         X-RateLimit-Limit: 10000\r\n\
         X-RateLimit-Remaining: 1666\r\n\
         X-RateLimit-Reset: 1768918945\r\n\
         x-request-id: 6f1c5f5e-7a0b-4c7e-9d55-{number:012x}\r\n\
         \r\n",
    )
    .into_bytes()
}
