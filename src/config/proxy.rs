//! The HTTP proxy, and the hosts that are connected to without it.

use std::fmt;
use std::net::IpAddr;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;
use ureq::http::Uri;
use zeroize::Zeroizing;

use crate::error::{Error, Result};

const DEFAULT_PORT: u16 = 80;

/// An HTTP proxy. Its credentials are redacted in output, and wiped from memory when it is dropped.
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
                "invalid proxy: {what}; use http://proxy.example:3128, or http://user:password@proxy.example:3128 with user \
                 and password percent-encoded"
            ))
        })
    }

    /// The error message contains no part of the URL.
    fn parse(url: &str) -> std::result::Result<Self, &'static str> {
        if url.is_empty() {
            return Err("empty");
        }
        let (scheme, rest) = url.split_at_checked("http://".len()).unwrap_or_default();
        let rest = scheme
            .eq_ignore_ascii_case("http://")
            .then_some(rest)
            .ok_or("does not start with http://, the only supported scheme")?;
        // The parser may leave copies in memory, so it receives no credentials.
        let (credentials, address) = match rest.rsplit_once('@') {
            Some((credentials, address)) => (Some(credentials), address),
            None => (None, rest),
        };
        let address = address.strip_suffix('/').unwrap_or(address);
        if address.contains(['/', '?', '#']) {
            return Err("contains a path or a query");
        }
        let uri: Uri = format!("http://{address}").parse().map_err(|_| "malformed host")?;
        let host = uri.host().filter(|host| !host.is_empty()).ok_or("no host")?;
        let port = match address.strip_prefix(host).unwrap_or_default() {
            "" => DEFAULT_PORT,
            rest => rest
                .strip_prefix(':')
                .and_then(|port| port.parse().ok())
                .filter(|port| *port > 0)
                .ok_or("the port is not a number from 1 to 65535")?,
        };
        let authorization = match credentials {
            Some(credentials) => Some(
                basic(credentials).ok_or("user or password is not percent-encoded, or contains a control character")?,
            ),
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

/// `Basic …` from percent-encoded `user:password`. All buffers are wiped, and allocated at their full size, as growing
/// them would leave copies.
fn basic(credentials: &str) -> Option<Zeroizing<String>> {
    if !is_percent_encoded(credentials) {
        return None;
    }
    let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
    let mut plain = Zeroizing::new(Vec::with_capacity(credentials.len() + 1));
    plain.extend(percent_decode_str(user));
    // A colon would terminate the user name.
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

/// Whether every reserved character is escaped, and every `%` is followed by two hexadecimal digits.
fn is_percent_encoded(text: &str) -> bool {
    let reserved = |byte: &u8| !byte.is_ascii_graphic() || b"/?#[]@".contains(byte);
    let escapes = text.split('%').skip(1);
    let is_valid =
        |after: &str| after.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    !text.as_bytes().iter().any(reserved) && escapes.into_iter().all(is_valid)
}

/// The hosts that are connected to without the proxy.
#[derive(Clone, Debug, Default)]
pub(crate) struct NoProxy(Vec<NoProxyEntry>);

#[derive(Clone, Debug)]
enum NoProxyEntry {
    All,
    Address(IpAddr),
    /// Includes its subdomains.
    Domain(String),
}

impl NoProxy {
    /// Parses a list separated by commas: hosts, addresses and domains without ports, or `*` for all.
    pub(crate) fn new(list: &str) -> Result<Self> {
        let entries = list.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        // The entry is not repeated: it may be a misplaced proxy URL with a password.
        let parse = |(index, entry): (usize, &str)| {
            NoProxyEntry::parse(entry)
                .map_err(|reason| Error::invalid(format!("invalid no_proxy: entry {} {reason}", index + 1)))
        };
        entries.enumerate().map(parse).collect::<Result<_>>().map(Self)
    }

    pub(crate) fn contains(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        let address = bare(&host).parse::<IpAddr>().ok();
        self.0.iter().any(|entry| match entry {
            NoProxyEntry::All => true,
            NoProxyEntry::Address(excluded) => address == Some(*excluded),
            NoProxyEntry::Domain(domain) => {
                address.is_none()
                    && host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }
        })
    }
}

impl NoProxyEntry {
    /// The error says what the entry is, and what to use instead.
    fn parse(entry: &str) -> std::result::Result<Self, &'static str> {
        if entry == "*" {
            return Ok(Self::All);
        }
        if let Ok(address) = bare(entry).parse() {
            return Ok(Self::Address(address));
        }
        let name = entry.strip_prefix('.').unwrap_or(entry);
        let is_valid = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        let is_name = name.split('.').all(|label| !label.is_empty() && label.chars().all(is_valid));
        // Digits and dots only: an incomplete address.
        let is_number = name.chars().all(|c| c.is_ascii_digit() || c == '.');
        if is_name && !is_number {
            return Ok(Self::Domain(name.to_ascii_lowercase()));
        }
        Err(if entry.starts_with("*.") {
            "contains a wildcard; for a domain and its subdomains use .example.com, without *"
        } else if is_address_range(entry) {
            "is an address range, which is not supported; use single addresses, or a domain such as .internal"
        } else {
            "is not a host; use hosts and domains without ports, separated by commas (such as \
             localhost,127.0.0.1,.internal), or *"
        })
    }
}

/// Whether it is `10.0.0.0/8`, `fd00::/8`, `10.*` or `10.0.`.
fn is_address_range(entry: &str) -> bool {
    let is_part = |part: &str| part == "*" || part.parse::<u8>().is_ok();
    match entry.split_once('/') {
        Some((address, bits)) => bare(address).parse::<IpAddr>().is_ok() && bits.parse::<u8>().is_ok(),
        None => entry.contains('.') && entry.strip_suffix('.').unwrap_or(entry).split('.').all(is_part),
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
    fn parses_hosts_and_credentials() {
        for (url, shown) in [
            ("http://proxy", "proxy:80"),
            ("HTTP://proxy:3128/", "proxy:3128"),
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
    fn rejects_invalid_urls_without_repeating_them() {
        for (invalid, reason) in [
            ("", "empty"),
            ("proxy:3128", "does not start with http://"),
            ("https://u:pa55@proxy", "the only supported scheme"),
            ("socks5://u:pa55@proxy", "the only supported scheme"),
            ("http://", "host"),
            ("http://u:pa55@", "host"),
            ("http://u:pa55@ho st", "malformed host"),
            ("http://u:pa55@:80", "host"),
            ("http://u:pa55@proxy:0", "the port is not"),
            ("http://proxy:x", "the port is not"),
            ("http://proxy:", "the port is not"),
            ("http://proxy:99999", "the port is not"),
            ("http://[::1]x", "p"),
            ("http://[::1]3128", "p"),
            ("http://u:pa55@proxy:1/path", "contains a path or a query"),
            ("http://proxy?x", "contains a path or a query"),
            ("http://u%3A:pa55@proxy", "not percent-encoded"),
            ("http://u:pa55%0A@proxy", "not percent-encoded"),
            ("http://u:pa55%ZZ@proxy", "not percent-encoded"),
            ("http://u:pa55%2@proxy", "not percent-encoded"),
            ("http://u:pa@55@proxy", "not percent-encoded"),
            ("http://u:pa/55@proxy", "not percent-encoded"),
            ("http://u:pa 55@proxy", "not percent-encoded"),
        ] {
            let error = Proxy::new(invalid).expect_err(invalid);
            assert!(error.message().contains(reason), "{invalid}: {error}");
            assert!(error.message().contains("use http://proxy.example:3128"), "{error}");
            assert!(!format!("{error:?}").contains("pa55"), "{error:?}");
        }
    }

    #[test]
    fn no_proxy_matches_hosts_addresses_and_domains() {
        let list = NoProxy::new(" localhost, .internal ,Example.com,127.0.0.1,::1,[fe80::2]").expect("a valid list");
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
        for invalid in ["a b", "http://x", ".", "localhost:8080", "127.0.0.1:80", "localhost.", "a..b", "x/8", "7"] {
            let error = NoProxy::new(invalid).expect_err(invalid);
            assert!(
                error.message().contains("is not a host; use hosts and domains without ports"),
                "{invalid}: {error}"
            );
        }
        for wildcard in ["*.example.com", "*.x", "*.10"] {
            assert_eq!(
                NoProxy::new(wildcard).expect_err(wildcard).message(),
                "invalid no_proxy: entry 1 contains a wildcard; for a domain and its subdomains use .example.com, without *"
            );
        }
        for range in ["10.0.0.0/8", "fd00::/8", "[fd00::]/8", "127.0.0.1/32", "10.*", "10.0.", "0.0.1", "127.0.0"] {
            assert_eq!(
                NoProxy::new(range).expect_err(range).message(),
                "invalid no_proxy: entry 1 is an address range, which is not supported; use single addresses, or a domain \
                 such as .internal"
            );
        }
        let error = NoProxy::new("localhost,http://u:pa55@proxy").expect_err("a URL");
        assert!(error.message().starts_with("invalid no_proxy: entry 2 is not a host"), "{error}");
        assert!(!error.message().contains("pa55"), "{error}");
    }
}
