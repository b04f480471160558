//! One call: build the request, send it, judge the answer, try again where that helps.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::config::{BaseUrl, Config, Token};
use crate::error::{Error, Result};
use crate::logger::{LogLevel, Logger};
use crate::page::Page;
use crate::pager::Pager;
use crate::request::{PATH, PageRequest};
use crate::retry::wait_before_next;
use crate::transport::Transport;

/// A client of one workspace. Cloning it is cheap and shares its connections; any number of threads may use it at once.
///
/// Since: 0.1.0
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    transport: Transport,
    token: Token,
    base_url: BaseUrl,
    timeout: Duration,
    max_retries: u32,
    logger: Option<Logger>,
}

impl Client {
    /// A client with a copy of these settings. Nothing is sent yet.
    ///
    /// # Errors
    /// `InvalidArgument` without a token, and for a plain HTTP base URL whose permission was taken back.
    pub fn new(config: &Config) -> Result<Self> {
        let token = config.token.clone().ok_or_else(|| {
            Error::invalid("there is no token: set the workspace's access token before making a client")
        })?;
        config.base_url.check_plain_http(config.allow_insecure_http)?;
        Ok(Self(Arc::new(Inner {
            transport: Transport::new(config, &token)?,
            token,
            base_url: config.base_url.clone(),
            timeout: config.timeout,
            max_retries: config.max_retries,
            logger: config.logger.clone(),
        })))
    }

    /// Lists one page, blocking until it is there or the call has failed: at most for the time set.
    ///
    /// # Errors
    /// Each [`ErrorKind`](crate::ErrorKind) but `InvalidArgument`, which a made `PageRequest` rules out.
    pub fn list_page(&self, request: &PageRequest) -> Result<Page> {
        let inner = &*self.0;
        let started = Instant::now();
        let url = request.url(&inner.base_url);
        let mut made = 0;
        loop {
            made += 1;
            let left = inner.timeout.saturating_sub(started.elapsed());
            let error = match inner.attempt(&url, left, made) {
                Ok(page) => return Ok(page),
                Err(error) => error.with_attempts(made),
            };
            let left = inner.timeout.saturating_sub(started.elapsed());
            match wait_before_next(&error, made, inner.max_retries, left) {
                Some(wait) => {
                    inner.log(LogLevel::Warn, || {
                        format!("attempt {made} failed, next in {} ms: {error}", wait.as_millis())
                    });
                    std::thread::sleep(wait);
                }
                None => {
                    inner.log(LogLevel::Error, || format!("failed after {made} attempt(s): {error}"));
                    return Err(error);
                }
            }
        }
    }

    /// A walk over the pages, beginning with the one that `first` asks for. Nothing is sent yet.
    pub fn pager(&self, first: PageRequest) -> Pager {
        Pager::new(self.clone(), first)
    }
}

impl Inner {
    fn attempt(&self, url: &str, left: Duration, number: u32) -> Result<Page> {
        self.log(LogLevel::Debug, || format!("GET {PATH}, attempt {number}"));
        let started = Instant::now();
        let page = self.transport.get(url, left)?.judge(&self.token)?;
        self.log(LogLevel::Info, || {
            format!(
                "GET {PATH}: 200, {} rows, {} bytes, {} ms, attempt {number}, request id {}",
                page.count(),
                page.json().len(),
                started.elapsed().as_millis(),
                page.request_id().unwrap_or("none"),
            )
        });
        Ok(page)
    }

    fn log(&self, level: LogLevel, line: impl FnOnce() -> String) {
        if let Some(logger) = &self.logger {
            logger.log(level, line);
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({:?})", self.0.base_url)
    }
}
