//! What ureq's errors are in the library's terms, for a person.

use std::io;

use ureq::Timeout;

use crate::config::Token;
use crate::error::{Error, ErrorKind};

/// What a message needs to know of the client.
pub(super) struct Context {
    pub authority: String,
    pub https: bool,
    pub max_response_bytes: u64,
    /// To be taken out of what the other side echoes.
    pub token: Token,
}

impl Context {
    pub(super) fn explain(&self, error: ureq::Error) -> Error {
        let host = &self.authority;
        let (kind, message) = match error {
            ureq::Error::Timeout(phase) => (ErrorKind::Timeout, self.timeout(phase)),
            ureq::Error::Io(error) => self.io(&error),
            ureq::Error::HostNotFound => {
                (ErrorKind::Connection, format!("the host of {host} was not found: check the base URL and the network"))
            }
            ureq::Error::ConnectionFailed => (ErrorKind::Connection, format!("no connection to {host}")),
            ureq::Error::ConnectProxyFailed(why) => {
                (ErrorKind::Connection, format!("the proxy opened no tunnel to {host}: {why}"))
            }
            ureq::Error::Rustls(error) => (ErrorKind::Tls, format!("no trusted connection to {host}: {error}")),
            ureq::Error::Tls(why) => (ErrorKind::Tls, format!("no trusted connection to {host}: {why}")),
            ureq::Error::BodyExceedsLimit(_) => (
                ErrorKind::TooLarge,
                format!(
                    "the answer is larger than the limit of {} bytes (max response bytes)",
                    self.max_response_bytes
                ),
            ),
            other => (ErrorKind::Protocol, format!("{host} gave no proper HTTP answer: {other}")),
        };
        Error::new(kind, self.token.redact(&message))
    }

    fn timeout(&self, phase: Timeout) -> String {
        let host = &self.authority;
        match phase {
            Timeout::Resolve | Timeout::Connect => {
                format!("no connection to {host} within the connect timeout")
            }
            _ => format!("no whole answer from {host} within the timeout"),
        }
    }

    fn io(&self, error: &io::Error) -> (ErrorKind, String) {
        let host = &self.authority;
        match error.kind() {
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => (ErrorKind::Timeout, self.timeout(Timeout::Global)),
            io::ErrorKind::ConnectionRefused => (
                ErrorKind::Connection,
                format!("{host} refused the connection: check the base URL, and that something listens there"),
            ),
            io::ErrorKind::UnexpectedEof => {
                (ErrorKind::Connection, format!("{host} closed the connection before the whole answer had come"))
            }
            // rustls reports what it can't accept as invalid data.
            io::ErrorKind::InvalidData if self.https => {
                (ErrorKind::Tls, format!("no trusted connection to {host}: {error}"))
            }
            _ => (ErrorKind::Connection, format!("the connection to {host} failed: {error}")),
        }
    }
}
