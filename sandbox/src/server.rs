//! The HTTP side: the thread that serves, and what is asked of each request in which order.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use axum::serve::ListenerExt;
use serde_json::Value;
use tokio::sync::oneshot;

use crate::answer::{self, Refusal, RequestIds};
use crate::auth::{self, Token};
use crate::fault::{self, Fault, Faults};
use crate::list::{List, Query};
use crate::rate::RateLimit;
use crate::version;

const PATH: &str = "/data_connectors";

/// All that answering a request takes.
pub(crate) struct Site {
    pub(crate) list: List,
    pub(crate) token: Option<Token>,
    pub(crate) rate_limit: RateLimit,
    pub(crate) latency: Duration,
    pub(crate) faults: Faults,
    pub(crate) request_ids: RequestIds,
}

impl Site {
    /// The body of a good answer, or why there is none; puts what goes with either in `headers`.
    fn decide(&self, request: &Request, headers: &mut HeaderMap) -> Result<Value, Refusal> {
        auth::check(request.headers(), self.token.as_ref())?;
        self.rate_limit.spend(headers)?;
        let path = request.uri().path();
        if path != PATH {
            return Err(Refusal::new(
                StatusCode::NOT_FOUND,
                "not_found",
                format!("There is nothing at {path}; this sandbox serves GET {PATH} only"),
            ));
        }
        let method = request.method();
        if method != Method::GET {
            headers.insert(header::ALLOW, HeaderValue::from_static("GET"));
            return Err(Refusal::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                format!("{PATH} can be read with GET only, not {method}"),
            ));
        }
        version::check(request.headers())?;
        let query = Query::parse(request.uri().query().unwrap_or_default())?;
        Ok(self.list.page(&query))
    }
}

async fn answer(State(site): State<Arc<Site>>, request: Request) -> Response {
    if !site.latency.is_zero() {
        tokio::time::sleep(site.latency).await;
    }
    let mut headers = HeaderMap::new();
    let outcome = match site.faults.next() {
        None => site.decide(&request, &mut headers),
        Some(Fault::Unavailable) => Err(Refusal::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "service_unavailable",
            "This sandbox was asked to fail now and then",
        )),
        Some(Fault::Gateway) => return fault::gateway(),
        Some(Fault::Cut) => return fault::cut(),
    };
    let gzip = answer::wants_gzip(request.headers());
    answer::build(outcome, headers, &site.request_ids.next(), gzip)
}

/// Starts serving on a thread of its own. Gives its base URL, what stops it when dropped, and the
/// thread, which ends soon after.
pub(crate) fn start(port: u16, site: Arc<Site>) -> io::Result<(String, oneshot::Sender<()>, JoinHandle<()>)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| {
        let message = format!("cannot listen on 127.0.0.1:{port}: {error}");
        io::Error::new(error.kind(), message)
    })?;
    listener.set_nonblocking(true)?;
    let base_url = format!("http://{}", listener.local_addr()?);

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let listener = {
        let _entered = runtime.enter();
        tokio::net::TcpListener::from_std(listener)?
    };
    let listener = listener.tap_io(|connection| {
        // Without it answers are as good, only later.
        let _ = connection.set_nodelay(true);
    });
    let router = Router::new().fallback(answer).with_state(site);

    let (stop, stopped) = oneshot::channel();
    let thread = thread::Builder::new().name("data-connectors-sandbox".to_owned()).spawn(move || {
        runtime.spawn(async { axum::serve(listener, router).await });
        let _ = runtime.block_on(stopped);
        // The runtime ends here, and every connection with it: an idle one would else stay.
    })?;
    Ok((base_url, stop, thread))
}
