//! Connector
//!
//! One row of a page, typed: its fields without a JSON parser. A field that is missing, null or of another type than
//! documented is absent: NULL and length 0, or -1. A text may have NULs in it: its …_len tells. In a text, half a
//! surrogate pair ("\ud83d" alone, which no UTF-8 has) is U+FFFD; dc_connector_json has what the service sent.

use std::ffi::c_char;
use std::ptr;

use super::guard::infallible;
use super::page::dc_page;
use crate::page::Page;
use crate::page::connector::Connector;
use crate::page::field::Field;

/// A row of a page, which owns it: valid until the page is freed, never freed by itself. dc_page_connector gives it.
/// dc_connector_type, dc_connector_id, dc_connector_name, dc_connector_description,
/// dc_connector_execution_results_url, each with its …_len; dc_connector_json, dc_connector_json_len; those of the
/// sections Usage and History. Any thread, many at once.
pub struct dc_connector(Connector<'static>);

/// The rows of a page, as C gets them.
///
/// # Safety
/// They are dropped before the page is, or is moved.
pub(super) unsafe fn connectors_of(page: &Page) -> Vec<dc_connector> {
    let endless = |connector: Connector<'_>| {
        // SAFETY: only the lifetime changes, and the caller keeps the page for as long as these.
        unsafe { std::mem::transmute::<Connector<'_>, Connector<'static>>(connector) }
    };
    page.connectors().map(endless).map(dc_connector).collect()
}

/// What `read` finds in a connector; `otherwise` for NULL.
///
/// # Safety
/// `connector` is NULL or of a page that isn't freed meanwhile.
pub(super) unsafe fn look<T: Copy>(
    connector: *const dc_connector,
    otherwise: T,
    read: impl for<'a> FnOnce(Connector<'a>) -> T,
) -> T {
    // SAFETY: as the caller vouches.
    infallible(otherwise, || unsafe { connector.as_ref() }.map_or(otherwise, |connector| read(connector.0)))
}

/// A field's text.
///
/// # Safety
/// As for [`look`].
pub(super) unsafe fn text(connector: *const dc_connector, field: Field) -> *const c_char {
    // SAFETY: as the caller vouches.
    unsafe { look(connector, ptr::null(), |connector| address(connector.field_nul(field))) }
}

/// A field's length.
///
/// # Safety
/// As for [`look`].
pub(super) unsafe fn text_len(connector: *const dc_connector, field: Field) -> usize {
    // SAFETY: as the caller vouches.
    unsafe { look(connector, 0, |connector| length(connector.field_nul(field))) }
}

/// Where a text with a NUL behind it is.
fn address(text_nul: Option<&[u8]>) -> *const c_char {
    text_nul.map_or(ptr::null(), |text| text.as_ptr().cast())
}

/// How long it is without the NUL.
fn length(text_nul: Option<&[u8]>) -> usize {
    text_nul.map_or(0, |text| text.len() - 1)
}

/// A row of a page. The first call for a page, on any thread, reads all of its rows; a page of which only the JSON is
/// wanted costs nothing for them. They take as much memory as the JSON once more, and some 130 bytes each.
///
/// @param page   a page, or NULL.
/// @param index  which row, in the service's order, from 0 on and less than dc_page_count.
/// @return the connector, owned by the page, valid until it is freed; NULL beyond the last row, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_page_connector(page: *const dc_page, index: usize) -> *const dc_connector {
    infallible(ptr::null(), || {
        // SAFETY: the header asks for a live page or NULL.
        unsafe { page.as_ref() }.and_then(|page| page.connector(index)).map_or(ptr::null(), ptr::from_ref)
    })
}

/// All rows of a page at once. It is for languages in which it costs less to split bytes than to make a call for each
/// field. Between two rows stands the byte 0xFF, between two fields of a row 0xFE, which UTF-8 has nowhere; none
/// stands at the end. The fields, each of them UTF-8, are in this order: type, id, name, description, state,
/// http_method, direct_fin_usage ("1" or "0"), created_by_admin_id, updated_by_admin_id, created_at, updated_at,
/// execution_results_url, and as the thirteenth the row's JSON, as dc_connector_json has it. One that is absent is
/// the byte 0xFD. A later version may have more fields behind these: pass over them. The first call for a page makes
/// it.
///
/// @param page  a page, or NULL.
/// @return NUL-terminated bytes, which may have NULs in them, owned by the page, valid until it is freed; "" without
///         rows; NULL for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_page_table(page: *const dc_page) -> *const c_char {
    infallible(ptr::null(), || {
        // SAFETY: the header asks for a live page or NULL.
        let page = unsafe { page.as_ref() };
        page.map_or(ptr::null(), |page| page.table_nul().as_ptr().cast())
    })
}

