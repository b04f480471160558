//! Failures on purpose: for a share of the requests, what services and the gateways before them do on a bad day.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use http_body::Frame;

/// Which requests are to fail, spread evenly, and in which way, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    percent: u64,
    requests: AtomicU64,
}

/// What becomes of a request that is to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// 503, in the service's own form.
    Unavailable,
    /// 502 with a gateway's HTML.
    Gateway,
    /// 200, and the connection breaks in the body.
    Cut,
}

impl Faults {
    pub(crate) fn new(percent: u8) -> Self {
        Faults { percent: u64::from(percent.min(100)), requests: AtomicU64::new(0) }
    }

    /// Counts a request, and says whether it is to fail.
    pub(crate) fn next(&self) -> Option<Fault> {
        let count = self.requests.fetch_add(1, Ordering::Relaxed);
        let (before, after) = (count * self.percent / 100, (count + 1) * self.percent / 100);
        (after > before).then(|| [Fault::Unavailable, Fault::Gateway, Fault::Cut][(before % 3) as usize])
    }
}

/// The gateway's page.
pub(crate) fn gateway() -> Response {
    let html = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n";
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
    response
}

/// The beginning of a list, and a connection that then breaks.
pub(crate) fn cut() -> Response {
    let mut response = Response::new(Body::new(Broken::Whole));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("20000"));
    response
}

const BEGINNING: &[u8] = br#"{"type":"list","data":[{"type":"data_connector","id":"1""#;

/// A body, and what has become of it.
enum Broken {
    Whole,
    Begun,
    Sent,
}

impl HttpBody for Broken {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match *self {
            Broken::Whole => {
                *self = Broken::Begun;
                Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(BEGINNING)))))
            }
            // While nothing more is to be had, hyper sends what it has.
            Broken::Begun => {
                *self = Broken::Sent;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Broken::Sent => Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_the_requests_fails_in_turn() {
        for (percent, every) in [(5, 20), (10, 10), (50, 2), (100, 1)] {
            let faults = Faults::new(percent);
            let failed: Vec<_> = (1..=60).filter_map(|n| faults.next().map(|fault| (n, fault))).collect();
            assert_eq!(failed.len(), 60 / every, "{percent} %");
            assert!(failed.iter().all(|(n, _)| n % every == 0), "{failed:?}");
            let kinds: Vec<_> = failed.iter().take(3).map(|(_, fault)| *fault).collect();
            assert_eq!(kinds, [Fault::Unavailable, Fault::Gateway, Fault::Cut][..kinds.len()]);
        }
        assert_eq!(Faults::new(0).next(), None);
    }
}
