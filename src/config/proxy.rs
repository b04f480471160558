//! The HTTP proxy to go through, and for which hosts.

use std::fmt;
use std::net::IpAddr;

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
        Self::parse(url).map_err(|what| {
            Error::invalid(format!(
                "the proxy {what}: it should look like http://proxy.example:3128, or http://user:password@proxy.example:3128 \
                 with user and password percent-encoded"
            ))
        })
    }

    /// Or what is wrong, without a word of the URL.
    fn parse(url: &str) -> std::result::Result<Self, &'static str> {
        let rest = url.strip_prefix("http://").ok_or("does not begin with http://, and no other kind can be used")?;
        // What has no credentials in it may be copied about by a parser.
        let (credentials, place) = match rest.rsplit_once('@') {
            Some((credentials, place)) => (Some(credentials), place),
            None => (None, rest),
        };
        let place = place.strip_suffix('/').unwrap_or(place);
        if place.contains(['/', '?', '#']) {
            return Err("has a path or a query");
        }
        let uri: Uri = format!("http://{place}").parse().map_err(|_| "has no proper host")?;
        let host = uri.host().filter(|host| !host.is_empty()).ok_or("has no host")?;
        let port = match place.strip_prefix(host).unwrap_or_default() {
            "" => DEFAULT_PORT,
            rest => rest
                .strip_prefix(':')
                .and_then(|port| port.parse().ok())
                .filter(|port| *port > 0)
                .ok_or("has a port that isn't a number from 1 to 65535")?,
        };
        let authorization = match credentials {
            Some(credentials) => Some(basic(credentials).ok_or("has a user or password that isn't percent-encoded")?),
            None => None,
        };
        Ok(Self { host: host.to_owned(), port, authorization })
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
    if !is_percent_encoded(credentials) {
        return None;
    }
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

/// Whether nothing in it would have to be written as `%XX`, and each `%` is followed by two digits.
fn is_percent_encoded(text: &str) -> bool {
    let reserved = |byte: &u8| !byte.is_ascii_graphic() || b"/?#[]@".contains(byte);
    let escapes = text.split('%').skip(1);
    let good = |after: &str| after.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    !text.as_bytes().iter().any(reserved) && escapes.into_iter().all(good)
}

/// The hosts that are reached directly although there is a proxy.
#[derive(Clone, Debug, Default)]
pub(crate) struct NoProxy(Vec<Direct>);

#[derive(Clone, Debug)]
enum Direct {
    All,
    Address(IpAddr),
    /// And what is below it.
    Domain(String),
}

impl NoProxy {
    /// Of a list with commas: hosts and addresses without a port, domains with all that is below them, or `*` for
    /// all.
    pub(crate) fn new(list: &str) -> Result<Self> {
        let entries = list.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        // What is refused isn't repeated: it may be a proxy's URL in the wrong place, with a password.
        let read = |(index, entry): (usize, &str)| {
            Direct::of(entry).ok_or_else(|| {
                Error::invalid(format!(
                    "entry {} of no_proxy is no host: list hosts and domains without ports, with commas between \
                     (such as localhost,127.0.0.1,.internal), or *",
                    index + 1
                ))
            })
        };
        entries.enumerate().map(read).collect::<Result<_>>().map(Self)
    }

    pub(crate) fn contains(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        let address = bare(&host).parse::<IpAddr>().ok();
        self.0.iter().any(|direct| match direct {
            Direct::All => true,
            Direct::Address(direct) => address == Some(*direct),
            Direct::Domain(domain) => {
                address.is_none()
                    && host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }
        })
    }
}

impl Direct {
    fn of(entry: &str) -> Option<Self> {
        if entry == "*" {
            return Some(Self::All);
        }
        if let Ok(address) = bare(entry).parse() {
            return Some(Self::Address(address));
        }
        let name = entry.strip_prefix('.').unwrap_or(entry);
        let good = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        let is_name = name.split('.').all(|label| !label.is_empty() && label.chars().all(good));
        // What looks like an address, but is none, is a mistake.
        let is_number = name.chars().all(|c| c.is_ascii_digit() || c == '.');
        (is_name && !is_number).then(|| Self::Domain(name.to_ascii_lowercase()))
    }
}

