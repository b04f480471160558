//! Snapshot
//!
//! A snapshot is the list of all connectors, even if they change while it is taken; its state says whether it is
//! complete. docs/consistency.md has the guarantees.

use std::ffi::{CString, c_char};
use std::ptr;
use std::slice;
use std::time::Duration;

use super::cancel::{dc_cancel_token, token};
use super::client::dc_client;
use super::error::{dc_error, fallible};
use super::guard::infallible;
use super::input;
use super::output::{Out, address, assert_thread_safe, bytes, c_string, free};
use super::page::dc_page;
use super::status::{DC_OK, dc_status};
use crate::error::{Error, Result};
use crate::snapshot::{
    MAX_STORED_BYTES, Snapshot, SnapshotDiff, SnapshotOptions, SnapshotState, invalid_max_passes, invalid_overlap,
    invalid_timeout, too_large,
};

/// All connectors of a workspace. Immutable and thread-safe.
pub struct dc_snapshot {
    snapshot: Snapshot,
    page: dc_page,
    reason: Option<CString>,
}

/// The difference between two snapshots. Immutable and thread-safe.
pub struct dc_diff(SnapshotDiff);

const _: () = assert_thread_safe::<dc_snapshot>();
const _: () = assert_thread_safe::<dc_diff>();

/// Connectors may be missing or outdated; see dc_snapshot_reason().
pub const DC_SNAPSHOT_INCOMPLETE: i32 = 0;
/// Every connector is in it, in its current version. Connectors that were deleted before it was taken are not.
pub const DC_SNAPSHOT_COMPLETE: i32 = 1;
/// Every connector is in it, in its current version. Connectors that were deleted since the previous snapshot may still
/// be in it.
pub const DC_SNAPSHOT_REFRESHED: i32 = 2;

const _: () = assert!(
    DC_SNAPSHOT_INCOMPLETE == SnapshotState::Incomplete as i32
        && DC_SNAPSHOT_COMPLETE == SnapshotState::Complete as i32
        && DC_SNAPSHOT_REFRESHED == SnapshotState::Refreshed as i32
);

impl dc_snapshot {
    fn new(snapshot: Snapshot) -> Self {
        Self { page: dc_page::new(snapshot.shared_page()), reason: snapshot.reason().map(c_string), snapshot }
    }
}

/// Takes a snapshot. Sends one request per page of 50 connectors and one more, or only one if the list has one page.
///
/// @param previous    a snapshot of this workspace to refresh, incomplete or not: only what changed since is requested,
///                    usually one page; NULL: everything.
/// @param overlap_ms  longest time until the service lists a change, 0 to 3600000, rounded up to seconds; -1: 60000.
/// @param max_passes  maximum number of passes over the list, 1 to 1000; -1: 20.
/// @param timeout_ms  of the whole call, 1 to 86400000; -1: 300000. The client's timeout applies to each request.
/// @return DC_OK, also for an incomplete snapshot; the errors of dc_list_page() if the first request fails, and
///         DC_ERR_CANCELLED. If a later request fails and its retries fail too, the snapshot is incomplete.
///         DC_ERR_INVALID_ARGUMENT if previous is from another base URL, DC_ERR_TOO_LARGE if the rows exceed 1 GiB.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_snapshot_take(
    client: *const dc_client,
    previous: *const dc_snapshot,
    overlap_ms: i64,
    max_passes: i32,
    timeout_ms: i64,
    cancel: *const dc_cancel_token,
    out_snapshot: *mut *mut dc_snapshot,
    out_error: *mut *mut dc_error,
) -> dc_status {
    // SAFETY: the header requires live handles and writable out parameters; each may be NULL.
    unsafe {
        fallible(out_error, || {
            let out = Out::required(out_snapshot, "out_snapshot")?;
            let client = &input::handle(client, "client")?.0;
            let previous = previous.as_ref().map(|previous| &previous.snapshot);
            let options = snapshot_options(overlap_ms, max_passes, timeout_ms)?;
            out.set(dc_snapshot::new(client.snapshot(previous, &options, token(cancel))?));
            Ok(DC_OK)
        })
    }
}

fn snapshot_options(overlap_ms: i64, max_passes: i32, timeout_ms: i64) -> Result<SnapshotOptions> {
    let duration = |ms| u64::try_from(ms).map(Duration::from_millis);
    let mut options = SnapshotOptions::new();
    if overlap_ms != -1 {
        options = options.overlap(duration(overlap_ms).map_err(|_| invalid_overlap(overlap_ms))?)?;
    }
    if max_passes != -1 {
        options = options.max_passes(max_passes.try_into().map_err(|_| invalid_max_passes(max_passes))?)?;
    }
    if timeout_ms != -1 {
        options = options.timeout(duration(timeout_ms).map_err(|_| invalid_timeout(timeout_ms))?)?;
    }
    Ok(options)
}

