//! CONNECT tunnels through an HTTP proxy.

use std::net::TcpStream;

use zeroize::Zeroizing;

use super::attempt::Attempt;
use super::error::TransportError;
use super::happy_eyeballs::connect;
use super::tcp::TcpConnection;
use crate::config::Proxy;

const MAX_CONNECT_RESPONSE_BYTES: usize = 16 * 1024;

/// Opens a tunnel to `host` through the proxy.
pub(super) fn open_tunnel(
    proxy: &Proxy,
    user_agent: &str,
    host: &str,
    port: u16,
    attempt: &Attempt,
) -> Result<TcpStream, TransportError> {
    // Errors name the proxy, so that they are not mistaken for failures of the service.
    let at_proxy = |error| TransportError::AtProxy { proxy: format!("{proxy:?}"), error: Box::new(error) };
    let stream = connect(&proxy.host, proxy.port, attempt).map_err(at_proxy)?;
    let response = exchange(&stream, &connect_request(proxy, user_agent, host, port), attempt).map_err(at_proxy)?;
    let reason = match (response.status, response.has_trailing_data) {
        (Some(200..=299), false) => return Ok(stream),
        // The host sends nothing before it has received a request.
        (Some(200..=299), true) => "unexpected data after its response".to_owned(),
        (Some(407), _) => "HTTP 407, user name and password missing or not accepted".to_owned(),
        (Some(status), _) => format!("HTTP {status}"),
        (None, true) => "its response is not HTTP".to_owned(),
        (None, false) => "it closed the connection".to_owned(),
    };
    // As for a gateway. Others are final: repeating an invalid password could lock the account.
    let is_temporary = matches!(response.status, Some(502..=504));
    let advice =
        if is_temporary { "try again later, or check the proxy" } else { "check the proxy option and its rules" };
    Err(TransportError::ProxyRefused {
        message: format!("proxy {proxy:?} did not open a CONNECT tunnel to {host}:{port} ({reason}): {advice}"),
        is_temporary,
    })
}

