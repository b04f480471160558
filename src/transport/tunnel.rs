//! A way through a proxy: `CONNECT`, after which the connection is as if it led to the host itself.

use std::net::TcpStream;

use zeroize::Zeroizing;

use super::call::{Call, Stop};
use super::dial::dial;
use super::socket::TcpSocket;
use crate::config::Proxy;

/// What a proxy's answer may be long.
const MAX_HEAD: usize = 16 * 1024;

/// A connection to `host` through the proxy.
pub(super) fn tunnel(proxy: &Proxy, host: &str, port: u16, call: &Call) -> Result<TcpStream, Stop> {
    let stream = dial(&proxy.host, proxy.port, call).map_err(|stop| match stop {
        Stop::NoConnection(why) => Stop::NoConnection(format!("the proxy can't be reached: {why}")),
        other => other,
    })?;
    TcpSocket::send(&stream, request(proxy, host, port).as_bytes(), call)?;
    let head = head(&stream, call)?;
    let refused = |why: &str| Stop::ProxyRefused(format!("the proxy {proxy:?} opened no way to {host}:{port}: {why}"));
    match status(&head) {
        Some(200..=299) => Ok(stream),
        Some(407) => Err(refused("it wants a user and password, or others than these (407)")),
        Some(other) => Err(refused(&format!("it answered {other}"))),
        None if head.is_empty() => Err(refused("it closed the connection")),
        None => Err(refused("its answer was not HTTP")),
    }
}

fn request(proxy: &Proxy, host: &str, port: u16) -> Zeroizing<String> {
    let credentials = proxy.authorization.as_ref().map_or("", |value| value.as_str());
    let mut text = Zeroizing::new(String::with_capacity(128 + 2 * host.len() + credentials.len()));
    for part in ["CONNECT ", host, &format!(":{port}"), " HTTP/1.1\r\nHost: ", host, &format!(":{port}\r\n")] {
        text.push_str(part);
    }
    if !credentials.is_empty() {
        for part in ["Proxy-Authorization: ", credentials, "\r\n"] {
            text.push_str(part);
        }
    }
    text.push_str("\r\n");
    text
}

/// The head of the proxy's answer; bytes behind it would be the host's, which has nothing to say before it is asked.
fn head(stream: &TcpStream, call: &Call) -> Result<Vec<u8>, Stop> {
    let mut head = Vec::new();
    let mut buffer = [0; 1024];
    while !head.ends_with(b"\r\n\r\n") {
        let received = TcpSocket::receive(stream, &mut buffer, call)?;
        if received == 0 || head.len() > MAX_HEAD {
            break;
        }
        head.extend_from_slice(buffer.get(..received).unwrap_or_default());
    }
    Ok(head)
}

fn status(head: &[u8]) -> Option<u16> {
    let text = std::str::from_utf8(head.strip_suffix(b"\r\n\r\n")?).ok()?;
    let mut words = text.strip_prefix("HTTP/1.")?.split_ascii_whitespace();
    words.nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_as_proxies_expect() {
        let proxy = Proxy::new("http://me:pass%20word@proxy").expect("good");
        let expected =
            "CONNECT host:443 HTTP/1.1\r\nHost: host:443\r\nProxy-Authorization: Basic bWU6cGFzcyB3b3Jk\r\n\r\n";
        assert_eq!(request(&proxy, "host", 443).as_str(), expected);
        let proxy = Proxy::new("http://proxy").expect("good");
        assert_eq!(request(&proxy, "[::1]", 1).as_str(), "CONNECT [::1]:1 HTTP/1.1\r\nHost: [::1]:1\r\n\r\n");
    }

    #[test]
    fn reads_the_status() {
        assert_eq!(status(b"HTTP/1.1 200 Connection established\r\n\r\n"), Some(200));
        assert_eq!(status(b"HTTP/1.0 407\r\nX: y\r\n\r\n"), Some(407));
        for bad in [&b""[..], b"HTTP/1.1 200 OK\r\n", b"SSH-2.0-x\r\n\r\n", b"HTTP/1.1\r\n\r\n", b"HTTP/1.1 x\r\n\r\n"]
        {
            assert_eq!(status(bad), None);
        }
    }
}
