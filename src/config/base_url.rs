//! Where the service is: its origin, and a path in front of the operation's.

use std::fmt;
use std::net::IpAddr;

use ureq::http::Uri;

use crate::error::{Error, Result};

/// The service's data centres. A token belongs to one; the others answer 401.
///
/// Since: 0.1.0
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Region {
    /// The United States, `https://api.intercom.io`: the default.
    Us,
    /// The European Union, `https://api.eu.intercom.io`.
    Eu,
    /// Australia, `https://api.au.intercom.io`.
    Au,
}

impl Region {
    /// The region of a name: `us`, `eu` or `au`, in any case.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for any other name.
    pub fn from_name(name: &str) -> Result<Self> {
        match name.to_ascii_lowercase().as_str() {
            "us" => Ok(Self::Us),
            "eu" => Ok(Self::Eu),
            "au" => Ok(Self::Au),
            _ => Err(Error::invalid(format!("there is no region {name:?}: use us, eu or au"))),
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

const LONGEST: usize = 2048;

/// A checked base URL, without a slash at its end.
#[derive(Clone)]
pub(crate) struct BaseUrl(String);

impl BaseUrl {
    /// Checks the form; what may go over plain HTTP is [`BaseUrl::check_plain_http`]'s business.
    pub(crate) fn new(text: &str) -> Result<Self> {
        const RIGHT: &str = "it should look like https://api.intercom.io, or http://127.0.0.1:8080 for a sandbox";
        // The text is not repeated where it may hold a password.
        let refuse = |what: &str| Err(Error::invalid(format!("the base URL {what}: {RIGHT}")));
        if text.is_empty() {
            return refuse("is empty");
        }
        if text.len() > LONGEST {
            return refuse(&format!("has more than {LONGEST} bytes"));
        }
        if text.contains('@') {
            return refuse("has a user name or password in it");
        }
        if text.contains(['?', '#']) {
            return refuse("has a query or a fragment");
        }
        let Ok(uri) = text.parse::<Uri>() else {
            return refuse("is not a URL");
        };
        match uri.scheme_str() {
            Some("https" | "http") => {}
            Some(other) => return refuse(&format!("has the scheme {other}")),
            None => return refuse("has no scheme"),
        }
        if uri.host().unwrap_or_default().is_empty() {
            return refuse("has no host");
        }
        let port = uri.authority().and_then(|authority| authority.as_str().rsplit_once(':'));
        // What a colon in an IPv6 address is followed by ends in a bracket.
        if port.is_some_and(|(_, port)| !port.ends_with(']') && !matches!(port.parse::<u16>(), Ok(1..))) {
            return refuse("has a port that isn't a number from 1 to 65535");
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }

    /// A token is worth as much as the workspace: it goes unencrypted to this machine only.
    pub(crate) fn check_plain_http(&self, allowed: bool) -> Result<()> {
        if allowed || self.is_https() || self.is_loopback() {
            return Ok(());
        }
        Err(Error::invalid(
            "the base URL begins with http://, which would send the token unencrypted: use https://, \
             or set allow_insecure_http if that is meant (loopback needs no permission)",
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

    /// The same without a port that the scheme has anyway, as the Host header has it.
    pub(crate) fn host_header(&self) -> String {
        let authority = self.authority();
        let usual_port = if self.is_https() { ":443" } else { ":80" };
        authority.strip_suffix(usual_port).unwrap_or(&authority).to_owned()
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
    fn keeps_a_good_url_and_says_what_is_wrong_with_a_bad_one() {
        for (good, kept) in [
            ("https://api.intercom.io/", "https://api.intercom.io"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("https://[::1]:8443/proxy/", "https://[::1]:8443/proxy"),
            ("https://[::1]", "https://[::1]"),
        ] {
            assert_eq!(BaseUrl::new(good).expect(good).as_str(), kept);
        }
        for (bad, says) in [
            ("", "is empty"),
            ("api.intercom.io", "has no scheme"),
            ("/data_connectors", "has no scheme"),
            ("ftp://api.intercom.io", "the scheme ftp"),
            ("https://", "is not a URL"),
            ("https:///path", "is not a URL"),
            ("https://:443", "has no host"),
            ("https://host:port", "a port that isn't"),
            ("https://host:0", "a port that isn't"),
            ("https://host:65536", "a port that isn't"),
            ("https://ho st", "is not a URL"),
            ("https://me:pass@host", "user name or password"),
            ("https://host/?x=1", "a query"),
            ("https://host/#x", "a fragment"),
        ] {
            let error = BaseUrl::new(bad).expect_err(bad);
            assert!(error.message().contains(says), "{bad:?}: {error}");
            assert!(error.message().contains("https://api.intercom.io"), "{error}");
            assert!(!error.message().contains("pass@"), "{error}");
        }
    }

    #[test]
    fn the_host_header_has_only_an_unusual_port() {
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
    fn plain_http_is_for_loopback_or_by_permission() {
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
