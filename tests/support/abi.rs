//! The C ABI, called from Rust: what comes out of a call, and nothing left behind.

#![allow(unsafe_code, clippy::undocumented_unsafe_blocks)] // The test owns all it passes.

use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr;

use data_connectors::ffi::client::{dc_client, dc_client_free, dc_client_new};
use data_connectors::ffi::config::*;
use data_connectors::ffi::error::*;
use data_connectors::ffi::limits::*;
use data_connectors::ffi::list::dc_list_page;
use data_connectors::ffi::log::{DC_LOG_DEBUG, dc_config_set_logger};
use data_connectors::ffi::page::*;
use data_connectors::ffi::pager::{dc_pager, dc_pager_free, dc_pager_new, dc_pager_next};
use data_connectors::ffi::route::dc_config_set_ca_file;
use data_connectors::ffi::status::{DC_OK, dc_status_name};

pub const TOKEN: &str = "canary-7d1f";

/// What a call gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub status: String,
    pub http: i32,
    pub attempts: i32,
    pub retry_after_ms: i64,
    pub message: String,
    pub json: String,
}

/// Settings and the client made of them.
pub struct AbiClient(*mut dc_client);

unsafe impl Send for AbiClient {}
unsafe impl Sync for AbiClient {}

/// Settings for a server, with short times and no retries; `change` changes them.
pub fn client(base_url: &str, change: impl FnOnce(*mut dc_config)) -> AbiClient {
    let (url, token) = (CString::new(base_url).unwrap(), CString::new(TOKEN).unwrap());
    unsafe {
        let config = dc_config_new();
        assert_eq!(dc_config_set_token(config, token.as_ptr(), ptr::null_mut()), DC_OK);
        assert_eq!(dc_config_set_base_url(config, url.as_ptr(), ptr::null_mut()), DC_OK);
        assert_eq!(dc_config_set_max_retries(config, 0, ptr::null_mut()), DC_OK);
        assert_eq!(dc_config_set_timeout_ms(config, 10_000, ptr::null_mut()), DC_OK);
        change(config);
        let mut client = ptr::null_mut();
        assert_eq!(dc_client_new(config, &mut client, ptr::null_mut()), DC_OK);
        dc_config_free(config);
        AbiClient(client)
    }
}

pub fn timeout(config: *mut dc_config, milliseconds: i64) {
    assert_eq!(unsafe { dc_config_set_timeout_ms(config, milliseconds, ptr::null_mut()) }, DC_OK);
}

pub fn connect_timeout(config: *mut dc_config, milliseconds: i64) {
    assert_eq!(unsafe { dc_config_set_connect_timeout_ms(config, milliseconds, ptr::null_mut()) }, DC_OK);
}

pub fn retries(config: *mut dc_config, retries: i32) {
    assert_eq!(unsafe { dc_config_set_max_retries(config, retries, ptr::null_mut()) }, DC_OK);
}

pub fn ca_file(config: *mut dc_config, path: &std::path::Path) {
    let path = CString::new(path.to_str().unwrap()).unwrap();
    assert_eq!(unsafe { dc_config_set_ca_file(config, path.as_ptr(), ptr::null_mut()) }, DC_OK);
}

/// Log lines at their most talkative, none of which may have the token.
pub fn log_without_token(config: *mut dc_config) {
    unsafe extern "C" fn look(_: *mut c_void, _: i32, line: *const c_char) {
        let line = unsafe { CStr::from_ptr(line) }.to_str().unwrap();
        // Nothing may unwind into the library.
        if line.is_empty() || line.contains(TOKEN) {
            eprintln!("a log line has the token: {line}");
            std::process::abort();
        }
    }
    let logged =
        unsafe { dc_config_set_logger(config, DC_LOG_DEBUG, Some(look), ptr::null_mut(), None, ptr::null_mut()) };
    assert_eq!(logged, DC_OK);
}

impl AbiClient {
    pub fn list(&self) -> Outcome {
        let (mut page, mut error) = (ptr::dangling_mut(), ptr::dangling_mut());
        let status = unsafe { dc_list_page(self.0, 0, ptr::null(), ptr::null(), &mut page, &mut error) };
        take(status, page, error)
    }

    /// A walk until it ends; what each step gave.
    pub fn walk(&self) -> Vec<Outcome> {
        let mut pager: *mut dc_pager = ptr::null_mut();
        let mut all: Vec<Outcome> = Vec::new();
        unsafe {
            assert_eq!(dc_pager_new(self.0, 0, ptr::null(), &mut pager, ptr::null_mut()), DC_OK);
            while all.last().is_none_or(|last| last.status == "DC_OK") {
                let (mut page, mut error) = (ptr::dangling_mut(), ptr::dangling_mut());
                let status = dc_pager_next(pager, ptr::null(), &mut page, &mut error);
                all.push(take(status, page, error));
            }
            dc_pager_free(pager);
        }
        all
    }
}

impl Drop for AbiClient {
    fn drop(&mut self) {
        unsafe { dc_client_free(self.0) }
    }
}

fn take(status: i32, page: *mut dc_page, error: *mut dc_error) -> Outcome {
    unsafe {
        assert_eq!(page.is_null(), status != DC_OK);
        assert_eq!(error.is_null(), status >= DC_OK);
        assert_eq!(dc_error_status(error), status.min(DC_OK));
        let outcome = Outcome {
            status: text(dc_status_name(status)),
            http: dc_error_http_status(error),
            attempts: dc_error_attempts(error),
            retry_after_ms: dc_error_retry_after_ms(error),
            message: text(dc_error_message(error)),
            json: text(dc_page_json(page)),
        };
        dc_page_free(page);
        dc_error_free(error);
        outcome
    }
}

fn text(text: *const c_char) -> String {
    if text.is_null() { String::new() } else { unsafe { CStr::from_ptr(text) }.to_str().unwrap().to_owned() }
}
