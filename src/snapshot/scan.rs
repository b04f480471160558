//! The algorithm of a snapshot: reads the list, then the first page again until that shows all changes meanwhile.
//!
//! docs/consistency.md has the assumptions and the proof. In short: let `date` be the earliest `Date` of a pass. A change
//! that was listed later has an `updated_at` of at least `date` less the overlap; call it recent.
//!
//! Invariant: every version that was listed at `date` is known, unless it was replaced since. It holds after the first
//! pass, as the cursors pass the position of every connector that does not change, and after each further pass, which
//! reads the list down to the first row that is not recent.
//!
//! Completeness: if a row of the first page is not recent, every recent change that is listed is on that page. With the
//! invariant, every connector is known in the version that is listed. Beyond that, only deleted connectors are known.

use std::collections::HashSet;
use std::time::Duration;

use super::known_rows::{KnownRows, MAX_STORED_BYTES};
use super::options::SnapshotOptions;
use super::reader::{ListReader, ReadError, timed_out};
use super::state::SnapshotState;
use crate::error::{Error, ErrorKind, Result, one_line};
use crate::page::{Next, Page};

const SECOND_MS: i64 = 1_000;

const UNTIL_NOT_RECENT: &str = "until recent changes are older than the overlap";

/// Some bytes are left for what surrounds the rows.
const MAX_BYTES: usize = MAX_STORED_BYTES - 64 * 1024;

/// The result of a previous scan that finished at least one pass.
pub(super) struct Start {
    pub rows: KnownRows,
    pub date_ms: i64,
}

/// What a scan found.
pub(super) struct ScanResult {
    pub rows: KnownRows,
    /// The earliest `Date` of the last pass, or that of the read that showed all changes; `None` if no pass was finished.
    pub date_ms: Option<i64>,
    pub state: SnapshotState,
    pub reason: Option<String>,
}

pub(super) struct Scan<R> {
    reader: R,
    overlap_ms: i64,
    max_passes: u32,
    pub(super) max_bytes: usize,
    rows: KnownRows,
    /// The earliest `Date` of the last pass; `None` before everything was read.
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
    Failed(Error),
}

impl From<ReadError> for Stop {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Cancelled(error) => Self::Failed(error),
            ReadError::TimedOut(timeout) => Self::Incomplete(timed_out(timeout)),
            ReadError::Failed(error) => Self::Incomplete(format!("a request failed: {error}")),
        }
    }
}

impl<R: ListReader> Scan<R> {
    pub(super) fn new(reader: R, options: &SnapshotOptions) -> Self {
        // Validated: at most an hour.
        let overlap_ms = options.overlap.as_millis() as i64;
        Self {
            reader,
            // The service's times have whole seconds.
            overlap_ms: (overlap_ms + SECOND_MS - 1) / SECOND_MS * SECOND_MS,
            max_passes: options.max_passes,
            max_bytes: MAX_BYTES,
            rows: KnownRows::default(),
            date_ms: None,
            problem: None,
            #[cfg(test)]
            omitted: None,
        }
    }

    /// Fails if the first request fails, the scan is cancelled, or the list is too large.
    pub(super) fn run(mut self, start: Option<Start>) -> Result<ScanResult> {
        let continues = start.is_some();
        if let Some(start) = start {
            self.rows = start.rows;
            self.date_ms = Some(start.date_ms);
        }
        let page = self.reader.first_page().map_err(ReadError::into_error)?;
        let (state, reason) = match self.catch_up(page) {
            Ok(Found::AllChanges) if continues => (SnapshotState::Refreshed, None),
            Ok(Found::AllChanges | Found::WholeList) => (SnapshotState::Complete, None),
            // It can contain an id.
            Err(Stop::Incomplete(reason)) => (SnapshotState::Incomplete, Some(one_line(reason.into()).into_owned())),
            Err(Stop::Failed(error)) => return Err(error),
        };
        // After a problem with the list, a refresh starts over.
        let date_ms = self.date_ms.filter(|_| self.problem.is_none());
        Ok(ScanResult { rows: self.rows, date_ms, state, reason })
    }

