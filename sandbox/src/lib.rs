//! A local stand-in for the Intercom API that lists data connectors (`GET /data_connectors`),
//! for developing and testing clients without a workspace, an access token or a network.
//!
//! It listens on 127.0.0.1 and behaves like the service: bearer tokens, API versions, pages and
//! cursors, errors, rate limit headers, gzip. It serves sample connectors or those of a file, which can be created,
//! updated and deleted while it runs.
//!
//! ```
//! use data_connectors_sandbox::Sandbox;
//!
//! let sandbox = Sandbox::builder().connectors(45).token("secret").start()?;
//! assert!(sandbox.base_url().starts_with("http://127.0.0.1:"));
//! assert_eq!(sandbox.connectors().len(), 45);
//! // ... point the program under test at `sandbox.base_url()` ...
//! drop(sandbox); // stops the server
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! `server` passes each request through `faults`, `auth`, `rate_limit`, `api_version` and `store`; `response` builds
//! the HTTP response. The connectors come from `sample_data` or `data_file`; `store` changes them, and `list` has them
//! in order.

mod api_version;
mod auth;
mod changes;
mod clock;
mod data_file;
mod faults;
mod list;
mod random;
mod rate_limit;
mod response;
mod sample_data;
mod server;
mod store;

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::oneshot;

use auth::AccessToken;
use clock::Clock;
use faults::FaultInjector;
use list::List;
use rate_limit::RateLimiter;
use response::RequestIds;
use server::ServerState;
use store::{Store, StoreOptions};

pub use changes::Change;
pub use clock::VirtualClock;

/// The default number of sample connectors.
pub const DEFAULT_CONNECTORS: usize = 137;

/// A running sandbox; dropping it stops the server.
///
/// The server runs on a background thread, so it can be used from blocking and from async code.
/// Dropping the sandbox closes all connections at once, including those with a request in
/// progress, and waits for the thread to end.
#[must_use = "dropping it stops the server"]
pub struct Sandbox {
    base_url: String,
    state: Arc<ServerState>,
    /// Dropping the sender stops the server.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Returns a builder with the defaults: any free port, [`DEFAULT_CONNECTORS`] sample
    /// connectors, any access token, no latency, no faults, no enforced rate limit.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Returns the base URL, such as `http://127.0.0.1:49152`, without a trailing slash.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Returns the connectors as a list request made now would show them: newest `updated_at` first, then highest id
    /// first.
    pub fn connectors(&self) -> Vec<Value> {
        self.state.store.listed()
    }

    /// Changes the list now. A connector that does not exist is not changed.
    pub fn change(&self, change: Change) {
        self.state.store.change(change);
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox")
            .field("base_url", &self.base_url)
            .field("connectors", &self.connectors().len())
            .finish_non_exhaustive()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has already been reported; panicking in `drop` could abort.
            let _ = thread.join();
        }
    }
}

/// Configures a [`Sandbox`]; created by [`Sandbox::builder`].
#[must_use = "call `start` to start the sandbox"]
#[derive(Debug, Default)]
pub struct Builder {
    port: u16,
    source: Source,
    latency: Duration,
    token: Option<AccessToken>,
    rate_limit: Option<u32>,
    fault_percent: u8,
    store: StoreOptions,
}

/// Where the connectors come from.
#[derive(Debug)]
enum Source {
    Sample(usize),
    Rows(Vec<Value>),
    File(PathBuf),
}

impl Default for Source {
    fn default() -> Self {
        Source::Sample(DEFAULT_CONNECTORS)
    }
}

impl Builder {
    /// Sets the port on 127.0.0.1. Default: 0, any free port.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Serves this many sample connectors, which are the same in every run.
    ///
    /// `connectors`, [`data`](Self::data) and [`data_file`](Self::data_file) replace each other.
    pub fn connectors(mut self, count: usize) -> Self {
        self.source = Source::Sample(count);
        self
    }

