//! An HTTP response, and its conversion to a page or an error.

mod tls_hint;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ureq::http::{HeaderMap, HeaderName, StatusCode, Uri, header};

use self::tls_hint::tls_hint;
use crate::api_error::{ApiError, MAX_BODY_BYTES, MAX_NAME_BYTES, MAX_REQUEST_ID_BYTES, clean};
use crate::config::AccessToken;
use crate::error::{Error, ErrorKind, ResponseInfo, Result};
use crate::page::row_access::RowAccess;
use crate::page::{MAX_ROWS, Page};
use crate::rate_limit::{MAX_PLAUSIBLE_DELAY, RateLimit};

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The maximum lengths of strings of the server in messages, which leave room for the rest.
const MAX_REASON_BYTES: usize = 200;
const MAX_HOST_BYTES: usize = 253;
/// The length of a date, and some.
const MAX_RETRY_AFTER_BYTES: usize = 40;

/// A complete response. `Content-Encoding` is removed if the body was decoded.
pub(crate) struct HttpResponse {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl HttpResponse {
    /// The page, or the error. The access token is redacted, as the server may echo it.
    pub(crate) fn into_page(mut self, token: &AccessToken, row_access: &RowAccess) -> Result<Page> {
        if self.status != StatusCode::OK {
            return Err(self.to_error(token));
        }
        let body = std::mem::take(&mut self.body);
        let is_empty = body.is_empty();
        let invalid = match Page::parse_as(body, MAX_ROWS, row_access) {
            Ok(page) => {
                let rate_limit = RateLimit::from_headers(&self.headers);
                return Ok(page.with_response_head(self.request_id(token), rate_limit, self.date().map(Into::into)));
            }
            Err(invalid) => invalid,
        };
        let info = self.info(token);
        // Some gateways send errors with status 200: the service's, or their own.
        let (foreign, own) = match ApiError::parse(&invalid.body, token) {
            Some(error) if error.is_foreign() => (Some(error), None),
            error => (None, error),
        };
        if let Some(api_error) = own {
            let mut message = "HTTP 200 OK with an error instead of a list".to_owned();
            api_error.append_to(&mut message);
            return Err(Error::new(ErrorKind::Protocol, message).with_response(api_error.merge_into(info)));
        }
        let content_type = self.content_type(token);
        let reason =
            if is_empty { "the body is empty".into() } else { clean(&invalid.reason, token, MAX_REASON_BYTES) };
        let mut message = format!("HTTP 200 OK with {content_type}, but the body is not a JSON list: {reason}");
        // The text of a bare array could be that of a row.
        let is_array = invalid.body.trim_ascii_start().starts_with(b"[");
        if let Some(foreign) = foreign.filter(|error| error.has_text() && !is_array) {
            foreign.append_to(&mut message);
        }
        Err(Error::new(ErrorKind::Protocol, message).with_response(info))
    }

    fn to_error(&self, token: &AccessToken) -> Error {
        let api_error = ApiError::parse(&self.body, token);
        let status = self.status;
        let kind = kind_of(status);
        let mut message = format!("HTTP {}", status.as_u16());
        if let Some(reason) = status.canonical_reason() {
            message.push(' ');
            message.push_str(reason);
        }
        let may_concern_tls = status == StatusCode::BAD_REQUEST && api_error.is_none();
        let hint = if may_concern_tls { tls_hint(&self.body) } else { None };
        match &api_error {
            _ if hint.is_some() => {}
            Some(api_error) if !api_error.is_foreign() => api_error.append_to(&mut message),
            _ if status.is_redirection() => message.push_str(&self.redirect_target(token)),
            _ if self.body.is_empty() => message.push_str(" with an empty body"),
            // Not an error, such as a part of a list.
            Some(_) if status.is_success() => {}
            Some(foreign) => foreign.append_to(&mut message),
            None => {
                let content_type = self.content_type(token);
                let problem = if self.body.len() > MAX_BODY_BYTES {
                    ", but longer than 64 KiB"
                } else if content_type.to_ascii_lowercase().contains("json") {
                    ", but invalid JSON"
                } else {
                    " instead of the service's JSON error"
                };
                message.push_str(&format!(" with {content_type}{problem}: a gateway may have sent it"));
            }
        }
        message.push_str(hint.unwrap_or_else(|| advice(kind, status)));
        message.push_str(&self.ignored_retry_after(token));
        Error::new(kind, message).with_response(api_error.unwrap_or_default().merge_into(self.info(token)))
    }

    /// The details of an error that come from the response head.
    pub(crate) fn info(&self, token: &AccessToken) -> ResponseInfo {
        ResponseInfo {
            http_status: Some(self.status.as_u16()),
            request_id: self.request_id(token),
            retry_after: self.retry_after(),
            rate_limit: RateLimit::from_headers(&self.headers),
            ..ResponseInfo::default()
        }
    }

