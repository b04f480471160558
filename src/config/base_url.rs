//! The base URL of the service, or its region.

use std::fmt;
use std::net::IpAddr;

use ureq::http::Uri;

use super::option_table::quote;
use crate::error::{Error, Result};

/// The regions that host workspaces. An access token is valid in one region; the others respond with 401.
///
/// Since: 0.1.0
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Region {
    /// United States, `https://api.intercom.io`: the default.
    #[default]
    Us,
    /// European Union, `https://api.eu.intercom.io`.
    Eu,
    /// Australia, `https://api.au.intercom.io`.
    Au,
}

impl Region {
    /// Parses a name: `us`, `eu` or `au`, in upper or lower case.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for any other name.
    pub fn from_name(name: &str) -> Result<Self> {
        match name.to_ascii_lowercase().as_str() {
            "us" => Ok(Self::Us),
            "eu" => Ok(Self::Eu),
            "au" => Ok(Self::Au),
            _ => Err(Error::invalid(format!("invalid region{}: use us, eu or au", quote(name)))),
        }
    }

    pub(crate) fn base_url(self) -> BaseUrl {
        BaseUrl(
            match self {
                Self::Us => "https://api.intercom.io",
                Self::Eu => "https://api.eu.intercom.io",
                Self::Au => "https://api.au.intercom.io",
            }
            .to_owned(),
        )
    }
}

const MAX_LENGTH: usize = 2048;

/// A valid base URL, without a trailing slash.
#[derive(Clone)]
pub(crate) struct BaseUrl(String);

impl BaseUrl {
    /// Checks the syntax; [`BaseUrl::check_plain_http`] checks the scheme.
    pub(crate) fn new(text: &str) -> Result<Self> {
        const EXAMPLE: &str = "use one such as https://api.intercom.io, or http://127.0.0.1:8080 for a sandbox";
        // The URL is not repeated: it may contain a password.
        let reject = |what: &str| Err(Error::invalid(format!("invalid base_url: {what}; {EXAMPLE}")));
        if text.is_empty() {
            return reject("empty");
        }
        if text.len() > MAX_LENGTH {
            return reject(&format!("longer than {MAX_LENGTH} bytes"));
        }
        if let Some(at) = text.find(|c: char| c.is_whitespace() || c.is_control()) {
            return reject(&format!("white space or a control character at byte {at}"));
        }
        if text.contains('@') {
            return reject("contains a user name or password");
        }
        if text.contains(['?', '#']) {
            return reject("contains a query or a fragment");
        }
        let Ok(uri) = text.parse::<Uri>() else {
            return reject("not a URL");
        };
        match uri.scheme_str() {
            Some("https" | "http") => {}
            Some(_) => return reject("unsupported scheme"),
            None => return reject("no scheme"),
        }
        if uri.host().unwrap_or_default().is_empty() {
            return reject("no host");
        }
        let port = uri.authority().and_then(|authority| authority.as_str().rsplit_once(':'));
        // A colon within an IPv6 address is followed by a bracket at the end.
        if port.is_some_and(|(_, port)| !port.ends_with(']') && !matches!(port.parse::<u16>(), Ok(1..))) {
            return reject("the port is not a number from 1 to 65535");
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }

    /// Rejects a URL that would send the access token unencrypted to another machine.
    pub(crate) fn check_plain_http(&self, allowed: bool) -> Result<()> {
        if allowed || self.is_https() || self.is_loopback() {
            return Ok(());
        }
        Err(Error::invalid(
            "invalid base_url: http:// would send the access token unencrypted; use https://, or set \
             allow_insecure_http to allow it (loopback is always allowed)",
        ))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn is_https(&self) -> bool {
        self.uri().scheme_str() == Some("https")
    }

    /// `host` or `host:port`, for messages.
    pub(crate) fn authority(&self) -> String {
        self.uri().authority().map(|authority| authority.to_string()).unwrap_or_default()
    }

    /// The value of the Host header: without the default port of the scheme.
    pub(crate) fn host_header(&self) -> String {
        let authority = self.authority();
        let default_port = if self.is_https() { ":443" } else { ":80" };
        authority.strip_suffix(default_port).unwrap_or(&authority).to_owned()
    }

    pub(crate) fn host(&self) -> String {
        self.uri().host().unwrap_or_default().to_owned()
    }

    fn is_loopback(&self) -> bool {
        let uri = self.uri();
        let host = uri.host().unwrap_or_default();
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        host.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }

    fn uri(&self) -> Uri {
        self.0.parse().unwrap_or_default()
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn validates_urls() {
        let long = format!("https://host/{}", "x".repeat(2035));
        for (valid, expected) in [
            ("https://api.intercom.io/", "https://api.intercom.io"),
            (&long, &long),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("https://[::1]:8443/proxy/", "https://[::1]:8443/proxy"),
            ("https://[::1]", "https://[::1]"),
        ] {
            assert_eq!(BaseUrl::new(valid).expect(valid).as_str(), expected);
        }
        for (invalid, reason) in [
            ("", "empty"),
            ("api.intercom.io", "no scheme"),
            ("/data_connectors", "no scheme"),
            ("ftp://api.intercom.io", "unsupported scheme"),
            ("https://", "not a URL"),
            ("https:///path", "not a URL"),
            ("https://:443", "no host"),
            ("https://host:port", "the port is not"),
            ("https://host:0", "the port is not"),
            ("https://host:65536", "the port is not"),
            ("https://ho st", "white space or a control character at byte 10"),
            ("https://host\n", "at byte 12"),
            ("https://[::1", "not a URL"),
            ("https://me:pass@host", "user name or password"),
            (&format!("{long}x"), "longer than 2048 bytes"),
            ("https://host/?x=1", "query"),
            ("https://host/#x", "fragment"),
        ] {
            let error = BaseUrl::new(invalid).expect_err(invalid);
            assert!(error.message().contains(reason), "{invalid:?}: {error}");
            assert!(error.message().contains("https://api.intercom.io"), "{error}");
            assert!(!error.message().contains("pass@"), "{error}");
        }
    }

    #[test]
    fn host_header_omits_the_default_port() {
        for (url, header) in [
            ("https://a.example:443/x", "a.example"),
            ("https://a.example:80", "a.example:80"),
            ("http://a.example:80", "a.example"),
            ("http://[::1]:8080", "[::1]:8080"),
            ("https://[::1:443]", "[::1:443]"),
        ] {
            assert_eq!(BaseUrl::new(url).expect(url).host_header(), header);
        }
    }

    #[test]
    fn plain_http_requires_loopback_or_allow_insecure_http() {
        for url in ["http://localhost", "http://127.9.9.9:1", "http://[::1]:1", "https://a.example"] {
            assert!(BaseUrl::new(url).expect(url).check_plain_http(false).is_ok(), "{url}");
        }
        for url in ["http://api.intercom.io", "http://10.0.0.1", "http://localhost.example.com"] {
            let base = BaseUrl::new(url).expect(url);
            assert!(base.check_plain_http(false).is_err(), "{url}");
            assert!(base.check_plain_http(true).is_ok(), "{url}");
        }
    }
}
