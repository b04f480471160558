//! Usage
//!
//! What a connector is used for: its state, the method of its requests, whether Fin may use it. The codes are for
//! programs that tell cases apart; a value that this version doesn't know has code 0, and the text says what it is.

use std::ffi::c_char;

use super::connector::{dc_connector, look, text, text_len};
use crate::page::field::Field;

/// The state is one that this version doesn't know.
pub const DC_STATE_UNKNOWN: i32 = 0;
/// "draft"
pub const DC_STATE_DRAFT: i32 = 1;
/// "live"
pub const DC_STATE_LIVE: i32 = 2;

/// "draft" or "live"; other values may come.
///
/// @param connector  a connector, or NULL.
/// @return NUL-terminated UTF-8 owned by the page, valid until it is freed; NULL when absent, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_state(connector: *const dc_connector) -> *const c_char {
    // SAFETY: the header asks for a connector of a live page or NULL.
    unsafe { text(connector, Field::State) }
}

/// The length of dc_connector_state; it counts NULs in the text, where strlen ends.
///
/// @param connector  a connector, or NULL.
/// @return bytes, without the NUL at the end; 0 when absent, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_state_len(connector: *const dc_connector) -> usize {
    // SAFETY: the header asks for a connector of a live page or NULL.
    unsafe { text_len(connector, Field::State) }
}

/// dc_connector_state as a number.
///
/// @param connector  a connector, or NULL.
/// @return one of DC_STATE_…; -1 when absent, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_state_code(connector: *const dc_connector) -> i32 {
    // SAFETY: the header asks for a connector of a live page or NULL.
    unsafe { look(connector, -1, |connector| connector.known_state().map_or(-1, |state| state as i32)) }
}

/// The method is one that this version doesn't know.
pub const DC_HTTP_METHOD_UNKNOWN: i32 = 0;
/// "get"
pub const DC_HTTP_METHOD_GET: i32 = 1;
/// "post"
pub const DC_HTTP_METHOD_POST: i32 = 2;
/// "put"
pub const DC_HTTP_METHOD_PUT: i32 = 3;
/// "delete"
pub const DC_HTTP_METHOD_DELETE: i32 = 4;
/// "patch"
pub const DC_HTTP_METHOD_PATCH: i32 = 5;

/// The method of the request that it makes: "get", "post", "put", "delete" or "patch"; other values may come.
///
/// @param connector  a connector, or NULL.
/// @return NUL-terminated UTF-8 owned by the page, valid until it is freed; NULL when absent, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_http_method(connector: *const dc_connector) -> *const c_char {
    // SAFETY: the header asks for a connector of a live page or NULL.
    unsafe { text(connector, Field::HttpMethod) }
}

/// The length of dc_connector_http_method; it counts NULs in the text, where strlen ends.
///
/// @param connector  a connector, or NULL.
/// @return bytes, without the NUL at the end; 0 when absent, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_http_method_len(connector: *const dc_connector) -> usize {
    // SAFETY: the header asks for a connector of a live page or NULL.
    unsafe { text_len(connector, Field::HttpMethod) }
}

/// dc_connector_http_method as a number.
///
/// @param connector  a connector, or NULL.
/// @return one of DC_HTTP_METHOD_…; -1 when absent, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_http_method_code(connector: *const dc_connector) -> i32 {
    // SAFETY: the header asks for a connector of a live page or NULL.
    unsafe { look(connector, -1, |connector| connector.known_http_method().map_or(-1, |method| method as i32)) }
}

/// Whether it is assigned to Fin for direct usage.
///
/// @param connector  a connector, or NULL.
/// @return 1 or 0; -1 when absent, and for NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dc_connector_direct_fin_usage(connector: *const dc_connector) -> i32 {
    // SAFETY: the header asks for a connector of a live page or NULL.
    unsafe { look(connector, -1, |connector| connector.direct_fin_usage().map_or(-1, i32::from)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::connector::{HttpMethod, State};

    #[test]
    fn the_codes_are_those_of_the_core() {
        let states = [State::Unknown, State::Draft, State::Live].map(|state| state as i32);
        assert_eq!(states, [DC_STATE_UNKNOWN, DC_STATE_DRAFT, DC_STATE_LIVE]);
        use HttpMethod::{Delete, Get, Patch, Post, Put, Unknown};
        let methods = [Unknown, Get, Post, Put, Delete, Patch].map(|method| method as i32);
        assert_eq!(
            methods,
            [
                DC_HTTP_METHOD_UNKNOWN,
                DC_HTTP_METHOD_GET,
                DC_HTTP_METHOD_POST,
                DC_HTTP_METHOD_PUT,
                DC_HTTP_METHOD_DELETE,
                DC_HTTP_METHOD_PATCH,
            ]
        );
    }
}
