//! How ureq comes to its connections: dialled by us, directly or through a proxy, with rustls over it where the URL
//! says so.

use std::net::SocketAddr;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, RustlsConnector, Transport};
use zeroize::Zeroize;

use super::call::{Stop, current};
use super::dial::dial;
use super::socket::TcpSocket;
use super::tunnel::tunnel;
use crate::config::{AccessToken, NoProxy, Proxy};

/// What ureq has for a token.
pub(super) const PLACEHOLDER: &str = "Bearer [token]";
const PLACEHOLDER_LINE: &str = "authorization: Bearer [token]";

/// Which way connections go.
#[derive(Clone, Debug)]
pub(super) struct Route {
    pub proxy: Option<Proxy>,
    pub no_proxy: NoProxy,
}

/// The whole chain.
pub(super) fn connector(route: Route, token: AccessToken) -> impl Connector {
    route.chain(RustlsConnector::default()).chain(Finish { token })
}

/// Opens the connection, to the host or through the proxy.
impl Connector for Route {
    type Out = TcpSocket;

    fn connect(&self, details: &ConnectionDetails, _: Option<()>) -> Result<Option<TcpSocket>, ureq::Error> {
        let call = current()?;
        call.connecting();
        let host = details.uri.host().unwrap_or_default();
        let port = details.uri.port_u16().unwrap_or(if details.needs_tls() { 443 } else { 80 });
        let stream = match &self.proxy {
            Some(proxy) if !self.no_proxy.contains(host) => tunnel(proxy, host, port, &call)?,
            _ => dial(host, port, &call)?,
        };
        Ok(Some(TcpSocket::new(stream)))
    }
}

/// The last of the chain: the connection is open.
#[derive(Debug)]
struct Finish {
    token: AccessToken,
}

impl<In: Transport> Connector<In> for Finish {
    type Out = Authorizing<In>;

    fn connect(&self, _: &ConnectionDetails, chained: Option<In>) -> Result<Option<Self::Out>, ureq::Error> {
        current()?.connected();
        Ok(chained.map(|inner| Authorizing { inner, token: self.token.clone() }))
    }
}

/// Puts the token into a request as the last thing before it is sent (encrypted below this, where TLS is spoken), and
/// wipes it from the buffer afterwards: nothing above ever has it, so that nothing above can log it or leave it in
/// memory.
#[derive(Debug)]
struct Authorizing<T> {
    inner: T,
    token: AccessToken,
}

impl<T: Transport> Transport for Authorizing<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        let output = self.inner.buffers().output();
        let amount = authorize(output, amount, self.token.as_str()).ok_or(Stop::TooLongRequest)?;
        let sent = self.inner.transmit_output(amount, timeout);
        if let Some(bytes) = self.inner.buffers().output().get_mut(..amount) {
            bytes.zeroize();
        }
        sent
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.inner.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

/// ureq resolves for each request, also on a pooled connection; the dialler does it when one has to be opened.
#[derive(Debug)]
pub(super) struct NoResolver;

impl Resolver for NoResolver {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let mut one = self.empty();
        one.push(SocketAddr::from(([0, 0, 0, 0], 0)));
        Ok(one)
    }
}

/// Replaces the placeholder in the first `amount` bytes, which are a request's head, and gives their new number;
/// `None` when there is no room, or it isn't a whole head with a placeholder in it.
fn authorize(output: &mut [u8], amount: usize, token: &str) -> Option<usize> {
    let head = output.get(..amount)?;
    let is_before = |line: &&[u8]| line.strip_suffix(b"\r\n") != Some(PLACEHOLDER_LINE.as_bytes());
    let at: usize = head.split_inclusive(|&byte| byte == b'\n').take_while(is_before).map(<[u8]>::len).sum();
    if at == head.len() || !head.ends_with(b"\r\n\r\n") {
        return None;
    }
    let value = at + "authorization: Bearer ".len();
    let rest = at + PLACEHOLDER_LINE.len();
    let moved = value + token.len();
    let end = amount + moved - rest;
    if end > output.len() {
        return None;
    }
    output.copy_within(rest..amount, moved);
    output.get_mut(value..moved)?.copy_from_slice(token.as_bytes());
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_takes_the_placeholders_place() {
        let head = "GET / HTTP/1.1\r\nauthorization: Bearer [token]\r\nhost: h\r\n\r\n";
        for token in ["t", "1234567", "a-longer-token-than-the-placeholder"] {
            let mut output = [0; 128];
            output[..head.len()].copy_from_slice(head.as_bytes());
            let amount = authorize(&mut output, head.len(), token).expect("room");
            assert_eq!(output[..amount], *head.replace("[token]", token).as_bytes());
        }
        let mut exact = head.as_bytes().to_vec();
        assert_eq!(authorize(&mut exact, head.len(), "longer than before"), None);
        assert_eq!(exact, head.as_bytes());
        for other in ["user-agent: authorization: Bearer [token]\r\n\r\n", "x: y\r\n\r\n", &head[..head.len() - 2]] {
            assert_eq!(authorize(&mut other.as_bytes().to_vec(), other.len(), "t"), None, "{other}");
        }
    }
}
