//! The walk over pages: it remembers where it stands, and ends.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

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
        Self { client, request: first, ahead: Ahead::Page, seen }
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
        let page = self.client.list_page(&self.request, cancel)?;
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
        Ok(Some(page))
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
