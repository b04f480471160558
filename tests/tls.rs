//! TLS: which certificates are trusted, and how failures are reported.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use data_connectors::{Client, ErrorKind};
use data_connectors_sandbox::Sandbox;
use support::certificates::{self, Flaw};
use support::fault_server::{FaultServer, Step};
use support::listing::{config, list, ok_response, tls_config};

#[test]
fn error_names_the_flaw_of_the_certificate() {
    for (flaw, reason) in [
        (Flaw::WrongHost, "is for another host name: check base_url"),
        (Flaw::Expired, "has expired: renew it, or check this machine's clock"),
        (Flaw::NotYetValid, "is not valid yet: check this machine's clock"),
        (Flaw::SelfSigned, "is not trusted (unknown issuer, or self-signed): with a private CA"),
        (Flaw::UnknownIssuer, "or behind a TLS-inspecting proxy, set ca_file to its CA certificate"),
    ] {
        let server =
            FaultServer::start(vec![vec![Step::ReadRequest, ok_response()]], Some(certificates::server_config(flaw)));
        let mut config = tls_config(&server);
        config.set_max_retries(2).unwrap();
        let error = list(&Client::new(&config).unwrap()).unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Tls, 1), "{flaw:?}: {error}");
        assert!(error.message().contains(reason), "{flaw:?}: {error}");
        assert_eq!(server.requests(), Vec::<String>::new(), "{flaw:?}");
    }
}

#[test]
fn bundled_roots_do_not_trust_the_test_ca_and_a_malformed_ca_file_is_rejected() {
    let server =
        FaultServer::start(vec![vec![Step::ReadRequest, ok_response()]], Some(certificates::server_config(Flaw::None)));
    let mut config = config(&format!("https://{}", server.address()));
    assert_eq!(list(&Client::new(&config).unwrap()).unwrap_err().kind(), ErrorKind::Tls);
    let malformed = support::scratch().join("malformed.pem");
    std::fs::write(&malformed, "-----BEGIN CERTIFICATE-----\naGVsbG8gd29ybGQ=\n-----END CERTIFICATE-----\n").unwrap();
    let error = config.set_ca_file(Some(&malformed)).unwrap_err();
    assert!(error.message().contains("certificate 1 is malformed"), "{error}");
}

/// SSL_CERT_FILE replaces the trust store of the system, in the environment of a child process.
#[test]
fn trusts_the_system_roots_if_enabled() {
    if let Some(url) = std::env::var_os("DC_TEST_URL") {
        let mut config = config(url.to_str().unwrap());
        config.set_system_roots(true).unwrap();
        assert_eq!(list(&Client::new(&config).unwrap()).unwrap().count(), 1);
        return;
    }
    let server =
        FaultServer::start(vec![vec![Step::ReadRequest, ok_response()]], Some(certificates::server_config(Flaw::None)));
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "trusts_the_system_roots_if_enabled"])
        .env("DC_TEST_URL", format!("https://{}", server.address()))
        .env("SSL_CERT_FILE", certificates::ca_file())
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
}

/// A binding may set every option, including those that keep their default.
#[test]
fn disabling_system_roots_keeps_the_ca_file() {
    let server =
        FaultServer::start(vec![vec![Step::ReadRequest, ok_response()]], Some(certificates::server_config(Flaw::None)));
    let mut config = config(&format!("https://{}", server.address()));
    config.set_ca_file(Some(&certificates::ca_file())).unwrap();
    config.set_system_roots(false).unwrap();
    assert_eq!(list(&Client::new(&config).unwrap()).unwrap().count(), 1);
    config.set_ca_file(None).unwrap();
    assert_eq!(list(&Client::new(&config).unwrap()).unwrap_err().kind(), ErrorKind::Tls);
    let bundled = format!("{config:?}");
    config.set_system_roots(true).unwrap().set_ca_file(None).unwrap();
    assert_ne!(format!("{config:?}"), bundled, "resetting the CA file keeps the system roots");
    config.set_system_roots(false).unwrap();
    assert_eq!(format!("{config:?}"), bundled);
}

#[test]
fn error_states_that_the_server_does_not_speak_tls() {
    let sandbox = Sandbox::builder().start().unwrap();
    let config = config(&sandbox.base_url().replace("http", "https"));
    let error = list(&Client::new(&config).unwrap()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls);
    assert!(error.message().contains("failed (the server does not speak TLS): check the port"), "{error}");
}