/// The length of dc_page_table; it counts NULs in the texts, where strlen ends.
///
/// @param page  a page, or NULL.
/// @return bytes, without the NUL at the end; 0 without rows, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_page_table_len(page: *const dc_page) -> usize {
    infallible(0, || {
        // SAFETY: the header asks for a live page or NULL.
        let page = unsafe { page.as_ref() };
        page.map_or(0, |page| page.table_nul().len() - 1)
    })
}

/// The row's own JSON, byte for byte as the service sent it, fields that no document names and all. An object, unless
/// the service sent something else as a row. The first call for a page copies its JSON.
///
/// @param connector  a connector, or NULL.
/// @return NUL-terminated UTF-8 owned by the page, valid until it is freed; NULL for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_json(connector: *const dc_connector) -> *const c_char {
    // SAFETY: the header asks for a connector of a live page or NULL.
    unsafe { look(connector, ptr::null(), |connector| address(connector.json_nul())) }
}

/// The length of dc_connector_json.
///
/// @param connector  a connector, or NULL.
/// @return bytes, without the NUL at the end; 0 for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_json_len(connector: *const dc_connector) -> usize {
    // SAFETY: the header asks for a connector of a live page or NULL.
    unsafe { look(connector, 0, |connector| connector.json().len()) }
}

/// The type of the row: "data_connector".
///
/// @param connector  a connector, or NULL.
/// @return NUL-terminated UTF-8 owned by the page, valid until it is freed; NULL when absent, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_type(connector: *const dc_connector) -> *const c_char {
    // SAFETY: the header asks for a connector of a live page or NULL.
    unsafe { text(connector, Field::Type) }
}

/// The length of dc_connector_type; it counts NULs in the text, where strlen ends.
///
/// @param connector  a connector, or NULL.
/// @return bytes, without the NUL at the end; 0 when absent, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_type_len(connector: *const dc_connector) -> usize {
    // SAFETY: the header asks for a connector of a live page or NULL.
    unsafe { text_len(connector, Field::Type) }
}

/// The unique id, digits.
///
/// @param connector  a connector, or NULL.
/// @return NUL-terminated UTF-8 owned by the page, valid until it is freed; NULL when absent, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_id(connector: *const dc_connector) -> *const c_char {
    // SAFETY: the header asks for a connector of a live page or NULL.
    unsafe { text(connector, Field::Id) }
}

/// The length of dc_connector_id; it counts NULs in the text, where strlen ends.
///
/// @param connector  a connector, or NULL.
/// @return bytes, without the NUL at the end; 0 when absent, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_id_len(connector: *const dc_connector) -> usize {
    // SAFETY: the header asks for a connector of a live page or NULL.
    unsafe { text_len(connector, Field::Id) }
}

/// The name.
///
/// @param connector  a connector, or NULL.
/// @return NUL-terminated UTF-8 owned by the page, valid until it is freed; NULL when absent, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_name(connector: *const dc_connector) -> *const c_char {
    // SAFETY: the header asks for a connector of a live page or NULL.
    unsafe { text(connector, Field::Name) }
}

/// The length of dc_connector_name; it counts NULs in the text, where strlen ends.
///
/// @param connector  a connector, or NULL.
/// @return bytes, without the NUL at the end; 0 when absent, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_name_len(connector: *const dc_connector) -> usize {
    // SAFETY: the header asks for a connector of a live page or NULL.
    unsafe { text_len(connector, Field::Name) }
}

/// What it does.
///
/// @param connector  a connector, or NULL.
/// @return NUL-terminated UTF-8 owned by the page, valid until it is freed; NULL when absent, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_description(connector: *const dc_connector) -> *const c_char {
    // SAFETY: the header asks for a connector of a live page or NULL.
    unsafe { text(connector, Field::Description) }
}

/// The length of dc_connector_description; it counts NULs in the text, where strlen ends.
///
/// @param connector  a connector, or NULL.
/// @return bytes, without the NUL at the end; 0 when absent, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_description_len(connector: *const dc_connector) -> usize {
    // SAFETY: the header asks for a connector of a live page or NULL.
    unsafe { text_len(connector, Field::Description) }
}

/// The path of its execution results: "/data_connectors/12345/execution_results".
///
/// @param connector  a connector, or NULL.
/// @return NUL-terminated UTF-8 owned by the page, valid until it is freed; NULL when absent, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_execution_results_url(connector: *const dc_connector) -> *const c_char {
    // SAFETY: the header asks for a connector of a live page or NULL.
    unsafe { text(connector, Field::ExecutionResultsUrl) }
}

/// The length of dc_connector_execution_results_url; it counts NULs in the text, where strlen ends.
///
/// @param connector  a connector, or NULL.
/// @return bytes, without the NUL at the end; 0 when absent, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_execution_results_url_len(connector: *const dc_connector) -> usize {
    // SAFETY: the header asks for a connector of a live page or NULL.
    unsafe { text_len(connector, Field::ExecutionResultsUrl) }
}
