//! The options of a snapshot.

use std::fmt::Display;
use std::time::Duration;

use crate::error::{Error, Result};

/// How a snapshot is taken; by default with an overlap of 60 seconds, up to 20 passes, and a timeout of 5 minutes.
///
/// Since: 0.1.0
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotOptions {
    pub(super) overlap: Duration,
    pub(super) max_passes: u32,
    pub(super) timeout: Duration,
}

impl Default for SnapshotOptions {
    fn default() -> Self {
        Self { overlap: Duration::from_secs(60), max_passes: 20, timeout: Duration::from_secs(5 * 60) }
    }
}

const MAX_OVERLAP: Duration = Duration::from_secs(3600);
const MAX_PASSES: u32 = 1_000;
const MAX_TIMEOUT: Duration = Duration::from_secs(24 * 3600);

impl SnapshotOptions {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the longest time until the service lists a change, 0 to 1 hour; rounded up to whole seconds.
    ///
    /// # Errors
    /// `InvalidArgument` for a longer time.
    pub fn overlap(self, overlap: Duration) -> Result<Self> {
        if overlap > MAX_OVERLAP {
            return Err(invalid_overlap(overlap.as_millis()));
        }
        Ok(Self { overlap, ..self })
    }

    /// Sets the maximum number of passes over the list, 1 to 1,000.
    ///
    /// # Errors
    /// `InvalidArgument` for any other number.
    pub fn max_passes(self, max_passes: u32) -> Result<Self> {
        if !(1..=MAX_PASSES).contains(&max_passes) {
            return Err(invalid_max_passes(max_passes));
        }
        Ok(Self { max_passes, ..self })
    }

    /// Sets the timeout of the whole snapshot, 1 ms to 1 day. Each request also has the timeout of the client.
    ///
    /// # Errors
    /// `InvalidArgument` for any other time.
    pub fn timeout(self, timeout: Duration) -> Result<Self> {
        if timeout.is_zero() || timeout > MAX_TIMEOUT {
            return Err(invalid_timeout(timeout.as_millis()));
        }
        Ok(Self { timeout, ..self })
    }
}

pub(crate) fn invalid_overlap(ms: impl Display) -> Error {
    Error::invalid(format!("invalid overlap {ms} ms: use 0 to {}", MAX_OVERLAP.as_millis()))
}

pub(crate) fn invalid_max_passes(passes: impl Display) -> Error {
    Error::invalid(format!("invalid max_passes {passes}: use 1 to {MAX_PASSES}"))
}

pub(crate) fn invalid_timeout(ms: impl Display) -> Error {
    Error::invalid(format!("invalid timeout {ms} ms: use 1 to {}", MAX_TIMEOUT.as_millis()))
}
