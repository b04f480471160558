//! Reads the list for a scan: through a client, within the timeout of the snapshot.

use std::time::{Duration, Instant};

use crate::call::Interruption;
use crate::cancel::CancelToken;
use crate::client::Client;
use crate::error::{Error, ErrorKind};
use crate::logger::LogLevel;
use crate::page::Page;
use crate::pager::Pager;
use crate::request::PageRequest;
use crate::retry::is_retryable;

/// The service's maximum.
const ROWS_PER_PAGE: u32 = 50;

const MIN_RESUME_DELAY: Duration = Duration::from_millis(500);
const MAX_RESUME_DELAY: Duration = Duration::from_secs(30);

/// Why no page could be read.
pub(super) enum ReadError {
    Cancelled(Error),
    /// This timeout of the snapshot expired.
    TimedOut(Duration),
    Failed(Error),
}

impl ReadError {
    /// The error of a snapshot that has read nothing.
    pub(super) fn into_error(self) -> Error {
        match self {
            Self::Cancelled(error) | Self::Failed(error) => error,
            Self::TimedOut(timeout) => Error::new(ErrorKind::Timeout, timed_out(timeout)),
        }
    }
}

pub(super) fn timed_out(timeout: Duration) -> String {
    format!("snapshot timed out after {} ms: increase its timeout", timeout.as_millis())
}

type ReadResult<T> = std::result::Result<T, ReadError>;

/// Reads the list page by page. Tests have one whose clock is virtual.
pub(super) trait ListReader {
    /// Reads the first page.
    fn first_page(&mut self) -> ReadResult<Page>;

    /// Reads the page after the last one that was read; `None` at the end.
    fn next_page(&mut self) -> ReadResult<Option<Page>>;

    /// Waits, and returns whether the time remaining sufficed. If not, it returns at once. `purpose` is for the log.
    fn wait(&mut self, duration: Duration, purpose: &str) -> ReadResult<bool>;
}

#[cfg(test)]
impl<R: ListReader> ListReader for &mut R {
    fn first_page(&mut self) -> ReadResult<Page> {
        (**self).first_page()
    }

    fn next_page(&mut self) -> ReadResult<Option<Page>> {
        (**self).next_page()
    }

    fn wait(&mut self, duration: Duration, purpose: &str) -> ReadResult<bool> {
        (**self).wait(duration, purpose)
    }
}

pub(super) struct ClientReader<'a> {
    client: &'a Client,
    cancel: Option<&'a CancelToken>,
    timeout: Duration,
    deadline: Instant,
    pager: Option<Pager>,
}

impl<'a> ClientReader<'a> {
    pub(super) fn new(client: &'a Client, timeout: Duration, cancel: Option<&'a CancelToken>) -> Self {
        Self { client, cancel, timeout, deadline: Instant::now() + timeout, pager: None }
    }

    fn time_remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Requests a page, and repeats a retryable request while time remains. The first request of a snapshot is not
    /// repeated: there is nothing to lose yet.
    fn read(&mut self, pager: &mut Pager, is_first: bool) -> ReadResult<Option<Page>> {
        let mut delay = MIN_RESUME_DELAY;
        loop {
            let call = self.client.call_context(self.cancel);
            let timeout = call.timeouts().total.min(self.time_remaining());
            let call = call.with_timeout(timeout);
            let error = match pager.next_page_in(call, self.cancel) {
                Ok(page) => return Ok(page),
                Err(error) => error,
            };
            match error.kind() {
                ErrorKind::Cancelled => return Err(ReadError::Cancelled(error)),
                ErrorKind::Timeout if self.time_remaining().is_zero() => return Err(ReadError::TimedOut(self.timeout)),
                _ => {}
            }
            let pause = error.retry_after().unwrap_or(delay).max(delay);
            if is_first || !is_retryable(&error) || !self.wait(pause, "before the request is repeated")? {
                return Err(ReadError::Failed(error));
            }
            delay = (2 * delay).min(MAX_RESUME_DELAY);
        }
    }
}

impl ListReader for ClientReader<'_> {
    fn first_page(&mut self) -> ReadResult<Page> {
        let request = PageRequest::new().per_page(ROWS_PER_PAGE).map_err(ReadError::Failed)?;
        let mut pager = self.client.pager(request);
        let is_first = self.pager.is_none();
        let page = self.read(&mut pager, is_first)?;
        self.pager = Some(pager);
        page.ok_or_else(|| ReadError::Failed(Error::new(ErrorKind::Protocol, "the list has no first page")))
    }

    fn next_page(&mut self) -> ReadResult<Option<Page>> {
        let Some(mut pager) = self.pager.take() else { return Ok(None) };
        let page = self.read(&mut pager, false);
        self.pager = Some(pager);
        page
    }

    fn wait(&mut self, duration: Duration, purpose: &str) -> ReadResult<bool> {
        let remaining = self.time_remaining();
        if duration >= remaining {
            return Ok(false);
        }
        // The client's timeout limits a request, not this wait.
        let call = self.client.call_context(self.cancel).with_timeout(remaining);
        call.log(LogLevel::Info, || format!("snapshot: waiting {} ms {purpose}", duration.as_millis()));
        match call.sleep(duration) {
            Ok(()) => Ok(true),
            Err(Interruption::TimedOut(_)) => Ok(false),
            Err(interruption) => Err(match interruption.into_error(None) {
                error if error.kind() == ErrorKind::Cancelled => ReadError::Cancelled(error),
                error => ReadError::Failed(error),
            }),
        }
    }
}
