//! Messages for TLS errors. Those that a server can cause easily are tested in tests/tls.rs.

use std::sync::Arc;

use rustls::OtherError;
use rustls::PeerMisbehaved;

use super::*;

fn options(has_client_certificate: bool) -> TlsOptions {
    TlsOptions { trusted: Trusted::Bundled, has_client_certificate }
}

fn of(error: impl Into<TlsError>) -> String {
    message(&error.into(), "api.example.com:8443", options(false))
}

/// An error like those of webpki, whose `Display` is their debug form.
#[derive(Debug)]
#[allow(dead_code, reason = "shown in debug form")]
enum PkiError {
    CaUsedAsEndEntity,
    EndEntityUsedAsCa,
    NameConstraintViolation,
    UnsupportedCertVersion,
    MaximumPathDepthExceeded,
    TrailingData(u8),
}

impl std::fmt::Display for PkiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for PkiError {}

#[test]
fn every_message_says_what_failed_and_what_to_do() {
    let pki = |error: PkiError| TlsError::from(CertificateError::Other(OtherError(Arc::new(error))));
    let algorithms = CertificateError::UnsupportedSignatureAlgorithmContext {
        signature_algorithm_id: vec![1],
        supported_algorithms: Vec::new(),
    };
    for (error, expected) in [
        (CertificateError::BadEncoding.into(), "TLS certificate of api.example.com:8443 is malformed: replace it"),
        (CertificateError::UnhandledCriticalExtension.into(), "has an unsupported critical extension: replace it on"),
        (
            CertificateError::InvalidOcspResponse.into(),
            "is not valid (invalid ocsp response): replace it on the server",
        ),
        (
            algorithms.into(),
            "has an unsupported key or signature: use RSA (at least 2048 bits), ECDSA (P-256 or P-384)",
        ),
        (
            pki(PkiError::CaUsedAsEndEntity),
            "-addext subjectAltName=DNS:api.example.com -addext basicConstraints=CA:FALSE",
        ),
        (pki(PkiError::EndEntityUsedAsCa), "is signed by a certificate that is not a CA: create that one with"),
        (
            pki(PkiError::NameConstraintViolation),
            "is for a host name that its CA must not sign (name constraints): use",
        ),
        (pki(PkiError::UnsupportedCertVersion), "is not X.509 version 3: create it with extensions, such as -addext"),
        (
            pki(PkiError::MaximumPathDepthExceeded),
            "is not valid (maximum path depth exceeded): replace it on the server",
        ),
        (pki(PkiError::TrailingData(7)), "is not valid (trailing data): replace it on the server"),
        (
            PeerIncompatible::NoCipherSuitesInCommon.into(),
            "failed (no cipher suites in common): enable TLS 1.2 or 1.3 on the server, with",
        ),
        (
            PeerIncompatible::ServerDoesNotSupportTls12Or13.into(),
            "failed (the server supports neither TLS 1.2 nor TLS 1.3): enable one of them on the server",
        ),
        (
            PeerMisbehaved::InvalidKeyShare.into(),
            "(the server violated the TLS protocol: invalid key share): check for a",
        ),
        (
            InvalidMessage::MissingData("Extension").into(),
            "(the server violated the TLS protocol: missing data): check",
        ),
        (InvalidMessage::InvalidContentType.into(), "(the server does not speak TLS): check the port, or use http://"),
        (TlsError::DecryptError, "failed (data could not be decrypted): check for a device on the network"),
        (TlsError::General("Oops { x: 1 }".to_owned()), "failed (general): check the server's TLS configuration"),
    ] {
        let message = of(error);
        assert!(message.contains(expected), "{message}");
        assert!(!message.contains("docs/"), "not installed: {message}");
        assert!(message.contains("api.example.com:8443") && !message.contains(['{', '"']), "{message}");
    }
}

