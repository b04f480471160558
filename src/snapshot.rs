//! Snapshots: all connectors, even if they change meanwhile.

mod diff;
mod known_rows;
mod options;
#[cfg(test)]
mod randomized_tests;
mod reader;
mod scan;
#[cfg(test)]
mod scripted_tests;
mod state;
mod stored;

use std::sync::Arc;

pub use self::diff::SnapshotDiff;
use self::known_rows::KnownRows;
pub(crate) use self::known_rows::MAX_STORED_BYTES;
pub use self::options::SnapshotOptions;
pub(crate) use self::options::{invalid_max_passes, invalid_overlap, invalid_timeout};
use self::reader::ClientReader;
use self::scan::{Scan, Start};
pub use self::state::SnapshotState;
use self::stored::StoredForm;
pub(crate) use self::stored::too_large;
use crate::cancel::CancelToken;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::page::Page;

/// All connectors of a workspace. Immutable, so that threads can share it.
///
/// Since: 0.1.0
#[derive(Debug)]
pub struct Snapshot {
    /// The stored form, which is a list with one more member.
    page: Arc<Page>,
    state: SnapshotState,
    reason: Option<String>,
    as_of_ms: Option<i64>,
    base_url: String,
}

impl Client {
    /// Takes a snapshot of all connectors: every connector is in it, even if connectors change meanwhile, or it is
    /// [`Incomplete`](SnapshotState::Incomplete) and has a reason. With `previous`, a snapshot of the same workspace,
    /// incomplete or not, only what changed since is requested.
    ///
    /// Sends one request per page of 50 connectors and one more; one request if the list has one page. After a failed
    /// request the snapshot continues where it was while time remains.
    ///
    /// # Errors
    /// Those of [`list_page`](Self::list_page) if the first request fails; `Cancelled`; `InvalidArgument` if `previous`
    /// is from another base URL; `TooLarge` if the rows exceed 1 GiB. Later failures make the snapshot incomplete.
    pub fn snapshot(
        &self,
        previous: Option<&Snapshot>,
        options: &SnapshotOptions,
        cancel: Option<&CancelToken>,
    ) -> Result<Snapshot> {
        let base_url = self.base_url();
        if let Some(previous) = previous.filter(|previous| previous.base_url != base_url) {
            return Err(Error::invalid(format!(
                "previous snapshot is from another base URL ({}): take a new one without it",
                previous.base_url
            )));
        }
        let reader = ClientReader::new(self, options.timeout, cancel);
        let start = previous.and_then(Snapshot::to_start);
        let result = Scan::new(reader, options).run(start)?;
        Ok(stored::parse(stored::write(&result, base_url, options).into_bytes())?.into())
    }
}

impl From<StoredForm> for Snapshot {
    fn from(stored: StoredForm) -> Self {
        let StoredForm { page, state, reason, as_of_ms, base_url } = stored;
        Self { page: Arc::new(page), state, reason, as_of_ms, base_url }
    }
}

impl Snapshot {
    /// Loads a snapshot from its stored form: the [`json`](Self::json) of an earlier one.
    ///
    /// # Errors
    /// `InvalidArgument` if it is not the stored form of a snapshot, or its version is not supported.
    pub fn load(json: Vec<u8>) -> Result<Self> {
        let stored = stored::parse(json)?;
        stored::validate(&stored)?;
        Ok(stored.into())
    }

    /// Returns what a scan can continue from; `None` if the time of the list is unknown.
    fn to_start(&self) -> Option<Start> {
        Some(Start { date_ms: self.as_of_ms?, rows: KnownRows::from_page(&self.page) })
    }

    /// All connectors, most recently updated first.
    pub fn page(&self) -> &Page {
        &self.page
    }

    /// Returns shared ownership of the page.
    pub(crate) fn shared_page(&self) -> Arc<Page> {
        Arc::clone(&self.page)
    }

    /// The stored form, for [`load`](Self::load): the list as JSON, each row as the service sent it, and a member
    /// `"snapshot"`.
    pub fn json(&self) -> &str {
        self.page.json()
    }

    /// The state: complete, refreshed or incomplete.
    pub fn state(&self) -> SnapshotState {
        self.state
    }

    /// Why it is incomplete; `None` if it is not.
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// The time of the list that it has, by the service's clock (`Date`), in milliseconds since the Unix epoch; `None` if
    /// it is unknown: a refresh then reads everything.
    pub fn as_of_ms(&self) -> Option<i64> {
        self.as_of_ms
    }

    /// What changed since `older`.
    ///
    /// # Errors
    /// `InvalidArgument` if the snapshots are from different base URLs.
    pub fn diff(&self, older: &Snapshot) -> Result<SnapshotDiff> {
        if self.base_url != older.base_url {
            return Err(Error::invalid(format!(
                "snapshots are from different base URLs ({} and {}): compare snapshots of one workspace",
                self.base_url, older.base_url
            )));
        }
        let is_newer = self.as_of_ms.zip(older.as_of_ms).is_none_or(|(newer, older)| newer >= older);
        Ok(SnapshotDiff::new(&self.page, &older.page, is_newer && self.state == SnapshotState::Complete))
    }
}
