//! A client that calls the C ABI from Rust.

#![allow(unsafe_code, clippy::undocumented_unsafe_blocks)] // Every pointer passed is owned by this file.

use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr;

use data_connectors::ffi::callbacks::{DC_LOG_DEBUG, dc_config_set_logger};
use data_connectors::ffi::client::{dc_client, dc_client_free, dc_client_new, dc_list_page};
use data_connectors::ffi::config::*;
use data_connectors::ffi::connector::{dc_connector, dc_connector_field, field_names};
use data_connectors::ffi::error::*;
use data_connectors::ffi::page::*;
use data_connectors::ffi::pager::{dc_pager, dc_pager_free, dc_pager_new, dc_pager_next};
use data_connectors::ffi::status::{DC_OK, dc_status_name};

pub const TOKEN: &str = "canary-7d1f";

/// The result of a call: of the error, or of the page.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub status: String,
    pub http_status: i32,
    pub attempts: i32,
    pub retry_after_ms: i64,
    pub message: String,
    pub json: String,
    /// Each row as `FIELD=VALUE`, separated by spaces, without absent fields.
    pub rows: Vec<String>,
}

pub struct AbiClient(*mut dc_client);

unsafe impl Send for AbiClient {}
unsafe impl Sync for AbiClient {}

/// Sets an option by name.
pub fn set(config: *mut dc_config, option: &str, value: &str) {
    let (name, value) = (CString::new(option).unwrap(), CString::new(value).unwrap());
    let status = unsafe { dc_config_set_string(config, name.as_ptr(), value.as_ptr(), ptr::null_mut()) };
    assert_eq!(status, DC_OK, "{option}");
}

/// A client without retries; `configure` sets further options.
pub fn client(base_url: &str, configure: impl FnOnce(*mut dc_config)) -> AbiClient {
    unsafe {
        let config = dc_config_new();
        for (option, value) in
            [("access_token", TOKEN), ("base_url", base_url), ("max_retries", "0"), ("timeout_ms", "10000")]
        {
            set(config, option, value);
        }
        configure(config);
        let mut client = ptr::null_mut();
        assert_eq!(dc_client_new(config, &mut client, ptr::null_mut()), DC_OK);
        dc_config_free(config);
        AbiClient(client)
    }
}

pub fn set_timeout(config: *mut dc_config, milliseconds: i64) {
    set(config, "timeout_ms", &milliseconds.to_string());
}

pub fn set_connect_timeout(config: *mut dc_config, milliseconds: i64) {
    set(config, "connect_timeout_ms", &milliseconds.to_string());
}

pub fn set_max_retries(config: *mut dc_config, max_retries: i32) {
    set(config, "max_retries", &max_retries.to_string());
}

pub fn set_ca_file(config: *mut dc_config, path: &std::path::Path) {
    set(config, "ca_file", path.to_str().unwrap());
}

/// Sets a logger for all levels, which aborts the test if a line contains the access token.
pub fn check_log_lines(config: *mut dc_config) {
    unsafe extern "C" fn check(_: *mut c_void, _: i32, line: *const c_char) {
        let line = unsafe { CStr::from_ptr(line) }.to_str().unwrap();
        // A panic must not unwind into the library.
        if line.is_empty() || line.contains(TOKEN) {
            eprintln!("a log line is empty or contains the access token: {line}");
            std::process::abort();
        }
    }
    let status =
        unsafe { dc_config_set_logger(config, DC_LOG_DEBUG, Some(check), ptr::null_mut(), None, ptr::null_mut()) };
    assert_eq!(status, DC_OK);
}

impl AbiClient {
    pub fn list(&self) -> Outcome {
        let (mut page, mut error) = (ptr::dangling_mut(), ptr::dangling_mut());
        let status = unsafe { dc_list_page(self.0, 0, ptr::null(), ptr::null(), &mut page, &mut error) };
        into_outcome(status, page, error)
    }

    /// Calls a pager until it fails or the list ends; the result of each call.
    pub fn list_all_pages(&self) -> Vec<Outcome> {
        let mut pager: *mut dc_pager = ptr::null_mut();
        let mut outcomes: Vec<Outcome> = Vec::new();
        unsafe {
            assert_eq!(dc_pager_new(self.0, 0, ptr::null(), &mut pager, ptr::null_mut()), DC_OK);
            while outcomes.last().is_none_or(|last| last.status == "DC_OK") {
                let (mut page, mut error) = (ptr::dangling_mut(), ptr::dangling_mut());
                let status = dc_pager_next(pager, ptr::null(), &mut page, &mut error);
                outcomes.push(into_outcome(status, page, error));
            }
            dc_pager_free(pager);
        }
        outcomes
    }
}

impl Drop for AbiClient {
    fn drop(&mut self) {
        unsafe { dc_client_free(self.0) }
    }
}

/// Frees the page and the error.
fn into_outcome(status: i32, page: *mut dc_page, error: *mut dc_error) -> Outcome {
    unsafe {
        assert_eq!(page.is_null(), status != DC_OK);
        assert_eq!(error.is_null(), status >= DC_OK);
        assert_eq!(dc_error_status(error), status.min(DC_OK));
        let outcome = Outcome {
            status: string(dc_status_name(status)),
            http_status: dc_error_http_status(error),
            attempts: dc_error_attempts(error),
            retry_after_ms: dc_error_retry_after_ms(error),
            message: string(dc_error_message(error)),
            json: string(dc_page_json(page)),
            rows: (0..dc_page_count(page)).map(|index| row(dc_page_connector(page, index))).collect(),
        };
        dc_page_free(page);
        dc_error_free(error);
        outcome
    }
}

unsafe fn row(row: *const dc_connector) -> String {
    let value = |number: usize| unsafe {
        let mut length = 0;
        let bytes = dc_connector_field(row, number as i32, &mut length);
        (!bytes.is_null()).then(|| std::slice::from_raw_parts(bytes.cast::<u8>(), length))
    };
    let fields = field_names().enumerate().filter_map(|(number, name)| {
        value(number).map(|bytes| format!("{name}={}", std::str::from_utf8(bytes).unwrap()))
    });
    fields.collect::<Vec<_>>().join(" ")
}

fn string(string: *const c_char) -> String {
    if string.is_null() { String::new() } else { unsafe { CStr::from_ptr(string) }.to_str().unwrap().to_owned() }
}
