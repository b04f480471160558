//! One call: build the request, send it, judge the answer, try again where that helps.

use std::fmt;
use std::os::fd::AsFd;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ureq::http::Uri;

use crate::cancel::CancelToken;
use crate::config::{AccessToken, BaseUrl, Config};
use crate::error::{AnswerFacts, Error, ErrorKind, Result};
use crate::interrupt::Interrupt;
use crate::logger::{LogLevel, Logger};
use crate::pace::Pace;
use crate::page::{Page, RateLimit};
use crate::pager::Pager;
use crate::request::{PATH, PageRequest};
use crate::retry::wait_before_next;
use crate::transport::Transport;
use crate::transport::call::{Call, Limits, Stop};
use crate::transport::sys::{Ready, Wake};

/// A client of one workspace. Cloning it is cheap and shares its connections; any number of threads may use it at
/// once.
///
/// After a `fork`, parent and child may both use it: the child opens connections of its own.
///
/// Since: 0.1.0
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    transport: Transport,
    token: AccessToken,
    base_url: BaseUrl,
    timeout: Duration,
    connect_timeout: Duration,
    max_retries: u32,
    /// How long a connection may be silent.
    patience: Option<Duration>,
    pace: Option<Pace>,
    /// Cancelled when the client is shut down.
    shutdown: CancelToken,
    interrupt: Option<Interrupt>,
    logger: Option<Logger>,
}

/// Shorter calls have no time for a second attempt after a silent one.
const LEAST_PATIENCE: Duration = Duration::from_secs(5);

/// A call made ahead began before the wait for it, and so ends first, by its own time: but for a machine that is busy.
const GRACE: Duration = Duration::from_secs(1);

impl Client {
    /// A client with a copy of these settings. Nothing is sent yet.
    ///
    /// # Errors
    /// `InvalidArgument` without a token, and for a plain HTTP base URL whose permission was taken back, or that would go
    /// through a proxy without one; `System` when the process has no file descriptor left.
    pub fn new(config: &Config) -> Result<Self> {
        let token = config.access_token.clone().ok_or_else(|| {
            Error::invalid("there is no token: set the workspace's access token before making a client")
        })?;
        config.base_url.check_plain_http(config.allow_insecure_http)?;
        let proxied = config.proxy.is_some() && !config.no_proxy.contains(&config.base_url.host());
        if proxied && !config.base_url.is_https() && !config.allow_insecure_http {
            return Err(Error::invalid(
                "the base URL begins with http://, and the proxy would see the token: use https://, name the host in \
                 no_proxy, or set allow_insecure_http if that is meant",
            ));
        }
        let patience = config.timeout / (config.max_retries + 1);
        Ok(Self(Arc::new(Inner {
            transport: Transport::new(config, token.clone())?,
            token,
            base_url: config.base_url.clone(),
            timeout: config.timeout,
            connect_timeout: config.connect_timeout,
            max_retries: config.max_retries,
            patience: (patience >= LEAST_PATIENCE).then_some(patience),
            pace: config.wait_for_rate_limit.then(Pace::new),
            shutdown: CancelToken::new()?,
            interrupt: config.interrupt.clone(),
            logger: config.logger.clone(),
        })))
    }

    /// Lists one page, blocking until it is there or the call has failed: at most for the time set, and until
    /// `cancel` ends it.
    ///
    /// # Errors
    /// Each [`ErrorKind`](crate::ErrorKind) but `InvalidArgument`, which a made `PageRequest` rules out.
    pub fn list_page(&self, request: &PageRequest, cancel: Option<&CancelToken>) -> Result<Page> {
        let inner = &*self.0;
        let call = Call::new(inner.limits(), &inner.shutdown, cancel, inner.interrupt.as_ref());
        inner.list(request, UnderWay { call, logger: inner.logger.as_ref() })
    }

    /// The same on a thread that isn't the caller's: no function of the caller's is called there. The log lines go to
    /// `logger`, and no interrupt check is asked.
    pub(crate) fn list_page_aside(
        &self,
        request: &PageRequest,
        cancel: &CancelToken,
        logger: Option<&Logger>,
    ) -> Result<Page> {
        let inner = &*self.0;
        let call = Call::new(inner.limits(), &inner.shutdown, Some(cancel), None);
        inner.list(request, UnderWay { call, logger })
    }

    /// Waits until a call that is made aside is `done`; what ends a call of the caller's ends the wait.
    pub(crate) fn wait_for(&self, done: &Wake, cancel: Option<&CancelToken>) -> Result<()> {
        let inner = &*self.0;
        let mut limits = inner.limits();
        limits.timeout += GRACE;
        let call = Call::new(limits, &inner.shutdown, cancel, inner.interrupt.as_ref());
        inner.stopped(call.wait_until(&[(done.as_fd(), Ready::Read)], None).map(drop)).inspect_err(|error| {
            let way = UnderWay { call, logger: inner.logger.as_ref() };
            way.log(LogLevel::Info, || format!("GET {PATH}, made ahead, is waited for no longer: {error}"));
        })
    }

    /// What gets the log lines.
    pub(crate) fn logger(&self) -> Option<&Logger> {
        self.0.logger.as_ref()
    }

    /// Ends all calls under way, on every clone and every pager of this client, and refuses new ones: both give
    /// [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled). It does not wait for them.
    pub fn shutdown(&self) {
        self.0.shutdown.cancel();
    }

    /// A walk over the pages, beginning with the one that `first` asks for. Nothing is sent yet.
    pub fn pager(&self, first: PageRequest) -> Pager {
        Pager::new(self.clone(), first)
    }
}

/// A call under way, and who hears of it.
struct UnderWay<'a> {
    call: Rc<Call>,
    logger: Option<&'a Logger>,
}