    fn request_id(&self, token: &AccessToken) -> Option<String> {
        self.header(&REQUEST_ID, token, MAX_REQUEST_ID_BYTES)
    }

    fn header(&self, name: &HeaderName, token: &AccessToken, max_bytes: usize) -> Option<String> {
        Some(clean(self.headers.get(name)?.to_str().ok()?, token, max_bytes))
    }

    /// The content type, and the content coding if the body was not decoded.
    fn content_type(&self, token: &AccessToken) -> String {
        let mut content_type = self
            .header(&header::CONTENT_TYPE, token, MAX_NAME_BYTES)
            .map_or("no content type".to_owned(), |name| format!("content type {name}"));
        if let Some(coding) = self.header(&header::CONTENT_ENCODING, token, MAX_NAME_BYTES) {
            content_type.push_str(&format!(", content coding {coding}"));
        }
        content_type
    }

    /// Names only the host: a path or query may contain secrets.
    fn redirect_target(&self, token: &AccessToken) -> String {
        let location = self.headers.get(header::LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let host = location.parse::<Uri>().ok().and_then(|uri| Some(clean(uri.host()?, token, MAX_HOST_BYTES)));
        host.map_or(String::new(), |host| format!(" (redirect to {host})"))
    }

    /// The delay that the service requests: `Retry-After`, in seconds or as a date; without it, for a 429, the time to
    /// the reset of the rate limit.
    fn retry_after(&self) -> Option<Duration> {
        let retry_after = self.parse_retry_after().filter(is_plausible);
        match self.status {
            // A reset in the past is ignored.
            StatusCode::TOO_MANY_REQUESTS => {
                retry_after.or_else(|| self.time_to_rate_limit_reset().filter(|wait| !wait.is_zero()))
            }
            _ => retry_after,
        }
    }

    fn parse_retry_after(&self) -> Option<Duration> {
        let text = self.headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
        let date = || httpdate::parse_http_date(text).ok();
        parse_seconds(text).or_else(|| Some(date()?.duration_since(self.now()).unwrap_or_default()))
    }

    /// Says why `Retry-After` was ignored, if it was.
    fn ignored_retry_after(&self, token: &AccessToken) -> String {
        let reason = match self.parse_retry_after() {
            Some(delay) if is_plausible(&delay) => return String::new(),
            Some(_) => "more than an hour",
            None => "invalid",
        };
        let value = self.header(&header::RETRY_AFTER, token, MAX_RETRY_AFTER_BYTES);
        value.map_or(String::new(), |value| format!("; ignored Retry-After {} ({reason})", value.trim()))
    }

    /// The time to the end of the rate limit's window.
    pub(crate) fn time_to_rate_limit_reset(&self) -> Option<Duration> {
        let now = self.now().duration_since(UNIX_EPOCH).ok()?;
        Some(RateLimit::from_headers(&self.headers).reset?.saturating_sub(now)).filter(is_plausible)
    }

    /// The server's time, which its headers refer to: the local clock may be wrong, or jump.
    fn now(&self) -> SystemTime {
        let date = self.date().and_then(|date| httpdate::parse_http_date(date).ok());
        date.unwrap_or_else(SystemTime::now)
    }

    fn date(&self) -> Option<&str> {
        self.headers.get(header::DATE)?.to_str().ok()
    }
}

fn is_plausible(delay: &Duration) -> bool {
    *delay <= MAX_PLAUSIBLE_DELAY
}

/// Parses seconds, which some servers send with decimals; rounded up to milliseconds.
fn parse_seconds(text: &str) -> Option<Duration> {
    let (seconds, decimals) = text.split_once('.').unwrap_or((text, "0"));
    if [seconds, decimals].iter().any(|digits| digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let (thousandths, rest) = decimals.split_at(decimals.len().min(3));
    let milliseconds = format!("{thousandths:0<3}").parse::<u64>().ok()? + u64::from(rest.bytes().any(|b| b != b'0'));
    Duration::from_secs(seconds.parse().ok()?).checked_add(Duration::from_millis(milliseconds))
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

/// What to do, where it follows from the status.
fn advice(kind: ErrorKind, status: StatusCode) -> &'static str {
    match kind {
        ErrorKind::Unauthorized => "; check access_token and region: an access token is valid in one region only",
        ErrorKind::BadRequest if status == StatusCode::NOT_FOUND => {
            "; check base_url and api_version (Preview, or 2.16 and later)"
        }
        ErrorKind::Protocol if status.is_redirection() => {
            ": redirects are not followed, to keep the access token from other hosts; set base_url to the final URL"
        }
        ErrorKind::Protocol => "; expected HTTP 200 with a list",
        _ => "",
    }
}

#[cfg(test)]
mod tests;
