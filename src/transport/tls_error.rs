//! Messages for TLS errors, which say what to do.

use std::fmt::Debug;
use std::net::IpAddr;

use rustls::{AlertDescription, CertificateError, Error as TlsError, InvalidMessage, PeerIncompatible};

/// What the messages need to know about the client's options.
#[derive(Clone, Copy)]
pub(super) struct TlsOptions {
    pub trusted: Trusted,
    /// Whether the client sends a certificate if a server requests one.
    pub has_client_certificate: bool,
}

/// The certificate authorities that the client trusts.
#[derive(Clone, Copy)]
pub(super) enum Trusted {
    Bundled,
    CaFile,
    System,
}

/// The message for a failed TLS handshake or connection. `host` may have a port.
pub(super) fn message(error: &TlsError, host: &str, options: TlsOptions) -> String {
    match error {
        TlsError::InvalidCertificate(error) => {
            format!("TLS certificate of {host} {}", certificate(error, host, options.trusted))
        }
        TlsError::AlertReceived(alert) => {
            let sent = format!("{host} refused the TLS connection (alert {})", alert_name(*alert));
            format!("{sent}: {}", alert_advice(*alert, options.has_client_certificate))
        }
        TlsError::InvalidMessage(
            InvalidMessage::InvalidContentType
            | InvalidMessage::UnknownProtocolVersion
            | InvalidMessage::MessageTooLarge
            | InvalidMessage::InvalidEmptyPayload,
        ) => format!(
            "TLS handshake with {host} failed (the server does not speak TLS): \
             check the port, or use http:// in base_url"
        ),
        TlsError::PeerIncompatible(reason) => format!("TLS handshake with {host} failed {}", incompatible(reason)),
        TlsError::PeerMisbehaved(reason) => protocol_violation(host, &words(reason)),
        TlsError::InvalidMessage(reason) => protocol_violation(host, &words(reason)),
        TlsError::InappropriateMessage { .. } | TlsError::InappropriateHandshakeMessage { .. } => {
            protocol_violation(host, "unexpected message")
        }
        TlsError::PeerSentOversizedRecord => protocol_violation(host, "record too large"),
        TlsError::NoCertificatesPresented => protocol_violation(host, "no certificate"),
        TlsError::DecryptError => format!(
            "TLS connection to {host} failed (data could not be decrypted): \
             check for a device on the network that modifies it, and retry"
        ),
        TlsError::FailedToGetCurrentTime | TlsError::FailedToGetRandomBytes => {
            format!("TLS handshake with {host} failed (system error: {}): check this machine", words(error))
        }
        other => format!("TLS connection to {host} failed ({}): check the server's TLS configuration", words(other)),
    }
}

fn protocol_violation(host: &str, reason: &str) -> String {
    format!(
        "TLS connection to {host} failed (the server violated the TLS protocol: {reason}): \
         check for a proxy or firewall in between, or update the server"
    )
}

/// The predicate and the advice of a sentence about a server's certificate.
fn certificate(error: &CertificateError, host: &str, trusted: Trusted) -> String {
    use CertificateError::*;
    let text = match error {
        Expired | ExpiredContext { .. } => "has expired: renew it, or check this machine's clock",
        NotValidYet | NotValidYetContext { .. } => "is not valid yet: check this machine's clock",
        NotValidForNameContext { presented, .. } if presented.is_empty() => {
            let name = alternative_name(host);
            return format!("names no host (subjectAltName is missing): create it with -addext subjectAltName={name}");
        }
        NotValidForNameContext { presented, .. } => {
            return format!("is for {}, not for {}: check base_url", host_names(presented), without_port(host));
        }
        NotValidForName => "is for another host: check base_url",
        UnknownIssuer => match trusted {
            Trusted::Bundled => {
                "is not trusted (unknown issuer, or self-signed): \
                 with a private CA or behind a TLS-inspecting proxy, set ca_file to its CA certificate"
            }
            Trusted::CaFile => {
                "is not trusted (ca_file does not contain the CA that issued it): \
                 add that CA to ca_file, or intermediate CAs to the server's chain"
            }
            Trusted::System => {
                "is not trusted (the system's certificates do not contain the CA that issued it): \
                 install that CA, or set ca_file to its certificate"
            }
        },
        Revoked => "was revoked: replace it on the server",
        BadEncoding => "is malformed: replace it on the server",
        UnhandledCriticalExtension => "has an unsupported critical extension: replace it on the server",
        BadSignature => {
            let ca = match trusted {
                Trusted::CaFile => "ca_file contains the CA that signed it",
                Trusted::Bundled | Trusted::System => "the CA that signed it is trusted, or set ca_file to it",
            };
            return format!(
                "has an invalid signature: check that {ca} (another CA can have the same name), and that RSA keys have \
                 at least 2048 bits"
            );
        }
        InvalidPurpose | InvalidPurposeContext { .. } => {
            "is not for servers: create it with extendedKeyUsage=serverAuth"
        }
        Other(error) => return other_certificate(&name(&error.0), host),
        // Several variants, some of which are deprecated.
        other if name(other).starts_with("UnsupportedSignatureAlgorithm") => {
            "has an unsupported key or signature: use RSA (at least 2048 bits), ECDSA (P-256 or P-384) or Ed25519, \
             with SHA-256, SHA-384 or SHA-512"
        }
        other => return format!("is not valid ({}): replace it on the server", words(other)),
    };
    text.to_owned()
}

