//! The error type of the library.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use crate::rate_limit::RateLimit;
use crate::sys::DESCRIPTORS;

/// The result of every fallible operation of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// The category of an [`Error`].
///
/// Since: 0.1.0
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An option or argument is invalid; nothing was sent. The message states what is valid.
    InvalidArgument,
    /// DNS resolution or connecting failed, or the connection failed before the response was complete.
    Connection,
    /// The timeout of the call or of opening a connection expired.
    Timeout,
    /// The TLS certificate of the server is not trusted, or TLS failed for another reason.
    Tls,
    /// HTTP 401: the access token is invalid, revoked, or belongs to another region.
    Unauthorized,
    /// HTTP 403: the access token lacks the permission, or a gateway denied the request.
    Forbidden,
    /// HTTP 429: too many requests; see [`Error::retry_after`].
    RateLimited,
    /// Any other HTTP 4xx: the service rejected the request.
    BadRequest,
    /// HTTP 5xx: the service, or a gateway in front of it, failed.
    Server,
    /// The response violates the API contract: invalid JSON, unexpected structure, a redirect, a repeated cursor.
    Protocol,
    /// The response is larger than `max_response_bytes`, or its headers are larger than 32 KiB or more than 128.
    TooLarge,
    /// A bug in the library: it panicked, and the panic was caught.
    Panic,
    /// The call was cancelled by its cancel token, by the interrupt check, or by a shutdown of the client.
    Cancelled,
    /// The process is out of threads or file descriptors (on Windows: sockets), or of memory for a response. Any other
    /// failed allocation aborts.
    System,
    /// The proxy did not open a CONNECT tunnel, because of the credentials or its rules.
    Proxy,
}

/// An error with its details. It never contains the access token.
///
/// Since: 0.1.0
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    response: ResponseInfo,
    /// Whether a proxy reported a temporary failure; that of the service follows from its HTTP status.
    is_temporary: bool,
    attempts: u32,
}

/// The details of an error that come from the HTTP response; empty if there was none.
#[derive(Clone, Debug, Default)]
pub(crate) struct ResponseInfo {
    pub http_status: Option<u16>,
    pub api_code: Option<String>,
    pub api_field: Option<String>,
    pub request_id: Option<String>,
    pub retry_after: Option<Duration>,
    pub rate_limit: RateLimit,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: one_line(message.into()),
            response: ResponseInfo::default(),
            is_temporary: false,
            attempts: 0,
        }))
    }

    pub(crate) fn invalid(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::InvalidArgument, message)
    }

    pub(crate) fn panicked() -> Self {
        Self::new(
            ErrorKind::Panic,
            "libdata_connectors panicked (the reason is on standard error): this is a bug in libdata_connectors; \
             handles remain usable",
        )
    }

    pub(crate) fn out_of_resources(error: &std::io::Error) -> Self {
        Self::new(ErrorKind::System, format!("system is out of threads, {DESCRIPTORS} or memory: {error}"))
    }

    pub(crate) fn with_response(mut self, response: ResponseInfo) -> Self {
        self.0.response = response;
        self
    }

    pub(crate) fn with_temporary(mut self, is_temporary: bool) -> Self {
        self.0.is_temporary = is_temporary;
        self
    }

    pub(crate) fn is_temporary(&self) -> bool {
        self.0.is_temporary
    }

    pub(crate) fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// Appends a string of the library itself, for which a long message is cut off.
    pub(crate) fn with_message_suffix(mut self, suffix: &str) -> Self {
        let mut message = std::mem::take(&mut self.0.message).into_owned();
        truncate(&mut message, MAX_MESSAGE_BYTES.saturating_sub(suffix.len()));
        self.0.message = (message + suffix).into();
        self
    }

    /// Raises [`retry_after`](Self::retry_after) to at least `wait`.
    pub(crate) fn with_min_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.0.response.retry_after = self.0.response.retry_after.max(wait);
        self
    }

    /// Reduces [`retry_after`](Self::retry_after) by the time since the error occurred.
    pub(crate) fn with_elapsed(mut self, elapsed: Duration) -> Self {
        self.0.response.retry_after = self.0.response.retry_after.map(|wait| wait.saturating_sub(elapsed));
        self
    }

    /// The category of the error.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// One line for users: what failed and, if known, why and what to do.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The HTTP status of the response, if there was one.
    pub fn http_status(&self) -> Option<u16> {
        self.0.response.http_status
    }

    /// The error code of the service (`unauthorized`, `parameter_invalid`, …), if the response has one.
    pub fn api_code(&self) -> Option<&str> {
        self.0.response.api_code.as_deref()
    }

    /// The parameter that the service rejected, if the response names one.
    pub fn api_field(&self) -> Option<&str> {
        self.0.response.api_field.as_deref()
    }

    /// The service's request id, for support requests, if the response has one.
    pub fn request_id(&self) -> Option<&str> {
        self.0.response.request_id.as_deref()
    }

    /// How long to wait before retrying, if the service specified it; at most an hour.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.response.retry_after
    }

    /// The rate limit from the response.
    pub fn rate_limit(&self) -> RateLimit {
        self.0.response.rate_limit
    }

    /// The number of attempts, the first one included; 0 if no request was sent.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }
}

