//! A local stand-in for the service that lists data connectors (`GET /data_connectors`):
//! write and test programs against it without a workspace, a token or a network.
//!
//! It answers on 127.0.0.1 as the service does: bearer tokens, API versions, pages and cursors,
//! errors, rate limit headers, gzip. The connectors are made up, or come from a file.
//!
//! ```
//! use data_connectors_sandbox::Sandbox;
//!
//! let sandbox = Sandbox::builder().connectors(45).token("secret").start()?;
//! assert!(sandbox.base_url().starts_with("http://127.0.0.1:"));
//! assert_eq!(sandbox.connectors().len(), 45);
//! // ... point the program under test at `sandbox.base_url()` ...
//! drop(sandbox); // it stops here
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! The rooms: `server` answers requests, after `fault` (not at all), `auth` (who), `rate` (how often), `version` and
//! `list` (what) have had their say; `answer` gives answers their form; `connectors` makes rows
//! up and `data` reads them from a file.

mod answer;
mod auth;
mod connectors;
mod data;
mod fault;
mod list;
mod rate;
mod server;
mod version;

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::oneshot;

use answer::RequestIds;
use auth::Token;
use fault::Faults;
use list::List;
use rate::RateLimit;
use server::Site;

/// How many connectors a sandbox makes up unless told otherwise.
pub const DEFAULT_CONNECTORS: usize = 137;

/// A running sandbox; it stops when dropped.
///
/// It runs on a thread of its own, so it can be used from blocking and from async code. Dropping
/// it closes every connection at once, answered or not, and waits for the thread to end.
#[must_use = "it stops when dropped"]
pub struct Sandbox {
    base_url: String,
    site: Arc<Site>,
    /// Dropping the sender is what stops the server.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// A sandbox to be: any free port, [`DEFAULT_CONNECTORS`] made-up connectors, any token, no
    /// latency, no failures, nobody refused for asking too often.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Where it listens, such as `http://127.0.0.1:49152`, without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The connectors it serves, in the order it serves them: newest `updated_at` first, then
    /// highest id first.
    pub fn connectors(&self) -> &[Value] {
        self.site.list.rows()
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
            // A panic over there has been reported there; a second one here would abort.
            let _ = thread.join();
        }
    }
}

/// Settles how a [`Sandbox`] will be; made by [`Sandbox::builder`].
#[must_use = "nothing runs before `start`"]
#[derive(Debug, Default)]
pub struct Builder {
    port: u16,
    source: Source,
    latency: Duration,
    token: Option<Token>,
    rate_limit: Option<u32>,
    fault_percent: u8,
}

/// Where the connectors come from.
#[derive(Debug)]
enum Source {
    MadeUp(usize),
    Rows(Vec<Value>),
    File(PathBuf),
}

impl Default for Source {
    fn default() -> Self {
        Source::MadeUp(DEFAULT_CONNECTORS)
    }
}

impl Builder {
    /// The port on 127.0.0.1; 0, the default, is any free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Serves this many made-up connectors, the same ones each time.
    ///
    /// Of `connectors`, [`data`](Self::data) and [`data_file`](Self::data_file) the last called
    /// counts.
    pub fn connectors(mut self, count: usize) -> Self {
        self.source = Source::MadeUp(count);
        self
    }

    /// Serves these connectors, all their fields as they are.
    ///
    /// Each has to be an object with an `id`, a string of digits, and an `updated_at`, a time
    /// such as `"2026-01-20T14:22:15Z"`; [`start`](Self::start) says which one hasn't.
    pub fn data(mut self, connectors: Vec<Value>) -> Self {
        self.source = Source::Rows(connectors);
        self
    }

    /// Serves the connectors of this file, read by [`start`](Self::start): a JSON array of
    /// connectors, or an answer of the service, `{"type":"list","data":[...]}`. What is asked of
    /// each is said at [`data`](Self::data).
    pub fn data_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.source = Source::File(path.into());
        self
    }

    /// Waits this long before each answer; connections don't wait for one another.
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// Accepts only this access token; without it any that isn't empty will do.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(Token::new(token.into()));
        self
    }

    /// Refuses (429) what goes beyond this many requests per minute, counted as the service does
    /// over windows of 10 seconds: a sixth of it each, rounded down, but at least one request.
    ///
    /// Without it the rate limit headers count down from 10,000 per minute, and nobody is refused.
    pub fn rate_limit(mut self, per_minute: u32) -> Self {
        self.rate_limit = Some(per_minute);
        self
    }

    /// Lets this share of the requests fail, in percent, spread evenly and in turn: a 503 of the service, a 502 with a
    /// gateway's HTML, a connection that breaks in the body of a 200.
    pub fn fault_percent(mut self, percent: u8) -> Self {
        self.fault_percent = percent;
        self
    }

    /// Starts the sandbox and returns once it is listening.
    ///
    /// # Errors
    ///
    /// - [`InvalidInput`](io::ErrorKind::InvalidInput): the token could never be sent, as it is
    ///   empty or has characters other than visible ASCII ones;
    /// - [`InvalidData`](io::ErrorKind::InvalidData): the connectors given can't be served; the
    ///   message names the file, the row and what is wrong with it;
    /// - as the system gave it: the file can't be read, the port can't be had, or there are no
    ///   more threads or sockets.
    pub fn start(self) -> io::Result<Sandbox> {
        if let Some(token) = &self.token {
            token.check()?;
        }
        let list = match self.source {
            Source::MadeUp(count) => List::new(connectors::make_up(count))?,
            Source::Rows(rows) => List::new(rows)?,
            Source::File(path) => data::read(&path)?,
        };
        let site = Arc::new(Site {
            list,
            token: self.token,
            rate_limit: RateLimit::new(self.rate_limit),
            latency: self.latency,
            faults: Faults::new(self.fault_percent),
            request_ids: RequestIds::default(),
        });
        let (base_url, stop, thread) = server::start(self.port, Arc::clone(&site))?;
        Ok(Sandbox { base_url, site, stop: Some(stop), thread: Some(thread) })
    }
}