/// The names of a certificate, which rustls passes as `DnsName("example.com")` or `IpAddress(192.0.2.1)`.
fn host_names(presented: &[String]) -> String {
    const MAX_NAMES: usize = 3;
    let names: Vec<&str> = presented
        .iter()
        .filter_map(|name| match name.strip_suffix(')')?.split_once('(')? {
            ("DnsName", name) => Some(name.trim_matches('"')),
            ("IpAddress", address) => Some(address),
            _ => None,
        })
        // They are in a message of one line.
        .filter(|name| name.len() <= 253 && name.bytes().all(|byte| byte.is_ascii_graphic()))
        .collect();
    match (names.len(), names.get(..MAX_NAMES)) {
        (0, _) => "another host".to_owned(),
        (count, Some(shown)) if count > MAX_NAMES => format!("{} and {} more", shown.join(", "), count - MAX_NAMES),
        _ => names.join(", "),
    }
}

/// The same for an error of webpki, by its name: rustls does not export the type.
fn other_certificate(name: &str, host: &str) -> String {
    match name {
        "CaUsedAsEndEntity" => format!(
            "is a CA certificate, which is not accepted as a server certificate: create a CA and a server certificate \
             signed by it, with OpenSSL 3, and set ca_file to dev-ca.pem: {CREATE_CA} && {}",
            create_certificate(host)
        ),
        "UnsupportedCertVersion" => format!(
            "is not X.509 version 3: create it with extensions, such as -addext subjectAltName={}",
            alternative_name(host)
        ),
        "EndEntityUsedAsCa" => {
            "is signed by a certificate that is not a CA: create that one with basicConstraints=CA:TRUE".to_owned()
        }
        "NameConstraintViolation" => "is for a host name that its CA must not sign (name constraints): \
                                      use another CA, or check base_url"
            .to_owned(),
        "PathLenConstraintViolated" => "has more intermediate CAs than one of them allows (path length constraint): \
                                        replace the certificate chain on the server"
            .to_owned(),
        "SignatureAlgorithmMismatch" => "is malformed (two signature algorithms): replace it on the server".to_owned(),
        _ => format!("is not valid ({}): replace it on the server", words_of(name)),
    }
}

/// Creates a CA: its certificate dev-ca.pem and its key dev-ca.key. docs/tls.md also contains this command and the next one,
/// which tests run from there.
const CREATE_CA: &str =
    "openssl req -x509 -newkey rsa:2048 -noenc -days 365 -subj /CN=ca -keyout dev-ca.key -out dev-ca.pem";

/// Creates a certificate of a server, dev-server.pem and dev-server.key, that is signed by that CA.
fn create_certificate(host: &str) -> String {
    format!(
        "openssl req -x509 -CA dev-ca.pem -CAkey dev-ca.key -newkey rsa:2048 -noenc -days 365 -subj /CN=server \
         -addext subjectAltName={} -addext basicConstraints=CA:FALSE -keyout dev-server.key -out dev-server.pem",
        alternative_name(host)
    )
}

