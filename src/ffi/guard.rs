//! No panic unwinds into C: every exported function runs inside `infallible`, or inside `fallible` of the error file.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error::{Error, Result};

/// Runs a function that can't fail; returns `otherwise` after a panic.
pub(super) fn infallible<T>(otherwise: T, work: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(otherwise)
}

/// Runs a function that can fail; a panic becomes an error.
pub(super) fn catch_panic<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    // Unwind safe: a panic leaves no handle with a broken invariant.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Error::panicked()))
}
