//! The connector that ureq opens connections with: TCP, directly or through a proxy; TLS for https; and the access
//! token.

use std::io;
use std::net::SocketAddr;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{ConnectionDetails, Connector, NextTimeout, RustlsConnector};

use super::attempt::current;
use super::authorization::AuthorizingConnector;
use super::error::TransportError;
use super::happy_eyeballs::connect;
use super::http_proxy::open_tunnel;
use super::response_head::HeadRepairingConnector;
use super::tcp::TcpConnection;
use crate::call::Interruption;
use crate::config::{AccessToken, NoProxy, Proxy};

/// Opens TCP connections, to the host or through the proxy.
#[derive(Clone, Debug)]
pub(super) struct TcpConnector {
    pub proxy: Option<Proxy>,
    pub no_proxy: NoProxy,
    /// For CONNECT requests: the same as in the requests to the service.
    pub user_agent: String,
}

/// The connector of an agent.
pub(super) fn connector(tcp: TcpConnector, token: AccessToken) -> impl Connector {
    let tls = TlsConnector(RustlsConnector::default());
    tcp.chain(tls).chain(HeadRepairingConnector).chain(AuthorizingConnector { token })
}

impl Connector for TcpConnector {
    type Out = TcpConnection;

    fn connect(&self, details: &ConnectionDetails, _: Option<()>) -> Result<Option<TcpConnection>, ureq::Error> {
        let attempt = current()?;
        attempt.connecting();
        let host = details.uri.host().unwrap_or_default();
        let port = details.uri.port_u16().unwrap_or(if details.needs_tls() { 443 } else { 80 });
        let stream = match &self.proxy {
            Some(proxy) if !self.no_proxy.contains(host) => open_tunnel(proxy, &self.user_agent, host, port, &attempt)?,
            _ => connect(host, port, &attempt)?,
        };
        Ok(Some(TcpConnection::new(stream, details.needs_tls())))
    }
}

/// TLS for https. A connection that is closed or times out during the handshake has its own error.
#[derive(Debug)]
struct TlsConnector(RustlsConnector);

impl Connector<TcpConnection> for TlsConnector {
    type Out = <RustlsConnector as Connector<TcpConnection>>::Out;

    fn connect(
        &self,
        details: &ConnectionDetails,
        connection: Option<TcpConnection>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        self.0.connect(details, connection).map_err(|error| match error {
            ureq::Error::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                TransportError::ClosedDuringHandshake.into()
            }
            ureq::Error::Other(other) => match other.downcast() {
                Ok(error) => during_handshake(*error).into(),
                Err(other) => ureq::Error::Other(other),
            },
            error => error,
        })
    }
}

fn during_handshake(error: TransportError) -> TransportError {
    use Interruption::{ConnectTimedOut, Stalled, TimedOut};
    match error {
        TransportError::Interrupted(timeout @ (ConnectTimedOut(_) | Stalled(_) | TimedOut(_))) => {
            TransportError::HandshakeTimedOut(timeout)
        }
        error => error,
    }
}

/// Replaces ureq's resolver, which would run for each request: hosts are resolved only to open a connection.
#[derive(Debug)]
pub(super) struct NoopResolver;

impl Resolver for NoopResolver {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let mut addresses = self.empty();
        addresses.push(SocketAddr::from(([0, 0, 0, 0], 0)));
        Ok(addresses)
    }
}
