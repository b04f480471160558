//! Valid and invalid values of each option. Access tokens, URLs and proxies are tested in their own files.

use std::path::Path;
use std::time::Duration;

use super::super::option_table::find;
use super::*;

#[track_caller]
fn assert_rejected<T>(outcome: Result<T>, message: &str) {
    let error = outcome.err().unwrap_or_else(|| panic!("accepted, but expected {message:?}"));
    assert_eq!(error.kind(), crate::ErrorKind::InvalidArgument);
    assert!(error.message().contains(message), "{error}");
}

fn set(config: &mut Config, name: &str, value: Option<&str>) -> Result<()> {
    find(&OPTIONS, name, value)?.set_string(config, value)
}

#[test]
fn table_defaults_match_config_defaults() {
    let defaults = format!("{:?}", Config::new());
    let mut config = Config::new();
    for option in OPTIONS.iter().filter(|option| option.name() != "access_token") {
        set(&mut config, option.name(), None).expect("a reset");
        assert_eq!(format!("{config:?}"), defaults, "{}", option.name());
        let Some(default) = option.default else { continue };
        set(&mut config, option.name(), default.to_str().ok()).expect("its default");
        assert_eq!(format!("{config:?}"), defaults, "{}", option.name());
    }
}

#[test]
fn null_resets_every_option_but_the_access_token() {
    let defaults = format!("{:?}", Config::new());
    // Options of files are reset in their own tests.
    let is_tested = |name: &str| !["access_token", "system_roots"].contains(&name) && !name.ends_with("_file");
    for option in OPTIONS.iter().filter(|option| is_tested(option.name())) {
        let mut config = Config::new();
        // Any value that the option accepts and that is not its default.
        let is_set = ["true", "1025", "3", "eu", "2.16", "http://127.0.0.1:1", "x"]
            .iter()
            .any(|value| set(&mut config, option.name(), Some(value)).is_ok() && format!("{config:?}") != defaults);
        assert!(is_set, "{}: add a value that it accepts", option.name());
        set(&mut config, option.name(), None).expect("a reset");
        assert_eq!(format!("{config:?}"), defaults, "{}", option.name());
    }
    assert_rejected(set(&mut Config::new(), "access_token", None), "missing access_token");
    let no_certificate = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    assert_rejected(set(&mut Config::new(), "ca_file", Some(no_certificate)), "no certificate found");
}

#[test]
fn integers_and_booleans_have_a_default() {
    for option in OPTIONS.iter().filter(|option| !matches!(option.set, Set::String(_))) {
        assert!(option.default.is_some(), "{}", option.name());
    }
}

#[test]
fn documented_ranges_are_enforced() {
    for option in OPTIONS.iter().filter(|option| matches!(option.set, Set::Int(_))) {
        let allowed = option.allowed.to_str().expect("UTF-8");
        let (min, max) = allowed.split_once(" to ").expect(allowed);
        let (min, max): (i64, i64) = (min.parse().expect(allowed), max.parse().expect(allowed));
        let mut config = Config::new();
        option.set_int(&mut config, min).expect("the minimum");
        option.set_int(&mut config, max).expect("the maximum");
        for value in [min - 1, max + 1, i64::MIN, i64::MAX] {
            let message = format!("invalid {} {value}: use {allowed}", option.name());
            assert_rejected(option.set_int(&mut config, value), &message);
        }
    }
}

#[test]
fn options_and_typed_setters_correspond() {
    let source = include_str!("options.rs");
    let mut setters: Vec<&str> = source
        .lines()
        .filter_map(|line| line.trim().strip_prefix("pub fn set_"))
        .filter_map(|rest| rest.split(['(', '<']).next())
        .filter(|name| !["logger", "interrupt_check"].contains(name))
        .collect();
    let mut names: Vec<&str> = OPTIONS.iter().map(|option| option.name().trim_end_matches("_ms")).collect();
    setters.sort_unstable();
    names.sort_unstable();
    assert_eq!(setters, names);
}

