//! Cancel token
//!
//! Calls take a token that will end them from another thread. This version makes no tokens yet: pass NULL.

use crate::error::{Error, Result};

/// What will end a call from another thread. No function makes one yet.
pub struct dc_cancel_token {
    _none: (),
}

/// A token that isn't NULL came from no function of this version's: it isn't silently passed over.
pub(super) fn none_yet(token: *const dc_cancel_token) -> Result<()> {
    if token.is_null() {
        return Ok(());
    }
    Err(Error::invalid("cancel is not NULL: this version makes no cancel tokens, pass NULL"))
}