/// The maximum length of a message, which may contain text from the service or the caller.
const MAX_MESSAGE_BYTES: usize = 1_000;

/// Whether a character is invisible or changes the order of the text around it, which can hide or forge a part of it.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    )
}

/// Makes a string safe to print and log: replaces control characters, which terminals interpret, and invisible ones,
/// and limits its length.
pub(crate) fn one_line(text: Cow<'_, str>) -> Cow<'_, str> {
    let is_unsafe = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') || is_invisible(c);
    let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if text.len() <= MAX_MESSAGE_BYTES && (is_plain || !text.contains(is_unsafe)) {
        return text;
    }
    let mut line: String = text.chars().map(|c| if is_unsafe(c) { ' ' } else { c }).collect();
    truncate(&mut line, MAX_MESSAGE_BYTES);
    line.into()
}

/// Limits a string to `max_bytes` and an ellipsis.
pub(crate) fn truncate(line: &mut String, max_bytes: usize) {
    if line.len() > max_bytes {
        let end = (0..=max_bytes).rev().find(|end| line.is_char_boundary(*end)).unwrap_or(0);
        line.truncate(end);
        line.push('…');
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_displayed_as_its_message() {
        let error = Error::invalid("invalid a: use b");
        assert_eq!(error.to_string(), "invalid a: use b");
        assert!(format!("{error:?}").contains("InvalidArgument"), "{error:?}");
    }

    #[test]
    fn messages_have_one_line_and_a_maximum_length() {
        let message = |text: &str| Error::invalid(text.to_owned()).message().to_owned();
        assert_eq!(message("plain ünïcode"), "plain ünïcode");
        assert_eq!(message("a\nb\u{1b}[31mc\u{2028}d\u{9b}e\0f"), "a b [31mc d e f");
        let longest = "x".repeat(MAX_MESSAGE_BYTES - 1);
        assert_eq!(message(&format!("{longest}x")), format!("{longest}x"));
        assert_eq!(message(&format!("{longest}\n")), format!("{longest} "));
        assert_eq!(message(&format!("{longest}xy")), format!("{longest}x…"));
        let long = message(&"ü".repeat(5_000));
        assert!(long.len() <= MAX_MESSAGE_BYTES + 3 && long.ends_with("ü…"), "{}", long.len());
    }

    #[test]
    fn characters_that_are_invisible_or_reorder_the_text_are_replaced() {
        for range in
            ['\u{200b}'..='\u{200f}', '\u{2028}'..='\u{202e}', '\u{2060}'..='\u{2069}', '\u{feff}'..='\u{feff}']
        {
            for c in range.chain(['\u{ad}', '\u{61c}', '\u{e0041}']) {
                assert_eq!(Error::invalid(format!("a{c}b")).message(), "a b", "{}", c.escape_unicode());
            }
        }
        for c in ['\u{200a}', '\u{2010}', '\u{2027}', '\u{202f}', '\u{205f}', '\u{fe00}', 'é', 'ع'] {
            assert_eq!(Error::invalid(c.to_string()).message(), c.to_string(), "{}", c.escape_unicode());
        }
    }

    #[test]
    fn suffix_of_a_long_message_is_complete() {
        for length in [10, 990, 1_000, 5_000] {
            let error = Error::invalid("ü".repeat(length / 2)).with_message_suffix(" (2 attempts)");
            assert!(error.message().ends_with(" (2 attempts)"), "{error}");
            assert!(error.message().len() <= MAX_MESSAGE_BYTES + 3, "{error}");
        }
    }
}