fn connect_request(proxy: &Proxy, user_agent: &str, host: &str, port: u16) -> Zeroizing<String> {
    let credentials = proxy.authorization.as_ref().map_or("", |value| value.as_str());
    let mut text = Zeroizing::new(String::with_capacity(128 + 2 * host.len() + user_agent.len() + credentials.len()));
    let authority = format!("{host}:{port}");
    for part in ["CONNECT ", &authority, " HTTP/1.1\r\nHost: ", &authority, "\r\nUser-Agent: ", user_agent, "\r\n"] {
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

/// The proxy's response to CONNECT.
#[derive(Debug, PartialEq)]
struct ConnectResponse {
    /// `None` if the response is empty or not HTTP.
    status: Option<u16>,
    /// Whether data follows the response head.
    has_trailing_data: bool,
}

/// Sends the request and reads the response head.
fn exchange(stream: &TcpStream, request: &str, attempt: &Attempt) -> Result<ConnectResponse, TransportError> {
    TcpConnection::send(stream, request.as_bytes(), attempt)?;
    let mut received = Vec::new();
    let mut buffer = [0; 1024];
    loop {
        let count = TcpConnection::receive(stream, &mut buffer, attempt)?;
        received.extend_from_slice(buffer.get(..count).unwrap_or_default());
        let is_too_long = received.len() > MAX_CONNECT_RESPONSE_BYTES;
        if let Some(response) = parse_response(&received).filter(|_| !is_too_long) {
            return Ok(response);
        }
        if count == 0 || is_too_long {
            return Ok(ConnectResponse { status: None, has_trailing_data: !received.is_empty() });
        }
    }
}

/// The response, once its head is complete. Informational responses (1xx) are skipped.
fn parse_response(received: &[u8]) -> Option<ConnectResponse> {
    let text = String::from_utf8_lossy(received);
    let mut remaining: &str = &text;
    loop {
        // Proxies send either kind of line break; the head ends with the first empty line.
        let splits = [remaining.split_once("\r\n\r\n"), remaining.split_once("\n\n")];
        let (head, rest) = splits.into_iter().flatten().min_by_key(|(head, _)| head.len())?;
        match parse_status(head) {
            Some(100..=199) => remaining = rest,
            status => {
                return Some(ConnectResponse { status, has_trailing_data: !rest.is_empty() || status.is_none() });
            }
        }
    }
}

fn parse_status(head: &str) -> Option<u16> {
    let mut words = head.strip_prefix("HTTP/1.")?.split_ascii_whitespace();
    words.nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::TcpListener;
    use std::time::Duration;

    use super::*;
    use crate::call::{CallContext, Timeouts};
    use crate::cancel::CancelToken;

    #[test]
    fn connect_request_has_host_user_agent_and_credentials() {
        let proxy = Proxy::new("http://me:pass%20word@proxy").expect("valid");
        let expected = "CONNECT host:443 HTTP/1.1\r\nHost: host:443\r\nUser-Agent: me/1 x\r\nProxy-Authorization: Basic bWU6cGFzcyB3b3Jk\r\n\r\n";
        assert_eq!(connect_request(&proxy, "me/1 x", "host", 443).as_str(), expected);
        let proxy = Proxy::new("http://proxy").expect("valid");
        let expected = "CONNECT [::1]:1 HTTP/1.1\r\nHost: [::1]:1\r\nUser-Agent: me\r\n\r\n";
        assert_eq!(connect_request(&proxy, "me", "[::1]", 1).as_str(), expected);
    }

    #[test]
    fn parses_proxy_responses() {
        let response = |status, has_trailing_data| Some(ConnectResponse { status, has_trailing_data });
        assert_eq!(parse_response(b"HTTP/1.1 200 Connection established\r\n\r\n"), response(Some(200), false));
        assert_eq!(parse_response(b"HTTP/1.0 407\r\nX: y\r\n\r\ndenied"), response(Some(407), true));
        assert_eq!(parse_response(b"HTTP/1.1 403 No\n\n"), response(Some(403), false));
        assert_eq!(parse_response(b"HTTP/1.1 100 Go\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"), response(Some(200), false));
        let many = [&b"HTTP/1.1 100\n\n".repeat(1_000)[..], b"HTTP/1.1 200 OK\r\n\r\n"].concat();
        assert_eq!(parse_response(&many), response(Some(200), false));
        for incomplete in [&b""[..], b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 100 Go\r\n\r\nHTTP/1.1 200"] {
            assert_eq!(parse_response(incomplete), None);
        }
        for invalid in [&b"SSH-2.0-x\r\n\r\n"[..], b"HTTP/1.1\r\n\r\n", b"HTTP/1.1 x\r\n\r\n", b"\xff\r\n\r\n"] {
            assert_eq!(parse_response(invalid), response(None, true));
        }
    }
    #[test]
    fn response_head_has_at_most_16_kib() {
        let timeout = Duration::from_secs(10);
        let timeouts = Timeouts { total: timeout, connect: timeout, stall: None };
        let attempt = Attempt::new(&CallContext::new(timeouts, &CancelToken::new().expect("a token"), None), false);
        for (length, status) in [(16 * 1024, Some(200)), (16 * 1024 + 1, None)] {
            let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
            let stream = TcpStream::connect(listener.local_addr().expect("bound")).expect("listening");
            // Stays open: the limit alone ends the exchange.
            let (mut proxy, _) = listener.accept().expect("connected");
            let head = format!("HTTP/1.1 200 OK\r\nX: {:x<width$}\r\n\r\n", "", width = length - 24);
            assert_eq!(head.len(), length);
            proxy.write_all(head.as_bytes()).expect("connected");
            let response = exchange(&stream, "", &attempt).expect("no timeout");
            assert_eq!(response, ConnectResponse { status, has_trailing_data: status.is_none() }, "{length}");
        }
    }
}
