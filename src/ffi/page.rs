//! Page
//!
//! One page of the list: the service's JSON, the cursor of the next page, and the rows.

use std::ffi::{CString, c_char};
use std::ptr;
use std::sync::Arc;

use once_cell::race::OnceBox;

use super::connector::{connectors_of, dc_connector};
use super::guard::infallible;
use super::output::{address, assert_thread_safe, bytes, c_string, free, set_rate_limit};
use crate::page::Page;
use crate::page::packed_rows::PackedFormat;
use crate::rate_limit::RateLimit;

/// One page of the list. Immutable and thread-safe.
pub struct dc_page {
    /// Before `page`, from which they borrow, so that they are dropped first.
    connectors: OnceBox<Vec<dc_connector>>,
    json_columns: OnceBox<Vec<u8>>,
    separated: OnceBox<Vec<u8>>,
    page: Arc<Page>,
    next_cursor: Option<CString>,
    request_id: Option<CString>,
}

const _: () = assert_thread_safe::<dc_page>();

impl dc_page {
    pub(super) fn new(page: impl Into<Arc<Page>>) -> Self {
        let page = page.into();
        Self {
            connectors: OnceBox::new(),
            json_columns: OnceBox::new(),
            separated: OnceBox::new(),
            next_cursor: page.next_cursor().map(c_string),
            request_id: page.request_id().map(c_string),
            page,
        }
    }

    fn connector(&self, index: usize) -> Option<&dc_connector> {
        // SAFETY: the page stays where it is while `self` exists, nothing changes it, and the connectors are dropped
        // before it.
        let connectors = self.connectors.get_or_init(|| Box::new(unsafe { connectors_of(&self.page) }));
        connectors.get(index)
    }

    /// The packed rows with a NUL at the end; `None` for an unknown format.
    fn packed_rows(&self, format: i32) -> Option<&[u8]> {
        let (buffer, format) = match format {
            DC_PACKED_JSON => (&self.json_columns, PackedFormat::JsonColumns),
            DC_PACKED_SEPARATED => (&self.separated, PackedFormat::Separated),
            _ => return None,
        };
        Some(buffer.get_or_init(|| {
            let mut rows = self.page.packed_rows(format);
            rows.push(0);
            rows.shrink_to_fit();
            Box::new(rows)
        }))
    }
}

/// Reads from a page; `otherwise` for NULL.
///
/// # Safety
/// `page` is NULL, or a page that is not freed before the function returns; a pointer that `read` returns is valid
/// until it is freed.
unsafe fn read<T: Copy>(page: *const dc_page, otherwise: T, read: impl FnOnce(&dc_page) -> T) -> T {
    // SAFETY: guaranteed by the caller.
    infallible(otherwise, || unsafe { page.as_ref() }.map_or(otherwise, read))
}

/// Returns the JSON as the service sent it, byte for byte after decompression, without a byte order mark: an object
/// with the rows in "data". It is valid JSON, and may contain undocumented fields. Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_page_json(page: *const dc_page) -> *const c_char {
    // SAFETY: the header requires a live page or NULL.
    unsafe { read(page, ptr::null(), |page| page.page.json_nul().as_ptr().cast()) }
}

/// Returns the length of dc_page_json() in bytes. Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_page_json_len(page: *const dc_page) -> usize {
    // SAFETY: the header requires a live page or NULL.
    unsafe { read(page, 0, |page| page.page.json_bytes().len()) }
}

/// Returns the number of rows. A page may be empty and still have a next one. More than 100,000 rows (the service sends
/// at most 50) are rejected with DC_ERR_PROTOCOL. Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_page_count(page: *const dc_page) -> usize {
    // SAFETY: the header requires a live page or NULL.
    unsafe { read(page, 0, |page| page.page.count()) }
}

/// Returns the cursor of the next page, for starting_after; NULL on the last page. Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_page_next_cursor(page: *const dc_page) -> *const c_char {
    // SAFETY: the header requires a live page or NULL.
    unsafe { read(page, ptr::null(), |page| address(page.next_cursor.as_ref())) }
}

