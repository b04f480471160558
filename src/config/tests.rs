//! What each setting takes and what it refuses. Tokens and URLs have their tests beside them.

use std::path::Path;
use std::time::Duration;

use super::*;

/// That `outcome` is a refusal whose message says `says`.
fn refused<T>(outcome: Result<T>, says: &str) {
    let error = outcome.err().unwrap_or_else(|| panic!("taken, though it should say {says:?}"));
    assert_eq!(error.kind(), crate::ErrorKind::InvalidArgument);
    assert!(error.message().contains(says), "{error}");
}

#[test]
fn the_defaults_are_as_documented() {
    let config = Config::new();
    assert_eq!((config.timeout, config.connect_timeout), (Duration::from_secs(60), Duration::from_secs(10)));
    assert_eq!((config.max_retries, config.max_response_bytes), (2, 8 * 1024 * 1024));
    assert_eq!((config.base_url.as_str(), config.api_version.as_str()), ("https://api.intercom.io", "Preview"));
    assert!(
        !config.allow_insecure_http
            && !config.wait_for_rate_limit
            && config.proxy.is_none()
            && config.ca_certificates.is_none()
    );
}

#[test]
fn what_is_refused_leaves_the_old_value() {
    let mut config = Config::new();
    config.set_base_url("https://one.example").expect("a good URL");
    refused(config.set_base_url("two"), "no scheme");
    assert_eq!(config.base_url.as_str(), "https://one.example");
}

#[test]
fn versions_are_words_or_numbers() {
    let mut config = Config::new();
    for good in ["Preview", "Unstable", "2.16", "2.99", "10.0"] {
        config.set_api_version(good).expect(good);
        assert_eq!(config.api_version, good);
    }
    for bad in ["", "2", "2.", ".16", "2.16.1", "2,16", "Preview\n", "v2.16", "2.x"] {
        refused(config.set_api_version(bad), "use Preview, or a number such as 2.16");
    }
}

#[test]
fn numbers_have_ranges() {
    let mut config = Config::new();
    refused(config.set_timeout(Duration::ZERO), "use 1 to 86400000");
    refused(config.set_timeout(Duration::from_secs(86_401)), "the timeout is 86401000 ms");
    refused(config.set_connect_timeout(Duration::ZERO), "the connect timeout is 0 ms");
    refused(config.set_max_retries(11), "use 0 to 10");
    refused(config.set_max_response_bytes(1023), "use 1024 to 1073741824");
    config.set_timeout(Duration::from_millis(1)).expect("the least");
    config.set_max_retries(10).expect("the most");
    config.set_max_response_bytes(1024).expect("the least");
}

#[test]
fn suffixes_are_one_line_of_ascii() {
    let mut config = Config::new();
    config.set_user_agent_suffix(" audit/1.0 (nightly) ").expect("good");
    assert_eq!(config.user_agent_suffix.as_deref(), Some("audit/1.0 (nightly)"));
    refused(config.set_user_agent_suffix("a\r\nX: y"), "visible ASCII");
    refused(config.set_user_agent_suffix(&"a".repeat(257)), "at most 256");
    config.set_user_agent_suffix("").expect("empty removes it");
    assert_eq!(config.user_agent_suffix, None);
}

#[test]
fn a_proxy_can_be_set_and_removed() {
    let mut config = Config::new();
    refused(config.set_proxy(Some("socks5://u:pa55@proxy")), "it should look like http://proxy.example:3128");
    config.set_proxy(Some("http://u:pa55@proxy:3128")).expect("good");
    assert!(!format!("{config:?}").contains("pa55"));
    config.set_proxy(None).expect("removes it");
    assert!(config.proxy.is_none());
}

#[test]
fn ca_files_hold_certificates() {
    let mut config = Config::new();
    let absent = Path::new("no/such/file.pem");
    refused(config.set_ca_file(Some(absent)), "no/such/file.pem can't be read");
    let not_pem = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
    refused(config.set_ca_file(Some(not_pem)), "holds no certificate");
}

#[test]
fn debug_shows_no_secret() {
    let mut config = Config::new();
    config.set_access_token("s3cret").expect("good");
    let shown = format!("{config:?}");
    assert!(shown.contains("[token]") && !shown.contains("s3cret"), "{shown}");
}
