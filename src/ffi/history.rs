//! History
//!
//! Who made a connector and changed it last, and when.

use std::ffi::c_char;

use super::connector::{dc_connector, look, text, text_len};
use crate::page::field::Field;

/// The id of the admin who created it.
///
/// @param connector  a connector, or NULL.
/// @return NUL-terminated UTF-8 owned by the page, valid until it is freed; NULL when absent, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_created_by_admin_id(connector: *const dc_connector) -> *const c_char {
    // SAFETY: the header asks for a connector of a live page or NULL.
    unsafe { text(connector, Field::CreatedByAdminId) }
}

/// The length of dc_connector_created_by_admin_id; it counts NULs in the text, where strlen ends.
///
/// @param connector  a connector, or NULL.
/// @return bytes, without the NUL at the end; 0 when absent, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_created_by_admin_id_len(connector: *const dc_connector) -> usize {
    // SAFETY: the header asks for a connector of a live page or NULL.
    unsafe { text_len(connector, Field::CreatedByAdminId) }
}

/// The id of the admin who last updated it.
///
/// @param connector  a connector, or NULL.
/// @return NUL-terminated UTF-8 owned by the page, valid until it is freed; NULL when absent, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_updated_by_admin_id(connector: *const dc_connector) -> *const c_char {
    // SAFETY: the header asks for a connector of a live page or NULL.
    unsafe { text(connector, Field::UpdatedByAdminId) }
}

/// The length of dc_connector_updated_by_admin_id; it counts NULs in the text, where strlen ends.
///
/// @param connector  a connector, or NULL.
/// @return bytes, without the NUL at the end; 0 when absent, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_updated_by_admin_id_len(connector: *const dc_connector) -> usize {
    // SAFETY: the header asks for a connector of a live page or NULL.
    unsafe { text_len(connector, Field::UpdatedByAdminId) }
}

/// When it was created, as the service writes it: "2025-11-15T09:30:00Z".
///
/// @param connector  a connector, or NULL.
/// @return NUL-terminated UTF-8 owned by the page, valid until it is freed; NULL when absent, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_created_at(connector: *const dc_connector) -> *const c_char {
    // SAFETY: the header asks for a connector of a live page or NULL.
    unsafe { text(connector, Field::CreatedAt) }
}

/// The length of dc_connector_created_at; it counts NULs in the text, where strlen ends.
///
/// @param connector  a connector, or NULL.
/// @return bytes, without the NUL at the end; 0 when absent, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_created_at_len(connector: *const dc_connector) -> usize {
    // SAFETY: the header asks for a connector of a live page or NULL.
    unsafe { text_len(connector, Field::CreatedAt) }
}

/// dc_connector_created_at as a number. Without a time zone it is taken for UTC.
///
/// @param connector  a connector, or NULL.
/// @return milliseconds since the Unix epoch, what is finer cut off; -1 when absent, when it is no time (of RFC 3339's
///         all but leap seconds are read), when it is before 1970, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_created_at_ms(connector: *const dc_connector) -> i64 {
    // SAFETY: the header asks for a connector of a live page or NULL.
    unsafe { look(connector, -1, |connector| after_epoch(connector.created_at_ms())) }
}

/// When it was last updated, as the service writes it.
///
/// @param connector  a connector, or NULL.
/// @return NUL-terminated UTF-8 owned by the page, valid until it is freed; NULL when absent, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_updated_at(connector: *const dc_connector) -> *const c_char {
    // SAFETY: the header asks for a connector of a live page or NULL.
    unsafe { text(connector, Field::UpdatedAt) }
}

/// The length of dc_connector_updated_at; it counts NULs in the text, where strlen ends.
///
/// @param connector  a connector, or NULL.
/// @return bytes, without the NUL at the end; 0 when absent, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_updated_at_len(connector: *const dc_connector) -> usize {
    // SAFETY: the header asks for a connector of a live page or NULL.
    unsafe { text_len(connector, Field::UpdatedAt) }
}

/// dc_connector_updated_at as a number. Without a time zone it is taken for UTC.
///
/// @param connector  a connector, or NULL.
/// @return milliseconds since the Unix epoch, what is finer cut off; -1 when absent, when it is no time (of RFC 3339's
///         all but leap seconds are read), when it is before 1970, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_updated_at_ms(connector: *const dc_connector) -> i64 {
    // SAFETY: the header asks for a connector of a live page or NULL.
    unsafe { look(connector, -1, |connector| after_epoch(connector.updated_at_ms())) }
}

/// So that -1 is no time.
fn after_epoch(ms: Option<i64>) -> i64 {
    ms.filter(|&ms| ms >= 0).unwrap_or(-1)
}
