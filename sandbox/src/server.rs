//! The HTTP server: its thread, and the order in which each request is checked.

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

use crate::api_version;
use crate::auth::{self, AccessToken};
use crate::faults::{self, Fault, FaultInjector};
use crate::list::{List, Query};
use crate::rate_limit::RateLimiter;
use crate::response::{self, ApiError, RequestIds};

const PATH: &str = "/data_connectors";

/// State shared by all requests.
pub(crate) struct ServerState {
    pub(crate) list: List,
    pub(crate) token: Option<AccessToken>,
    pub(crate) rate_limiter: RateLimiter,
    pub(crate) latency: Duration,
    pub(crate) faults: FaultInjector,
    pub(crate) request_ids: RequestIds,
}

impl ServerState {
    /// Returns the response body or the error, and adds the response headers of either.
    fn handle(&self, request: &Request, headers: &mut HeaderMap) -> Result<Value, ApiError> {
        auth::authenticate(request.headers(), self.token.as_ref())?;
        self.rate_limiter.check(headers)?;
        let path = request.uri().path();
        if path != PATH {
            return Err(ApiError::new(
                StatusCode::NOT_FOUND,
                "not_found",
                format!("Path {path} not found: this sandbox serves only GET {PATH}"),
            ));
        }
        let method = request.method();
        if method != Method::GET {
            headers.insert(header::ALLOW, HeaderValue::from_static("GET"));
            return Err(ApiError::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                format!("Method {method} not allowed for {PATH}: use GET"),
            ));
        }
        api_version::check(request.headers())?;
        let query = Query::parse(request.uri().query().unwrap_or_default())?;
        Ok(self.list.page(&query))
    }
}

async fn respond(State(state): State<Arc<ServerState>>, request: Request) -> Response {
    if !state.latency.is_zero() {
        tokio::time::sleep(state.latency).await;
    }
    let mut headers = HeaderMap::new();
    let result = match state.faults.next() {
        None => state.handle(&request, &mut headers),
        Some(Fault::ServiceUnavailable) => Err(ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "service_unavailable",
            "Fault injected by the sandbox (--fault-percent)",
        )),
        Some(Fault::BadGateway) => return faults::bad_gateway(),
        Some(Fault::TruncatedBody) => return faults::truncated_body(),
    };
    let gzip = response::accepts_gzip(request.headers());
    response::build(result, headers, &state.request_ids.next(), gzip)
}

/// Starts the server on a background thread. Returns its base URL, a sender that stops it when
/// dropped, and the thread, which ends soon after.
pub(crate) fn start(port: u16, state: Arc<ServerState>) -> io::Result<(String, oneshot::Sender<()>, JoinHandle<()>)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| {
        let message =
            format!("could not listen on 127.0.0.1:{port} ({error}): use another port, or 0 for any free port");
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
        // On failure responses are merely delayed.
        let _ = connection.set_nodelay(true);
    });
    let router = Router::new().fallback(respond).with_state(state);

    let (stop, stopped) = oneshot::channel();
    let thread = thread::Builder::new().name("data-connectors-sandbox".to_owned()).spawn(move || {
        runtime.spawn(async { axum::serve(listener, router).await });
        let _ = runtime.block_on(stopped);
        // Dropping the runtime closes every connection, idle ones included.
    })?;
    Ok((base_url, stop, thread))
}