#[test]
fn replacement_is_mutual() {
    for option in &OPTIONS {
        let Some(other) = option.replaces else { continue };
        let other = find(&OPTIONS, other.to_str().expect("UTF-8"), None).expect("an option");
        assert_eq!(other.replaces, Some(option.name));
    }
}

#[test]
fn last_of_region_and_base_url_is_used() {
    let mut config = Config::new();
    let url = |config: &Config| config.base_url().as_str().to_owned();
    for (region, expected) in
        [("us", "https://api.intercom.io"), ("eu", "https://api.eu.intercom.io"), ("AU", "https://api.au.intercom.io")]
    {
        set(&mut config, "base_url", Some("https://one.example")).expect("a URL");
        assert_eq!(url(&config), "https://one.example");
        set(&mut config, "region", Some(region)).expect(region);
        assert_eq!(url(&config), expected);
    }
    assert_rejected(config.set_base_url("two"), "no scheme");
    assert_eq!(url(&config), "https://api.au.intercom.io");
    set(&mut config, "base_url", None).expect("a reset");
    assert_eq!(url(&config), "https://api.au.intercom.io");
    set(&mut config, "region", None).expect("a reset");
    assert_eq!(url(&config), "https://api.intercom.io");
    assert_rejected(set(&mut config, "region", Some("mars")), "invalid region \"mars\": use us, eu or au");
}

#[test]
fn reset_keeps_the_replacing_option() {
    let mut config = Config::new();
    config.set_base_url("https://one.example").expect("a URL");
    set(&mut config, "region", None).expect("a reset");
    assert_eq!(config.base_url().as_str(), "https://one.example");
    config.ca_certificates = CaCertificates::System(Vec::new());
    set(&mut config, "ca_file", None).expect("a reset");
    assert!(config.ca_certificates.are_from_system());
    config.ca_certificates = CaCertificates::File(Vec::new());
    set(&mut config, "system_roots", Some("false")).expect("a reset");
    assert!(matches!(config.ca_certificates, CaCertificates::File(_)));
}

#[test]
fn errors_do_not_contain_secrets() {
    for option in OPTIONS.iter().filter(|option| option.is_secret) {
        for value in ["s3cret s3cret", "s3cret\n", "http://u:s3cret@[x y", "\u{e9}s3cret"] {
            let error = set(&mut Config::new(), option.name(), Some(value)).expect_err(value);
            assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
        }
        assert_rejected(option.set_int(&mut Config::new(), 7), "requires a string, not an integer");
    }
    let mut config = Config::new();
    config.set_access_token("s3cret").expect("a token").set_proxy(Some("http://u:s3cret@proxy")).expect("a proxy");
    assert!(!format!("{config:?}").contains("s3cret"), "{config:?}");
}

#[test]
fn api_versions_are_words_or_numbers() {
    let mut config = Config::new();
    let longest = "x".repeat(32);
    for version in ["Preview", "Unstable", "2.16", "2.99", "10.0", "1234.5678", &longest] {
        config.set_api_version(version).expect(version);
        assert_eq!(config.api_version, version);
    }
    for version in
        ["", "2", "2.", ".16", "2.16.1", "2,16", "Preview\n", "v2.16", "2.x", "12345.1", "1.12345", &"x".repeat(33)]
    {
        assert_rejected(config.set_api_version(version), "use Preview, or a number such as 2.16");
    }
}

#[test]
fn typed_setters_check_their_ranges() {
    let mut config = Config::new();
    assert_rejected(config.set_timeout(Duration::ZERO), "invalid timeout_ms 0: use 1 to 86400000");
    assert_rejected(config.set_timeout(Duration::from_secs(86_401)), "invalid timeout_ms 86401000");
    assert_rejected(config.set_connect_timeout(Duration::MAX), "invalid connect_timeout_ms");
    assert_rejected(config.set_max_retries(11), "invalid max_retries 11: use 0 to 10");
    assert_rejected(config.set_max_response_bytes(u64::MAX), "use 1024 to 1073741824");
    config.set_timeout(Duration::from_micros(1500)).expect("in range");
    assert_eq!(config.timeout, Duration::from_micros(1500));
}

