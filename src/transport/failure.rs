//! What goes wrong on the wire, in the library's terms and for a person.

use std::io;
use std::time::Duration;

use rustls::{CertificateError, Error as TlsError};

use super::call::Stop;
use crate::config::AccessToken;
use crate::error::{Error, ErrorKind};

/// What a message needs to know of the client.
pub(crate) struct Context {
    pub authority: String,
    pub timeout: Duration,
    pub connect_timeout: Duration,
    pub max_response_bytes: u64,
    /// To be taken out of what the other side echoes.
    pub token: AccessToken,
}

impl Context {
    pub(crate) fn explain(&self, error: ureq::Error) -> Error {
        let host = &self.authority;
        let (kind, message) = match error {
            ureq::Error::Other(other) => match other.downcast() {
                Ok(stop) => return self.stopped(*stop),
                Err(other) => (ErrorKind::Connection, format!("the connection to {host} failed: {other}")),
            },
            ureq::Error::Io(error) => self.io(&error),
            ureq::Error::Rustls(error) => self.tls(&error),
            ureq::Error::Tls(why) => (ErrorKind::Tls, format!("no trusted connection to {host}: {why}")),
            ureq::Error::BodyExceedsLimit(_) => (
                ErrorKind::TooLarge,
                format!(
                    "the answer is larger than the limit of {} bytes (max response bytes)",
                    self.max_response_bytes
                ),
            ),
            // Both the end of a connection and of gzip data that is too short.
            ureq::Error::Decompress(_, error) if error.kind() == io::ErrorKind::UnexpectedEof => self.io(&error),
            ureq::Error::Decompress(coding, error) => {
                (ErrorKind::Protocol, format!("what {host} sent as {coding} is none: {error}"))
            }
            // It may quote what the other side sent.
            other => {
                let other = other.to_string();
                let why = self.token.redact(&other);
                (ErrorKind::Protocol, format!("{host} gave no proper HTTP answer: {why}"))
            }
        };
        Error::new(kind, message)
    }

    /// Why a wait ended.
    pub(crate) fn stopped(&self, stop: Stop) -> Error {
        match stop {
            Stop::AtProxy(stop, proxy) => self.stopped_by(*stop, &proxy),
            stop => self.stopped_by(stop, &self.authority),
        }
    }

    fn stopped_by(&self, stop: Stop, host: &str) -> Error {
        let (kind, message) = match stop {
            Stop::Cancelled => (ErrorKind::Cancelled, "the call was ended by its cancel token".to_owned()),
            Stop::ShutDown => (ErrorKind::Cancelled, "the client was shut down".to_owned()),
            Stop::Interrupted => (ErrorKind::Cancelled, "the call was ended by its interrupt check".to_owned()),
            Stop::TimeOver => (
                ErrorKind::Timeout,
                format!("no whole answer from {host} within the timeout of {} ms", self.timeout.as_millis()),
            ),
            Stop::ConnectTimeOver => (
                ErrorKind::Timeout,
                format!(
                    "no connection to {host} within the connect timeout of {} ms",
                    self.connect_timeout.as_millis()
                ),
            ),
            Stop::Stalled => (ErrorKind::Timeout, format!("{host} was silent for too long, and given up")),
            Stop::AtProxy(..) => (ErrorKind::Timeout, format!("{host} did not answer")),
            Stop::NoConnection(why) => (ErrorKind::Connection, why),
            Stop::ProxyRefused(why) => (ErrorKind::Proxy, why),
            Stop::TooLongRequest => (
                ErrorKind::InvalidArgument,
                "the request is too long: token, cursor, base URL and user agent suffix have 24 kB together".to_owned(),
            ),
            Stop::Broken(error) => (ErrorKind::Connection, format!("the connection to {host} broke: {error}")),
            Stop::System(error) => {
                (ErrorKind::System, format!("the system has no more threads, descriptors or memory to give: {error}"))
            }
        };
        Error::new(kind, message)
    }

    fn io(&self, error: &io::Error) -> (ErrorKind, String) {
        let host = &self.authority;
        if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<TlsError>()) {
            return self.tls(error);
        }
        if error.kind() == io::ErrorKind::OutOfMemory {
            return (ErrorKind::System, "the system has no memory for the answer".to_owned());
        }
        if error.kind() == io::ErrorKind::UnexpectedEof {
            let message = format!("{host} closed the connection before the whole answer had come");
            return (ErrorKind::Connection, message);
        }
        (ErrorKind::Connection, format!("the connection to {host} failed: {error}"))
    }

    fn tls(&self, error: &TlsError) -> (ErrorKind, String) {
        let host = &self.authority;
        let why = match error {
            TlsError::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
                "its certificate has expired".to_owned()
            }
            TlsError::InvalidCertificate(
                CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. },
            ) => "its certificate is not valid yet: is this machine's clock right?".to_owned(),
            TlsError::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            ) => "its certificate is for another host".to_owned(),
            TlsError::InvalidCertificate(CertificateError::UnknownIssuer) => {
                "its certificate is self-signed, or of an authority that is not trusted: \
                 a private authority's certificate can be set as the CA file"
                    .to_owned()
            }
            TlsError::InvalidCertificate(CertificateError::Revoked) => "its certificate was revoked".to_owned(),
            TlsError::InvalidMessage(_) => {
                "it does not speak TLS: is it the right port, or should the base URL begin with http://?".to_owned()
            }
            other => other.to_string(),
        };
        (ErrorKind::Tls, format!("no trusted connection to {host}: {why}"))
    }
}

/// Whether the connection was simply gone: then, if it was an old one, a new one may do.
pub(super) fn is_gone(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::Other(other) => matches!(other.downcast_ref(), Some(Stop::Broken(_))),
        ureq::Error::Io(error) => error.kind() == io::ErrorKind::UnexpectedEof,
        _ => false,
    }
}
