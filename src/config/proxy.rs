//! The HTTP proxy to go through, and for which hosts.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;
use ureq::http::Uri;
use zeroize::Zeroizing;

use crate::error::{Error, Result};

const DEFAULT_PORT: u16 = 80;

/// A proxy for `CONNECT`. Its credentials are wiped from memory with the last copy, and shown nowhere.
#[derive(Clone)]
pub(crate) struct Proxy {
    pub(crate) host: String,
    pub(crate) port: u16,
    /// The value of `Proxy-Authorization`.
    pub(crate) authorization: Option<Zeroizing<String>>,
}

impl Proxy {
    pub(crate) fn new(url: &str) -> Result<Self> {
        Self::parse(url)
            .ok_or_else(|| Error::invalid("the proxy is not a URL of the form http://[user:password@]host[:port]"))
    }

    fn parse(url: &str) -> Option<Self> {
        let rest = url.strip_prefix("http://")?;
        // What has no credentials in it may be copied about by a parser.
        let (credentials, place) = match rest.rsplit_once('@') {
            Some((credentials, place)) => (Some(credentials), place),
            None => (None, rest),
        };
        let uri: Uri = format!("http://{}", place.strip_suffix('/').unwrap_or(place)).parse().ok()?;
        let host = uri.host().filter(|host| !host.is_empty())?;
        let port = match uri.authority()?.as_str().strip_prefix(host)? {
            "" => DEFAULT_PORT,
            port => port.strip_prefix(':')?.parse().ok().filter(|port| *port > 0)?,
        };
        if uri.path() != "/" || uri.query().is_some() {
            return None;
        }
        let authorization = match credentials {
            Some(credentials) => Some(basic(credentials)?),
            None => None,
        };
        Some(Self { host: host.to_owned(), port, authorization })
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let credentials = if self.authorization.is_some() { "[credentials]@" } else { "" };
        write!(f, "{credentials}{}:{}", self.host, self.port)
    }
}

/// `Basic …` of percent-encoded `user:password`. Every copy on the way has its whole size from the start, as one that
/// grows leaves its beginning behind, and is wiped.
fn basic(credentials: &str) -> Option<Zeroizing<String>> {
    let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
    let mut plain = Zeroizing::new(Vec::with_capacity(credentials.len() + 1));
    plain.extend(percent_decode_str(user));
    // It would be taken for the end of the user's name.
    if plain.contains(&b':') {
        return None;
    }
    plain.push(b':');
    plain.extend(percent_decode_str(password));
    if plain.iter().any(u8::is_ascii_control) {
        return None;
    }
    let mut encoded = Zeroizing::new(vec![0; plain.len().div_ceil(3) * 4]);
    let length = BASE64_STANDARD.encode_slice(&*plain, &mut encoded).ok()?;
    let mut value = Zeroizing::new(String::with_capacity("Basic ".len() + length));
    value.push_str("Basic ");
    value.push_str(std::str::from_utf8(encoded.get(..length)?).ok()?);
    Some(value)
}

/// The hosts that are reached directly although there is a proxy.
#[derive(Clone, Debug, Default)]
pub(crate) struct NoProxy(Vec<String>);

impl NoProxy {
    /// Of a list with commas: a host, a domain with all that is below it, or `*` for all.
    pub(crate) fn new(list: &str) -> Result<Self> {
        let entries = list.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        let check = |entry: &str| {
            let name = entry.strip_prefix('.').unwrap_or(entry).to_ascii_lowercase();
            let good = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
            if entry == "*" || (!name.is_empty() && name.chars().all(good)) {
                return Ok(name);
            }
            Err(Error::invalid(format!(
                "{entry:?} is not a host for no_proxy: list hosts and domains with commas between, or *"
            )))
        };
        entries.map(check).collect::<Result<_>>().map(Self)
    }

    pub(crate) fn contains(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        self.0.iter().any(|entry| {
            let below = host.strip_suffix(entry.as_str()).is_some_and(|rest| rest.ends_with('.'));
            entry == "*" || *entry == host || below
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_places_and_credentials() {
        for (url, shown) in [
            ("http://proxy", "proxy:80"),
            ("http://proxy:3128/", "proxy:3128"),
            ("http://[::1]:3128", "[::1]:3128"),
            ("http://me:secret@proxy:3128", "[credentials]@proxy:3128"),
        ] {
            assert_eq!(format!("{:?}", Proxy::new(url).expect(url)), shown);
        }
        for (credentials, encoded) in
            [("me:pass%20word", "Basic bWU6cGFzcyB3b3Jk"), ("me", "Basic bWU6"), ("a:b@c:d", "Basic YTpiQGM6ZA==")]
        {
            let proxy = Proxy::new(&format!("http://{credentials}@proxy")).expect(credentials);
            assert_eq!(proxy.authorization.as_ref().map(|value| value.as_str()), Some(encoded));
        }
    }

    #[test]
    fn refuses_the_rest_and_never_repeats_it() {
        for bad in [
            "",
            "proxy",
            "https://u:pa55@proxy",
            "socks5://u:pa55@proxy",
            "http://",
            "http://u:pa55@",
            "http://u:pa55@ho st",
            "http://u:pa55@proxy:0",
            "http://proxy:x",
            "http://proxy:99999",
            "http://proxy/path",
            "http://proxy?x",
            "http://u%3A:pa55@proxy",
            "http://u:pa55%0A@proxy",
        ] {
            let error = Proxy::new(bad).expect_err(bad);
            assert!(error.message().contains("http://[user:password@]host[:port]"), "{error}");
            assert!(!format!("{error:?}").contains("pa55"), "{error:?}");
        }
    }

    #[test]
    fn no_proxy_is_for_hosts_and_domains() {
        let list = NoProxy::new(" localhost, .internal ,example.com,127.0.0.1").expect("good");
        for host in ["localhost", "LOCALHOST", "a.internal", "internal", "example.com", "api.example.com", "127.0.0.1"]
        {
            assert!(list.contains(host), "{host}");
        }
        for host in ["nexample.com", "example.com.org", "127.0.0.10", "x"] {
            assert!(!list.contains(host), "{host}");
        }
        assert!(NoProxy::new("*").expect("all").contains("anything"));
        assert!(!NoProxy::new("").expect("none").contains("anything"));
        for bad in ["a b", "http://x", "*.x", "."] {
            assert!(NoProxy::new(bad).expect_err(bad).message().contains("hosts and domains"), "{bad}");
        }
    }
}
