//! Connector
//!
//! One row of a page. A field that is missing, null or not of its documented type is absent: NULL, or -1. A string with
//! a NUL, which no documented field contains, requires dc_connector_field(), which also returns the length. An unpaired
//! surrogate ("\ud83d" alone), which UTF-8 can't represent, becomes U+FFFD.

use std::ffi::c_char;
use std::ptr;

use super::guard::infallible;
use super::output::{assert_thread_safe, bytes};
use crate::page::Page;
use crate::page::connector::Connector;
use crate::page::field::Field;

/// A row of a page, from dc_page_connector(). Thread-safe. Owned by its page, valid until the page is freed, and not
/// freed separately.
pub struct dc_connector(Connector<'static>);

const _: () = assert_thread_safe::<dc_connector>();

/// State that this version doesn't know.
pub const DC_STATE_UNKNOWN: i32 = 0;
/// State "draft".
pub const DC_STATE_DRAFT: i32 = 1;
/// State "live".
pub const DC_STATE_LIVE: i32 = 2;

/// HTTP method that this version doesn't know.
pub const DC_HTTP_METHOD_UNKNOWN: i32 = 0;
/// HTTP method "get".
pub const DC_HTTP_METHOD_GET: i32 = 1;
/// HTTP method "post".
pub const DC_HTTP_METHOD_POST: i32 = 2;
/// HTTP method "put".
pub const DC_HTTP_METHOD_PUT: i32 = 3;
/// HTTP method "delete".
pub const DC_HTTP_METHOD_DELETE: i32 = 4;
/// HTTP method "patch".
pub const DC_HTTP_METHOD_PATCH: i32 = 5;

/// The names of the fields, in the order of their numbers: DC_FIELD_… in the header.
pub fn field_names() -> impl Iterator<Item = &'static str> {
    Field::ALL.iter().map(|field| field.name())
}

/// The rows of a page, for C.
///
/// # Safety
/// They must be dropped before the page is dropped or moved.
pub(super) unsafe fn connectors_of(page: &Page) -> Vec<dc_connector> {
    let extend = |connector: Connector<'_>| {
        // SAFETY: only the lifetime changes, and the caller keeps the page for as long as these.
        unsafe { std::mem::transmute::<Connector<'_>, Connector<'static>>(connector) }
    };
    page.connectors().map(extend).map(dc_connector).collect()
}

/// Reads from a connector; `otherwise` for NULL.
///
/// # Safety
/// `connector` is NULL, or of a page that is not freed before the function returns.
unsafe fn read<T: Copy>(
    connector: *const dc_connector,
    otherwise: T,
    read: impl for<'a> FnOnce(Connector<'a>) -> T,
) -> T {
    // SAFETY: guaranteed by the caller.
    infallible(otherwise, || unsafe { connector.as_ref() }.map_or(otherwise, |connector| read(connector.0)))
}

/// # Safety
/// As for [`read`].
unsafe fn string(connector: *const dc_connector, field: Field) -> *const c_char {
    // SAFETY: guaranteed by the caller.
    unsafe {
        read(connector, ptr::null(), |connector| {
            connector.field_nul(field).map_or(ptr::null(), |string| string.as_ptr().cast())
        })
    }
}

/// Returns the id, a string of digits. Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_id(connector: *const dc_connector) -> *const c_char {
    // SAFETY: the header requires a connector of a live page or NULL.
    unsafe { string(connector, Field::Id) }
}

/// Returns the name. Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_name(connector: *const dc_connector) -> *const c_char {
    // SAFETY: the header requires a connector of a live page or NULL.
    unsafe { string(connector, Field::Name) }
}

/// Returns the description. Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_description(connector: *const dc_connector) -> *const c_char {
    // SAFETY: the header requires a connector of a live page or NULL.
    unsafe { string(connector, Field::Description) }
}

/// Returns the state: "draft", "live", or one that is added later. Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_state(connector: *const dc_connector) -> *const c_char {
    // SAFETY: the header requires a connector of a live page or NULL.
    unsafe { string(connector, Field::State) }
}

/// Returns the state as a number.
///
/// @return one of DC_STATE_…; -1 if absent.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_state_code(connector: *const dc_connector) -> i32 {
    // SAFETY: the header requires a connector of a live page or NULL.
    unsafe { read(connector, -1, |connector| connector.known_state().map_or(-1, |state| state as i32)) }
}

