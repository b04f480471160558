//! The settings of a client: their defaults and their validation, in one place.

mod access_token;
mod base_url;
mod ca_certificates;
mod proxy;

use std::fmt;
use std::path::Path;
use std::time::Duration;

use ureq::tls::Certificate;

pub(crate) use self::access_token::AccessToken;
pub(crate) use self::base_url::BaseUrl;
pub use self::base_url::Region;
pub(crate) use self::proxy::{NoProxy, Proxy};
use crate::error::{Error, Result};
use crate::interrupt::InterruptCheck;
use crate::logger::{LogLevel, Logger};

const MAX_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);
const MAX_RETRIES: u32 = 10;
const RESPONSE_BYTES: std::ops::RangeInclusive<u64> = 1024..=1024 * 1024 * 1024;
const MAX_SUFFIX: usize = 256;

/// The settings of a [`Client`](crate::Client). Each is checked where it is set; one that is refused leaves the old
/// value.
///
/// Nothing in the environment has an effect: neither a token nor a proxy is taken from there.
///
/// Since: 0.1.0
#[derive(Clone)]
pub struct Config {
    pub(crate) access_token: Option<AccessToken>,
    pub(crate) base_url: BaseUrl,
    pub(crate) api_version: String,
    pub(crate) user_agent_suffix: Option<String>,
    pub(crate) timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) max_retries: u32,
    pub(crate) max_response_bytes: u64,
    pub(crate) allow_insecure_http: bool,
    pub(crate) proxy: Option<Proxy>,
    pub(crate) no_proxy: NoProxy,
    pub(crate) ca_certificates: Option<Vec<Certificate<'static>>>,
    /// Whether those are the system's.
    system_roots: bool,
    pub(crate) wait_for_rate_limit: bool,
    pub(crate) logger: Option<Logger>,
    pub(crate) interrupt: Option<InterruptCheck>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            access_token: None,
            base_url: Region::Us.base_url(),
            api_version: "Preview".to_owned(),
            user_agent_suffix: None,
            timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(10),
            max_retries: 2,
            max_response_bytes: 8 * 1024 * 1024,
            allow_insecure_http: false,
            proxy: None,
            no_proxy: NoProxy::default(),
            ca_certificates: None,
            system_roots: false,
            wait_for_rate_limit: false,
            logger: None,
            interrupt: None,
        }
    }
}

impl Config {
    /// The defaults, without a token: that one has to be set.
    pub fn new() -> Self {
        Self::default()
    }

    /// The workspace's access token: 1 to 4096 visible ASCII characters, without the word `Bearer`. No default.
    ///
    /// # Errors
    /// `InvalidArgument` when it is empty or has white space, control or non-ASCII characters. The message never
    /// repeats it.
    pub fn set_access_token(&mut self, token: &str) -> Result<&mut Self> {
        self.access_token = Some(AccessToken::new(token)?);
        Ok(self)
    }

    /// The data centre of the workspace; default [`Region::Us`]. Replaces the base URL, as that replaces the region.
    pub fn set_region(&mut self, region: Region) -> &mut Self {
        self.base_url = region.base_url();
        self
    }

    /// Where the service is, as `https://host[:port][/path]` of up to 2048 bytes; default `https://api.intercom.io`.
    /// Replaces the region.
    ///
    /// # Errors
    /// `InvalidArgument` for a URL without scheme or host, with credentials, a query or a fragment. `Client::new`
    /// refuses `http://` to anything but loopback without
    /// [`set_allow_insecure_http`](Self::set_allow_insecure_http).
    pub fn set_base_url(&mut self, url: &str) -> Result<&mut Self> {
        self.base_url = BaseUrl::new(url)?;
        Ok(self)
    }

    /// Whether the token may go over plain `http://` to another machine, or through a proxy; default `false`. For a
    /// test network only.
    pub fn set_allow_insecure_http(&mut self, allow: bool) -> &mut Self {
        self.allow_insecure_http = allow;
        self
    }