#[test]
fn unknown_names_suggest_a_similar_option() {
    for (name, suggestion) in [
        ("timeout", "unknown option \"timeout\": did you mean timeout_ms? (in milliseconds)"),
        ("timeuot_ms", "unknown option \"timeuot_ms\": did you mean timeout_ms?"),
        ("url", "unknown option \"url\": did you mean base_url?"),
        ("MAX-RETRYS", "unknown option \"MAX-RETRYS\": did you mean max_retries?"),
        ("proxi", "unknown option \"proxi\": did you mean proxy?"),
    ] {
        assert_eq!(find(&OPTIONS, name, None).err().expect(name).message(), suggestion);
    }
    for name in ["foo", "bar", "retry", "port", "ca_bundle", "page_size"] {
        let error = find(&OPTIONS, name, None).err().expect(name);
        assert_eq!(
            error.message(),
            "unknown option (not shown, it may be a secret): dc_options(3) and dc_config_option() list the options",
            "{name}"
        );
    }
}

/// A longer value may be a secret.
#[test]
fn rejected_values_are_repeated_up_to_16_bytes() {
    let mut config = Config::new();
    for (value, shown) in [("a234567890-bcdef", " \"a234567890-bcdef\""), ("a234567890-bcdefg", "")] {
        let message = format!("invalid api_version{shown}: use Preview, or a number such as 2.16");
        assert_eq!(config.set_api_version(value).expect_err(value).message(), message);
    }
}

#[test]
fn user_agent_suffixes_are_one_line_of_ascii() {
    let mut config = Config::new();
    config.set_user_agent_suffix(" audit/1.0 (nightly) ").expect("valid");
    assert_eq!(config.user_agent_suffix.as_deref(), Some("audit/1.0 (nightly)"));
    assert_rejected(config.set_user_agent_suffix("a\r\nX: y"), "visible ASCII");
    config.set_user_agent_suffix(&"a".repeat(256)).expect("the longest");
    assert_rejected(config.set_user_agent_suffix(&"a".repeat(257)), "at most 256");
    assert_rejected(config.set_user_agent_suffix("\u{7f}"), "visible ASCII");
    config.set_user_agent_suffix("").expect("removes it");
    assert_eq!(config.user_agent_suffix, None);
}

#[test]
fn ca_files_contain_certificates() {
    let mut config = Config::new();
    assert_rejected(config.set_ca_file(Some(Path::new("no/such/file.pem"))), "could not read ca_file no/such/file.pem");
    assert_rejected(config.set_ca_file(Some(Path::new(""))), "the path is empty");
    assert_rejected(config.set_ca_file(Some(&std::env::temp_dir())), "not a regular file");

    let path = std::env::temp_dir().join(format!("data_connectors_ca_file_{}.pem", std::process::id()));
    let valid = rcgen::generate_simple_self_signed(["host".to_owned()]).expect("a certificate").cert.pem();
    let malformed = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let other_block = "-----BEGIN X-----\nAAAA\n-----END X-----\n";
    std::fs::write(&path, format!("\u{feff}{valid}{other_block}{valid}")).expect("a file");
    config.set_ca_file(Some(&path)).expect("two certificates");
    assert!(format!("{config:?}").contains("2 from a file"), "{config:?}");
    config.set_ca_file(None).expect("a reset");
    assert!(matches!(config.ca_certificates, CaCertificates::Bundled));
    std::fs::write(&path, format!("{valid}{malformed}")).expect("a file");
    assert_rejected(config.set_ca_file(Some(&path)), "certificate 2 is malformed");
    std::fs::write(&path, valid.trim_end().trim_end_matches('-')).expect("a file");
    assert_rejected(config.set_ca_file(Some(&path)), "incomplete");
    let sparse = std::fs::File::create(&path).expect("a file");
    sparse.set_len(16 * 1024 * 1024).expect("16 MiB");
    assert_rejected(config.set_ca_file(Some(&path)), "no certificate found");
    sparse.set_len(16 * 1024 * 1024 + 1).expect("a byte more");
    assert_rejected(config.set_ca_file(Some(&path)), "larger than 16 MiB");
    std::fs::remove_file(&path).expect("its removal");
}
