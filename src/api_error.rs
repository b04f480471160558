//! The body of an HTTP error response of the service: an `error.list`.

use serde_json::Value;

use crate::config::AccessToken;
use crate::error::{ResponseInfo, one_line};
use crate::page::BYTE_ORDER_MARK;

/// The first error of an `error.list`; every part may be missing.
#[derive(Default)]
pub(crate) struct ApiError {
    code: Option<String>,
    message: Option<String>,
    field: Option<String>,
    request_id: Option<String>,
    /// The number of further errors.
    others: usize,
}

impl ApiError {
    /// Parses a body; `None` if it is not an `error.list`.
    pub(crate) fn parse(body: &[u8], token: &AccessToken) -> Option<Self> {
        let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
        let json: Value =
            serde_json::from_slice(body).or_else(|_| serde_json::from_slice(&replace_lone_surrogates(body))).ok()?;
        let errors = json.get("errors").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let is_error_list = json.get("type").and_then(Value::as_str) == Some("error.list");
        let first = errors.first().or(is_error_list.then_some(&Value::Null))?;
        let string = |value: &Value, key: &str| {
            let string = value.get(key)?.as_str()?;
            (!string.is_empty()).then(|| one_line(token.redact(string)).into_owned())
        };
        Some(Self {
            code: string(first, "code"),
            message: string(first, "message"),
            field: string(first, "field"),
            request_id: string(&json, "request_id"),
            others: errors.len().saturating_sub(1),
        })
    }

    /// Adds the details from the body to those from the response head.
    pub(crate) fn merge_into(self, info: ResponseInfo) -> ResponseInfo {
        ResponseInfo {
            api_code: self.code,
            api_field: self.field,
            request_id: self.request_id.or(info.request_id),
            ..info
        }
    }

    pub(crate) fn append_to(&self, message: &mut String) {
        if let Some(detail) = &self.message {
            message.push_str(": ");
            message.push_str(detail.trim_end_matches('.'));
        }
        match (&self.code, &self.field) {
            (Some(code), Some(field)) => message.push_str(&format!(" ({code}, field {field})")),
            (Some(code), None) => message.push_str(&format!(" ({code})")),
            (None, Some(field)) => message.push_str(&format!(" (field {field})")),
            (None, None) => {}
        }
        if self.others > 0 {
            message.push_str(&format!(", and {} more", self.others));
        }
    }
}

/// Replaces escaped lone surrogates, which serde_json rejects in strings, with U+FFFD.
pub(crate) fn replace_lone_surrogates(body: &[u8]) -> Vec<u8> {
    let mut replaced = body.to_vec();
    let unit = |bytes: &[u8], at: usize| {
        let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
        u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let mut at = 0;
    while at < replaced.len() {
        at += match (unit(&replaced, at), unit(&replaced, at + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                if let Some(digits) = replaced.get_mut(at + 2..at + 6) {
                    digits.copy_from_slice(b"fffd");
                }
                6
            }
            _ if replaced.get(at) == Some(&b'\\') => 2,
            _ => 1,
        };
    }
    replaced
}