#[test]
fn alert_is_about_the_client_certificate_if_there_is_one() {
    use AlertDescription::*;
    for (alert, expected) in [
        (HandshakeFailure, "(alert handshake failure): it does not accept the client certificate (check"),
        (CertificateRequired, "it does not accept the client certificate: check client_certificate_file"),
        (BadCertificate, "it does not accept the client certificate: check client_certificate_file"),
        (AccessDenied, "it does not accept the client certificate: check client_certificate_file"),
        (UnknownCA, "(alert unknown ca): it does not trust the CA of the client certificate"),
        (CertificateExpired, "the client certificate has expired: renew client_certificate_file"),
        (CertificateRevoked, "the client certificate was revoked: replace client_certificate_file"),
        (InsufficientSecurity, "it requires other algorithms: enable TLS 1.2 or 1.3 with ECDHE on the server"),
        (ProtocolVersion, "it supports neither TLS 1.2 nor TLS 1.3"),
        (UnknownPSKIdentity, "(alert unknown psk identity): "),
    ] {
        let with = message(&TlsError::AlertReceived(alert), "host", options(true));
        assert!(with.starts_with("host refused the TLS connection (alert ") && with.contains(expected), "{with}");
        let without = message(&TlsError::AlertReceived(alert), "host", options(false));
        assert!(!without.contains("the client certificate"), "{without}");
        assert!(!with.contains("docs/") && !without.contains("docs/"), "not installed: {with} {without}");
    }
}

#[test]
fn alternative_names_are_hosts_or_addresses() {
    for (host, expected) in [
        ("localhost", "DNS:localhost"),
        ("localhost:8443", "DNS:localhost"),
        ("127.0.0.1:1", "IP:127.0.0.1"),
        ("[::1]:1", "IP:::1"),
        ("[::1]", "IP:::1"),
    ] {
        assert_eq!(alternative_name(host), expected);
    }
}

#[test]
fn unknown_issuer_is_missing_in_the_trusted_certificates() {
    let error = TlsError::from(CertificateError::UnknownIssuer);
    for (trusted, expected) in [
        (
            Trusted::Bundled,
            "(unknown issuer, or self-signed): with a private CA or behind a TLS-inspecting proxy, set ca_file to its CA \
             certificate",
        ),
        (
            Trusted::CaFile,
            "(ca_file does not contain the CA that issued it): add that CA to ca_file, or intermediate CAs to the \
             server's chain",
        ),
        (
            Trusted::System,
            "(the system's certificates do not contain the CA that issued it): install that CA, or set ca_file to its \
             certificate",
        ),
    ] {
        let message = message(&error, "host", TlsOptions { trusted, has_client_certificate: false });
        assert_eq!(message, format!("TLS certificate of host is not trusted {expected}"));
    }
}

#[test]
fn advice_for_an_invalid_signature_names_ca_file_only_if_it_is_set() {
    let error = TlsError::from(CertificateError::BadSignature);
    for (trusted, expected) in [
        (Trusted::CaFile, "check that ca_file contains the CA that signed it (another"),
        (Trusted::System, "check that the CA that signed it is trusted, or set ca_file to it (another"),
        (Trusted::Bundled, "check that the CA that signed it is trusted, or set ca_file to it (another"),
    ] {
        let message = message(&error, "host", TlsOptions { trusted, has_client_certificate: false });
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn certificate_for_other_hosts_names_at_most_three() {
    let for_names = |presented: &[&str], host: &str| {
        let error = CertificateError::NotValidForNameContext {
            expected: rustls::pki_types::ServerName::try_from("a.example").expect("a name"),
            presented: presented.iter().map(|name| (*name).to_owned()).collect(),
        };
        message(&error.into(), host, options(false))
    };
    for (presented, host, expected) in [
        (&["DnsName(\"b.example\")"][..], "a.example:8443", "is for b.example, not for a.example: check base_url"),
        (&["IpAddress(192.0.2.1)", "IpAddress(::1)"], "[::2]:1", "is for 192.0.2.1, ::1, not for ::2: check base_url"),
        (
            &["DnsName(\"b\")", "DnsName(\"c\")", "DnsName(\"d\")", "DnsName(\"e\")", "DnsName(\"f\")"],
            "a",
            "is for b, c, d and 2 more, not for a: check base_url",
        ),
        (&["DnsName(\"b\n\")", "Unsupported(0x81)"], "a", "is for another host, not for a: check base_url"),
    ] {
        assert_eq!(for_names(presented, host), format!("TLS certificate of {host} {expected}"));
    }
}