/// An IPv6 address without its brackets.
fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
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
            [("me:pass%20word", "Basic bWU6cGFzcyB3b3Jk"), ("me", "Basic bWU6"), ("a:b%40c:d", "Basic YTpiQGM6ZA==")]
        {
            let proxy = Proxy::new(&format!("http://{credentials}@proxy")).expect(credentials);
            assert_eq!(proxy.authorization.as_ref().map(|value| value.as_str()), Some(encoded));
        }
    }

    #[test]
    fn says_what_is_wrong_and_never_repeats_it() {
        for (bad, says) in [
            ("", "does not begin with http://"),
            ("proxy:3128", "does not begin with http://"),
            ("https://u:pa55@proxy", "no other kind can be used"),
            ("socks5://u:pa55@proxy", "no other kind can be used"),
            ("http://", "host"),
            ("http://u:pa55@", "host"),
            ("http://u:pa55@ho st", "has no proper host"),
            ("http://u:pa55@:80", "host"),
            ("http://u:pa55@proxy:0", "a port that isn't"),
            ("http://proxy:x", "a port that isn't"),
            ("http://proxy:", "a port that isn't"),
            ("http://proxy:99999", "a port that isn't"),
            ("http://[::1]x", "p"),
            ("http://[::1]3128", "p"),
            ("http://u:pa55@proxy:1/path", "has a path or a query"),
            ("http://proxy?x", "has a path or a query"),
            ("http://u%3A:pa55@proxy", "isn't percent-encoded"),
            ("http://u:pa55%0A@proxy", "isn't percent-encoded"),
            ("http://u:pa55%ZZ@proxy", "isn't percent-encoded"),
            ("http://u:pa55%2@proxy", "isn't percent-encoded"),
            ("http://u:pa@55@proxy", "isn't percent-encoded"),
            ("http://u:pa/55@proxy", "isn't percent-encoded"),
            ("http://u:pa 55@proxy", "isn't percent-encoded"),
        ] {
            let error = Proxy::new(bad).expect_err(bad);
            assert!(error.message().contains(says), "{bad}: {error}");
            assert!(error.message().contains("it should look like http://proxy.example:3128"), "{error}");
            assert!(!format!("{error:?}").contains("pa55"), "{error:?}");
        }
    }

    #[test]
    fn no_proxy_is_for_hosts_addresses_and_domains() {
        let list = NoProxy::new(" localhost, .internal ,Example.com,127.0.0.1,::1,[fe80::2]").expect("good");
        for host in [
            "localhost",
            "LOCALHOST",
            "a.internal",
            "internal",
            "example.com",
            "api.example.com",
            "127.0.0.1",
            "[::1]",
            "[FE80::2]",
        ] {
            assert!(list.contains(host), "{host}");
        }
        for host in ["nexample.com", "example.com.org", "127.0.0.10", "1.127.0.0.1", "[::2]", "x"] {
            assert!(!list.contains(host), "{host}");
        }
        assert!(NoProxy::new("*").expect("all").contains("[::5]"));
        assert!(!NoProxy::new("").expect("none").contains("anything"));
        for bad in
            ["a b", "http://x", "*.x", ".", "localhost:8080", "127.0.0.1:80", "localhost.", "0.0.1", "127.0.0", "a..b"]
        {
            assert!(NoProxy::new(bad).expect_err(bad).message().contains("hosts and domains without ports"), "{bad}");
        }
        let error = NoProxy::new("localhost,http://u:pa55@proxy").expect_err("a URL");
        assert!(error.message().starts_with("entry 2 of no_proxy is no host"), "{error}");
        assert!(!error.message().contains("pa55"), "{error}");
    }
}