/// Returns the HTTP method of the request that the connector makes: "get", "post", "put", "delete" or "patch".
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_http_method(connector: *const dc_connector) -> *const c_char {
    // SAFETY: the header requires a connector of a live page or NULL.
    unsafe { string(connector, Field::HttpMethod) }
}

/// Returns the HTTP method as a number.
///
/// @return one of DC_HTTP_METHOD_…; -1 if absent.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_http_method_code(connector: *const dc_connector) -> i32 {
    // SAFETY: the header requires a connector of a live page or NULL.
    unsafe { read(connector, -1, |connector| connector.known_http_method().map_or(-1, |method| method as i32)) }
}

/// Returns whether Fin may use it directly.
///
/// @return 1 or 0; -1 if absent.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_direct_fin_usage(connector: *const dc_connector) -> i32 {
    // SAFETY: the header requires a connector of a live page or NULL.
    unsafe { read(connector, -1, |connector| connector.direct_fin_usage().map_or(-1, i32::from)) }
}

/// Returns the id of the admin who created it. Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_created_by_admin_id(connector: *const dc_connector) -> *const c_char {
    // SAFETY: the header requires a connector of a live page or NULL.
    unsafe { string(connector, Field::CreatedByAdminId) }
}

/// Returns the id of the admin who last updated it. Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_updated_by_admin_id(connector: *const dc_connector) -> *const c_char {
    // SAFETY: the header requires a connector of a live page or NULL.
    unsafe { string(connector, Field::UpdatedByAdminId) }
}

/// Returns when it was created, as the service sends it: "2025-11-15T09:30:00Z". Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_created_at(connector: *const dc_connector) -> *const c_char {
    // SAFETY: the header requires a connector of a live page or NULL.
    unsafe { string(connector, Field::CreatedAt) }
}

/// Returns the time of dc_connector_created_at() as a number. A time without a time zone is UTC.
///
/// @return milliseconds since the Unix epoch; -1 if absent, not an RFC 3339 time, a leap second, or before 1970.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_created_at_ms(connector: *const dc_connector) -> i64 {
    // SAFETY: the header requires a connector of a live page or NULL.
    unsafe { read(connector, -1, |connector| milliseconds(connector.created_at_ms())) }
}

/// Returns when it was last updated. Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_updated_at(connector: *const dc_connector) -> *const c_char {
    // SAFETY: the header requires a connector of a live page or NULL.
    unsafe { string(connector, Field::UpdatedAt) }
}

/// Returns the time of dc_connector_updated_at(), like dc_connector_created_at_ms(). Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_updated_at_ms(connector: *const dc_connector) -> i64 {
    // SAFETY: the header requires a connector of a live page or NULL.
    unsafe { read(connector, -1, |connector| milliseconds(connector.updated_at_ms())) }
}

/// Returns the path of its execution results: "/data_connectors/12345/execution_results". Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_execution_results_url(connector: *const dc_connector) -> *const c_char {
    // SAFETY: the header requires a connector of a live page or NULL.
    unsafe { string(connector, Field::ExecutionResultsUrl) }
}

fn milliseconds(time: Option<i64>) -> i64 {
    // A time before 1970 could be -1.
    time.filter(|&time| time >= 0).unwrap_or(-1)
}

/// Returns any field as a string, with its length.
///
/// @param field       one of DC_FIELD_…. For DC_FIELD_DIRECT_FIN_USAGE the string is "true" or "false".
/// @param out_length  length in bytes, 0 if absent; may be NULL.
/// @return the string, which may contain NULs; NULL if the field is absent or unknown.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_field(
    connector: *const dc_connector,
    field: i32,
    out_length: *mut usize,
) -> *const c_char {
    // SAFETY: the header requires a connector of a live page and a writable out parameter; each may be NULL.
    unsafe {
        let connector = connector.as_ref();
        let find = || connector.and_then(|connector| connector.0.field_nul(Field::from_number(field)?));
        bytes(infallible(None, find), out_length)
    }
}

/// Returns the JSON of the row, byte for byte as the service sent it: an object, unless the service sent something else
/// as a row. The first call for a page copies its JSON.
///
/// @param out_length  length in bytes; may be NULL.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_json(connector: *const dc_connector, out_length: *mut usize) -> *const c_char {
    // SAFETY: the header requires a connector of a live page and a writable out parameter; each may be NULL.
    unsafe {
        let connector = connector.as_ref();
        bytes(infallible(None, || connector.and_then(|connector| connector.0.json_nul())), out_length)
    }
}