/// Returns whether there is a next page. If it is 1 and dc_page_next_cursor() is NULL, the service specified the next
/// page in an unsupported form: the list is incomplete.
///
/// @return 1 or 0; -1 for NULL.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_page_has_next(page: *const dc_page) -> i32 {
    // SAFETY: the header requires a live page or NULL.
    unsafe { read(page, -1, |page| page.page.has_next().into()) }
}

/// Returns the service's request id (X-Request-Id), for support requests. Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_page_request_id(page: *const dc_page) -> *const c_char {
    // SAFETY: the header requires a live page or NULL.
    unsafe { read(page, ptr::null(), |page| address(page.request_id.as_ref())) }
}

/// Returns the rate limit after this request, like dc_error_rate_limit().
///
/// @param out_limit      requests allowed in the current window.
/// @param out_remaining  requests that remain in it.
/// @param out_reset      its end, in seconds since the Unix epoch.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_page_rate_limit(
    page: *const dc_page,
    out_limit: *mut i64,
    out_remaining: *mut i64,
    out_reset: *mut i64,
) {
    // SAFETY: the header requires a live page or NULL, and for writable out parameters or NULL.
    unsafe {
        let rate_limit = read(page, RateLimit::default(), |page| page.page.rate_limit());
        set_rate_limit(rate_limit, out_limit, out_remaining, out_reset);
    }
}

/// Returns a row. The first call for a page, on any thread, parses all rows, which takes as much memory as the JSON and
/// about 130 bytes per row.
///
/// @param index  0 to dc_page_count() - 1, in the order of the service.
/// @return the row, owned by the page and valid until the page is freed; NULL if index is out of range.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_page_connector(page: *const dc_page, index: usize) -> *const dc_connector {
    infallible(ptr::null(), || {
        // SAFETY: the header requires a live page or NULL.
        unsafe { page.as_ref() }.and_then(|page| page.connector(index)).map_or(ptr::null(), ptr::from_ref)
    })
}

/// Format of dc_page_packed_rows(): a JSON object with an array for each column, with one element per row. The columns
/// are "type" to "execution_results_url" in the order of DC_FIELD_… (a string, true, false or null), "created_at_ms",
/// "updated_at_ms", "state_code" and "http_method_code" (an integer or null), and "json_start" and "json_length", the
/// offset and length in bytes of the row within dc_page_json().
pub const DC_PACKED_JSON: i32 = 1;

/// Format of dc_page_packed_rows(): byte 0xFE after every column but the last, 0xFF between rows, and a single 0xFD for
/// an absent value; UTF-8 contains none of them. The first 17 columns are the fields up to
/// DC_FIELD_EXECUTION_RESULTS_URL, created_at_ms, updated_at_ms, state_code and http_method_code in decimal digits, and
/// the row's JSON. Without rows the buffer is empty.
pub const DC_PACKED_SEPARATED: i32 = 2;

/// Returns all rows in one buffer, for languages in which decoding it costs less than a call per field. The first call
/// for a page and format creates it. Later versions may add columns at the end, or members: ignore them.
///
/// @param format      DC_PACKED_JSON, for languages whose JSON parser is native code, or DC_PACKED_SEPARATED.
/// @param out_length  length in bytes; may be NULL.
/// @return the buffer, which may contain NULs if separated; NULL for an unknown format.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_page_packed_rows(
    page: *const dc_page,
    format: i32,
    out_length: *mut usize,
) -> *const c_char {
    // SAFETY: the header requires a live page and a writable out parameter; each may be NULL.
    unsafe {
        let page = page.as_ref();
        bytes(infallible(None, || page.and_then(|page| page.packed_rows(format))), out_length)
    }
}

/// Frees a page, its JSON, strings and rows. Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_page_free(page: *mut dc_page) {
    // SAFETY: the header requires a page of this library that is no longer used, or NULL.
    unsafe { free(page) }
}
