//! The client: sends the request for a page, retries it, and converts the response.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ureq::http::Uri;

use crate::call::{CallContext, Timeouts};
use crate::cancel::CancelToken;
use crate::config::{AccessToken, BaseUrl, Config};
use crate::error::{Error, ErrorKind, ResponseInfo, Result};
use crate::interrupt::InterruptCheck;
use crate::logger::{LogLevel, Logger};
use crate::page::Page;
use crate::page::row_access::RowAccess;
use crate::rate_limit::{RateLimit, RateLimiter};
use crate::request::{PATH, PageRequest};
use crate::retry::{Retry, RetryPolicy};
use crate::transport::Transport;

/// A client of one workspace. Cloning is cheap, and clones share their connections. It is thread-safe.
///
/// After a `fork`, parent and child may both use it: the child opens its own connections.
///
/// Since: 0.1.0
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    transport: Transport,
    token: AccessToken,
    base_url: BaseUrl,
    timeouts: Timeouts,
    retry_policy: RetryPolicy,
    rate_limiter: Option<RateLimiter>,
    /// Cancelled by [`Client::shutdown`].
    shutdown: CancelToken,
    interrupt_check: Option<InterruptCheck>,
    logger: Option<Logger>,
    row_access: RowAccess,
}

/// If the time per attempt is shorter, there is no stall timeout.
const MIN_STALL_TIMEOUT: Duration = Duration::from_secs(5);

impl Client {
    /// Creates a client with a copy of the config. Nothing is sent yet.
    ///
    /// # Errors
    /// `InvalidArgument` without an access token, for an `http://` base URL that is not allowed or that would be
    /// requested through a proxy, and for a client certificate without its key; `System` if the process is out of file
    /// descriptors.
    pub fn new(config: &Config) -> Result<Self> {
        let token = config.access_token.clone().ok_or_else(|| {
            Error::invalid("missing access_token: set the access token of the workspace (is the variable for it set?)")
        })?;
        config.base_url().check_plain_http(config.allow_insecure_http)?;
        let uses_proxy = config.proxy.is_some() && !config.no_proxy.contains(&config.base_url().host());
        if uses_proxy && !config.base_url().is_https() && !config.allow_insecure_http {
            return Err(Error::invalid(
                "base_url with http:// is not allowed through a proxy, which would see the access token: use https://, \
                 add the host to no_proxy, or set allow_insecure_http",
            ));
        }
        let stall_timeout = config.timeout / (config.max_retries + 1);
        let timeouts = Timeouts {
            total: config.timeout,
            connect: config.connect_timeout,
            stall: (stall_timeout >= MIN_STALL_TIMEOUT).then_some(stall_timeout),
        };
        Ok(Self(Arc::new(Inner {
            transport: Transport::new(config, token.clone())?,
            token,
            base_url: config.base_url(),
            timeouts,
            retry_policy: RetryPolicy { max_retries: config.max_retries },
            rate_limiter: config.wait_for_rate_limit.then(RateLimiter::new),
            shutdown: CancelToken::new()?,
            interrupt_check: config.interrupt.clone(),
            logger: config.logger.clone(),
            row_access: RowAccess::default(),
        })))
    }

    /// Lists one page. Blocks until the page is complete or the call has failed, at most for the timeout, or until
    /// `cancel` is cancelled.
    ///
    /// # Errors
    /// Every [`ErrorKind`](crate::ErrorKind) except `InvalidArgument`, as a `PageRequest` is always valid.
    pub fn list_page(&self, request: &PageRequest, cancel: Option<&CancelToken>) -> Result<Page> {
        self.list_page_in(request, &self.call_context(cancel))
    }

    pub(crate) fn base_url(&self) -> &str {
        self.0.base_url.as_str()
    }

    /// The context of a call that starts now on the caller's thread.
    pub(crate) fn call_context(&self, cancel: Option<&CancelToken>) -> CallContext {
        let inner = &*self.0;
        CallContext::new(inner.timeouts, &inner.shutdown, cancel)
            .with_interrupt_check(inner.interrupt_check.clone())
            .with_logger(inner.logger.clone())
    }

    pub(crate) fn list_page_in(&self, request: &PageRequest, call: &CallContext) -> Result<Page> {
        let mut attempts = 0;
        self.0.list_page_with_retries(request, call, &mut attempts).map_err(|error| {
            let error = error.with_attempts(attempts);
            // Cancellation is not a failure.
            let level = if error.kind() == ErrorKind::Cancelled { LogLevel::Info } else { LogLevel::Error };
            call.log(level, || format!("GET {PATH} failed: {error}"));
            error
        })
    }

    /// Cancels all calls of this client, its clones and its pagers, and rejects new ones: both fail with
    /// [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled). Does not wait for them to return.
    pub fn shutdown(&self) {
        self.0.shutdown.cancel();
    }
}

