//! Failures of the transport, and their conversion to errors.

use std::fmt;
use std::io;
use std::net::SocketAddr;

use rustls::Error as TlsError;

use super::tls_error::{self, TlsOptions};
use crate::call::Interruption;
use crate::config::AccessToken;
use crate::error::{Error, ErrorKind};
use crate::sys::{DESCRIPTORS, HOW_TO_FREE_DESCRIPTORS};

/// A failure below ureq, in the connector or the socket.
#[derive(Debug)]
pub(super) enum TransportError {
    /// The call was cancelled or timed out.
    Interrupted(Interruption),
    /// An open connection failed.
    ConnectionBroken(io::Error),
    /// DNS resolution of a host failed.
    NotResolved { host: String, error: ResolveError },
    /// DNS resolution of a host had not ended when a timeout expired; or not started, as `others` were in progress.
    NotResolvedInTime { host: String, interruption: Interruption, others: usize },
    /// No connection could be opened.
    NotConnected { host: String, port: u16, address: SocketAddr, error: io::Error },
    /// The proxy refused the CONNECT tunnel; `message` is the complete error message.
    ProxyRefused { message: String, is_temporary: bool },
    /// A timeout expired during the TLS handshake.
    HandshakeTimedOut(Interruption),
    /// The server closed the connection during the TLS handshake.
    ClosedDuringHandshake,
    /// The server closed a connection without TLS before it sent anything.
    ClosedWithoutResponse,
    /// The server sent a TLS alert over a connection without TLS.
    ReceivedTlsAlert,
    /// A failure while waiting for the proxy.
    AtProxy { proxy: String, error: Box<TransportError> },
    /// More header lines than ureq's parser accepts.
    TooManyHeaders { limit: usize },
    /// The body does not match its `Content-Encoding`; the reason.
    InvalidBody(String),
    /// The request does not fit into the output buffer.
    RequestTooLong,
    /// The system is out of threads, file descriptors or memory.
    System(io::Error),
}

/// Why a host was not resolved. All calls that wait for the same resolution get a copy.
#[derive(Clone, Debug)]
pub(super) enum ResolveError {
    /// The reason that the system's resolver gives.
    Failed(String),
    /// The process has no file descriptors left.
    NoDescriptors(String),
}

impl From<Interruption> for TransportError {
    fn from(interruption: Interruption) -> Self {
        Self::Interrupted(interruption)
    }
}

impl From<TransportError> for ureq::Error {
    fn from(error: TransportError) -> Self {
        Self::Other(Box::new(error))
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for TransportError {}

/// Whether the server had closed the connection: if it was a pooled one, a new one may work.
pub(super) fn is_connection_closed(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::Other(other) => matches!(other.downcast_ref(), Some(TransportError::ConnectionBroken(_))),
        ureq::Error::Io(error) => error.kind() == io::ErrorKind::UnexpectedEof,
        _ => false,
    }
}

const CHECK_HEADERS: &str = "check which headers the server, or a gateway before it, adds";

/// The end of the parser's message if a response does not start with `HTTP/1.`.
const NOT_HTTP: &str = "invalid HTTP version";

/// What error messages need to know about the client.
pub(super) struct ErrorContext {
    /// `host` or `host:port`.
    pub authority: String,
    pub max_response_bytes: u64,
    pub tls: TlsOptions,
    /// Redacted from text that the server may echo.
    pub token: AccessToken,
}

impl ErrorContext {
    pub(super) fn to_error(&self, error: ureq::Error) -> Error {
        let host = &self.authority;
        let (kind, message) = match error {
            ureq::Error::Other(other) => match other.downcast() {
                Ok(error) => return self.transport_error(*error, host, false),
                Err(other) => (ErrorKind::Connection, format!("connection to {host} failed: {other}")),
            },
            ureq::Error::Io(error) => self.io_error(&error),
            ureq::Error::Rustls(error) => self.tls_error(&error),
            // ureq's only error of this kind: rustls accepts only DNS names and IP addresses.
            ureq::Error::Tls(_) => {
                (ErrorKind::Tls, format!("TLS handshake with {host} failed (invalid host name): check base_url"))
            }
            ureq::Error::BodyExceedsLimit(_) => (
                ErrorKind::TooLarge,
                format!(
                    "response is larger than max_response_bytes ({}): increase it, or reduce per_page",
                    self.max_response_bytes
                ),
            ),
            ureq::Error::LargeResponseHeader(_, limit) => (
                ErrorKind::TooLarge,
                format!("response headers from {host} are larger than {} KiB: {CHECK_HEADERS}", limit / 1024),
            ),
            ureq::Error::Protocol(error) if error.to_string().ends_with(NOT_HTTP) => {
                (ErrorKind::Protocol, format!("response from {host} is not HTTP/1.1: check base_url and the port"))
            }
            // The message may quote the response.
            other => {
                let other = other.to_string();
                let reason = other.strip_prefix("protocol: ").unwrap_or(&other);
                let reason = self.token.redact(reason.strip_prefix("http parse fail: ").unwrap_or(reason));
                let advice = "check the server, or a gateway before it";
                (ErrorKind::Protocol, format!("invalid HTTP response from {host} ({reason}): {advice}"))
            }
        };
        Error::new(kind, message)
    }

