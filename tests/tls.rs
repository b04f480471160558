//! TLS: which certificates are trusted, and how failures are reported.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::time::Duration;

use data_connectors::{Client, Error, ErrorKind};
use data_connectors_sandbox::Sandbox;
use support::certificates::{self, Flaw};
use support::fault_server::{FaultServer, Step};
use support::listing::{config, list, ok_response, tls_config};
use support::{openssl, program};

#[test]
fn error_names_the_flaw_of_the_certificate() {
    for (flaw, reason) in [
        (Flaw::WrongHost, "is for elsewhere.example, not for 127.0.0.1: check base_url"),
        (Flaw::Expired, "has expired: renew it, or check this machine's clock"),
        (Flaw::NotYetValid, "is not valid yet: check this machine's clock"),
        (Flaw::SelfSigned, "is not trusted (ca_file does not contain the CA that issued it): add that CA to ca_file"),
        (Flaw::UnknownIssuer, "or intermediate CAs to the server's chain"),
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
    let error = list(&Client::new(&config).unwrap()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls);
    assert!(error.message().contains("set ca_file to its CA certificate"), "{error}");
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
        let other = certificates::server_config(Flaw::UnknownIssuer);
        let other = FaultServer::start(vec![vec![Step::ReadRequest, ok_response()]], Some(other));
        config.set_base_url(&format!("https://{}", other.address())).unwrap();
        let error = list(&Client::new(&config).unwrap()).unwrap_err();
        assert!(error.message().contains("the system's certificates do not contain the CA"), "{error}");
        return;
    }
    let server =
        FaultServer::start(vec![vec![Step::ReadRequest, ok_response()]], Some(certificates::server_config(Flaw::None)));
    let output = program::command(&std::env::current_exe().unwrap())
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

/// The commands of docs/tls.md, which messages contain, too.
#[test]
fn documented_commands_create_a_ca_and_a_certificate_that_is_trusted() {
    let folder = openssl::documented_files("documented-certificates");
    let server =
        FaultServer::start(vec![vec![Step::ReadRequest, ok_response()]], Some(openssl::server_config(&folder, None)));
    let mut config = config(&format!("https://localhost:{}", server.address().port()));
    config.set_ca_file(Some(&folder.join("dev-ca.pem"))).unwrap();
    assert_eq!(list(&Client::new(&config).unwrap()).unwrap().count(), 1);
}

/// Run in a folder with files of a production server, they overwrite none.
#[test]
fn documented_commands_create_files_with_names_of_their_own() {
    let commands = openssl::documented_commands().join(" ");
    let words: Vec<&str> = commands.split_whitespace().collect();
    let outputs = words.windows(2).filter(|pair| ["-out", "-keyout"].contains(&pair[0])).map(|pair| pair[1]);
    let outputs: Vec<&str> = outputs.collect();
    assert_eq!(outputs.len(), 6);
    assert!(outputs.iter().all(|name| name.starts_with("dev-")), "{outputs:?}");
    assert_eq!(outputs.iter().collect::<std::collections::HashSet<_>>().len(), outputs.len());
}

#[test]
fn self_signed_certificate_that_is_not_a_ca_is_trusted_as_the_ca_file() {
    let folder = openssl::folder("self-signed-leaf");
    let self_signed = "openssl req -x509 -newkey rsa:2048 -noenc -days 365 -subj /CN=server \
                       -addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE \
                       -keyout dev-server.key -out dev-server.pem";
    openssl::run(&folder, self_signed);
    let server =
        FaultServer::start(vec![vec![Step::ReadRequest, ok_response()]], Some(openssl::server_config(&folder, None)));
    let mut config = config(&format!("https://localhost:{}", server.address().port()));
    config.set_ca_file(Some(&folder.join("dev-server.pem"))).unwrap();
    assert_eq!(list(&Client::new(&config).unwrap()).unwrap().count(), 1);
}

/// The error for a server whose certificate openssl created with this command, which is also the CA file unless there
/// is a dev-ca.pem.
fn error_for_certificate(name: &str, commands: &[&str]) -> Error {
    let folder = openssl::folder(name);
    commands.iter().for_each(|command| openssl::run(&folder, command));
    let server =
        FaultServer::start(vec![vec![Step::ReadRequest, ok_response()]], Some(openssl::server_config(&folder, None)));
    let mut config = config(&format!("https://localhost:{}", server.address().port()));
    let ca = folder.join(if folder.join("dev-ca.pem").exists() { "dev-ca.pem" } else { "dev-server.pem" });
    config.set_ca_file(Some(&ca)).unwrap();
    let error = list(&Client::new(&config).unwrap()).unwrap_err();
    assert_eq!((error.kind(), server.requests().len()), (ErrorKind::Tls, 0), "{error}");
    error
}

#[test]
fn error_for_a_self_signed_certificate_contains_the_documented_commands() {
    let self_signed = "openssl req -x509 -newkey rsa:2048 -noenc -days 365 -subj /CN=localhost \
                       -addext subjectAltName=DNS:localhost -keyout dev-server.key -out dev-server.pem";
    let error = error_for_certificate("self-signed", &[self_signed]);
    let commands = openssl::documented_commands();
    let advice = format!(
        "is a CA certificate, which is not accepted as a server certificate: create a CA and a server certificate signed \
         by it, with OpenSSL 3, and set ca_file to dev-ca.pem: {} && {}",
        commands[0], commands[1]
    );
    assert!(error.message().ends_with(&advice), "{error}");
}

#[test]
fn error_says_what_is_wrong_with_a_certificate() {
    let [create_ca, create_certificate] = &openssl::documented_commands()[..2] else { panic!("two commands") };
    let request =
        "openssl req -new -newkey rsa:2048 -noenc -subj /CN=localhost -keyout dev-server.key -out dev-server.csr";
    let sign = "openssl x509 -req -in dev-server.csr -CA dev-ca.pem -CAkey dev-ca.key -CAcreateserial -days 2 -out dev-server.pem";
    let other_ca = "openssl req -x509 -newkey rsa:2048 -noenc -days 2 -subj /CN=ca -keyout dev-ca.key -out dev-ca.pem";
    let without_name = create_certificate.replace("-addext subjectAltName=DNS:localhost", "");
    let for_clients = format!("{create_certificate} -addext extendedKeyUsage=clientAuth");
    let with_sha1 = format!("{create_certificate} -sha1");
    for (name, commands, reason) in [
        (
            "version-1",
            &[create_ca.as_str(), request, sign][..],
            "is not X.509 version 3: create it with extensions, such as -addext subjectAltName=DNS:localhost",
        ),
        (
            "no-name",
            &[create_ca, &without_name],
            "names no host (subjectAltName is missing): create it with -addext subjectAltName=DNS:localhost",
        ),
        ("for-clients", &[create_ca, &for_clients], "is not for servers: create it with extendedKeyUsage=serverAuth"),
        ("sha-1", &[create_ca, &with_sha1], "has an unsupported key or signature: use RSA (at least 2048 bits)"),
        (
            "other-ca",
            &[create_ca, create_certificate, other_ca],
            "has an invalid signature: check that ca_file contains",
        ),
    ] {
        let error = error_for_certificate(name, commands);
        assert!(error.message().contains("TLS certificate of localhost:"), "{error}");
        assert!(error.message().contains(reason), "{name}: {error}");
    }
}

#[test]
fn errors_for_alerts_name_the_server() {
    for (alert, reason) in [
        (40, "(alert handshake failure): it may require a client certificate (set client_certificate_file"),
        (42, "(alert bad certificate): it may require a client certificate (set client_certificate_file"),
        (48, "(alert unknown ca): check the server's TLS configuration and its log"),
        (49, "(alert access denied): it denied access: check the server's rules and its log"),
        (70, "(alert protocol version): it supports neither TLS 1.2 nor TLS 1.3: enable one of them on the server"),
        (
            71,
            "(alert insufficient security): it requires other algorithms: enable TLS 1.2 or 1.3 with ECDHE on the server",
        ),
        (80, "(alert internal error): it has an internal error: check the server's log"),
        (112, "(alert unrecognized name): it has no certificate for this host name: check base_url"),
        (116, "(alert certificate required): it requires a client certificate: set client_certificate_file"),
        (200, "(alert number 200): check the server's TLS configuration and its log"),
    ] {
        let server = FaultServer::start(vec![vec![Step::Send(vec![21, 3, 3, 0, 2, 2, alert]), Step::KeepOpen]], None);
        let error = list(&Client::new(&tls_config(&server)).unwrap()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
        let start = format!("{} refused the TLS connection ", server.address());
        assert!(error.message().starts_with(&start) && error.message().contains(reason), "{error}");
    }
}

#[test]
fn error_says_that_a_port_requires_https() {
    let server = FaultServer::start(vec![vec![Step::ReadRequest, Step::Send(vec![21, 3, 1, 0, 2, 2, 70])]], None);
    let mut config = config(&format!("http://{}", server.address()));
    config.set_max_retries(2).unwrap();
    let error = list(&Client::new(&config).unwrap()).unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Protocol, 1));
    let expected = format!("{} requires TLS on this port: use https:// in base_url", server.address());
    assert_eq!(error.message(), expected);
    // OpenSSL sends nothing.
    let server = FaultServer::start(vec![vec![Step::ReadRequest]], None);
    config.set_base_url(&format!("http://{}", server.address())).unwrap().set_max_retries(0).unwrap();
    let error = list(&Client::new(&config).unwrap()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection);
    assert!(error.message().ends_with(": if the port requires TLS, use https:// in base_url"), "{error}");
    // After a part of a response, the server is known to speak HTTP.
    let server = FaultServer::start(vec![vec![Step::ReadRequest, Step::Send(b"HTTP/1.1 200 OK\r\n".into())]], None);
    config.set_base_url(&format!("http://{}", server.address())).unwrap();
    let error = list(&Client::new(&config).unwrap()).unwrap_err();
    assert!(error.message().ends_with("before the response was complete"), "{error}");
    // A server of this library's TLS implementation.
    let server = FaultServer::start(vec![vec![Step::ReadRequest]], Some(certificates::server_config(Flaw::None)));
    config.set_base_url(&format!("http://{}", server.address())).unwrap();
    let error = list(&Client::new(&config).unwrap()).unwrap_err();
    assert!(error.message().contains("requires TLS on this port: use https:// in base_url"), "{error}");
}

