//! One request over the wire and its answer back, by ureq.

mod failure;

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use ureq::Agent;
use ureq::http::{HeaderValue, StatusCode, header};
use ureq::tls::{RootCerts, TlsConfig};

use self::failure::Context;
use crate::answer::Answer;
use crate::config::{Config, Token};
use crate::error::{Error, Result};

/// Of an answer that isn't a page only so much is read: an `error.list` is short, a gateway's HTML isn't wanted.
const MAX_ERROR_BYTES: u64 = 64 * 1024;

/// A pool of connections to one service, with the settings that each request has in common.
pub(crate) struct Transport {
    agent: Agent,
    authorization: HeaderValue,
    api_version: HeaderValue,
    context: Context,
}

impl Transport {
    pub(crate) fn new(config: &Config, token: &Token) -> Result<Self> {
        let roots = match &config.ca {
            Some(certificates) => RootCerts::Specific(Arc::new(certificates.clone())),
            None => RootCerts::WebPki,
        };
        let mut user_agent = concat!("libdata_connectors/", env!("CARGO_PKG_VERSION")).to_owned();
        if let Some(suffix) = &config.user_agent_suffix {
            user_agent.push(' ');
            user_agent.push_str(suffix);
        }
        let agent = Agent::config_builder()
            // ureq's default would take a proxy from the environment.
            .proxy(config.proxy.clone())
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(user_agent)
            .accept("application/json")
            .timeout_connect(Some(config.connect_timeout))
            .build()
            .new_agent();
        let api_version = HeaderValue::try_from(&config.api_version)
            .map_err(|_| Error::invalid("the API version can't be sent in a header"))?;
        Ok(Self {
            agent,
            authorization: token.header()?,
            api_version,
            context: Context {
                authority: config.base_url.authority(),
                https: config.base_url.is_https(),
                max_response_bytes: config.max_response_bytes,
                token: token.clone(),
            },
        })
    }

    /// Sends a GET and reads its answer, within `time`.
    pub(crate) fn get(&self, url: &str, time: Duration) -> Result<Answer> {
        let response = self
            .agent
            .get(url)
            .config()
            .timeout_global(Some(time))
            .build()
            .header(header::AUTHORIZATION, self.authorization.clone())
            .header("intercom-version", self.api_version.clone())
            .call()
            .map_err(|error| self.context.explain(error))?;
        let (parts, body) = response.into_parts();
        let body = if parts.status == StatusCode::OK { self.whole(body)? } else { beginning(body) };
        Ok(Answer { status: parts.status, headers: parts.headers, body })
    }

    fn whole(&self, body: ureq::Body) -> Result<Vec<u8>> {
        let announced = body.content_length().unwrap_or(0).min(self.context.max_response_bytes);
        let mut bytes = Vec::with_capacity(announced as usize + 1);
        body.into_with_config()
            .limit(self.context.max_response_bytes)
            .reader()
            .read_to_end(&mut bytes)
            .map_err(|error| self.context.explain(error.into()))?;
        Ok(bytes)
    }
}

/// What can be had of a failure's body: the status says enough if it breaks off.
fn beginning(body: ureq::Body) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = body.into_reader().take(MAX_ERROR_BYTES).read_to_end(&mut bytes);
    bytes
}
