//! The JSON body of an HTTP error response: an `error.list` of the service, or the error of a gateway, an identity
//! provider or a framework.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::config::AccessToken;
use crate::error::{ResponseInfo, is_invisible, one_line, truncate};
use crate::page::BYTE_ORDER_MARK;

/// The maximum size of a body that is parsed: errors are short, and serde_json can take more than a hundred
/// times the memory.
pub(crate) const MAX_BODY_BYTES: usize = 64 * 1024;

/// The maximum length of the text of an error, so that the whole message has room for the advice and for the number of
/// attempts.
const MAX_TEXT_BYTES: usize = 500;
/// The maximum length of a shorter string in a message, such as a code or a content type.
pub(crate) const MAX_NAME_BYTES: usize = 100;
/// No message contains it.
pub(crate) const MAX_REQUEST_ID_BYTES: usize = 1_000;

/// The first error of a body; every part may be missing.
#[derive(Default)]
pub(crate) struct ApiError {
    code: Option<String>,
    message: Option<String>,
    field: Option<String>,
    request_id: Option<String>,
    /// The number of further errors.
    others: usize,
    is_foreign: bool,
}

/// The fields that contain the text of an error, the most specific one first, in lower case and without underscores.
/// They cover OAuth 2.0, RFC 9457, JSON:API, and what the common gateways, identity providers and frameworks send.
const TEXT_FIELDS: [&str; 16] = [
    "message",
    "errormessage",
    "errordescription",
    "errorsummary",
    "errormsg",
    "detail",
    "faultstring",
    "moreinformation",
    "description",
    "msg",
    "reason",
    "title",
    "httpmessage",
    "error",
    "errors",
    "fault",
];

impl ApiError {
    /// Parses a body; `None` if it is not JSON, or longer than `MAX_BODY_BYTES`.
    pub(crate) fn parse(body: &[u8], token: &AccessToken) -> Option<Self> {
        if body.len() > MAX_BODY_BYTES {
            return None;
        }
        let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
        let json: Value =
            serde_json::from_slice(body).or_else(|_| serde_json::from_slice(&replace_lone_surrogates(body))).ok()?;
        let errors = json.get("errors").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let is_error_list = json.get("type").and_then(Value::as_str) == Some("error.list");
        let is_foreign = errors.is_empty() && !is_error_list;
        let first = if is_foreign { &json } else { errors.first().unwrap_or(&Value::Null) };
        let name = |string: &str| clean(string, token, MAX_NAME_BYTES);
        let string = |value: &Value, key: &str| value.get(key).and_then(non_blank).map(name);
        let found = find_text(first);
        Some(Self {
            code: match &found {
                Some(found) if is_foreign => found.code.map(name),
                _ => string(first, "code"),
            },
            message: found.map(|found| clean(&found.text, token, MAX_TEXT_BYTES)),
            field: if is_foreign { None } else { string(first, "field") },
            request_id: json.get("request_id").and_then(non_blank).map(|id| clean(id, token, MAX_REQUEST_ID_BYTES)),
            others: errors.len().saturating_sub(1),
            is_foreign,
        })
    }

    /// Whether the JSON does not have the form of the service's errors.
    pub(crate) fn is_foreign(&self) -> bool {
        self.is_foreign
    }

    /// Whether there is a text for users.
    pub(crate) fn has_text(&self) -> bool {
        self.message.is_some()
    }

    /// Adds the details from the body to those from the response head. Only codes of the service are reported, as a
    /// program can't expect others.
    pub(crate) fn merge_into(self, info: ResponseInfo) -> ResponseInfo {
        ResponseInfo {
            api_code: self.code.filter(|_| !self.is_foreign),
            api_field: self.field,
            request_id: self.request_id.or(info.request_id),
            ..info
        }
    }

    pub(crate) fn append_to(&self, message: &mut String) {
        if let Some(detail) = &self.message {
            message.push_str(": ");
            message.push_str(detail.trim_end_matches('.'));
        } else if self.is_foreign {
            message.push_str(" with JSON in an unknown format");
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
        if self.is_foreign {
            message.push_str("; a gateway may have sent it");
        }
    }
}

/// Makes a string of the server safe to print: redacts the access token, also one with invisible characters in it, and
/// limits the length.
pub(crate) fn clean(string: &str, token: &AccessToken, max_bytes: usize) -> String {
    // ASCII has no invisible characters but the control characters.
    let visible = if string.is_ascii() { string.into() } else { Cow::from(string.replace(is_invisible, "")) };
    let mut line = one_line(token.redact(&visible)).into_owned();
    truncate(&mut line, max_bytes);
    line
}

/// The text of an error, and the code beside it.
struct ErrorText<'a> {
    text: String,
    code: Option<&'a str>,
}

