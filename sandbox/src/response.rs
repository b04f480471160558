//! HTTP responses: JSON bodies, error lists, request ids, gzip.

use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

/// An HTTP error response: its status and the single entry of its `error.list`.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
    /// The invalid parameter or field, if there is one.
    field: Option<&'static str>,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        ApiError { status, code, message: message.into(), field: None }
    }

    /// A 400 response for an invalid query parameter.
    pub(crate) fn invalid_parameter(field: &'static str, code: &'static str, message: impl Into<String>) -> Self {
        ApiError::invalid_field(StatusCode::BAD_REQUEST, field, code, message)
    }

    /// A response for an invalid query parameter or field of a body.
    pub(crate) fn invalid_field(
        status: StatusCode,
        field: &'static str,
        code: &'static str,
        message: impl Into<String>,
    ) -> Self {
        ApiError { field: Some(field), ..ApiError::new(status, code, message) }
    }

    fn body(&self, request_id: &str) -> Value {
        json!({
            "type": "error.list",
            "request_id": request_id,
            "errors": [{"code": self.code, "message": self.message, "field": self.field}],
        })
    }
}

/// Generates a request id in UUID format for each request; the sequence is the same after every start.
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

/// Hashes a counter without collisions: each step is invertible.
fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 31)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    mixed ^ (mixed >> 32)
}

/// Builds the response: `headers` plus the headers that every response has.
pub(crate) fn build(
    result: Result<(StatusCode, Value), ApiError>,
    mut headers: HeaderMap,
    request_id: &str,
    gzip: bool,
) -> Response {
    let (status, body) = match result {
        Ok(success) => success,
        Err(error) => (error.status, error.body(request_id)),
    };
    let mut body = body.to_string().into_bytes();
    if let Some(compressed) = gzip.then(|| compress(&body).ok()).flatten() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        body = compressed;
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

fn compress(body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body)?;
    encoder.finish()
}

/// Returns whether `Accept-Encoding` lists gzip with a weight above 0.
pub(crate) fn accepts_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter();
    values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).any(|item| {
        let (coding, weight) = item.split_once(';').unwrap_or((item, ""));
        let weight = weight.trim().trim_start_matches("q=");
        coding.trim().eq_ignore_ascii_case("gzip") && weight.parse() != Ok(0.0)
    })
}
