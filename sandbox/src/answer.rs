//! The form of answers: refusals, request ids, JSON bodies, gzip.

use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

/// Why a request gets no page: an HTTP status and the one error of an `error.list`.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
    /// The query parameter that is wrong, if it is one.
    field: Option<&'static str>,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Refusal { status, code, message: message.into(), field: None }
    }

    /// A 400 that names the parameter.
    pub(crate) fn parameter(field: &'static str, code: &'static str, message: impl Into<String>) -> Self {
        Refusal { field: Some(field), ..Refusal::new(StatusCode::BAD_REQUEST, code, message) }
    }

    fn body(&self, request_id: &str) -> Value {
        json!({
            "type": "error.list",
            "request_id": request_id,
            "errors": [{"code": self.code, "message": self.message, "field": self.field}],
        })
    }
}

/// Gives each request an id with the shape of a UUID; a sandbox started anew gives the same ones.
#[derive(Debug, Default)]
pub(crate) struct RequestIds(AtomicU64);

impl RequestIds {
    pub(crate) fn next(&self) -> String {
        let count = self.0.fetch_add(1, Ordering::Relaxed);
        let (high, low) = (mix(2 * count), mix(2 * count + 1));
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            0x8000 | (low >> 48) & 0x3fff,
            low & 0xffff_ffff_ffff,
        )
    }
}

/// Scatters numbers that follow one another; two never meet (each step can be undone).
fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 31)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    mixed ^ (mixed >> 32)
}

/// The answer that goes out: `headers` and what each answer has besides.
pub(crate) fn build(outcome: Result<Value, Refusal>, mut headers: HeaderMap, request_id: &str, gzip: bool) -> Response {
    let (status, body) = match outcome {
        Ok(body) => (StatusCode::OK, body),
        Err(refusal) => (refusal.status, refusal.body(request_id)),
    };
    let mut body = body.to_string().into_bytes();
    if let Some(packed) = gzip.then(|| pack(&body).ok()).flatten() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        body = packed;
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Ok(request_id) = HeaderValue::from_str(request_id) {
        headers.insert("x-request-id", request_id);
    }
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

fn pack(body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body)?;
    encoder.finish()
}

/// Whether `Accept-Encoding` names gzip and doesn't rule it out with `q=0`.
pub(crate) fn wants_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter();
    values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).any(|item| {
        let (coding, weight) = item.split_once(';').unwrap_or((item, ""));
        let weight = weight.trim().trim_start_matches("q=");
        coding.trim().eq_ignore_ascii_case("gzip") && weight.parse() != Ok(0.0)
    })
}
