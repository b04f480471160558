//! The walk over pages: it remembers where it stands, and ends.

mod prefetch;

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use self::prefetch::Flight;
use crate::cancel::CancelToken;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::page::{Next, Page};
use crate::request::PageRequest;

/// A walk over the pages of the list, made by [`Client::pager`].
///
/// The list is ordered by last update, newest first: when connectors change during a walk, one can come twice, and
/// one that moved to the front can be missed.
///
/// Since: 0.1.0
#[derive(Debug)]
pub struct Pager {
    /// The fetch of the page that `request` asks for, where it was begun ahead. It is dropped before the client, so
    /// that its thread is never the last to have that: the caller's drop functions would be called there.
    flight: Option<Flight>,
    prefetches: bool,
    client: Client,
    request: PageRequest,
    ahead: Ahead,
    seen: SeenCursors,
}

/// What the next call will find.
#[derive(Debug)]
enum Ahead {
    /// The page that `request` asks for.
    Page,
    /// The end of the list.
    End,
    /// A next page that can't be asked for, and why.
    Blocked(&'static str),
}

impl Pager {
    pub(crate) fn new(client: Client, first: PageRequest) -> Self {
        let mut seen = SeenCursors::default();
        if let Some(cursor) = first.cursor() {
            seen.insert(cursor);
        }
        Self { flight: None, prefetches: false, client, request: first, ahead: Ahead::Page, seen }
    }

    /// Whether each call fetches the page after the one that it gives, too, on a thread of its own, while the caller
    /// works on this one; by default it doesn't. What the fetch comes to is told by the call whose page it is, errors
    /// and log lines included, on the thread of that call. A cancel token ends that call, and the fetch stays for the
    /// next one; [`Client::shutdown`] ends both. The fetch's time runs from when it began, so after long work a call
    /// may fail at once.
    ///
    /// A page may then be as old as the caller's work took, and a walk that is left early may have asked for one page
    /// more, and used up one more of the rate limit. When it is turned off, a fetch under way is kept for the next
    /// call. Dropping the pager ends it, which takes milliseconds.
    ///
    /// Since: 0.1.0
    pub fn set_prefetch(&mut self, on: bool) {
        self.prefetches = on;
    }

    /// The next page, or `None` after the last one. After a failure the walk stands where it was: call again to go
    /// on.
    ///
    /// # Errors
    /// Those of [`Client::list_page`]; and `Protocol`, each time, where the service's cursor has come before, which
    /// would make the walk endless, or names the next page in a form that can't be followed.
    pub fn next_page(&mut self, cancel: Option<&CancelToken>) -> Result<Option<Page>> {
        match self.ahead {
            Ahead::Page => {}
            Ahead::End => return Ok(None),
            Ahead::Blocked(why) => return Err(Error::new(ErrorKind::Protocol, why)),
        }
        let page = self.fetch(cancel)?;
        self.ahead = match page.next() {
            Next::End => {
                self.request.set_cursor(None);
                Ahead::End
            }
            Next::Unreadable => {
                self.request.set_cursor(None);
                Ahead::Blocked(
                    "the service names a next page without a cursor that could be followed: \
                     the list goes on, but not by this walk",
                )
            }
            Next::Cursor(cursor) => {
                let is_new = self.seen.insert(cursor);
                self.request.set_cursor(Some(cursor.clone()));
                if is_new {
                    Ahead::Page
                } else {
                    Ahead::Blocked("the service gave a cursor that it had given before: following it would never end")
                }
            }
        };
        if self.prefetches && matches!(self.ahead, Ahead::Page) {
            self.flight = Flight::begin(&self.client, &self.request);
        }
        Ok(Some(page))
    }

    /// The page that `request` asks for. A wait for one that was begun ahead can end before it is there: then it is
    /// waited for again.
    fn fetch(&mut self, cancel: Option<&CancelToken>) -> Result<Page> {
        let Some(flight) = self.flight.take_if(|flight| !flight.is_inherited()) else {
            return self.client.list_page(&self.request, cancel);
        };
        match self.client.wait_for(flight.done(), cancel) {
            // Who forked in a callback of this wait has no such thread to join.
            Ok(()) if flight.is_inherited() => self.client.list_page(&self.request, cancel),
            Ok(()) => flight.land(&self.client),
            Err(error) => {
                self.flight = Some(flight);
                Err(error)
            }
        }
    }

    /// The cursor of the page that the next call asks for: what to keep for going on another time.
    /// `None` before the first page, unless the walk was begun with one, and after the last.
    pub fn cursor(&self) -> Option<&str> {
        self.request.cursor()
    }
}

/// Every cursor of a walk, as 64 bits each, so that a long walk stays small; by chance two in ten thousand pages
/// would look the same once in 10^11 walks.
#[derive(Debug, Default)]
struct SeenCursors {
    hashes: HashSet<u64>,
    hasher: RandomState,
}

impl SeenCursors {
    /// Whether it is new.
    fn insert(&mut self, cursor: &str) -> bool {
        self.hashes.insert(self.hasher.hash_one(cursor))
    }
}
