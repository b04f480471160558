//! Predicts whether the rows of a page will be read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether a row of any page of a client was read. Then the rows of further pages are recorded while they are validated,
/// which takes half the time of a second pass; for callers that use only the JSON, it would be wasted.
#[derive(Clone, Debug, Default)]
pub(crate) struct RowAccess(Arc<AtomicBool>);

impl RowAccess {
    pub(crate) fn record(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_expected(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