/// Loads a snapshot from dc_page_json() of an earlier dc_snapshot_page(), such as from a file.
///
/// @param json    the stored form; need not be NUL-terminated.
/// @param length  its length in bytes.
/// @return DC_OK; DC_ERR_INVALID_ARGUMENT if it is not the stored form of a snapshot, or of an unsupported version.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_snapshot_load(
    json: *const c_char,
    length: usize,
    out_snapshot: *mut *mut dc_snapshot,
    out_error: *mut *mut dc_error,
) -> dc_status {
    // SAFETY: the header requires `length` readable bytes and writable out parameters; each may be NULL.
    unsafe {
        fallible(out_error, || {
            let out = Out::required(out_snapshot, "out_snapshot")?;
            if json.is_null() {
                return Err(Error::invalid("json is NULL: pass the stored form of a snapshot"));
            }
            if length > MAX_STORED_BYTES {
                return Err(too_large(length));
            }
            // With room for the NUL that is appended.
            let mut copy = Vec::with_capacity(length + 1);
            copy.extend_from_slice(slice::from_raw_parts(json.cast::<u8>(), length));
            out.set(dc_snapshot::new(Snapshot::load(copy)?));
            Ok(DC_OK)
        })
    }
}

/// Returns all connectors, most recently updated first, as a page that the snapshot owns: do not free it. Its
/// dc_page_json() is the stored form: the list object with each row as the service sent it, and a member "snapshot".
/// Later versions of the library load it, too. Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_snapshot_page(snapshot: *const dc_snapshot) -> *const dc_page {
    infallible(ptr::null(), || {
        // SAFETY: the header requires a live snapshot or NULL.
        unsafe { snapshot.as_ref() }.map_or(ptr::null(), |snapshot| ptr::from_ref(&snapshot.page))
    })
}

/// Returns one of DC_SNAPSHOT_…; -1 for NULL. Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_snapshot_state(snapshot: *const dc_snapshot) -> i32 {
    // SAFETY: the header requires a live snapshot or NULL.
    infallible(-1, || unsafe { snapshot.as_ref() }.map_or(-1, |snapshot| snapshot.snapshot.state() as i32))
}

/// Returns why the snapshot is incomplete; NULL if it is not. Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_snapshot_reason(snapshot: *const dc_snapshot) -> *const c_char {
    infallible(ptr::null(), || {
        // SAFETY: the header requires a live snapshot or NULL.
        address(unsafe { snapshot.as_ref() }.and_then(|snapshot| snapshot.reason.as_ref()))
    })
}

/// Returns the time, by the service's clock, of the list that the snapshot has, in milliseconds since the Unix epoch; -1
/// if it is unknown. Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_snapshot_as_of_ms(snapshot: *const dc_snapshot) -> i64 {
    infallible(-1, || {
        // SAFETY: the header requires a live snapshot or NULL.
        unsafe { snapshot.as_ref() }.and_then(|snapshot| snapshot.snapshot.as_of_ms()).unwrap_or(-1)
    })
}

/// Compares two snapshots of one workspace. If one is incomplete, a connector that it lacks may exist: added connectors
/// may be older.
///
/// @return DC_OK; DC_ERR_INVALID_ARGUMENT if they are from different base URLs.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_snapshot_diff(
    newer: *const dc_snapshot,
    older: *const dc_snapshot,
    out_diff: *mut *mut dc_diff,
    out_error: *mut *mut dc_error,
) -> dc_status {
    // SAFETY: the header requires live snapshots and writable out parameters; each may be NULL.
    unsafe {
        fallible(out_error, || {
            let out = Out::required(out_diff, "out_diff")?;
            let snapshot = |handle: *const dc_snapshot, name| {
                handle.as_ref().ok_or_else(|| Error::invalid(format!("{name} is NULL: pass a snapshot")))
            };
            let (newer, older) = (snapshot(newer, "newer")?, snapshot(older, "older")?);
            out.set(dc_diff(newer.snapshot.diff(&older.snapshot)?));
            Ok(DC_OK)
        })
    }
}

/// Returns a JSON object: "added", an array of rows; "changed", an array of objects with the "id", the sorted names of
/// the changed "fields", and the rows "old" and "new"; "removed", an array of rows, or null unless the newer snapshot
/// is complete and not older than the other one.
///
/// @param out_length  length in bytes; may be NULL.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_diff_json(diff: *const dc_diff, out_length: *mut usize) -> *const c_char {
    // SAFETY: the header requires a live diff and a writable out parameter; each may be NULL.
    unsafe {
        let diff = diff.as_ref();
        bytes(infallible(None, || diff.map(|diff| diff.0.json_nul().as_bytes())), out_length)
    }
}

/// Frees a difference. Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_diff_free(diff: *mut dc_diff) {
    // SAFETY: the header requires a diff of this library that is no longer used, or NULL.
    unsafe { free(diff) }
}

/// Frees a snapshot, its page and its rows. Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_snapshot_free(snapshot: *mut dc_snapshot) {
    // SAFETY: the header requires a snapshot of this library that is no longer used, or NULL.
    unsafe { free(snapshot) }
}
