//! A function of the caller's that is asked, while a call waits, whether to end it.

use std::fmt;
use std::sync::Arc;

#[derive(Clone)]
pub(crate) struct Interrupt(Arc<Check>);

type Check = dyn Fn() -> bool + Send + Sync;

impl Interrupt {
    pub(crate) fn new(check: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(check))
    }

    pub(crate) fn is_wanted(&self) -> bool {
        (self.0)()
    }
}

impl fmt::Debug for Interrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Interrupt")
    }
}
