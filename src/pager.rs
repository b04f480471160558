//! The pager: iterates over the pages of the list.

mod cycle_detector;
mod prefetch;
mod progress;

use std::time::{Duration, Instant};

use self::prefetch::Prefetcher;
use self::progress::Progress;
use crate::call::CallContext;
use crate::cancel::CancelToken;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::logger::LogLevel;
use crate::page::{Next, Page};
use crate::request::{PATH, PageRequest};
use crate::sys::{Interest, Waitable};

/// A prefetch starts before the call that waits for it, so it should time out first. This is a margin for busy
/// machines.
const PREFETCH_GRACE_PERIOD: Duration = Duration::from_secs(1);

/// Iterates over the pages of the list. Created by [`Client::pager`].
///
/// The list is sorted most recently updated first. If connectors change during the iteration, one may be returned
/// twice, and one that moved to the front may be missed. A complete [`Client::snapshot`] misses
/// none.
///
/// Since: 0.1.0
#[derive(Debug)]
pub struct Pager {
    /// If it is busy, it fetches the page for `request`. Dropped before `client`: its thread must not be the last owner of
    /// the client, or the caller's destroy callbacks would run there.
    prefetcher: Option<Prefetcher>,
    prefetch_enabled: bool,
    client: Client,
    request: PageRequest,
    next: NextPage,
    progress: Progress,
}

/// What the next call will return.
#[derive(Debug)]
enum NextPage {
    /// The page for `request`.
    Request,
    /// The end of the list.
    End,
    /// An error with this message: there is a next page, but it cannot be requested.
    Unavailable(&'static str),
}

impl Client {
    /// Creates a pager that starts with the page for `first`. Nothing is sent yet.
    pub fn pager(&self, first: PageRequest) -> Pager {
        Pager::new(self.clone(), first)
    }
}

impl Pager {
    fn new(client: Client, first: PageRequest) -> Self {
        let progress = Progress::starting_at(first.cursor());
        Self { prefetcher: None, prefetch_enabled: false, client, request: first, next: NextPage::Request, progress }
    }

    /// Sets whether each call also starts to request the following page on a background thread, while the caller
    /// processes this one; default `false`. The result of a prefetch, including its errors and log lines, is reported
    /// by the call that returns its page, on the thread of that call. A cancel token cancels that call only: the prefetch
    /// continues for the next one. [`Client::shutdown`] cancels both. The timeout of a prefetch starts when it starts,
    /// so a call may fail at once if processing took long.
    ///
    /// A prefetched page can be stale when it is returned. If the iteration is not completed, one more page may have
    /// been requested, which counts against the rate limit. When prefetching is disabled, a running prefetch is
    /// kept for the next call. Dropping the pager cancels it, which takes milliseconds.
    ///
    /// Since: 0.1.0
    pub fn set_prefetch(&mut self, enabled: bool) {
        self.prefetch_enabled = enabled;
        if !enabled {
            // An idle thread is not needed any more.
            self.prefetcher.take_if(|prefetcher| !prefetcher.is_busy());
        }
    }

    /// Returns the next page, or `None` after the last one. An error does not advance the pager: call again to retry.
    ///
    /// # Errors
    /// Those of [`Client::list_page`]; and `Protocol`, in this and each later call, if the iteration would never end (the
    /// service repeated a cursor, or returned 100 consecutive pages without new rows), or if the service specified the
    /// next page without a usable cursor.
    pub fn next_page(&mut self, cancel: Option<&CancelToken>) -> Result<Option<Page>> {
        self.next_page_in(self.client.call_context(cancel), cancel)
    }

    pub(crate) fn next_page_in(&mut self, call: CallContext, cancel: Option<&CancelToken>) -> Result<Option<Page>> {
        match self.next {
            NextPage::Request => {}
            NextPage::End => return Ok(None),
            NextPage::Unavailable(reason) => return Err(Error::new(ErrorKind::Protocol, reason)),
        }
        let page = self.fetch(call, cancel)?;
        self.next = match page.next() {
            Next::End => {
                self.request.set_cursor(None);
                NextPage::End
            }
            Next::Unsupported => {
                self.request.set_cursor(None);
                NextPage::Unavailable(
                    "the response has a next page without a usable cursor: \
                     the list has more pages, but this pager cannot request them",
                )
            }
            Next::Cursor(cursor) => {
                self.request.set_cursor(Some(cursor.clone()));
                match self.progress.add(page.count(), page.ids_hash(), cursor) {
                    Ok(()) => NextPage::Request,
                    Err(reason) => NextPage::Unavailable(reason),
                }
            }
        };
        if self.prefetch_enabled && matches!(self.next, NextPage::Request) {
            self.prefetch();
        } else {
            self.prefetcher = None;
        }
        Ok(Some(page))
    }

    fn prefetch(&mut self) {
        if !self.prefetcher.as_ref().is_some_and(Prefetcher::is_usable) {
            self.prefetcher = Prefetcher::start(&self.client);
        }
        if let Some(prefetcher) = &mut self.prefetcher {
            prefetcher.fetch(&self.request);
        }
    }

    /// Fetches the page for `request`, or waits for its prefetch. If that wait ends early, the prefetch is kept.
    fn fetch(&mut self, call: CallContext, cancel: Option<&CancelToken>) -> Result<Page> {
        let Some(prefetcher) = self.prefetcher.as_mut().filter(|thread| thread.is_busy() && !thread.is_inherited())
        else {
            return self.client.list_page_in(&self.request, &call);
        };
        let call = call.with_deadline_extended_by(PREFETCH_GRACE_PERIOD);
        loop {
            // A child that the interrupt check forks shares the descriptor with its parent, which may reset it first.
            let until = call.interrupt_check_interval().map(|interval| Instant::now() + interval);
            match call.wait_until(&[(prefetcher.done().descriptor(), Interest::Read)], until) {
                Ok(_) if prefetcher.is_inherited() => return self.client.list_page(&self.request, cancel),
                Ok(0) => {}
                Ok(_) => return prefetcher.take(&call),
                Err(interruption) => {
                    let error = interruption.into_error(None);
                    call.log(LogLevel::Info, || format!("GET {PATH}: stopped waiting for the prefetch: {error}"));
                    return Err(error);
                }
            }
        }
    }

    /// The cursor of the page that the next call requests, to continue the iteration later. `None` before the first
    /// page, unless the pager started with a cursor, and after the last page.
    pub fn cursor(&self) -> Option<&str> {
        self.request.cursor()
    }
}