/// A host in openssl's syntax of subjectAltName.
fn alternative_name(host: &str) -> String {
    let host = without_port(host);
    let kind = if host.parse::<IpAddr>().is_ok() { "IP" } else { "DNS" };
    format!("{kind}:{host}")
}

/// A host, without the brackets of an IPv6 address.
fn without_port(host: &str) -> &str {
    let bracketed = host.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(address, _)| address);
    bracketed.or(host.split_once(':').map(|(host, _)| host)).unwrap_or(host)
}

/// The reason in parentheses, and the advice.
fn incompatible(reason: &PeerIncompatible) -> String {
    let advice = match reason {
        PeerIncompatible::ServerDoesNotSupportTls12Or13
        | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig
        | PeerIncompatible::SupportedVersionsExtensionRequired
        | PeerIncompatible::Tls12NotOffered
        | PeerIncompatible::Tls12NotOfferedOrEnabled => {
            return "(the server supports neither TLS 1.2 nor TLS 1.3): enable one of them on the server".to_owned();
        }
        PeerIncompatible::NoCertificateRequestSignatureSchemesInCommon => {
            "the server does not support the key of the client certificate: use another kind of key, such as RSA"
        }
        _ => "enable TLS 1.2 or 1.3 on the server, with ECDHE (X25519, P-256 or P-384)",
    };
    format!("({}): {advice}", words(reason))
}

fn alert_advice(alert: AlertDescription, has_client_certificate: bool) -> &'static str {
    use AlertDescription::*;
    match (alert, has_client_certificate) {
        (CertificateRequired | NoCertificate, false) => {
            "it requires a client certificate: set client_certificate_file and client_key_file"
        }
        (HandshakeFailure | BadCertificate, false) => {
            "it may require a client certificate (set client_certificate_file and client_key_file), or not support \
             TLS 1.2 or 1.3 with ECDHE (enable these on the server)"
        }
        (HandshakeFailure, true) => {
            "it does not accept the client certificate (check client_certificate_file), or does not support TLS 1.2 \
             or 1.3 with ECDHE (enable these on the server)"
        }
        (InsufficientSecurity, _) => "it requires other algorithms: enable TLS 1.2 or 1.3 with ECDHE on the server",
        (UnknownCA, true) => {
            "it does not trust the CA of the client certificate: check client_certificate_file, and that it contains \
             the intermediate CAs"
        }
        (CertificateExpired, true) => "the client certificate has expired: renew client_certificate_file",
        (CertificateRevoked, true) => "the client certificate was revoked: replace client_certificate_file",
        (
            BadCertificate
            | UnsupportedCertificate
            | CertificateUnknown
            | AccessDenied
            | CertificateRequired
            | NoCertificate
            | DecryptError
            | UnknownPSKIdentity,
            true,
        ) => "it does not accept the client certificate: check client_certificate_file, and the server's log",
        (AccessDenied, false) => "it denied access: check the server's rules and its log",
        (ProtocolVersion, _) => "it supports neither TLS 1.2 nor TLS 1.3: enable one of them on the server",
        (UnrecognisedName, _) => "it has no certificate for this host name: check base_url",
        (InternalError, _) => "it has an internal error: check the server's log",
        _ => "check the server's TLS configuration and its log",
    }
}

fn alert_name(alert: AlertDescription) -> String {
    match alert {
        AlertDescription::UnrecognisedName => "unrecognized name".to_owned(),
        AlertDescription::Unknown(number) => format!("number {number}"),
        other => words(&other),
    }
}

/// The name of an enum's variant, without its fields.
fn name(variant: &impl Debug) -> String {
    let debug = format!("{variant:?}");
    debug.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default().to_owned()
}

/// `NoCipherSuitesInCommon` as `no cipher suites in common`.
fn words(variant: &impl Debug) -> String {
    words_of(&name(variant))
}

fn words_of(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 8);
    let letters = name.as_bytes();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        // An acronym ends before its last capital: `UnknownPSKIdentity`.
        let ends_acronym = letters.get(at + 1).is_some_and(u8::is_ascii_lowercase);
        let follows_word = before.is_some_and(|before| !before.is_ascii_uppercase() || ends_acronym);
        if letter.is_ascii_uppercase() && follows_word {
            words.push(' ');
        }
        words.push(letter.to_ascii_lowercase().into());
    }
    words
}

#[cfg(test)]
mod tests;
