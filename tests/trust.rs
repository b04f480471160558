//! Whom connections trust, and which way they go.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use data_connectors::{Client, Error, ErrorKind};
use data_connectors_sandbox::Sandbox;
use support::certificates::{self, Flaw};
use support::fault::{FaultServer, Step};
use support::listing::{config, good, list, over_tls};
use support::proxy::proxy;

#[test]
fn each_flaw_of_a_certificate_has_its_reason() {
    for (flaw, says) in [
        (Flaw::WrongHost, "is for another host name: check base_url"),
        (Flaw::Expired, "has expired: renew it, or check this machine's clock"),
        (Flaw::NotYetValid, "is not valid yet: check this machine's clock"),
        (Flaw::SelfSigned, "is not trusted (unknown issuer, or self-signed): with a private CA"),
        (Flaw::UnknownIssuer, "or behind a TLS-inspecting proxy, set ca_file to its CA certificate"),
    ] {
        let server = FaultServer::start(vec![vec![Step::Request, good()]], Some(certificates::server(flaw)));
        let mut config = over_tls(&server);
        config.set_max_retries(2).unwrap();
        let error = list(&Client::new(&config).unwrap()).unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Tls, 1), "{flaw:?}: {error}");
        assert!(error.message().contains(says), "{flaw:?}: {error}");
        assert_eq!(server.requests(), Vec::<String>::new(), "{flaw:?}");
    }
}

#[test]
fn the_bundled_authorities_do_not_know_ours_and_a_bad_ca_file_is_refused() {
    let server = FaultServer::start(vec![vec![Step::Request, good()]], Some(certificates::server(Flaw::None)));
    let mut config = config(&format!("https://{}", server.address()));
    assert_eq!(list(&Client::new(&config).unwrap()).unwrap_err().kind(), ErrorKind::Tls);
    let bad = support::scratch().join("bad.pem");
    std::fs::write(&bad, "-----BEGIN CERTIFICATE-----\naGVsbG8gd29ybGQ=\n-----END CERTIFICATE-----\n").unwrap();
    let error = config.set_ca_file(Some(&bad)).unwrap_err();
    assert!(error.message().contains("is damaged: its certificate number 1 is none"), "{error}");
}

/// The system's authorities are where SSL_CERT_FILE says; a child has an environment of its own.
#[test]
fn the_systems_authorities_are_trusted_on_request() {
    if let Some(url) = std::env::var_os("DC_TEST_URL") {
        let mut config = config(url.to_str().unwrap());
        config.set_system_roots(true).unwrap();
        assert_eq!(list(&Client::new(&config).unwrap()).unwrap().count(), 1);
        return;
    }
    let server = FaultServer::start(vec![vec![Step::Request, good()]], Some(certificates::server(Flaw::None)));
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_systems_authorities_are_trusted_on_request"])
        .env("DC_TEST_URL", format!("https://{}", server.address()))
        .env("SSL_CERT_FILE", certificates::ca_file())
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
}

/// As a binding does that passes on each setting, also those that nobody set.
#[test]
fn no_system_authorities_leave_a_ca_file_as_it_is() {
    let server = FaultServer::start(vec![vec![Step::Request, good()]], Some(certificates::server(Flaw::None)));
    let mut config = config(&format!("https://{}", server.address()));
    config.set_ca_file(Some(&certificates::ca_file())).unwrap();
    config.set_system_roots(false).unwrap();
    assert_eq!(list(&Client::new(&config).unwrap()).unwrap().count(), 1);
    config.set_ca_file(None).unwrap();
    assert_eq!(list(&Client::new(&config).unwrap()).unwrap_err().kind(), ErrorKind::Tls);
    let bundled = format!("{config:?}");
    config.set_system_roots(true).unwrap().set_ca_file(None).unwrap();
    assert_ne!(format!("{config:?}"), bundled, "no CA file leaves the system's");
    config.set_system_roots(false).unwrap();
    assert_eq!(format!("{config:?}"), bundled);
}

