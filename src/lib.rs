//! Lists the data connectors of an Intercom workspace (`GET /data_connectors`): a blocking client, and its C ABI.
//!
//! ```no_run
//! use data_connectors::{Client, Config, PageRequest};
//!
//! # fn main() -> data_connectors::Result<()> {
//! let mut config = Config::new();
//! config.set_access_token("the workspace's access token")?;
//! let client = Client::new(&config)?;
//! let mut pager = client.pager(PageRequest::new());
//! while let Some(page) = pager.next_page(None)? {
//!     for connector in &page {
//!         println!("{} {}", connector.id().unwrap_or("?"), connector.name().unwrap_or("?"));
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A [`Config`] holds the options, a [`Client`] sends requests, a [`PageRequest`] selects a page, a [`Page`] has
//! [`Connector`] rows, a [`Pager`] iterates over all pages, and an [`Error`] describes a failure. The C ABI is in `ffi`
//! and documented in `include/data_connectors.h`.

#[cfg(not(any(unix, windows)))]
compile_error!("data_connectors supports Unix systems and Windows only");

mod api_error;
mod call;
mod cancel;
mod client;
mod config;
mod error;
#[allow(unsafe_code, clippy::missing_safety_doc)]
#[doc(hidden)]
pub mod ffi;
mod interrupt;
mod json;
mod logger;
mod page;
mod pager;
mod per_process;
#[cfg(test)]
mod random;
mod rate_limit;
mod request;
mod response;
mod retry;
mod snapshot;
#[allow(unsafe_code)]
mod sys;
mod transport;

pub use cancel::CancelToken;
pub use client::Client;
pub use config::{Config, Region};
pub use error::{Error, ErrorKind, Result};
pub use logger::LogLevel;
pub use page::Page;
pub use page::connector::{Connector, Connectors, HttpMethod, State};
pub use pager::Pager;
pub use rate_limit::RateLimit;
pub use request::PageRequest;
pub use snapshot::{Snapshot, SnapshotDiff, SnapshotOptions, SnapshotState};

/// For the fuzzer: panics if a parsed page differs from serde_json's result for the same bytes.
#[cfg(fuzzing)]
#[doc(hidden)]
pub fn check_page(body: &[u8]) {
    page::serde_json_oracle::check_page(body);
}

/// For the fuzzer: panics if a stored snapshot differs from itself, or cannot be loaded again.
#[cfg(fuzzing)]
#[doc(hidden)]
pub fn check_stored_snapshot(json: &[u8]) {
    let Ok(snapshot) = Snapshot::load(json.to_vec()) else { return };
    let again = Snapshot::load(snapshot.json().as_bytes().to_vec());
    let is_same = again.is_ok_and(|again| again.json() == snapshot.json() && again.state() == snapshot.state());
    assert!(is_same, "it is loaded differently");
    if snapshot.state() != SnapshotState::Incomplete {
        let diff = snapshot.diff(&snapshot);
        assert!(
            diff.is_ok_and(|diff| diff.json().starts_with(r#"{"added":[],"changed":[],"#)),
            "it differs from itself"
        );
    }
}