impl UnderWay<'_> {
    fn log(&self, level: LogLevel, line: impl FnOnce() -> String) {
        if let Some(logger) = self.logger {
            logger.log(level, line);
        }
    }
}

impl Inner {
    fn limits(&self) -> Limits {
        Limits { timeout: self.timeout, connect_timeout: self.connect_timeout, patience: self.patience }
    }

    fn list(&self, request: &PageRequest, way: UnderWay<'_>) -> Result<Page> {
        let mut made = 0;
        let outcome = self.attempts(request, &way, &mut made);
        outcome.map_err(|error| {
            let attempts = if made == 1 { "attempt" } else { "attempts" };
            // What its caller ended is no trouble of anybody's.
            let level = if error.kind() == ErrorKind::Cancelled { LogLevel::Info } else { LogLevel::Error };
            way.log(level, || format!("GET {PATH} failed after {made} {attempts}: {error}"));
            error.with_attempts(made)
        })
    }

    /// One attempt, and others while that may help and there is time.
    fn attempts(&self, request: &PageRequest, way: &UnderWay<'_>, made: &mut u32) -> Result<Page> {
        let call = &way.call;
        let uri = request.uri(&self.base_url)?;
        let mut earlier: Option<Error> = None;
        loop {
            if let Err(error) = self.ready(way) {
                return Err(which_to_tell(error, earlier));
            }
            *made += 1;
            let number = *made;
            way.log(LogLevel::Debug, || format!("{}, attempt {number}", request.shown(&self.base_url)));
            // If one connection was silent or broke, the others that were pooled with it may be no better.
            let fresh = earlier
                .as_ref()
                .is_some_and(|error| matches!(error.kind(), ErrorKind::Connection | ErrorKind::Timeout));
            let error = match self.attempt(&uri, way, number, fresh) {
                Ok(page) => return Ok(page),
                Err(error) if call.left().is_zero() => which_to_tell(error, earlier),
                Err(error) => error,
            };
            let Some(wait) = wait_before_next(&error, number, self.max_retries, call.left()) else {
                return Err(error);
            };
            way.log(LogLevel::Warn, || {
                format!("GET {PATH}, attempt {number} failed, next in {} ms: {error}", wait.as_millis())
            });
            if let Err(stop) = self.stopped(call.sleep(wait)) {
                return Err(which_to_tell(stop, Some(error)));
            }
            earlier = Some(error);
        }
    }

    /// Whether a request may be made, as soon as the rate limit allows.
    fn ready(&self, way: &UnderWay<'_>) -> Result<()> {
        self.stopped(way.call.check().map(drop))?;
        self.keep_pace(way)
    }

    /// One request and its answer; over a new connection if it is to be `fresh`.
    fn attempt(&self, uri: &Uri, way: &UnderWay<'_>, number: u32, fresh: bool) -> Result<Page> {
        let started = Instant::now();
        let answer = self.transport.get(uri, &way.call, fresh).inspect_err(|error| {
            way.log(LogLevel::Info, || {
                format!("GET {PATH}, attempt {number}: no answer, {} ms: {error}", started.elapsed().as_millis())
            });
        })?;
        if let Some(pace) = &self.pace {
            pace.learn(RateLimit::of(&answer.headers).remaining, answer.until_reset());
        }
        let status = answer.status.as_u16();
        let bytes = answer.body.len();
        let outcome = answer.judge(&self.token);
        let request_id = match &outcome {
            Ok(page) => page.request_id(),
            Err(error) => error.request_id(),
        };
        way.log(LogLevel::Info, || {
            format!(
                "GET {PATH}, attempt {number}: {status}, {bytes} bytes, {} ms, request id {}",
                started.elapsed().as_millis(),
                request_id.unwrap_or("none"),
            )
        });
        if outcome.as_ref().is_err_and(|error| error.kind() == ErrorKind::Protocol) {
            self.transport.distrust_connections();
        }
        outcome
    }

    /// With nothing remaining of the rate limit, waits for its reset; fails at once if that doesn't fit.
    fn keep_pace(&self, way: &UnderWay<'_>) -> Result<()> {
        let call = &way.call;
        let wait = self.pace.as_ref().map_or(Duration::ZERO, Pace::wait);
        if wait.is_zero() {
            return Ok(());
        }
        if wait >= call.left() {
            let message = format!(
                "nothing remains of the rate limit for another {} ms, and the call's time ends before: \
                 try again then, or with a longer timeout",
                wait.as_millis()
            );
            let facts = AnswerFacts { retry_after: Some(wait), ..AnswerFacts::default() };
            return Err(Error::new(ErrorKind::RateLimited, message).with_answer(facts));
        }
        way.log(LogLevel::Info, || format!("GET {PATH} waits {} ms for the rate limit's reset", wait.as_millis()));
        self.stopped(call.sleep(wait))
    }

    fn stopped(&self, outcome: std::result::Result<(), Stop>) -> Result<()> {
        outcome.map_err(|stop| self.transport.context.stopped(stop))
    }
}

/// Of what ended a call and what went wrong before it: that, if there was only no time, or no room in the rate limit,
/// for another attempt. What is definite comes first.
fn which_to_tell(end: Error, earlier: Option<Error>) -> Error {
    match (earlier, end.kind(), end.http_status()) {
        (Some(earlier), ErrorKind::Timeout, None) => earlier.and("; trying again ran out of the call's time"),
        (Some(earlier), ErrorKind::RateLimited, None) => {
            earlier.with_longer_wait(end.retry_after()).and("; the rate limit leaves no room to try again in time")
        }
        _ => end,
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({:?})", self.0.base_url)
    }
}
