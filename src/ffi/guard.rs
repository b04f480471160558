//! Nothing unwinds into C: every exported function's work runs inside one of these.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::error::dc_error;
use super::output::Out;
use super::status::{dc_status, status_of};
use crate::error::{Error, Result};

/// Runs a function that can fail: returns its status, and hands its error to `out_error` if the caller wants it.
///
/// # Safety
/// `out_error` is NULL or may be written to.
pub(super) unsafe fn fallible(out_error: *mut *mut dc_error, work: impl FnOnce() -> Result<dc_status>) -> dc_status {
    // SAFETY: the caller vouches for it.
    let out_error = unsafe { Out::optional(out_error) };
    // Unwind safe: what a panic can leave half done is the callee's own, and its handles hold no broken invariant.
    let outcome = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Error::panicked()));
    match outcome {
        Ok(status) => status,
        Err(error) => {
            let status = status_of(error.kind());
            infallible((), || {
                if let Some(out) = out_error {
                    out.give(dc_error::new(error));
                }
            });
            status
        }
    }
}

/// Runs a function that can't fail; after a panic, which would be a bug of ours, it returns `otherwise`.
pub(super) fn infallible<T>(otherwise: T, work: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(otherwise)
}

#[cfg(test)]
mod tests {
    use std::ptr;

    use super::super::error::{dc_error_free, dc_error_message, dc_error_status};
    use super::super::status::{DC_ERR_PANIC, DC_OK};
    use super::*;

    #[test]
    fn a_panic_becomes_a_status_and_an_error() {
        let mut error = ptr::null_mut();
        // SAFETY: `error` outlives the call, and is freed once.
        unsafe {
            assert_eq!(fallible(&mut error, || panic!("on purpose")), DC_ERR_PANIC);
            assert_eq!(dc_error_status(error), DC_ERR_PANIC);
            let message = std::ffi::CStr::from_ptr(dc_error_message(error));
            assert!(message.to_string_lossy().contains("a bug in libdata_connectors"));
            dc_error_free(error);
            assert_eq!(fallible(ptr::null_mut(), || panic!("on purpose")), DC_ERR_PANIC);
        }
        assert_eq!(infallible(-1, || panic!("on purpose")), -1);
    }

    #[test]
    fn the_error_is_null_after_success() {
        let mut error = ptr::dangling_mut();
        // SAFETY: `error` outlives the call.
        let status = unsafe { fallible(&mut error, || Ok(DC_OK)) };
        assert_eq!(status, DC_OK);
        assert!(error.is_null());
    }
}