    /// Makes passes until the first page, `page`, shows all changes.
    fn catch_up(&mut self, mut page: Page) -> std::result::Result<Found, Stop> {
        for passes in 0.. {
            let oldest_ms = self.add(&page, None)?;
            let date_ms = page.date_ms();
            if date_ms < self.date_ms.map(|date| date - self.overlap_ms) {
                // The list had another clock, or is older than what is known.
                self.date_ms = None;
            }
            if !page.has_next() && self.problem.is_none() {
                // The page shows the list at one moment: what is not on it was deleted.
                self.rows.clear();
                self.add(&page, None)?;
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
            let dates = self.read_below(page, oldest_ms)?;
            if let Some(problem) = &self.problem {
                return Err(Stop::Incomplete(problem.clone()));
            }
            let Some((earliest_ms, last_ms)) = dates else {
                self.date_ms = None;
                let reason =
                    "a response has no valid Date header, so later changes cannot be found: check the proxy or gateway";
                return Err(Stop::Incomplete(reason.to_owned()));
            };
            self.date_ms = Some(earliest_ms);
            self.wait_until_not_recent(oldest_ms, last_ms)?;
            page = self.reader.first_page()?;
        }
        let reason = self.problem.clone().unwrap_or_else(|| {
            format!(
                "all connectors of the first page had changed within {} s, also after {}: retry later, or increase \
                 max_passes",
                self.overlap_ms / SECOND_MS,
                if self.max_passes == 1 { "one pass".to_owned() } else { format!("{} passes", self.max_passes) },
            )
        });
        Err(Stop::Incomplete(reason))
    }

    /// Whether rows that were listed after the last pass are above a row with this `updated_at`.
    fn is_before_recent(&self, updated_at_ms: Option<i64>) -> bool {
        let overlap_ms = if self.omits(Clause::Overlap) { 0 } else { self.overlap_ms };
        let (Some(updated_at), Some(date)) = (updated_at_ms, self.date_ms) else { return false };
        updated_at < date - overlap_ms || self.omits(Clause::FirstPageReachesDate)
    }

    /// Reads the pages below the first page, down to the first row that is not recent. Returns the earliest `Date` of
    /// the pass, as a cache or a replica may be behind, and the last one; `None` if one is missing.
    fn read_below(
        &mut self,
        first_page: Page,
        mut oldest_ms: Option<i64>,
    ) -> std::result::Result<Option<(i64, i64)>, Stop> {
        let mut dates = first_page.date_ms().map(|date| (date, date));
        let mut page = first_page;
        while !self.is_before_recent(oldest_ms) {
            if self.date_ms.is_some() && self.omits(Clause::PassReadsBelowFirstPage) {
                break;
            }
            if *page.next() == Next::Unsupported {
                self.problem.get_or_insert("a response has a next page without a usable cursor".to_owned());
                break;
            }
            let Some(next) = self.reader.next_page()? else { break };
            oldest_ms = self.add(&next, oldest_ms)?;
            dates = dates.zip(next.date_ms()).map(|((earliest, _), date)| (earliest.min(date), date));
            page = next;
        }
        Ok(dates)
    }

    /// If all connectors of the first page were updated a moment before `now_ms`, such as by a bulk edit, a further pass
    /// would not help until they are older.
    fn wait_until_not_recent(&mut self, oldest_ms: Option<i64>, now_ms: i64) -> std::result::Result<(), Stop> {
        let Some(oldest) = oldest_ms else { return Ok(()) };
        let remaining_ms = u64::try_from(oldest + self.overlap_ms + SECOND_MS - now_ms).unwrap_or(0);
        if remaining_ms == 0 || self.reader.wait(Duration::from_millis(remaining_ms), UNTIL_NOT_RECENT)? {
            return Ok(());
        }
        Err(Stop::Incomplete(format!(
            "all connectors of the first page had changed within {} s, and the timeout leaves no time to wait for {} s: \
             retry later, or increase the timeout",
            self.overlap_ms / SECOND_MS,
            remaining_ms.div_ceil(1_000)
        )))
    }

    /// Adds the rows of a page, and returns the earliest `updated_at` of them and of the pages above, `oldest_ms`.
    fn add(&mut self, page: &Page, mut oldest_ms: Option<i64>) -> std::result::Result<Option<i64>, Stop> {
        let mut ids = HashSet::with_capacity(page.count());
        for row in page {
            let problem = match (row.id(), row.updated_at_ms()) {
                (None, _) => Some("a connector has no id".to_owned()),
                (Some(id), _) if !ids.insert(id) => Some(format!("connector {id} is twice on a page")),
                (Some(id), None) => Some(format!("updated_at of connector {id} is missing or not a time")),
                (Some(id), Some(time)) if oldest_ms.is_some_and(|oldest| time > oldest) => {
                    let problem = "is listed below one with an earlier updated_at: the list is not sorted";
                    Some(format!("connector {id} {problem}"))
                }
                _ => None,
            };
            oldest_ms = oldest_ms.into_iter().chain(row.updated_at_ms()).min();
            self.problem = self.problem.take().or(problem);
            if !self.omits(Clause::LaterReadReplaces) || row.id().is_none_or(|id| !self.rows.contains(id)) {
                self.rows.insert(&row);
            }
        }
        if self.rows.bytes() > self.max_bytes {
            let message =
                format!("snapshot is too large: at most {} MiB of connectors are supported", self.max_bytes >> 20);
            return Err(Stop::Failed(Error::new(ErrorKind::TooLarge, message)));
        }
        Ok(oldest_ms)
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