/// Finds the text of an error: a string, or the first one in an array or in the text fields of an object.
fn find_text(value: &Value) -> Option<ErrorText<'_>> {
    match value {
        Value::String(_) => Some(ErrorText { text: non_blank(value)?.to_owned(), code: None }),
        Value::Array(items) => items.iter().find_map(find_text),
        Value::Object(object) => {
            let fields = || TEXT_FIELDS.iter().flat_map(|name| fields(object, name).map(move |value| (*name, value)));
            let direct = fields().find_map(|(name, value)| Some((name, find_text(value)?)));
            let found = direct.or_else(|| fields().find_map(|(name, value)| Some((name, invalid_field(value)?))));
            found.map(|(name, found)| ErrorText { code: found.code.or_else(|| code_beside(object, name)), ..found })
        }
        _ => None,
    }
}

/// The first text of an object that has the texts of each invalid parameter: `{"per_page": ["is too large"]}`. It does
/// not look deeper, as the time to do that would grow exponentially with the depth.
fn invalid_field(value: &Value) -> Option<ErrorText<'_>> {
    value.as_object()?.iter().find_map(|(name, value)| {
        let text = non_blank(value.as_array().map_or(value, |texts| texts.first().unwrap_or(value)))?;
        Some(ErrorText { text: format!("{name}: {text}"), code: None })
    })
}

fn non_blank(value: &Value) -> Option<&str> {
    let is_blank = |c: char| c.is_whitespace() || c.is_control() || is_invisible(c);
    value.as_str().map(|text| text.trim_matches(is_blank)).filter(|text| !text.is_empty())
}

/// The code in the same object as the text in the field `name`.
fn code_beside<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    // OAuth 2.0 has the code in `error`; others have a text there.
    let names: &[&str] = if name == "errordescription" { &["error"] } else { &["code", "errorcode"] };
    names.iter().flat_map(|name| fields(object, name)).find_map(non_blank)
}

/// The fields of a name, in any case and with or without underscores.
fn fields<'a>(object: &'a Map<String, Value>, name: &'a str) -> impl Iterator<Item = &'a Value> {
    let is_equal = move |key: &str| {
        key.bytes().filter(|byte| *byte != b'_').map(|byte| byte.to_ascii_lowercase()).eq(name.bytes())
    };
    object.iter().filter(move |(key, _)| is_equal(key)).map(|(_, value)| value)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// All strings of four of these units, decoded by std.
    #[test]
    fn replaces_only_surrogates_that_are_alone() {
        let parts = [
            ("A", 'A' as u16),
            (r"\\", '\\' as u16),
            (r"\u005C", '\\' as u16),
            (r"\uD7ff", 0xd7ff),
            (r"\ud800", 0xd800),
            (r"\udBfF", 0xdbff),
            (r"\uDC00", 0xdc00),
            (r"\udfff", 0xdfff),
            (r"\ue000", 0xe000),
            ("u", 'u' as u16),
        ];
        for index in 0..parts.len().pow(4) {
            let chosen = [1, 10, 100, 1000].map(|divisor| parts[index / divisor % 10]);
            let json = format!("\"{}\"", chosen.map(|(json, _)| json).concat());
            let replaced: String = serde_json::from_slice(&replace_lone_surrogates(json.as_bytes())).expect(&json);
            assert_eq!(replaced, String::from_utf16_lossy(&chosen.map(|(_, unit)| unit)), "{json}");
        }
    }

    #[test]
    fn leaves_other_bytes_unchanged() {
        for body in [&br"\u"[..], br"\ud8", br"\ud80g\u+d80", b"\\", b"\xff\\ud7ff", br#"{"\n\"\uD7FF":"\/"}"#, b""] {
            assert_eq!(replace_lone_surrogates(body), body, "{}", body.escape_ascii());
        }
    }
}
