//! The HTTP server: its thread, and the order in which each request is checked.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::serve::ListenerExt;
use serde_json::Value;
use tokio::sync::oneshot;

use crate::api_version;
use crate::auth::{self, AccessToken};
use crate::faults::{self, Fault, FaultInjector};
use crate::list::Query;
use crate::rate_limit::RateLimiter;
use crate::response::{self, ApiError, RequestIds};
use crate::store::Store;

const PATH: &str = "/data_connectors";

/// The maximum size of a request body.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// State shared by all requests.
pub(crate) struct ServerState {
    pub(crate) store: Store,
    pub(crate) token: Option<AccessToken>,
    pub(crate) rate_limiter: RateLimiter,
    pub(crate) latency: Duration,
    pub(crate) faults: FaultInjector,
    pub(crate) request_ids: RequestIds,
}

impl ServerState {
    /// Returns the status and body, or the error, and adds the response headers of either.
    fn handle(&self, head: &Parts, body: &[u8], headers: &mut HeaderMap) -> Result<(StatusCode, Value), ApiError> {
        auth::authenticate(&head.headers, self.token.as_ref())?;
        self.rate_limiter.check(headers)?;
        let path = head.uri.path();
        let id = match path.strip_prefix(PATH) {
            Some("") => None,
            Some(rest) if rest.strip_prefix('/').is_some_and(|id| !id.is_empty() && !id.contains('/')) => {
                Some(&rest[1..])
            }
            _ => {
                return Err(ApiError::new(
                    StatusCode::NOT_FOUND,
                    "not_found",
                    format!("Path {path} not found: this sandbox serves only {PATH} and {PATH}/{{id}}"),
                ));
            }
        };
        let allowed = if id.is_some() { "GET, PATCH, DELETE" } else { "GET, POST" };
        let method = head.method.as_str();
        if !allowed.split(", ").any(|allowed| allowed == method) {
            headers.insert(header::ALLOW, HeaderValue::from_static(allowed));
            return Err(ApiError::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                format!("Method {method} not allowed for {path}: use {allowed}"),
            ));
        }
        api_version::check(&head.headers)?;
        // No connector has an id that is not a number.
        let id = id.map(|id| id.parse().unwrap_or(u64::MAX));
        let body = match (method, id) {
            ("POST", _) => return Ok((StatusCode::CREATED, self.store.create(body)?)),
            ("PATCH", Some(id)) => self.store.update(id, body)?,
            ("DELETE", Some(id)) => self.store.delete(id)?,
            (_, Some(id)) => self.store.get(id)?,
            (_, None) => self.store.list(&Query::parse(head.uri.query().unwrap_or_default())?),
        };
        Ok((StatusCode::OK, body))
    }
}

async fn respond(State(state): State<Arc<ServerState>>, request: Request) -> Response {
    if !state.latency.is_zero() {
        tokio::time::sleep(state.latency).await;
    }
    let mut headers = HeaderMap::new();
    if let Some(date) = state.store.clock().date_header() {
        headers.insert(header::DATE, date);
    }
    let (head, body) = request.into_parts();
    let result = match state.faults.next() {
        None => match axum::body::to_bytes(body, MAX_BODY_BYTES).await {
            Ok(body) => state.handle(&head, &body, &mut headers),
            Err(_) => {
                let message = format!("The body could not be read, or is larger than {MAX_BODY_BYTES} bytes");
                Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "client_error", message))
            }
        },
        Some(Fault::ServiceUnavailable) => Err(ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "service_unavailable",
            "Fault injected by the sandbox (--fault-percent)",
        )),
        Some(Fault::BadGateway) => return faults::bad_gateway(),
        Some(Fault::TruncatedBody) => return faults::truncated_body(),
    };
    let gzip = response::accepts_gzip(&head.headers);
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
