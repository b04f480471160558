//! Reads the list for a scan: through a client, within the timeout of the snapshot.

use std::time::{Duration, Instant};

use crate::cancel::CancelToken;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::page::Page;
use crate::pager::Pager;
use crate::request::PageRequest;
use crate::retry::is_retryable;

/// The service's maximum.
const ROWS_PER_PAGE: u32 = 50;

const MIN_RESUME_DELAY: Duration = Duration::from_millis(500);
const MAX_RESUME_DELAY: Duration = Duration::from_secs(30);

/// Reads the list page by page. Tests have one whose clock is virtual.
pub(super) trait ListReader {
    /// Reads the first page.
    fn first_page(&mut self) -> Result<Page>;

    /// Reads the page after the last one that was read; `None` at the end.
    fn next_page(&mut self) -> Result<Option<Page>>;

    /// Waits, and returns whether the time sufficed. If not, it returns at once.
    fn wait(&mut self, duration: Duration) -> Result<bool>;
}

pub(super) struct ClientReader<'a> {
    client: &'a Client,
    cancel: Option<&'a CancelToken>,
    deadline: Instant,
    pager: Option<Pager>,
}

impl<'a> ClientReader<'a> {
    pub(super) fn new(client: &'a Client, timeout: Duration, cancel: Option<&'a CancelToken>) -> Self {
        Self { client, cancel, deadline: Instant::now() + timeout, pager: None }
    }

    fn time_remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Requests a page, again after a failure that may pass, while time remains. The very first request is not
    /// repeated: there is nothing to lose yet.
    fn read(&mut self, pager: &mut Pager, is_first: bool) -> Result<Option<Page>> {
        let mut delay = MIN_RESUME_DELAY;
        loop {
            let call = self.client.call_context(self.cancel);
            let timeout = call.timeouts().total.min(self.time_remaining());
            let call = call.with_timeout(timeout);
            let error = match pager.next_page_in(call, self.cancel) {
                Ok(page) => return Ok(page),
                Err(error) => error,
            };
            let pause = error.retry_after().unwrap_or(delay).max(delay);
            if is_first || !is_retryable(&error) || !self.wait(pause)? {
                return Err(error);
            }
            delay = (2 * delay).min(MAX_RESUME_DELAY);
        }
    }
}

impl ListReader for ClientReader<'_> {
    fn first_page(&mut self) -> Result<Page> {
        let mut pager = self.client.pager(PageRequest::new().per_page(ROWS_PER_PAGE)?);
        let is_first = self.pager.is_none();
        let page = self.read(&mut pager, is_first)?;
        self.pager = Some(pager);
        page.ok_or_else(|| Error::new(ErrorKind::Protocol, "the list has no first page"))
    }

    fn next_page(&mut self) -> Result<Option<Page>> {
        let Some(mut pager) = self.pager.take() else { return Ok(None) };
        let page = self.read(&mut pager, false);
        self.pager = Some(pager);
        page
    }

    fn wait(&mut self, duration: Duration) -> Result<bool> {
        let remaining = self.time_remaining();
        if duration >= remaining {
            return Ok(false);
        }
        // The client's timeout is for a request.
        let call = self.client.call_context(self.cancel).with_timeout(remaining);
        call.sleep(duration).map_err(|interruption| interruption.into_error(None))?;
        Ok(true)
    }
}
