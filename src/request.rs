//! The request for one page: its validation, and its URL.

use std::fmt::{self, Write};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use ureq::http::Uri;

use crate::config::BaseUrl;
use crate::error::{Error, Result};

/// The operation's path below the base URL.
pub(crate) const PATH: &str = "/data_connectors";

const PER_PAGE: std::ops::RangeInclusive<u32> = 1..=50;

/// The service's cursors have about thirty bytes. Percent-encoding may triple the length.
pub(crate) const MAX_CURSOR: usize = 4096;

/// Everything but the unreserved characters of RFC 3986: a cursor may contain `=`, `+`, `/` and even line breaks.
const QUERY_ESCAPES: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Selects the page to list; by default the first one, with as many rows as the service chooses.
///
/// Since: 0.1.0
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageRequest {
    per_page: Option<u32>,
    starting_after: Option<String>,
}

impl PageRequest {
    /// Requests the first page, with the service's default number of rows (20).
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the maximum number of rows, 1 to 50.
    ///
    /// # Errors
    /// `InvalidArgument` for any other number.
    pub fn per_page(mut self, rows: u32) -> Result<Self> {
        if !PER_PAGE.contains(&rows) {
            return Err(invalid_per_page(rows.into()));
        }
        self.per_page = Some(rows);
        Ok(self)
    }

    /// Requests the page after this cursor: the [`Page::next_cursor`](crate::Page::next_cursor) of the previous page.
    ///
    /// # Errors
    /// `InvalidArgument` if it is empty (the first page has no cursor) or longer than 4096 bytes.
    pub fn starting_after(mut self, cursor: impl Into<String>) -> Result<Self> {
        let cursor = cursor.into();
        if cursor.is_empty() {
            return Err(Error::invalid(
                "starting_after is empty: omit it for the first page, or pass the next cursor of the previous page",
            ));
        }
        if cursor.len() > MAX_CURSOR {
            return Err(Error::invalid(format!(
                "starting_after has {} bytes, more than {MAX_CURSOR}: pass the next cursor of the previous page unchanged",
                cursor.len()
            )));
        }
        self.starting_after = Some(cursor);
        Ok(self)
    }

    /// The cursor; `None` for the first page.
    pub(crate) fn cursor(&self) -> Option<&str> {
        self.starting_after.as_deref()
    }

    pub(crate) fn set_cursor(&mut self, cursor: Option<String>) {
        self.starting_after = cursor;
    }

    pub(crate) fn uri(&self, base: &BaseUrl) -> Result<Uri> {
        Uri::try_from(self.url(base))
            .map_err(|_| Error::invalid("base_url and the cursor do not form a valid URL: check base_url"))
    }

    fn url(&self, base: &BaseUrl) -> String {
        let mut url = String::with_capacity(
            base.as_str().len()
                + PATH.len()
                + "?per_page=50&starting_after=".len()
                + 3 * self.cursor().map_or(0, str::len),
        );
        url.push_str(base.as_str());
        url.push_str(PATH);
        let mut separator = '?';
        let mut add = |name: &str, value: &dyn fmt::Display| {
            // Writing to a string cannot fail.
            let _ = write!(url, "{separator}{name}={value}");
            separator = '&';
        };
        if let Some(rows) = self.per_page {
            add("per_page", &rows);
        }
        if let Some(cursor) = self.cursor() {
            add("starting_after", &utf8_percent_encode(cursor, QUERY_ESCAPES));
        }
        url
    }
}

impl PageRequest {
    /// The request in a log line, without the value of the cursor.
    pub(crate) fn to_log_line(&self, base: &BaseUrl) -> String {
        let rows = self.per_page.map_or(String::new(), |rows| format!(", per_page {rows}"));
        let cursor = if self.starting_after.is_some() { ", with a cursor" } else { "" };
        format!("GET {}{PATH}{rows}{cursor}", base.as_str())
    }
}

/// The error for an invalid number of rows, including one that only the C ABI can pass.
pub(crate) fn invalid_per_page(rows: i64) -> Error {
    Error::invalid(format!(
        "invalid per_page {rows}: use {} to {} (the service's default is 20)",
        PER_PAGE.start(),
        PER_PAGE.end()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_has_only_the_parameters_that_are_set() {
        let base = BaseUrl::new("https://host/prefix/").expect("a valid URL");
        let first = PageRequest::new();
        assert_eq!(first.url(&base), "https://host/prefix/data_connectors");
        let next = first.per_page(50).and_then(|r| r.starting_after("a+b/c==\né&d ~"));
        assert_eq!(
            next.expect("valid").url(&base),
            "https://host/prefix/data_connectors?per_page=50&starting_after=a%2Bb%2Fc%3D%3D%0A%C3%A9%26d%20~"
        );
    }

    #[test]
    fn rejects_invalid_parameters() {
        for rows in [0, 51, u32::MAX] {
            let error = PageRequest::new().per_page(rows).expect_err("out of range");
            assert!(error.message().contains("use 1 to 50"), "{error}");
        }
        let error = PageRequest::new().starting_after("").expect_err("empty");
        assert!(error.message().contains("omit it for the first page"), "{error}");
        assert!(PageRequest::new().starting_after("x".repeat(4096)).is_ok());
        let error = PageRequest::new().starting_after("x".repeat(4097)).expect_err("too long");
        assert!(error.message().contains("has 4097 bytes, more than 4096"), "{error}");
    }
}
