//! Messages for TLS errors. Those that a server can cause easily are tested in tests/tls.rs.

use std::sync::Arc;

use rustls::OtherError;
use rustls::PeerMisbehaved;

use super::*;

fn of(error: impl Into<TlsError>) -> String {
    message(&error.into(), "api.example.com:8443", false)
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
        (ProtocolVersion, "it supports neither TLS 1.2 nor TLS 1.3"),
        (UnknownPSKIdentity, "(alert unknown psk identity): "),
    ] {
        let with = message(&TlsError::AlertReceived(alert), "host", true);
        assert!(with.starts_with("host refused the TLS connection (alert ") && with.contains(expected), "{with}");
        let without = message(&TlsError::AlertReceived(alert), "host", false);
        assert!(!without.contains("the client certificate"), "{without}");
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
