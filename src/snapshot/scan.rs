//! The algorithm of a snapshot: reads the list, then reads its front again until that shows all changes meanwhile.
//!
//! Assumptions: a page shows the list at one moment; cursors compare values, so they are valid even if their row moves;
//! a change sets `updated_at` to the current second; a response whose `Date` is later than `updated_at` plus the overlap
//! shows the change.
//!
//! Let `date` be the `Date` of a read of the first page. A change that was listed later has an `updated_at` of at least
//! `date` less the overlap; call it recent.
//!
//! Invariant: every version that was listed at `date` is known, unless it was replaced since. It holds after the first
//! pass: a connector that does not change meanwhile keeps its position, and the cursors pass every position. It holds
//! after each further pass, with the `Date` of that pass: it reads the list down to the first row that is not recent.
//!
//! Completeness: if a row of the first page is not recent, every recent change that is listed is on that page. With the
//! invariant, every connector is known in the version that is listed. Beyond that, only deleted connectors are known.

use std::collections::HashSet;
use std::time::Duration;

use super::known_rows::KnownRows;
use super::options::SnapshotOptions;
use super::reader::ListReader;
use super::state::SnapshotState;
use crate::error::{Error, ErrorKind, Result};
use crate::page::{Next, Page};

const SECOND_MS: i64 = 1_000;

/// Where an earlier scan ended, complete or not, after at least one pass.
pub(super) struct Start {
    pub rows: KnownRows,
    pub date_ms: i64,
}

/// What a scan found.
pub(super) struct ScanResult {
    pub rows: KnownRows,
    /// The `Date` of the first page of the last pass, or of the read that showed all changes; `None` without a pass from
    /// which a scan can continue.
    pub date_ms: Option<i64>,
    pub state: SnapshotState,
    pub reason: Option<String>,
}

pub(super) struct Scan<R> {
    reader: R,
    overlap_ms: i64,
    max_passes: u32,
    rows: KnownRows,
    /// The `Date` of the first page of the last pass; `None` before everything was read.
    date_ms: Option<i64>,
    /// The first problem of the pages that were read.
    problem: Option<String>,
    #[cfg(test)]
    pub(super) omitted: Option<Clause>,
}

/// The clauses of the rule. A test omits each to show that it is needed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Clause {
    FirstPageReachesDate,
    Overlap,
    PassReadsBelowFirstPage,
    LaterReadReplaces,
}

/// How a scan that is complete ended.
enum Found {
    /// The first page shows all changes since the last pass.
    AllChanges,
    /// The first page is the whole list.
    WholeList,
}

/// Why a scan ended early.
enum Stop {
    Incomplete(String),
    Cancelled(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        match error.kind() {
            ErrorKind::Cancelled => Self::Cancelled(error),
            _ => Self::Incomplete(format!("a request failed: {error}")),
        }
    }
}

impl<R: ListReader> Scan<R> {
    pub(super) fn new(reader: R, options: &SnapshotOptions) -> Self {
        let overlap_ms = i64::try_from(options.overlap.as_millis()).unwrap_or(i64::MAX / 2);
        Self {
            reader,
            // The service's times have whole seconds.
            overlap_ms: (overlap_ms + SECOND_MS - 1) / SECOND_MS * SECOND_MS,
            max_passes: options.max_passes,
            rows: KnownRows::default(),
            date_ms: None,
            problem: None,
            #[cfg(test)]
            omitted: None,
        }
    }

    /// Fails if the first request fails or the scan is cancelled.
    pub(super) fn run(mut self, start: Option<Start>) -> Result<ScanResult> {
        let continues = start.is_some();
        if let Some(start) = start {
            self.rows = start.rows;
            self.date_ms = Some(start.date_ms);
        }
        let page = self.reader.first_page()?;
        let (state, reason) = match self.catch_up(page) {
            Ok(Found::AllChanges) if continues => (SnapshotState::Refreshed, None),
            Ok(Found::AllChanges | Found::WholeList) => (SnapshotState::Complete, None),
            Err(Stop::Incomplete(reason)) => (SnapshotState::Incomplete, Some(reason)),
            Err(Stop::Cancelled(error)) => return Err(error),
        };
        Ok(ScanResult { rows: self.rows, date_ms: self.date_ms, state, reason })
    }