    fn transport_error(&self, error: TransportError, peer: &str, is_proxy: bool) -> Error {
        let (kind, message) = match error {
            TransportError::AtProxy { proxy, error } => {
                return self.transport_error(*error, &format!("proxy {proxy}"), true);
            }
            TransportError::Interrupted(interruption) => return interruption.into_error(Some(peer)),
            TransportError::System(error) => return Error::out_of_resources(&error),
            TransportError::NotResolved { host, error } => {
                let (what, option) = if is_proxy { ("proxy host", "proxy") } else { ("host", "base_url") };
                let place = format!("could not resolve {what} {host}");
                match error {
                    ResolveError::Failed(reason) => {
                        (ErrorKind::Connection, format!("{place} ({reason}): check {option}, DNS and the network"))
                    }
                    ResolveError::NoDescriptors(reason) => (
                        ErrorKind::System,
                        format!("{place} (no {DESCRIPTORS} left: {reason}): {HOW_TO_FREE_DESCRIPTORS}"),
                    ),
                }
            }
            TransportError::NotResolvedInTime { host, interruption, others } => {
                let what = if is_proxy { "proxy host " } else { "" };
                let (timeout, option) = match interruption {
                    Interruption::ConnectTimedOut(after) => (after, " (connect_timeout_ms)"),
                    Interruption::TimedOut(after) => (after, ""),
                    other => return other.into_error(Some(peer)),
                };
                let advice = match others {
                    0 => "check DNS and the network".to_owned(),
                    _ => format!("it waited for {others} resolutions of other hosts, check DNS"),
                };
                let timeout = timeout.as_millis();
                (
                    ErrorKind::Timeout,
                    format!("DNS resolution of {what}{host} timed out after {timeout} ms{option}: {advice}"),
                )
            }
            TransportError::NotConnected { host, port, address, error } => {
                let proxy = if is_proxy { "proxy " } else { "" };
                let at = if host == address.ip().to_string() { String::new() } else { format!(" at {address}") };
                let place = format!("could not connect to {proxy}{host}:{port}{at}");
                (ErrorKind::Connection, not_connected(&place, &error, is_proxy))
            }
            TransportError::ProxyRefused { message, is_temporary } => {
                return Error::new(ErrorKind::Proxy, message).with_temporary(is_temporary);
            }
            TransportError::TooManyHeaders { limit } => (
                ErrorKind::TooLarge,
                format!("response from {peer} has more than {limit} header lines: {CHECK_HEADERS}"),
            ),
            // May quote the header.
            TransportError::InvalidBody(reason) => {
                (ErrorKind::Protocol, format!("response from {peer} {}", self.token.redact(&reason)))
            }
            TransportError::RequestTooLong => (
                ErrorKind::InvalidArgument,
                "request is too long: access_token, cursor, base_url and user_agent_suffix share 24 kB".to_owned(),
            ),
            TransportError::HandshakeTimedOut(interruption) => {
                let error = interruption.into_error(Some(peer));
                let advice = "if the port does not use TLS, use http:// in base_url";
                (error.kind(), format!("{} during the TLS handshake: {advice}", error.message()))
            }
            TransportError::ClosedDuringHandshake => (
                ErrorKind::Connection,
                format!("connection closed by {peer} during the TLS handshake: check the port and the server's log"),
            ),
            TransportError::ClosedWithoutResponse => (
                ErrorKind::Connection,
                format!(
                    "connection closed by {peer} before the response was complete: \
                     if the port requires TLS, use https:// in base_url"
                ),
            ),
            TransportError::ReceivedTlsAlert => {
                (ErrorKind::Protocol, format!("{peer} requires TLS on this port: use https:// in base_url"))
            }
            TransportError::ConnectionBroken(error) => {
                (ErrorKind::Connection, format!("connection to {peer} failed: {error}"))
            }
        };
        Error::new(kind, message)
    }

    fn io_error(&self, error: &io::Error) -> (ErrorKind, String) {
        let host = &self.authority;
        if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<TlsError>()) {
            return self.tls_error(error);
        }
        if error.kind() == io::ErrorKind::OutOfMemory {
            return (ErrorKind::System, "out of memory for the response".to_owned());
        }
        if error.kind() == io::ErrorKind::UnexpectedEof {
            let message = format!("connection closed by {host} before the response was complete");
            return (ErrorKind::Connection, message);
        }
        (ErrorKind::Connection, format!("connection to {host} failed: {error}"))
    }

    fn tls_error(&self, error: &TlsError) -> (ErrorKind, String) {
        (ErrorKind::Tls, tls_error::message(error, &self.authority, self.tls))
    }
}

fn not_connected(place: &str, error: &io::Error, is_proxy: bool) -> String {
    match (error.kind(), is_proxy) {
        (io::ErrorKind::ConnectionRefused, false) => {
            format!("{place} (connection refused): check the base URL and that a server is listening there")
        }
        (io::ErrorKind::ConnectionRefused, true) => {
            format!("{place} (connection refused): check the proxy option and that a proxy is listening there")
        }
        (_, false) => format!("{place} ({error}): check the base URL and the network"),
        (_, true) => format!("{place} ({error}): check the proxy option and the network"),
    }
}
