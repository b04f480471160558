//! What can go wrong, once: every failure of the library is an [`Error`] of one [`ErrorKind`].

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use crate::page::RateLimit;

/// The result of everything here that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// What sort of failure an [`Error`] is, and so what to do about it.
///
/// Since: 0.1.0
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting or an argument was refused before anything was sent; the message says what would be right.
    InvalidArgument,
    /// No connection, or one that broke: look-up failed, refused, reset, closed before the whole answer had come.
    Connection,
    /// The time for the call, or for opening its connection, ran out.
    Timeout,
    /// The server could not be trusted, or TLS failed in another way.
    Tls,
    /// 401: the token is wrong, revoked, or of another region.
    Unauthorized,
    /// 403: the token may not do this, or something in front of the service said no.
    Forbidden,
    /// 429: too many requests; see [`Error::retry_after`].
    RateLimited,
    /// Any other 4xx: the service refused the request as it was made.
    BadRequest,
    /// 5xx: the service, or a gateway in front of it, failed.
    Server,
    /// An answer that the contract doesn't allow: not whole JSON, of another shape, a redirect, a cursor that came
    /// back.
    Protocol,
    /// The answer is larger than the limit set.
    TooLarge,
    /// A bug of the library's own, caught at its border.
    Panic,
    /// The call was ended by its token, by the interrupt check, or by a shutdown of the client.
    Cancelled,
    /// The system gave no thread, file descriptor or memory.
    System,
    /// The proxy did not open a way to the service: its credentials, or its rules.
    Proxy,
}

/// A failure, with all that is known about it. It never contains the token.
///
/// Since: 0.1.0
#[derive(Clone)]
pub struct Error(Box<Facts>);

#[derive(Clone, Debug)]
struct Facts {
    kind: ErrorKind,
    message: Cow<'static, str>,
    answer: AnswerFacts,
    attempts: u32,
}

/// What a failure knows from the service's answer; all of it empty when there was none.
#[derive(Clone, Debug, Default)]
pub(crate) struct AnswerFacts {
    pub http_status: Option<u16>,
    pub api_code: Option<String>,
    pub api_field: Option<String>,
    pub request_id: Option<String>,
    pub retry_after: Option<Duration>,
    pub rate_limit: RateLimit,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Facts { kind, message: one_line(message.into()), answer: AnswerFacts::default(), attempts: 0 }))
    }

    pub(crate) fn invalid(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::InvalidArgument, message)
    }

    /// A panic that was caught.
    pub(crate) fn panicked() -> Self {
        Self::new(
            ErrorKind::Panic,
            "a bug in libdata_connectors: it panicked (the reason is on standard error); the handles may still be used",
        )
    }

    pub(crate) fn with_answer(mut self, answer: AnswerFacts) -> Self {
        self.0.answer = answer;
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// The same failure, with a word more.
    pub(crate) fn and(mut self, more: &str) -> Self {
        self.0.message = one_line(format!("{}{more}", self.0.message).into());
        self
    }

    /// The same failure, with this wait if it is longer than its own.
    pub(crate) fn with_longer_wait(mut self, wait: Option<Duration>) -> Self {
        self.0.answer.retry_after = self.0.answer.retry_after.max(wait);
        self
    }

    /// For one that is told only `later`.
    pub(crate) fn with_shorter_wait(mut self, later: Duration) -> Self {
        self.0.answer.retry_after = self.0.answer.retry_after.map(|wait| wait.saturating_sub(later));
        self
    }

    /// What sort of failure it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// One line for a person: what happened and, where that is known, what would help.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The HTTP status of the answer, if there was one.
    pub fn http_status(&self) -> Option<u16> {
        self.0.answer.http_status
    }

    /// The service's own code for the failure (`unauthorized`, `parameter_invalid`, …), if it gave one.
    pub fn api_code(&self) -> Option<&str> {
        self.0.answer.api_code.as_deref()
    }

    /// The parameter the service found wrong, if it named one.
    pub fn api_field(&self) -> Option<&str> {
        self.0.answer.api_field.as_deref()
    }

    /// The service's id for the request, for its support people, if there was one.
    pub fn request_id(&self) -> Option<&str> {
        self.0.answer.request_id.as_deref()
    }

    /// How long the service asked to wait before another try, if it did.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.answer.retry_after
    }

    /// The rate limit as the answer told it.
    pub fn rate_limit(&self) -> RateLimit {
        self.0.answer.rate_limit
    }

    /// How many requests were made, the first included; 0 when the failure came before any.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }
}

/// The longest message, in bytes; what the service or a caller says may be longer.
const MAX_MESSAGE: usize = 1_000;

/// A text as a line that can be shown and logged: no control characters, which a terminal would act on, and not
/// endless.
pub(crate) fn one_line(text: Cow<'_, str>) -> Cow<'_, str> {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    if text.len() <= MAX_MESSAGE && !text.contains(breaks) {
        return text;
    }
    let mut line: String = text.chars().map(|c| if breaks(c) { ' ' } else { c }).collect();
    if line.len() > MAX_MESSAGE {
        let end = (0..=MAX_MESSAGE).rev().find(|end| line.is_char_boundary(*end)).unwrap_or(0);
        line.truncate(end);
        line.push('…');
    }
    line.into()
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
    fn a_message_is_one_line_of_bounded_length() {
        let message = |text: &str| Error::invalid(text.to_owned()).message().to_owned();
        assert_eq!(message("plain ünïcode"), "plain ünïcode");
        assert_eq!(message("a\nb\u{1b}[31mc\u{2028}d\u{9b}e\0f"), "a b [31mc d e f");
        let long = message(&"ü".repeat(5_000));
        assert!(long.len() <= MAX_MESSAGE + 3 && long.ends_with("ü…"), "{}", long.len());
    }
}