impl Inner {
    /// Makes attempts while a retry may help and time remains. Adds their number to `attempts`.
    fn list_page_with_retries(&self, request: &PageRequest, call: &CallContext, attempts: &mut u32) -> Result<Page> {
        let uri = request.uri(&self.base_url)?;
        let mut previous: Option<Error> = None;
        loop {
            if let Err(error) = self.before_attempt(call) {
                return Err(final_error(error, previous, *attempts, call));
            }
            *attempts += 1;
            let number = *attempts;
            call.log(LogLevel::Debug, || format!("{}, attempt {number}", request.to_log_line(&self.base_url)));
            // After a failed connection, other pooled connections may have failed, too.
            let requires_new_connection = previous
                .as_ref()
                .is_some_and(|error| matches!(error.kind(), ErrorKind::Connection | ErrorKind::Timeout));
            let error = match self.attempt(&uri, call, number, requires_new_connection) {
                Ok(page) => return Ok(page),
                Err(error) if call.time_remaining().is_zero() => {
                    return Err(final_error(error, previous, number, call));
                }
                Err(error) => error,
            };
            let delay = match self.retry_policy.after_failure(&error, number, call.time_remaining()) {
                Retry::After(delay) => delay,
                Retry::No if number > 1 && error.kind() != ErrorKind::Cancelled => {
                    return Err(error.with_message_suffix(&format!(" ({})", count_attempts(number))));
                }
                Retry::No => return Err(error),
                Retry::TooLate(delay) => {
                    return Err(error.with_message_suffix(&format!(
                        "; not retried: the requested delay of {} ms exceeds the time remaining",
                        delay.as_millis()
                    )));
                }
            };
            call.log(LogLevel::Warn, || {
                format!("GET {PATH}, attempt {number} failed, retrying in {} ms: {error}", delay.as_millis())
            });
            if let Err(interruption) = call.sleep(delay) {
                let interrupted = interruption.into_error(None);
                return Err(final_error(interrupted, Some(error), number, call));
            }
            previous = Some(error);
        }
    }

    /// Checks that the call may continue, and waits for the rate limit.
    fn before_attempt(&self, call: &CallContext) -> Result<()> {
        call.check().map_err(|interruption| interruption.into_error(None))?;
        self.wait_for_rate_limit(call)
    }

    /// Sends one request and converts its response.
    fn attempt(&self, uri: &Uri, call: &CallContext, number: u32, requires_new_connection: bool) -> Result<Page> {
        let started = Instant::now();
        let response = self.transport.get(uri, call, requires_new_connection).inspect_err(|error| {
            call.log(LogLevel::Info, || {
                format!("GET {PATH}, attempt {number}: no response, {} ms: {error}", started.elapsed().as_millis())
            });
        })?;
        if let Some(limiter) = &self.rate_limiter {
            limiter.update(RateLimit::from_headers(&response.headers).remaining, response.time_to_rate_limit_reset());
        }
        let status = response.status.as_u16();
        let bytes = response.body.len();
        let result = response.into_page(&self.token, &self.row_access);
        let request_id = match &result {
            Ok(page) => page.request_id(),
            Err(error) => error.request_id(),
        };
        call.log(LogLevel::Info, || {
            format!(
                "GET {PATH}, attempt {number}: {status}, {bytes} bytes, {} ms, request id {}",
                started.elapsed().as_millis(),
                request_id.unwrap_or("none"),
            )
        });
        if result.as_ref().is_err_and(|error| error.kind() == ErrorKind::Protocol) {
            self.transport.require_new_connection();
        }
        result
    }

    /// Waits until the rate limit resets if no requests remain. Fails at once if the timeout is earlier.
    fn wait_for_rate_limit(&self, call: &CallContext) -> Result<()> {
        let wait = self.rate_limiter.as_ref().map_or(Duration::ZERO, RateLimiter::wait_time);
        if wait.is_zero() {
            return Ok(());
        }
        if wait >= call.time_remaining() {
            let message = format!(
                "rate limit reached (resets in {} ms, after the timeout of the call): \
                 retry then, or increase timeout_ms",
                wait.as_millis()
            );
            let info = ResponseInfo { retry_after: Some(wait), ..ResponseInfo::default() };
            return Err(Error::new(ErrorKind::RateLimited, message).with_response(info));
        }
        call.log(LogLevel::Info, || format!("GET {PATH}: waiting {} ms for the rate limit to reset", wait.as_millis()));
        call.sleep(wait).map_err(|interruption| interruption.into_error(None))
    }
}

/// The error to report after the last attempt. If the timeout or the rate limit prevented another attempt, the
/// error of the previous attempt is more informative.
fn final_error(last: Error, previous: Option<Error>, attempts: u32, call: &CallContext) -> Error {
    let count = count_attempts(attempts);
    match (previous, last.kind(), last.http_status()) {
        (Some(previous), ErrorKind::Timeout, None) => previous.with_message_suffix(&format!(
            "; retrying timed out after {} ms ({count})",
            call.timeouts().total.as_millis()
        )),
        (Some(previous), ErrorKind::RateLimited, None) => previous
            .with_min_retry_after(last.retry_after())
            .with_message_suffix("; not retried: the rate limit resets after the timeout of the call"),
        (_, ErrorKind::Timeout, _) => last.with_message_suffix(&format!(" ({count})")),
        _ => last,
    }
}

fn count_attempts(attempts: u32) -> String {
    format!("{attempts} {}", if attempts == 1 { "attempt" } else { "attempts" })
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({:?})", self.0.base_url)
    }
}
