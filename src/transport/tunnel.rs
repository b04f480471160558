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
        other => at_proxy(other, proxy),
    })?;
    let answer = ask(&stream, &request(proxy, host, port), call).map_err(|stop| at_proxy(stop, proxy))?;
    let why = match answer {
        Answer { status: Some(200..=299), behind: false } => return Ok(stream),
        // The host has nothing to say before it is asked.
        Answer { status: Some(200..=299), behind: true } => "it sent more than its answer".to_owned(),
        Answer { status: Some(407), .. } => "it wants a user and password, or others than these (407)".to_owned(),
        Answer { status: Some(other), .. } => format!("it answered {other}"),
        Answer { status: None, behind: true } => "its answer was not HTTP".to_owned(),
        Answer { status: None, behind: false } => "it closed the connection".to_owned(),
    };
    Err(Stop::ProxyRefused(format!("the proxy {proxy:?} opened no way to {host}:{port}: {why}")))
}

/// Whether it was the proxy or the service that failed is worth telling.
fn at_proxy(stop: Stop, proxy: &Proxy) -> Stop {
    match stop {
        Stop::TimeOver | Stop::ConnectTimeOver | Stop::Stalled | Stop::Broken(_) => {
            Stop::AtProxy(Box::new(stop), format!("the proxy {proxy:?}"))
        }
        other => other,
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

/// What a proxy answered.
#[derive(Debug, PartialEq)]
struct Answer {
    /// `None` where it isn't HTTP, or nothing at all.
    status: Option<u16>,
    /// Whether something came that the status line and its headers don't account for.
    behind: bool,
}

/// Sends the request and reads the head of the answer.
fn ask(stream: &TcpStream, request: &str, call: &Call) -> Result<Answer, Stop> {
    TcpSocket::send(stream, request.as_bytes(), call)?;
    let mut received = Vec::new();
    let mut buffer = [0; 1024];
    loop {
        let more = TcpSocket::receive(stream, &mut buffer, call)?;
        received.extend_from_slice(buffer.get(..more).unwrap_or_default());
        if let Some(answer) = read(&received) {
            return Ok(answer);
        }
        if more == 0 || received.len() > MAX_HEAD {
            return Ok(Answer { status: None, behind: !received.is_empty() });
        }
    }
}

/// The answer, once its head is there; what only announces it (1xx) is passed over.
fn read(received: &[u8]) -> Option<Answer> {
    let text = String::from_utf8_lossy(received);
    // Line breaks of both kinds are seen: the head ends with the first empty line.
    let ends = [text.split_once("\r\n\r\n"), text.split_once("\n\n")];
    let (head, behind) = ends.into_iter().flatten().min_by_key(|(head, _)| head.len())?;
    let status = status(head);
    match status {
        Some(100..=199) => read(behind.as_bytes()),
        _ => Some(Answer { status, behind: !behind.is_empty() || status.is_none() }),
    }
}

fn status(head: &str) -> Option<u16> {
    let mut words = head.strip_prefix("HTTP/1.")?.split_ascii_whitespace();
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
    fn reads_answers_as_proxies_give_them() {
        let answer = |status, behind| Some(Answer { status, behind });
        assert_eq!(read(b"HTTP/1.1 200 Connection established\r\n\r\n"), answer(Some(200), false));
        assert_eq!(read(b"HTTP/1.0 407\r\nX: y\r\n\r\ndenied"), answer(Some(407), true));
        assert_eq!(read(b"HTTP/1.1 403 No\n\n"), answer(Some(403), false));
        assert_eq!(read(b"HTTP/1.1 100 Go\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"), answer(Some(200), false));
        for unfinished in [&b""[..], b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 100 Go\r\n\r\nHTTP/1.1 200"] {
            assert_eq!(read(unfinished), None);
        }
        for bad in [&b"SSH-2.0-x\r\n\r\n"[..], b"HTTP/1.1\r\n\r\n", b"HTTP/1.1 x\r\n\r\n", b"\xff\r\n\r\n"] {
            assert_eq!(read(bad), answer(None, true));
        }
    }
}
