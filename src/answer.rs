//! What an HTTP answer means: a page, or one of the failures.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use ureq::http::{HeaderMap, StatusCode, Uri, header};

use crate::config::AccessToken;
use crate::error::{AnswerFacts, Error, ErrorKind, Result, one_line};
use crate::page::{BYTE_ORDER_MARK, Page, RateLimit};

/// An answer as the transport brought it, decompressed.
pub(crate) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// The page, or the failure, that it is. The token is there to be taken out of what the other side echoes.
    pub(crate) fn judge(mut self, token: &AccessToken) -> Result<Page> {
        if self.status != StatusCode::OK {
            return Err(self.failure(token));
        }
        let facts = self.facts(token);
        let body = std::mem::take(&mut self.body);
        let empty = body.is_empty();
        let not = match Page::parse(body) {
            Ok(page) => return Ok(page.with_response_head(facts.request_id, facts.rate_limit)),
            Err(not) => not,
        };
        // Gateways are known to wrap the service's errors in a 200.
        if let Some(told) = Told::read(&not.body, token) {
            let mut message = "the service answered 200 OK with an error instead of a list".to_owned();
            told.append_to(&mut message);
            return Err(Error::new(ErrorKind::Protocol, message).with_answer(told.complete(facts)));
        }
        let content_type = self.content_type(token);
        let why = if empty { "the body is empty".into() } else { token.redact(&not.reason) };
        let message = format!("the service answered 200 OK with {content_type}, but not the JSON of a list: {why}");
        Err(Error::new(ErrorKind::Protocol, message).with_answer(facts))
    }

    fn failure(&self, token: &AccessToken) -> Error {
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
        Error::new(kind, message).with_answer(told.unwrap_or_default().complete(self.facts(token)))
    }

    /// What the head of the answer tells a failure.
    pub(crate) fn facts(&self, token: &AccessToken) -> AnswerFacts {
        AnswerFacts {
            http_status: Some(self.status.as_u16()),
            request_id: self.header("x-request-id", token),
            retry_after: self.retry_after(),
            rate_limit: RateLimit::of(&self.headers),
            ..AnswerFacts::default()
        }
    }

    fn header(&self, name: &str, token: &AccessToken) -> Option<String> {
        let text = self.headers.get(name)?.to_str().ok()?;
        Some(one_line(token.redact(text)).into_owned())
    }

    fn content_type(&self, token: &AccessToken) -> String {
        self.header(header::CONTENT_TYPE.as_str(), token)
            .map_or("no content type".to_owned(), |name| format!("content type {name}"))
    }

    /// Only the host of it: a path or query may hold anything.
    fn redirect_target(&self, token: &AccessToken) -> String {
        let location = self.header(header::LOCATION.as_str(), token).unwrap_or_default();
        let host = location.parse::<Uri>().ok().and_then(|uri| uri.host().map(str::to_owned));
        match host {
            Some(host) => format!(", a redirect to {host}"),
            None => ", a redirect".to_owned(),
        }
    }

    /// The wait asked for: `Retry-After`, in seconds or as a date, else for a 429 until the rate limit's reset.
    fn retry_after(&self) -> Option<Duration> {
        let asked = self.headers.get(header::RETRY_AFTER).and_then(|value| {
            let text = value.to_str().ok()?.trim();
            match text.parse() {
                Ok(seconds) => Some(Duration::from_secs(seconds)),
                Err(_) => {
                    let date = httpdate::parse_http_date(text).ok()?;
                    Some(date.duration_since(self.now()).unwrap_or_default())
                }
            }
        });
        match self.status {
            // A reset in the past says nothing.
            StatusCode::TOO_MANY_REQUESTS => asked.or_else(|| self.until_reset().filter(|wait| !wait.is_zero())),
            _ => asked,
        }
    }

    /// How long the rate limit's window lasts yet.
    pub(crate) fn until_reset(&self) -> Option<Duration> {
        let now = self.now().duration_since(UNIX_EPOCH).ok()?;
        Some(RateLimit::of(&self.headers).reset?.saturating_sub(now))
    }

    /// The time by the server's clock, which the times it gives are by: ours may be wrong, or jump.
    fn now(&self) -> SystemTime {
        let date = self.headers.get(header::DATE).and_then(|value| value.to_str().ok());
        date.and_then(|text| httpdate::parse_http_date(text).ok()).unwrap_or_else(SystemTime::now)
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
    /// How many errors there are besides.
    more: usize,
}

impl Told {
    /// `None` when the body is something else.
    fn read(body: &[u8], token: &AccessToken) -> Option<Self> {
        let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
        let json: Value = serde_json::from_slice(body).or_else(|_| serde_json::from_slice(&mended(body))).ok()?;
        let errors = json.get("errors").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let is_named_so = json.get("type").and_then(Value::as_str) == Some("error.list");
        let first = errors.first().or(is_named_so.then_some(&Value::Null))?;
        let text = |value: &Value, key: &str| {
            let text = value.get(key)?.as_str()?;
            (!text.is_empty()).then(|| one_line(token.redact(text)).into_owned())
        };
        Some(Self {
            code: text(first, "code"),
            message: text(first, "message"),
            field: text(first, "field"),
            request_id: text(&json, "request_id"),
            more: errors.len().saturating_sub(1),
        })
    }

    /// With what the head of the answer told.
    fn complete(self, facts: AnswerFacts) -> AnswerFacts {
        AnswerFacts {
            api_code: self.code,
            api_field: self.field,
            request_id: self.request_id.or(facts.request_id),
            ..facts
        }
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
        if self.more > 0 {
            message.push_str(&format!(", and {} more", self.more));
        }
    }
}

/// The body without halves of surrogate pairs, which serde_json takes in no text: U+FFFD stands in their place.
pub(crate) fn mended(body: &[u8]) -> Vec<u8> {
    let mut mended = body.to_vec();
    let unit = |bytes: &[u8], at: usize| {
        let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
        u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let mut at = 0;
    while at < mended.len() {
        at += match (unit(&mended, at), unit(&mended, at + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                if let Some(digits) = mended.get_mut(at + 2..at + 6) {
                    digits.copy_from_slice(b"fffd");
                }
                6
            }
            _ if mended.get(at) == Some(&b'\\') => 2,
            _ => 1,
        };
    }
    mended
}

#[cfg(test)]
mod tests;
