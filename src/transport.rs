//! One request over the wire and its answer back: ureq for HTTP, rustls for TLS, and connections of our own, which
//! end when the call is to end.

mod agents;
pub(crate) mod call;
mod connector;
mod dial;
mod failure;
mod lookup;
mod socket;
#[allow(unsafe_code)]
pub(crate) mod sys;
mod tunnel;

use std::io::{self, Read};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ureq::http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, Uri, header};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body};

use self::agents::{Agents, Make};
use self::call::{Call, with_current};
use self::connector::{PLACEHOLDER, Route};
pub(crate) use self::failure::Context;
use self::failure::is_gone;
use crate::answer::Answer;
use crate::config::{AccessToken, Config};
use crate::error::{Error, ErrorKind, Result};

/// Of an answer that isn't a page only so much is read: an `error.list` is short, a gateway's HTML isn't wanted.
const MAX_ERROR_BYTES: u64 = 1024 * 1024;
const MOST_RESERVED: usize = 1024 * 1024;
/// Of 50 rows, where the length isn't known beforehand, as of a compressed one.
const USUAL_PAGE: usize = 32 * 1024;
/// Less than a socket's buffer, which has to hold a whole head.
const MAX_HEAD: usize = 32 * 1024;
const MAX_IDLE: usize = 64;
/// Shorter than the minute after which servers close.
const MAX_IDLE_AGE: Duration = Duration::from_secs(50);

/// A pool of connections to one service, with the settings that each request has in common.
pub(crate) struct Transport {
    agents: Agents,
    /// Those of every request, so that nobody makes them anew.
    headers: HeaderMap,
    /// Whether the pooled connections are to be left alone next time.
    distrusted: AtomicBool,
    pub(crate) context: Context,
}

impl Transport {
    pub(crate) fn new(config: &Config, token: AccessToken) -> Result<Self> {
        let roots = match &config.ca_certificates {
            Some(certificates) => RootCerts::Specific(Arc::new(certificates.clone())),
            None => RootCerts::WebPki,
        };
        let mut user_agent = concat!("libdata_connectors/", env!("CARGO_PKG_VERSION")).to_owned();
        if let Some(suffix) = &config.user_agent_suffix {
            user_agent.push(' ');
            user_agent.push_str(suffix);
        }
        let settings = Agent::config_builder()
            // ureq's default would take a proxy from the environment; ours is the connector's business.
            .proxy(None)
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_response_header_size(MAX_HEAD)
            .input_buffer_size(socket::INPUT)
            .output_buffer_size(socket::OUTPUT)
            .max_idle_connections(MAX_IDLE)
            .max_idle_connections_per_host(MAX_IDLE)
            .max_idle_age(MAX_IDLE_AGE)
            .build();
        let api_version = HeaderValue::try_from(&config.api_version)
            .map_err(|_| Error::invalid("the API version can't be sent in a header"))?;
        let user_agent = HeaderValue::try_from(user_agent)
            .map_err(|_| Error::invalid("the user agent's suffix can't be sent in a header"))?;
        let host = HeaderValue::try_from(config.base_url.host_header())
            .map_err(|_| Error::invalid("the base URL's host can't be sent in a header"))?;
        let headers = [
            (header::HOST, host),
            (header::AUTHORIZATION, HeaderValue::from_static(PLACEHOLDER)),
            (HeaderName::from_static("intercom-version"), api_version),
            (header::ACCEPT_ENCODING, HeaderValue::from_static("gzip")),
            (header::USER_AGENT, user_agent),
            (header::ACCEPT, HeaderValue::from_static("application/json")),
        ];
        let route = Route { proxy: config.proxy.clone(), no_proxy: config.no_proxy.clone() };
        Ok(Self {
            agents: Agents::new(Make { config: settings, route, token: token.clone() }),
            headers: headers.into_iter().collect(),
            distrusted: AtomicBool::new(false),
            context: Context {
                authority: config.base_url.authority(),
                timeout: config.timeout,
                connect_timeout: config.connect_timeout,
                max_response_bytes: config.max_response_bytes,
                token,
            },
        })
    }

    /// Sends a GET and reads its answer, within the call's time; over a new connection if it is to be `fresh`.
    pub(crate) fn get(&self, uri: &Uri, call: &Rc<Call>, fresh: bool) -> Result<Answer> {
        with_current(call, || {
            let fresh = self.distrusted.swap(false, Ordering::Relaxed) || fresh;
            let response = match self.send(uri, call, fresh) {
                // A pooled connection that the server has closed meanwhile: that is no failure of the service's.
                Err(error) if !call.has_opened() && is_gone(&error) => self.send(uri, call, true),
                outcome => outcome,
            };
            // Also where none was opened: the waits behind this attempt aren't part of it.
            call.connected();
            self.answer(response.map_err(|error| self.context.explain(error))?)
        })
    }

    /// The last answer made no sense: if it was cut at the wrong place, the rest of it would be taken for the next
    /// one.
    pub(crate) fn distrust_connections(&self) {
        self.distrusted.store(true, Ordering::Relaxed);
    }

    fn send(&self, uri: &Uri, call: &Call, fresh: bool) -> std::result::Result<Response<Body>, ureq::Error> {
        call.begin_attempt(fresh);
        let mut request = Request::new(());
        *request.uri_mut() = uri.clone();
        *request.headers_mut() = self.headers.clone();
        self.agents.get().run(request)
    }

    fn answer(&self, response: Response<Body>) -> Result<Answer> {
        let (parts, body) = response.into_parts();
        let mut answer = Answer { status: parts.status, headers: parts.headers, body: Vec::new() };
        let is_page = answer.status == StatusCode::OK;
        let read = if is_page { self.whole(body, &mut answer.body) } else { beginning(body, &mut answer.body) };
        match read.map_err(|error| self.context.explain(error.into())) {
            Ok(()) => Ok(answer),
            // The status says enough of a failure whose body breaks off; but what ends the call ends this, too.
            Err(error) if !is_page && error.kind() != ErrorKind::Cancelled => Ok(answer),
            Err(error) => Err(error.with_answer(answer.facts(&self.context.token))),
        }
    }

    fn whole(&self, body: Body, bytes: &mut Vec<u8>) -> io::Result<()> {
        let limit = self.context.max_response_bytes;
        let announced = body.content_length();
        if announced.is_some_and(|length| length > limit) {
            return Err(ureq::Error::BodyExceedsLimit(limit).into_io());
        }
        let expected = announced.map_or(USUAL_PAGE, |length| length as usize);
        // One more for the NUL behind a page's JSON. The rest of what is announced may never come.
        bytes.try_reserve_exact(expected.min(MOST_RESERVED) + 1).map_err(|_| io::ErrorKind::OutOfMemory)?;
        body.into_with_config().limit(limit).reader().read_to_end(bytes)?;
        if bytes.capacity() > 2 * bytes.len() {
            bytes.shrink_to(bytes.len() + 1);
        }
        Ok(())
    }
}

fn beginning(body: Body, bytes: &mut Vec<u8>) -> io::Result<()> {
    body.into_reader().take(MAX_ERROR_BYTES).read_to_end(bytes).map(drop)
}
