//! What one call asks for: checked, and written as a URL.

use std::fmt::{self, Write};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use ureq::http::Uri;

use crate::config::BaseUrl;
use crate::error::{Error, Result};

/// The operation's path below the base URL.
pub(crate) const PATH: &str = "/data_connectors";

const PER_PAGE: std::ops::RangeInclusive<u32> = 1..=50;

/// Three times as long when every byte is percent-encoded; the service's have some thirty.
pub(crate) const MAX_CURSOR: usize = 4096;

/// All but the unreserved characters of RFC 3986: a cursor may hold `=`, `+`, `/` and even line breaks.
const IN_QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Which page to list: by default the first, as long as the service makes it.
///
/// Since: 0.1.0
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageRequest {
    per_page: Option<u32>,
    starting_after: Option<String>,
}

impl PageRequest {
    /// The first page, of the service's default length (20 rows).
    pub fn new() -> Self {
        Self::default()
    }

    /// How many rows a page has at most, 1 to 50.
    ///
    /// # Errors
    /// `InvalidArgument` for any other number.
    pub fn per_page(mut self, rows: u32) -> Result<Self> {
        if !PER_PAGE.contains(&rows) {
            return Err(per_page_refused(rows.into()));
        }
        self.per_page = Some(rows);
        Ok(self)
    }

    /// The page after this cursor, which is [`Page::next_cursor`](crate::Page::next_cursor) of the page before.
    ///
    /// # Errors
    /// `InvalidArgument` when it is empty (the first page is asked for without a cursor) or has more than 4096 bytes.
    pub fn starting_after(mut self, cursor: impl Into<String>) -> Result<Self> {
        let cursor = cursor.into();
        if cursor.is_empty() {
            return Err(Error::invalid(
                "starting_after is empty: leave it out for the first page, or pass the cursor of the page before",
            ));
        }
        if cursor.len() > MAX_CURSOR {
            return Err(Error::invalid(format!(
                "starting_after has {} bytes, and may have {MAX_CURSOR}: pass the cursor of the page before as it is",
                cursor.len()
            )));
        }
        self.starting_after = Some(cursor);
        Ok(self)
    }

    /// The cursor this asks with; `None` for the first page.
    pub(crate) fn cursor(&self) -> Option<&str> {
        self.starting_after.as_deref()
    }

    pub(crate) fn set_cursor(&mut self, cursor: Option<String>) {
        self.starting_after = cursor;
    }

    /// What asks for it.
    pub(crate) fn uri(&self, base: &BaseUrl) -> Result<Uri> {
        Uri::try_from(self.url(base))
            .map_err(|_| Error::invalid("the base URL and the cursor make no URL together: check the base URL"))
    }

    fn url(&self, base: &BaseUrl) -> String {
        let most_of_cursor = 3 * self.cursor().map_or(0, str::len);
        let mut url = String::with_capacity(
            base.as_str().len() + PATH.len() + "?per_page=50&starting_after=".len() + most_of_cursor,
        );
        url.push_str(base.as_str());
        url.push_str(PATH);
        let mut separator = '?';
        let mut add = |name: &str, value: &dyn fmt::Display| {
            // Into a text, which never fails.
            let _ = write!(url, "{separator}{name}={value}");
            separator = '&';
        };
        if let Some(rows) = self.per_page {
            add("per_page", &rows);
        }
        if let Some(cursor) = self.cursor() {
            add("starting_after", &utf8_percent_encode(cursor, IN_QUERY));
        }
        url
    }
}

impl PageRequest {
    /// What is asked for, as a log line has it: without the cursor's value.
    pub(crate) fn shown(&self, base: &BaseUrl) -> String {
        let rows = self.per_page.map_or(String::new(), |rows| format!(", per_page {rows}"));
        let cursor = if self.starting_after.is_some() { ", with a cursor" } else { "" };
        format!("GET {}{PATH}{rows}{cursor}", base.as_str())
    }
}

/// Why a number of rows is refused, also one that only another language can pass.
pub(crate) fn per_page_refused(rows: i64) -> Error {
    Error::invalid(format!(
        "per_page is {rows}: use {} to {}; without it the service gives 20",
        PER_PAGE.start(),
        PER_PAGE.end()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_only_what_was_asked_for() {
        let base = BaseUrl::new("https://host/prefix/").expect("a good URL");
        let first = PageRequest::new();
        assert_eq!(first.url(&base), "https://host/prefix/data_connectors");
        let next = first.per_page(50).and_then(|r| r.starting_after("a+b/c==\né&d ~"));
        assert_eq!(
            next.expect("good").url(&base),
            "https://host/prefix/data_connectors?per_page=50&starting_after=a%2Bb%2Fc%3D%3D%0A%C3%A9%26d%20~"
        );
    }

    #[test]
    fn refuses_what_the_service_would() {
        for rows in [0, 51, u32::MAX] {
            let error = PageRequest::new().per_page(rows).expect_err("out of range");
            assert!(error.message().contains("use 1 to 50"), "{error}");
        }
        let error = PageRequest::new().starting_after("").expect_err("empty");
        assert!(error.message().contains("leave it out for the first page"), "{error}");
    }
}