    /// Makes passes until the first page, `page`, shows all changes.
    fn catch_up(&mut self, mut page: Page) -> std::result::Result<Found, Stop> {
        for passes in 0.. {
            let oldest_ms = self.add(&page);
            let date_ms = page.date_ms();
            if !page.has_next() && self.problem.is_none() {
                // The page shows the list at one moment: what is not on it was deleted.
                self.rows.clear();
                self.add(&page);
                self.date_ms = date_ms;
                return Ok(Found::WholeList);
            }
            if self.is_before_recent(oldest_ms) && self.problem.is_none() {
                self.date_ms = date_ms;
                return Ok(Found::AllChanges);
            }
            if passes == self.max_passes {
                break;
            }
            self.read_below(page, oldest_ms)?;
            let problem = self.problem.take();
            self.date_ms = date_ms.filter(|_| problem.is_none());
            if let Some(problem) = problem {
                return Err(Stop::Incomplete(problem));
            }
            let Some(date_ms) = date_ms else {
                return Err(Stop::Incomplete("a response has no Date, so it is unknown what changed later".to_owned()));
            };
            self.wait_until_not_recent(oldest_ms, date_ms)?;
            page = self.reader.first_page()?;
        }
        let problem = self.problem.take();
        Err(Stop::Incomplete(problem.unwrap_or_else(|| format!(
            "after each of {} passes, all connectors of the first page had changed within {} s: retry later, or increase \
             max_passes",
            self.max_passes,
            self.overlap_ms / SECOND_MS
        ))))
    }

    /// Whether rows that were listed after the last pass are above a row with this `updated_at`.
    fn is_before_recent(&self, updated_at_ms: Option<i64>) -> bool {
        let overlap_ms = if self.omits(Clause::Overlap) { 0 } else { self.overlap_ms };
        let (Some(updated_at), Some(date)) = (updated_at_ms, self.date_ms) else { return false };
        updated_at < date - overlap_ms || self.omits(Clause::FirstPageReachesDate)
    }

    /// Reads the pages below the first page, down to the first row that is not recent.
    fn read_below(&mut self, first_page: Page, mut oldest_ms: Option<i64>) -> std::result::Result<(), Stop> {
        let mut page = first_page;
        while !self.is_before_recent(oldest_ms) {
            if self.date_ms.is_some() && self.omits(Clause::PassReadsBelowFirstPage) {
                return Ok(());
            }
            if *page.next() == Next::Unsupported {
                self.problem.get_or_insert("a response has a next page without a usable cursor".to_owned());
                return Ok(());
            }
            let Some(next) = self.reader.next_page()? else { return Ok(()) };
            oldest_ms = self.add(&next);
            page = next;
        }
        Ok(())
    }

    /// If all connectors of the first page were updated a moment before `date_ms`, such as by a bulk edit, a further pass
    /// would not help until they are older.
    fn wait_until_not_recent(&mut self, oldest_ms: Option<i64>, date_ms: i64) -> std::result::Result<(), Stop> {
        let Some(oldest) = oldest_ms else { return Ok(()) };
        let remaining_ms = u64::try_from(oldest + self.overlap_ms + SECOND_MS - date_ms).unwrap_or(0);
        if remaining_ms == 0 || self.reader.wait(Duration::from_millis(remaining_ms))? {
            return Ok(());
        }
        Err(Stop::Incomplete(format!(
            "all connectors of the first page had changed within {} s, and the timeout leaves no time to wait for {} s: \
             retry later, or increase the timeout",
            self.overlap_ms / SECOND_MS,
            remaining_ms.div_ceil(1_000)
        )))
    }

    /// Adds the rows of a page, and returns the `updated_at` of the oldest one.
    fn add(&mut self, page: &Page) -> Option<i64> {
        let mut ids = HashSet::with_capacity(page.count());
        let mut oldest_ms: Option<i64> = None;
        for row in page {
            let problem = match (row.id(), row.updated_at_ms()) {
                (None, _) => Some("a connector has no id".to_owned()),
                (Some(id), _) if !ids.insert(id) => Some(format!("connector {id} is twice on a page")),
                (Some(id), None) => Some(format!("updated_at of connector {id} is missing or not a time")),
                (Some(_), Some(time)) => {
                    oldest_ms = Some(oldest_ms.map_or(time, |oldest| oldest.min(time)));
                    None
                }
            };
            self.problem = self.problem.take().or(problem);
            if !self.omits(Clause::LaterReadReplaces) || row.id().is_none_or(|id| !self.rows.contains(id)) {
                self.rows.insert(&row);
            }
        }
        oldest_ms
    }

    #[cfg(test)]
    fn omits(&self, clause: Clause) -> bool {
        self.omitted == Some(clause)
    }

    #[cfg(not(test))]
    fn omits(&self, _: Clause) -> bool {
        false
    }
}