    /// The `Intercom-Version` to ask for; default `Preview`. The service has the operation for `Preview` and from
    /// `2.16` on.
    ///
    /// # Errors
    /// `InvalidArgument` for anything but a word of letters or a number with one point. One the library doesn't know
    /// is sent.
    pub fn set_api_version(&mut self, version: &str) -> Result<&mut Self> {
        let digits = |text: &str| (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        let number = version.split_once('.').is_some_and(|(major, minor)| digits(major) && digits(minor));
        let word = (1..=32).contains(&version.len()) && version.bytes().all(|b| b.is_ascii_alphabetic());
        if !number && !word {
            return Err(Error::invalid(format!(
                "{version:?} is not an API version: use Preview, or a number such as 2.16"
            )));
        }
        self.api_version = version.to_owned();
        Ok(self)
    }

    /// A name for your program, put behind the library's own in `User-Agent`; default none. An empty one removes it.
    ///
    /// # Errors
    /// `InvalidArgument` for more than 256 bytes, or anything but visible ASCII and spaces.
    pub fn set_user_agent_suffix(&mut self, suffix: &str) -> Result<&mut Self> {
        if suffix.len() > MAX_SUFFIX || !suffix.bytes().all(|b| b == b' ' || b.is_ascii_graphic()) {
            return Err(Error::invalid(
                "the user agent suffix must be at most 256 visible ASCII characters and spaces, such as my-app/1.0",
            ));
        }
        let suffix = suffix.trim_ascii();
        self.user_agent_suffix = (!suffix.is_empty()).then(|| suffix.to_owned());
        Ok(self)
    }

    /// The time for a whole call, every attempt and every wait between them included; default 60 s.
    ///
    /// # Errors
    /// `InvalidArgument` below 1 ms and above 24 h: a call always ends.
    pub fn set_timeout(&mut self, timeout: Duration) -> Result<&mut Self> {
        self.timeout = check_timeout("timeout", timeout)?;
        Ok(self)
    }

    /// The time for opening a connection, within the time of the call; default 10 s.
    ///
    /// # Errors
    /// `InvalidArgument` below 1 ms and above 24 h.
    pub fn set_connect_timeout(&mut self, timeout: Duration) -> Result<&mut Self> {
        self.connect_timeout = check_timeout("connect timeout", timeout)?;
        Ok(self)
    }

    /// How often a call may be tried again after the first attempt; default 2, 0 is never.
    ///
    /// # Errors
    /// `InvalidArgument` above 10.
    pub fn set_max_retries(&mut self, retries: u32) -> Result<&mut Self> {
        if retries > MAX_RETRIES {
            return Err(retries_refused(retries.into()));
        }
        self.max_retries = retries;
        Ok(self)
    }

    /// The largest answer taken, in bytes after decompression; default 8 MiB.
    ///
    /// # Errors
    /// `InvalidArgument` outside 1 KiB to 1 GiB.
    pub fn set_max_response_bytes(&mut self, bytes: u64) -> Result<&mut Self> {
        if !RESPONSE_BYTES.contains(&bytes) {
            return Err(response_bytes_refused(bytes.into()));
        }
        self.max_response_bytes = bytes;
        Ok(self)
    }

    /// The HTTP proxy to go through, as `http://[user:password@]host[:port]`, percent-encoded where needed; default
    /// `None`: directly. The connection through it is a `CONNECT` tunnel.
    ///
    /// # Errors
    /// `InvalidArgument` for anything else. The message never repeats the URL, which may hold a password.
    pub fn set_proxy(&mut self, proxy: Option<&str>) -> Result<&mut Self> {
        self.proxy = proxy.map(Proxy::new).transpose()?;
        Ok(self)
    }

    /// The hosts to reach directly although there is a proxy: hosts, addresses and domains without ports, with commas
    /// between (a domain stands for all that is below it), or `*`; default none.
    ///
    /// # Errors
    /// `InvalidArgument` for an entry that can't be a host or a domain.
    pub fn set_no_proxy(&mut self, hosts: &str) -> Result<&mut Self> {
        self.no_proxy = NoProxy::new(hosts)?;
        Ok(self)
    }

    /// A PEM file of the certificate authorities to trust instead of the bundled ones (Mozilla's, as of the library's
    /// release); default `None`, which leaves the system's as they are. Read at once. It replaces the system's, as they
    /// replace it.
    ///
    /// # Errors
    /// `InvalidArgument` when it can't be read or holds no certificate.
    pub fn set_ca_file(&mut self, path: Option<&Path>) -> Result<&mut Self> {
        if path.is_some() || !self.system_roots {
            self.ca_certificates = path.map(ca_certificates::from_file).transpose()?;
            self.system_roots = false;
        }
        Ok(self)
    }

    /// Whether to trust the certificate authorities that this system does, instead of the bundled ones; default
    /// `false`, which leaves a CA file as it is. Read at once; where they are is the system's convention, which on
    /// Unix includes the variables `SSL_CERT_FILE` and `SSL_CERT_DIR`.
    ///
    /// # Errors
    /// `InvalidArgument` when the system has none, as in an empty container.
    pub fn set_system_roots(&mut self, use_them: bool) -> Result<&mut Self> {
        if use_them || self.system_roots {
            self.ca_certificates = use_them.then(ca_certificates::from_system).transpose()?;
        }
        self.system_roots = use_them;
        Ok(self)
    }

    /// Whether a call waits for the rate limit's reset, within its time, when an answer has said that nothing remains
    /// until then, instead of earning a 429; default `false`. A reset more than five minutes away is taken for a
    /// mistake.
    pub fn set_wait_for_rate_limit(&mut self, wait: bool) -> &mut Self {
        self.wait_for_rate_limit = wait;
        self
    }

    /// A function that is asked on the calling thread whether to end the call: when a signal interrupts a wait, and
    /// every 15 ms while waiting; default none.
    pub fn set_interrupt_check(&mut self, check: impl Fn() -> bool + Send + Sync + 'static) -> &mut Self {
        self.interrupt = Some(InterruptCheck::new(check));
        self
    }

    /// Sets the check or none, and gives the one before, to be dropped when nothing borrows the config any more.
    pub(crate) fn replace_interrupt_check(&mut self, check: Option<InterruptCheck>) -> Option<InterruptCheck> {
        std::mem::replace(&mut self.interrupt, check)
    }

    /// A function for log lines up to a level; default none. It is called on the thread that makes the call.
    pub fn set_logger(&mut self, level: LogLevel, write: impl Fn(LogLevel, &str) + Send + Sync + 'static) -> &mut Self {
        self.logger = Some(Logger::new(level, write));
        self
    }

    /// Sets the logger or none, and gives the one before, to be dropped when nothing borrows the config any more.
    pub(crate) fn replace_logger(&mut self, logger: Option<Logger>) -> Option<Logger> {
        std::mem::replace(&mut self.logger, logger)
    }
}

/// Shows the settings, but neither the token nor a proxy's credentials.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("access_token", &self.access_token)
            .field("base_url", &self.base_url)
            .field("api_version", &self.api_version)
            .field("user_agent_suffix", &self.user_agent_suffix)
            .field("timeout", &self.timeout)
            .field("connect_timeout", &self.connect_timeout)
            .field("max_retries", &self.max_retries)
            .field("max_response_bytes", &self.max_response_bytes)
            .field("allow_insecure_http", &self.allow_insecure_http)
            .field("proxy", &self.proxy)
            .field("no_proxy", &self.no_proxy)
            .field("ca_certificates", &self.ca_certificates.as_ref().map(Vec::len))
            .field("wait_for_rate_limit", &self.wait_for_rate_limit)
            .field("logger", &self.logger)
            .field("interrupt", &self.interrupt)
            .finish()
    }
}

fn check_timeout(name: &str, timeout: Duration) -> Result<Duration> {
    if timeout < Duration::from_millis(1) || timeout > MAX_TIMEOUT {
        return Err(timeout_refused(name, timeout.as_millis().try_into().unwrap_or(i128::MAX)));
    }
    Ok(timeout)
}

// Why a number is refused, also one that only another language can pass.

pub(crate) fn timeout_refused(name: &str, ms: i128) -> Error {
    Error::invalid(format!("the {name} is {ms} ms: use 1 to {} (24 h)", MAX_TIMEOUT.as_millis()))
}

pub(crate) fn retries_refused(retries: i128) -> Error {
    Error::invalid(format!("max retries is {retries}: use 0 to {MAX_RETRIES}"))
}

pub(crate) fn response_bytes_refused(bytes: i128) -> Error {
    let (least, most) = (RESPONSE_BYTES.start(), RESPONSE_BYTES.end());
    Error::invalid(format!("max response bytes is {bytes}: use {least} to {most}"))
}

#[cfg(test)]
mod tests;
