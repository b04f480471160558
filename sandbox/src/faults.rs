//! Fault injection: makes a share of the requests fail as services and gateways do.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use http_body::Frame;

/// Selects the requests that fail, evenly spread, and rotates the kind of fault.
#[derive(Debug, Default)]
pub(crate) struct FaultInjector {
    percent: u64,
    requests: AtomicU64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A 503 with an `error.list`.
    ServiceUnavailable,
    /// A 502 with the HTML of a gateway.
    BadGateway,
    /// A 200 whose connection is closed within the body.
    TruncatedBody,
}

impl FaultInjector {
    pub(crate) fn new(percent: u8) -> Self {
        FaultInjector { percent: u64::from(percent.min(100)), requests: AtomicU64::new(0) }
    }

    /// Counts a request, and returns the fault to inject into it, if any.
    pub(crate) fn next(&self) -> Option<Fault> {
        let count = self.requests.fetch_add(1, Ordering::Relaxed);
        let (before, after) = (count * self.percent / 100, (count + 1) * self.percent / 100);
        (after > before)
            .then(|| [Fault::ServiceUnavailable, Fault::BadGateway, Fault::TruncatedBody][(before % 3) as usize])
    }
}

/// Returns the error page of a gateway.
pub(crate) fn bad_gateway() -> Response {
    let html = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n";
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
    response
}

/// Returns the start of a list, after which the connection is closed.
pub(crate) fn truncated_body() -> Response {
    let mut response = Response::new(Body::new(TruncatedBody::Unsent));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("20000"));
    response
}

const BODY_START: &[u8] = br#"{"type":"list","data":[{"type":"data_connector","id":"1""#;

/// A body that fails after `BODY_START`; the variants are its states.
enum TruncatedBody {
    Unsent,
    Buffered,
    Flushed,
}

impl HttpBody for TruncatedBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match *self {
            TruncatedBody::Unsent => {
                *self = TruncatedBody::Buffered;
                Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(BODY_START)))))
            }
            // hyper flushes its buffer while the body is pending.
            TruncatedBody::Buffered => {
                *self = TruncatedBody::Flushed;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            TruncatedBody::Flushed => Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_evenly_spread_and_rotate() {
        for (percent, every) in [(5, 20), (10, 10), (50, 2), (100, 1)] {
            let injector = FaultInjector::new(percent);
            let faults: Vec<_> = (1..=60).filter_map(|n| injector.next().map(|fault| (n, fault))).collect();
            assert_eq!(faults.len(), 60 / every, "{percent} %");
            assert!(faults.iter().all(|(n, _)| n % every == 0), "{faults:?}");
            let kinds: Vec<_> = faults.iter().take(3).map(|(_, fault)| *fault).collect();
            let expected = [Fault::ServiceUnavailable, Fault::BadGateway, Fault::TruncatedBody];
            assert_eq!(kinds, expected[..kinds.len()]);
        }
        assert_eq!(FaultInjector::new(0).next(), None);
    }
}
