//! Page
//!
//! One page of the list: the service's own JSON, what is needed to go on, and (in the next section) its rows.

use std::ffi::{CString, c_char};

use once_cell::race::OnceBox;

use super::connector::{connectors_of, dc_connector};
use super::guard::infallible;
use super::output::{address, c_text, count_or_minus_one, free, seconds_or_minus_one};
use crate::page::Page;

/// One page, immutable: dc_page_json, dc_page_json_len, dc_page_count, dc_page_next_cursor, dc_page_has_next,
/// dc_page_request_id, dc_page_rate_limit, dc_page_rate_limit_remaining, dc_page_rate_limit_reset; dc_page_connector,
/// dc_page_table, dc_page_table_len; dc_page_free.
/// Made by dc_list_page and dc_pager_next. Any thread, many at once.
pub struct dc_page {
    /// Before `page`, from which they borrow: so they are dropped first.
    connectors: OnceBox<Vec<dc_connector>>,
    table_nul: OnceBox<Vec<u8>>,
    page: Page,
    next_cursor: Option<CString>,
    request_id: Option<CString>,
}

impl dc_page {
    pub(super) fn new(page: Page) -> Self {
        Self {
            connectors: OnceBox::new(),
            table_nul: OnceBox::new(),
            next_cursor: page.next_cursor().map(c_text),
            request_id: page.request_id().map(c_text),
            page,
        }
    }

    pub(super) fn connector(&self, index: usize) -> Option<&dc_connector> {
        // SAFETY: C has a page only behind a pointer, where it stays until it is freed; nothing here changes it
        // meanwhile, and they are dropped before it.
        let connectors = self.connectors.get_or_init(|| Box::new(unsafe { connectors_of(&self.page) }));
        connectors.get(index)
    }

    /// The table of the rows, with a NUL behind it.
    pub(super) fn table_nul(&self) -> &[u8] {
        self.table_nul.get_or_init(|| {
            let mut table = self.page.table();
            table.push(0);
            table.shrink_to_fit();
            Box::new(table)
        })
    }
}

/// What `read` finds in a page; `otherwise` for NULL.
///
/// # Safety
/// `page` is NULL or a page that isn't freed meanwhile; a pointer that `read` returns is good until it is.
unsafe fn look<T: Copy>(page: *const dc_page, otherwise: T, read: impl FnOnce(&dc_page) -> T) -> T {
    // SAFETY: as the caller vouches.
    infallible(otherwise, || unsafe { page.as_ref() }.map_or(otherwise, read))
}

/// The answer's JSON, byte for byte as the service sent it (after decompression, and without a byte order mark): an
/// object with the rows in "data". It is valid JSON and valid UTF-8; fields may be there that no document names, and
/// documented ones may be null.
///
/// @param page  a page, or NULL.
/// @return NUL-terminated, owned by the page, valid until it is freed; NULL for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_page_json(page: *const dc_page) -> *const c_char {
    // SAFETY: the header asks for a live page or NULL.
    unsafe { look(page, std::ptr::null(), |page| page.page.json_nul().as_ptr().cast()) }
}

/// The length of dc_page_json.
///
/// @param page  a page, or NULL.
/// @return bytes, without the NUL at the end; 0 for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_page_json_len(page: *const dc_page) -> usize {
    // SAFETY: the header asks for a live page or NULL.
    unsafe { look(page, 0, |page| page.page.json().len()) }
}

/// How many rows "data" has. A page may have none and still have a next one. An answer with more than 100,000 (the
/// service gives 50 at most) is refused with DC_ERR_PROTOCOL.
///
/// @param page  a page, or NULL.
/// @return 0 or more; 0 for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_page_count(page: *const dc_page) -> usize {
    // SAFETY: the header asks for a live page or NULL.
    unsafe { look(page, 0, |page| page.page.count()) }
}

/// The cursor that asks for the next page: pass it as `starting_after` as it is.
///
/// @param page  a page, or NULL.
/// @return UTF-8 owned by the page, valid until it is freed; NULL on the last page, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_page_next_cursor(page: *const dc_page) -> *const c_char {
    // SAFETY: the header asks for a live page or NULL.
    unsafe { look(page, std::ptr::null(), |page| address(page.next_cursor.as_ref())) }
}

/// Whether the service named a next page. It is 1 while dc_page_next_cursor is NULL only where the service named it
/// in a form that can't be followed: then this is not the end of the list.
///
/// @param page  a page, or NULL.
/// @return 1 or 0; -1 for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_page_has_next(page: *const dc_page) -> i32 {
    // SAFETY: the header asks for a live page or NULL.
    unsafe { look(page, -1, |page| page.page.has_next().into()) }
}

/// The service's id for the request (X-Request-Id); its support people ask for it.
///
/// @param page  a page, or NULL.
/// @return UTF-8 owned by the page, valid until it is freed; NULL when the service gave none, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_page_request_id(page: *const dc_page) -> *const c_char {
    // SAFETY: the header asks for a live page or NULL.
    unsafe { look(page, std::ptr::null(), |page| address(page.request_id.as_ref())) }
}

/// How many requests the service allows in the current window (X-RateLimit-Limit).
///
/// @param page  a page, or NULL.
/// @return 0 or more; -1 when the service did not say, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_page_rate_limit(page: *const dc_page) -> i64 {
    // SAFETY: the header asks for a live page or NULL.
    unsafe { look(page, -1, |page| count_or_minus_one(page.page.rate_limit().limit)) }
}

/// How many of them are left (X-RateLimit-Remaining).
///
/// @param page  a page, or NULL.
/// @return 0 or more; -1 when the service did not say, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_page_rate_limit_remaining(page: *const dc_page) -> i64 {
    // SAFETY: the header asks for a live page or NULL.
    unsafe { look(page, -1, |page| count_or_minus_one(page.page.rate_limit().remaining)) }
}

/// When the current window ends (X-RateLimit-Reset).
///
/// @param page  a page, or NULL.
/// @return seconds since the Unix epoch; -1 when the service did not say, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_page_rate_limit_reset(page: *const dc_page) -> i64 {
    // SAFETY: the header asks for a live page or NULL.
    unsafe { look(page, -1, |page| seconds_or_minus_one(page.page.rate_limit().reset)) }
}

/// Frees a page, with its JSON and its texts.
///
/// @param page  a page that nothing uses any more, or NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_page_free(page: *mut dc_page) {
    // SAFETY: the header asks for a page of this library's that nothing uses any more, or NULL.
    unsafe { free(page) }
}
