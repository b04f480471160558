//! Sends a request and receives its response: ureq for HTTP, rustls for TLS, and sockets of this library, whose waits
//! can be cancelled.

mod agents;
mod attempt;
mod authorization;
mod body;
mod content_encoding;
mod dns;
mod error;
mod happy_eyeballs;
mod http_proxy;
mod response_head;
mod tcp;
mod tls_error;
mod ureq_connector;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ureq::http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, Uri, header};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body};

use self::agents::{AgentSettings, Agents};
use self::attempt::{Attempt, run_as_current};
use self::authorization::AUTHORIZATION_PLACEHOLDER;
use self::error::{ErrorContext, is_connection_closed};
use self::response_head::MAX_RESPONSE_HEAD_BYTES;
use self::tls_error::{TlsOptions, Trusted};
use self::ureq_connector::TcpConnector;
use crate::api_error;
use crate::call::CallContext;
use crate::config::{AccessToken, CaCertificates, Config};
use crate::error::{Error, ErrorKind, Result};
use crate::response::HttpResponse;

/// How much is read of the body of an error response: one byte more than is parsed, which shows that it is longer.
const MAX_ERROR_BODY_BYTES: u64 = api_error::MAX_BODY_BYTES as u64 + 1;
const MAX_IDLE_CONNECTIONS: usize = 64;
/// Less than the minute after which servers usually close idle connections.
const MAX_IDLE_AGE: Duration = Duration::from_secs(50);

/// A connection pool for one service, and what all requests have in common.
pub(crate) struct Transport {
    agents: Agents,
    /// The headers of every request.
    headers: HeaderMap,
    /// Whether the next request must not reuse a pooled connection.
    requires_new_connection: AtomicBool,
    error_context: ErrorContext,
}

impl Transport {
    pub(crate) fn new(config: &Config, token: AccessToken) -> Result<Self> {
        let specific = |certificates: &Vec<_>| RootCerts::Specific(Arc::new(certificates.clone()));
        let (roots, trusted) = match &config.ca_certificates {
            CaCertificates::File(certificates) => (specific(certificates), Trusted::CaFile),
            CaCertificates::System(certificates) => (specific(certificates), Trusted::System),
            CaCertificates::Bundled => (RootCerts::WebPki, Trusted::Bundled),
        };
        let client_certificate = config.client_certificate.to_ureq()?;
        let has_client_certificate = client_certificate.is_some();
        let mut user_agent = concat!("libdata_connectors/", env!("CARGO_PKG_VERSION")).to_owned();
        if let Some(suffix) = &config.user_agent_suffix {
            user_agent.push(' ');
            user_agent.push_str(suffix);
        }
        let agent_config = Agent::config_builder()
            // ureq would use a proxy from the environment; the connector handles proxies.
            .proxy(None)
            .tls_config(TlsConfig::builder().root_certs(roots).client_cert(client_certificate).build())
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_response_header_size(MAX_RESPONSE_HEAD_BYTES)
            .input_buffer_size(tcp::INPUT_BUFFER_BYTES)
            .output_buffer_size(tcp::OUTPUT_BUFFER_BYTES)
            .max_idle_connections(MAX_IDLE_CONNECTIONS)
            .max_idle_connections_per_host(MAX_IDLE_CONNECTIONS)
            .max_idle_age(MAX_IDLE_AGE)
            .build();
        let api_version = HeaderValue::try_from(&config.api_version)
            .map_err(|_| Error::invalid("invalid api_version: not allowed in an HTTP header"))?;
        let user_agent_value = HeaderValue::try_from(&user_agent)
            .map_err(|_| Error::invalid("invalid user_agent_suffix: not allowed in an HTTP header"))?;
        let host = HeaderValue::try_from(config.base_url().host_header())
            .map_err(|_| Error::invalid("invalid base_url: its host is not allowed in an HTTP header"))?;
        let headers = [
            (header::HOST, host),
            (header::AUTHORIZATION, HeaderValue::from_static(AUTHORIZATION_PLACEHOLDER)),
            (HeaderName::from_static("intercom-version"), api_version),
            (header::ACCEPT_ENCODING, HeaderValue::from_static("gzip")),
            (header::USER_AGENT, user_agent_value),
            (header::ACCEPT, HeaderValue::from_static("application/json")),
        ];
        let connector = TcpConnector { proxy: config.proxy.clone(), no_proxy: config.no_proxy.clone(), user_agent };
        Ok(Self {
            agents: Agents::new(AgentSettings { config: agent_config, connector, token: token.clone() }),
            headers: headers.into_iter().collect(),
            requires_new_connection: AtomicBool::new(false),
            error_context: ErrorContext {
                authority: config.base_url().authority(),
                max_response_bytes: config.max_response_bytes,
                tls: TlsOptions { trusted, has_client_certificate },
                token,
            },
        })
    }