/// Only the first bytes of a connection can be the alert of a server that requires TLS.
#[test]
fn body_that_looks_like_a_tls_alert_is_parsed_as_a_body() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n";
    let script = vec![Step::ReadRequest, Step::Send(head.into()), Step::Send(vec![21, 3, 3, 0, 2, 2, 70])];
    let server = FaultServer::start(vec![script], None);
    let error = list(&Client::new(&config(&format!("http://{}", server.address()))).unwrap()).unwrap_err();
    assert!(error.message().contains("the body is not a JSON list"), "{error}");
}

#[test]
fn error_says_that_the_connection_was_closed_during_the_handshake() {
    let server = FaultServer::start(vec![vec![Step::HalfClose, Step::KeepOpen]], None);
    let error = list(&Client::new(&tls_config(&server)).unwrap()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection);
    let expected = format!(
        "connection closed by {} during the TLS handshake: check the port and the server's log",
        server.address()
    );
    assert_eq!(error.message(), expected);
}

#[test]
fn timeout_during_the_handshake_says_so() {
    let server = FaultServer::start(vec![vec![Step::KeepOpen]], None);
    let advice = "during the TLS handshake: if the port does not use TLS, use http:// in base_url";
    for (is_connect_timeout, option) in [(true, " (connect_timeout_ms)"), (false, "")] {
        let mut config = tls_config(&server);
        let timeout = Duration::from_millis(150);
        if is_connect_timeout { config.set_connect_timeout(timeout) } else { config.set_timeout(timeout) }.unwrap();
        let error = list(&Client::new(&config).unwrap()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout);
        let expected = format!("{} timed out after 150 ms{option} {advice}", server.address());
        assert!(error.message().contains(&expected), "{error}");
    }
    // After the handshake, the server is known to use TLS.
    let script = vec![Step::ReadRequest, Step::KeepOpen];
    let server = FaultServer::start(vec![script], Some(certificates::server_config(Flaw::None)));
    let mut config = tls_config(&server);
    config.set_timeout(Duration::from_millis(500)).unwrap();
    let error = list(&Client::new(&config).unwrap()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(!error.message().contains("handshake"), "{error}");
}

#[test]
fn error_states_that_the_server_does_not_speak_tls() {
    let sandbox = Sandbox::builder().start().unwrap();
    let config = config(&sandbox.base_url().replace("http", "https"));
    let error = list(&Client::new(&config).unwrap()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls);
    assert!(error.message().contains("failed (the server does not speak TLS): check the port"), "{error}");
}
