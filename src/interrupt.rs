//! The interrupt check: a callback that decides whether to cancel a waiting call.

use std::fmt;
use std::sync::Arc;

#[derive(Clone)]
pub(crate) struct InterruptCheck(Arc<CheckFn>);

type CheckFn = dyn Fn() -> bool + Send + Sync;

impl InterruptCheck {
    pub(crate) fn new(check: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(check))
    }

    pub(crate) fn should_cancel(&self) -> bool {
        (self.0)()
    }
}

impl fmt::Debug for InterruptCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InterruptCheck")
    }
}
