//! The options of a snapshot.

use std::time::Duration;

use crate::error::{Error, Result};

/// How a snapshot is taken.
///
/// Since: 0.1.0
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotOptions {
    /// The longest time until a change is listed, 0 to 1 hour; default 60 seconds. Rounded up to whole seconds.
    pub overlap: Duration,
    /// How often to catch up with changes before giving up, 1 to 1,000; default 20.
    pub max_passes: u32,
    /// The timeout of the whole snapshot, 1 ms to 1 day; default 5 minutes. Each request also has the timeout of the
    /// client.
    pub timeout: Duration,
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
    pub(super) fn validate(&self) -> Result<()> {
        if self.overlap > MAX_OVERLAP {
            let ms = self.overlap.as_millis();
            return Err(Error::invalid(format!("invalid overlap {ms} ms: use 0 to {}", MAX_OVERLAP.as_millis())));
        }
        if !(1..=MAX_PASSES).contains(&self.max_passes) {
            return Err(Error::invalid(format!("invalid max_passes {}: use 1 to {MAX_PASSES}", self.max_passes)));
        }
        if self.timeout.is_zero() || self.timeout > MAX_TIMEOUT {
            let ms = self.timeout.as_millis();
            return Err(Error::invalid(format!("invalid timeout {ms} ms: use 1 to {}", MAX_TIMEOUT.as_millis())));
        }
        Ok(())
    }
}