    /// Sends a GET request and receives the response, within the time remaining of the call.
    pub(crate) fn get(&self, uri: &Uri, call: &CallContext, requires_new_connection: bool) -> Result<HttpResponse> {
        let requires_new = self.requires_new_connection.swap(false, Ordering::Relaxed) || requires_new_connection;
        let attempt = Attempt::new(call, requires_new);
        run_as_current(&attempt, || {
            let response = match self.send(uri) {
                // The server had closed the pooled connection; that does not count as a failed attempt.
                Err(error) if !attempt.opened_connection() && is_connection_closed(&error) => {
                    attempt.require_new_connection();
                    self.send(uri)
                }
                result => result,
            };
            self.receive(response.map_err(|error| self.error_context.to_error(error))?, call)
        })
    }

    /// Makes the next request open a new connection. After an invalid response, the position in the stream of a pooled
    /// connection is uncertain: the rest of that response could be taken for the next one.
    pub(crate) fn require_new_connection(&self) {
        self.requires_new_connection.store(true, Ordering::Relaxed);
    }

    fn send(&self, uri: &Uri) -> std::result::Result<Response<Body>, ureq::Error> {
        let mut request = Request::new(());
        *request.uri_mut() = uri.clone();
        *request.headers_mut() = self.headers.clone();
        self.agents.current().run(request)
    }

    fn receive(&self, response: Response<Body>, call: &CallContext) -> Result<HttpResponse> {
        let (head, body) = response.into_parts();
        let mut response = HttpResponse { status: head.status, headers: head.headers, body: Vec::new() };
        let is_ok = response.status == StatusCode::OK;
        let HttpResponse { headers, body: bytes, .. } = &mut response;
        let limit = if is_ok { self.error_context.max_response_bytes } else { MAX_ERROR_BODY_BYTES };
        let is_coded = headers.contains_key(header::CONTENT_ENCODING);
        let read = if is_ok {
            let overhead = if is_coded { content_encoding::MAX_OVERHEAD_BYTES } else { 0 };
            body::read(body, bytes, limit.saturating_add(overhead))
        } else {
            body::read_start(body, bytes, limit)
        };
        // What was received of an incomplete error response may contain its code.
        let decoded = if is_coded && (read.is_ok() || !is_ok) {
            content_encoding::decode(headers, bytes, limit, call)
        } else {
            Ok(())
        };
        match read.map_err(ureq::Error::from).and(decoded).map_err(|error| self.error_context.to_error(error)) {
            Ok(()) => Ok(response),
            // The status of an error response is enough if its body is incomplete, unless the call was cancelled.
            Err(error) if !is_ok && error.kind() != ErrorKind::Cancelled => Ok(response),
            Err(error) => {
                if error.kind() == ErrorKind::Protocol {
                    self.require_new_connection();
                }
                Err(error.with_response(response.info(&self.error_context.token)))
            }
        }
    }
}