    /// Serves these connectors with all their fields unchanged.
    ///
    /// Each must be an object with an `id`, a string of digits, and an `updated_at`, a time in UTC
    /// such as `"2026-01-20T14:22:15Z"`; otherwise [`start`](Self::start) fails.
    pub fn data(mut self, connectors: Vec<Value>) -> Self {
        self.source = Source::Rows(connectors);
        self
    }

    /// Serves the connectors of this file, which [`start`](Self::start) reads: a JSON array of
    /// connectors, or a saved response body, `{"type":"list","data":[...]}`. The requirements of
    /// [`data`](Self::data) apply.
    pub fn data_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.source = Source::File(path.into());
        self
    }

    /// Delays each response by this long, independently of other connections. Default: no delay.
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// Accepts only this access token. Default: any token that is not empty.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(AccessToken::new(token.into()));
        self
    }

    /// Responds with 429 above this many requests per minute. Like the service, it counts in windows
    /// of 10 seconds, each with a sixth of the limit, rounded down, but at least one request.
    ///
    /// Default: the headers report 10,000 requests per minute, which is not enforced.
    pub fn rate_limit(mut self, per_minute: u32) -> Self {
        self.rate_limit = Some(per_minute);
        self
    }

    /// Makes this percentage of the requests fail, evenly spread. The faults rotate: a 503 with an error list, a 502
    /// with a gateway's HTML, a 200 whose connection is closed within the body. Default: 0.
    pub fn fault_percent(mut self, percent: u8) -> Self {
        self.fault_percent = percent;
        self
    }

    /// Makes a change before a list request, counted from 1.
    pub fn change_before(mut self, request: u64, change: Change) -> Self {
        self.store.changes.scheduled.push((request, change));
        self
    }

    /// Makes random changes: this many before each list request, on average. Default: 0.
    pub fn churn(mut self, changes_per_request: f64) -> Self {
        self.store.changes.churn = changes_per_request;
        self
    }

    /// Sets the seed of random changes and delays, which makes them repeatable. Default: 0.
    pub fn seed(mut self, seed: u64) -> Self {
        self.store.seed = seed;
        self
    }

    /// Lists each change after a random delay of at most this long. Default: 0.
    pub fn visibility_lag(mut self, lag: Duration) -> Self {
        self.store.lag = lag;
        self
    }

    /// Uses this clock for `updated_at`, the `Date` header and the visibility lag. Default: the time of the system.
    pub fn clock(mut self, clock: VirtualClock) -> Self {
        self.store.clock = Clock::Virtual(clock);
        self
    }

    /// Starts the sandbox. Returns when it is listening.
    ///
    /// # Errors
    ///
    /// - [`InvalidInput`](io::ErrorKind::InvalidInput): the access token is empty or has characters
    ///   other than visible ASCII, or a change is for a connector that does not exist;
    /// - [`InvalidData`](io::ErrorKind::InvalidData): a connector or the file is invalid; the message
    ///   names the file, the row and the reason;
    /// - the error of the operating system if the file can't be read, the port is in use, or no
    ///   thread or socket can be created.
    pub fn start(self) -> io::Result<Sandbox> {
        if let Some(token) = &self.token {
            token.validate()?;
        }
        let list = match self.source {
            Source::Sample(count) => List::new(sample_data::generate(count))?,
            Source::Rows(rows) => List::new(rows)?,
            Source::File(path) => data_file::read(&path)?,
        };
        let state = Arc::new(ServerState {
            store: Store::new(list, self.store)?,
            token: self.token,
            rate_limiter: RateLimiter::new(self.rate_limit),
            latency: self.latency,
            faults: FaultInjector::new(self.fault_percent),
            request_ids: RequestIds::default(),
        });
        let (base_url, stop, thread) = server::start(self.port, Arc::clone(&state))?;
        Ok(Sandbox { base_url, state, stop: Some(stop), thread: Some(thread) })
    }
}