#[test]
fn a_port_that_speaks_no_tls_is_said_so() {
    let sandbox = Sandbox::builder().start().unwrap();
    let config = config(&sandbox.base_url().replace("http", "https"));
    let error = list(&Client::new(&config).unwrap()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls);
    assert!(error.message().contains("failed (the server does not speak TLS): check the port"), "{error}");
}

#[test]
fn a_proxy_sees_where_to_and_its_credentials_and_nothing_else() {
    let server = FaultServer::start(vec![vec![Step::Request, good()]], Some(certificates::server(Flaw::None)));
    let (place, thread) = proxy("HTTP/1.1 200 Fine\r\nX-Via: x\r\n\r\n", Some(server.address().to_string()));
    let mut config = over_tls(&server);
    config.set_base_url("https://localhost:4433").unwrap();
    config.set_proxy(Some(&format!("http://me:pass%20word@{place}"))).unwrap();
    let client = Client::new(&config).unwrap();
    assert_eq!(list(&client).unwrap().count(), 1);
    drop((client, server));
    let head = thread.join().unwrap();
    let expected = "CONNECT localhost:4433 HTTP/1.1\r\nHost: localhost:4433\r\nProxy-Authorization: Basic bWU6cGFzcyB3b3Jk\r\n\r\n";
    assert_eq!(head, expected);
}

fn through(proxy: &str) -> Error {
    let mut config = config("https://api.example");
    config.set_proxy(Some(proxy)).unwrap().set_max_retries(2).unwrap();
    list(&Client::new(&config).unwrap()).unwrap_err()
}

#[test]
fn a_proxy_that_refuses_is_named_and_not_asked_again() {
    for (answer, says) in [
        (
            "HTTP/1.1 407 No\r\nContent-Length: 6\r\n\r\ndenied",
            "HTTP 407, user name and password missing or not accepted",
        ),
        ("HTTP/1.1 403 No\n\n<html>", "HTTP 403"),
        ("HTTP/1.1 100 Go on\n\nHTTP/1.1 403 No\r\n\r\n", "HTTP 403"),
        (
            "HTTP/1.1 100 Go on\r\n\r\nHTTP/1.1 407 No\r\n\r\n",
            "HTTP 407, user name and password missing or not accepted",
        ),
        ("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "unexpected data after its response"),
        ("HTTP/1.1 407 No\r\n\r\n", "HTTP 407, user name and password missing or not accepted"),
        ("HTTP/1.1 403 No\r\n\r\n", "HTTP 403"),
        ("HTTP/1.1 502 No\r\n\r\n", "HTTP 502"),
        ("SSH-2.0-x\r\n\r\n", "its response is not HTTP"),
        ("", "it closed the connection"),
    ] {
        let (place, thread) = proxy(answer, None);
        let error = through(&format!("http://me:pa55word@{place}"));
        thread.join().unwrap();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Proxy, 1), "{error}");
        assert!(
            error.message().contains(&format!(
                "proxy [credentials]@{place} did not open a CONNECT tunnel to api.example:443 ({says}): check"
            )),
            "{error}"
        );
        assert!(!format!("{error:?}").contains("pa55"), "{error:?}");
    }
    let resets = FaultServer::start(vec![vec![Step::Request, Step::Reset]], None);
    let error = through(&format!("http://{}", resets.address()));
    assert_eq!(error.kind(), ErrorKind::Connection);
    assert!(error.message().contains(&format!("connection to proxy {} failed: ", resets.address())), "{error}");
    let error = through("http://127.0.0.1:1");
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connection, 3));
    assert!(
        error.message().contains("could not connect to proxy 127.0.0.1:1 (connection refused): check the proxy option"),
        "{error}"
    );
}

#[test]
fn no_proxy_goes_directly() {
    let sandbox = Sandbox::builder().start().unwrap();
    let mut config = config(sandbox.base_url());
    config.set_proxy(Some("http://127.0.0.1:1")).unwrap().set_no_proxy("example.com, 127.0.0.1").unwrap();
    assert_eq!(list(&Client::new(&config).unwrap()).unwrap().count(), 20);
}
