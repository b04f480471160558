//! What an HTTP answer means: a page, or one of the failures.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use ureq::http::{HeaderMap, StatusCode, Uri, header};

use crate::config::Token;
use crate::error::{AnswerFacts, Error, ErrorKind, Result};
use crate::page::{Page, RateLimit};

/// An answer as the transport brought it, decompressed.
pub(crate) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// The page, or the failure, that it is. The token is there to be taken out of what the other side echoes.
    pub(crate) fn judge(self, token: &Token) -> Result<Page> {
        let request_id = self.header("x-request-id", token);
        if self.status != StatusCode::OK {
            return Err(self.failure(request_id, token));
        }
        let content_type = self.content_type(token);
        let empty = self.body.is_empty();
        Page::read(self.body, request_id.clone(), RateLimit::of(&self.headers)).map_err(|why| {
            let why = if empty { "the body is empty".to_owned() } else { token.redact(&why) };
            let facts =
                AnswerFacts { http_status: Some(StatusCode::OK.as_u16()), request_id, ..AnswerFacts::default() };
            let message = format!("the service answered 200 OK with {content_type}, but not the JSON of a list: {why}");
            Error::new(ErrorKind::Protocol, message).with_answer(facts)
        })
    }

    fn failure(&self, request_id: Option<String>, token: &Token) -> Error {
        let told = Told::read(&self.body, token);
        let status = self.status;
        let kind = kind_of(status);
        let mut message = format!("the service answered {}", status.as_u16());
        if let Some(reason) = status.canonical_reason() {
            message.push(' ');
            message.push_str(reason);
        }
        match &told {
            Some(told) => told.append_to(&mut message),
            None if status.is_redirection() => message.push_str(&self.redirect_target(token)),
            None if self.body.is_empty() => message.push_str(" with an empty body"),
            None => {
                message.push_str(" with ");
                message.push_str(&self.content_type(token));
                message.push_str(" instead of its JSON: a gateway in front of it may have answered");
            }
        }
        message.push_str(hint(kind, status));
        let told = told.unwrap_or_default();
        Error::new(kind, message).with_answer(AnswerFacts {
            http_status: Some(status.as_u16()),
            api_code: told.code,
            api_field: told.field,
            request_id: told.request_id.or(request_id),
            retry_after: self.retry_after(),
        })
    }

    fn header(&self, name: &str, token: &Token) -> Option<String> {
        let text = self.headers.get(name)?.to_str().ok()?;
        Some(token.redact(text))
    }

    fn content_type(&self, token: &Token) -> String {
        self.header(header::CONTENT_TYPE.as_str(), token)
            .map_or("no content type".to_owned(), |name| format!("content type {name}"))
    }

    /// Only the host of it: a path or query may hold anything.
    fn redirect_target(&self, token: &Token) -> String {
        let location = self.header(header::LOCATION.as_str(), token).unwrap_or_default();
        let host = location.parse::<Uri>().ok().and_then(|uri| uri.host().map(str::to_owned));
        match host {
            Some(host) => format!(", a redirect to {host}"),
            None => ", a redirect".to_owned(),
        }
    }

    /// The wait asked for: `Retry-After` in seconds, else for a 429 until the rate limit's reset.
    fn retry_after(&self) -> Option<Duration> {
        let seconds = self
            .headers
            .get(header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.trim().parse().ok())
            .map(Duration::from_secs);
        if seconds.is_some() || self.status != StatusCode::TOO_MANY_REQUESTS {
            return seconds;
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
        Some(RateLimit::of(&self.headers).reset?.saturating_sub(now))
    }
}

fn kind_of(status: StatusCode) -> ErrorKind {
    match status.as_u16() {
        401 => ErrorKind::Unauthorized,
        403 => ErrorKind::Forbidden,
        429 => ErrorKind::RateLimited,
        400..=499 => ErrorKind::BadRequest,
        500..=599 => ErrorKind::Server,
        _ => ErrorKind::Protocol,
    }
}

/// What would help, where the status alone tells.
fn hint(kind: ErrorKind, status: StatusCode) -> &'static str {
    match kind {
        ErrorKind::Unauthorized => "; check the token, and the region: a token belongs to one",
        ErrorKind::BadRequest if status == StatusCode::NOT_FOUND => {
            "; check the base URL and the API version (Preview, or 2.16 and later)"
        }
        ErrorKind::Protocol if status.is_redirection() => {
            ": redirects are not followed, so that the token goes nowhere else; set the base URL itself"
        }
        ErrorKind::Protocol => ", where 200 with a list was due",
        _ => "",
    }
}

/// What an `error.list` tells; every part may be missing.
#[derive(Default)]
struct Told {
    code: Option<String>,
    message: Option<String>,
    field: Option<String>,
    request_id: Option<String>,
}

impl Told {
    /// `None` when the body is something else.
    fn read(body: &[u8], token: &Token) -> Option<Self> {
        let json: Value = serde_json::from_slice(body).ok()?;
        let first = json.get("errors")?.get(0)?;
        let text = |value: &Value, key: &str| {
            let text = value.get(key)?.as_str()?;
            (!text.is_empty()).then(|| token.redact(text))
        };
        Some(Self {
            code: text(first, "code"),
            message: text(first, "message"),
            field: text(first, "field"),
            request_id: text(&json, "request_id"),
        })
    }

    fn append_to(&self, message: &mut String) {
        if let Some(text) = &self.message {
            message.push_str(": ");
            message.push_str(text.trim_end_matches('.'));
        }
        match (&self.code, &self.field) {
            (Some(code), Some(field)) => message.push_str(&format!(" ({code}, field {field})")),
            (Some(code), None) => message.push_str(&format!(" ({code})")),
            (None, Some(field)) => message.push_str(&format!(" (field {field})")),
            (None, None) => {}
        }
    }
}

#[cfg(test)]
mod tests;
