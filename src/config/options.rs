//! The options of a client: their defaults, their typed setters, and the table by which they are set by name.
//!
//! To add an option, add a field, its default, a setter and a row of the table.

use std::ops::RangeInclusive;
use std::path::Path;
use std::time::Duration;

use super::access_token::AccessToken;
use super::base_url::{BaseUrl, Region};
use super::ca_certificates::CaCertificates;
use super::client_certificate::ClientCertificate;
use super::option_table::{ConfigOption, Set, quote};
use super::proxy::{NoProxy, Proxy};
use crate::error::{Error, Result};
use crate::interrupt::InterruptCheck;
use crate::logger::{LogLevel, Logger};

/// The options of a [`Client`](crate::Client). A value is validated when it is set; an invalid one leaves the option
/// unchanged.
///
/// The access token and the proxy are never read from environment variables.
///
/// Since: 0.1.0
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) access_token: Option<AccessToken>,
    region: Region,
    base_url: Option<BaseUrl>,
    pub(crate) allow_insecure_http: bool,
    pub(crate) api_version: String,
    pub(crate) user_agent_suffix: Option<String>,
    pub(crate) timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) max_retries: u32,
    pub(crate) max_response_bytes: u64,
    pub(crate) wait_for_rate_limit: bool,
    pub(crate) proxy: Option<Proxy>,
    pub(crate) no_proxy: NoProxy,
    pub(crate) ca_certificates: CaCertificates,
    pub(crate) client_certificate: ClientCertificate,
    pub(crate) logger: Option<Logger>,
    pub(crate) interrupt: Option<InterruptCheck>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            access_token: None,
            region: Region::Us,
            base_url: None,
            allow_insecure_http: false,
            api_version: "Preview".to_owned(),
            user_agent_suffix: None,
            timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(10),
            max_retries: 2,
            max_response_bytes: 8 * 1024 * 1024,
            wait_for_rate_limit: false,
            proxy: None,
            no_proxy: NoProxy::default(),
            ca_certificates: CaCertificates::Bundled,
            client_certificate: ClientCertificate::default(),
            logger: None,
            interrupt: None,
        }
    }
}

const TIMEOUT_MS: RangeInclusive<i64> = 1..=24 * 60 * 60 * 1000;
const RETRIES: RangeInclusive<i64> = 0..=10;
const RESPONSE_BYTES: RangeInclusive<i64> = 1024..=1024 * 1024 * 1024;
const MAX_SUFFIX_BYTES: usize = 256;

impl Config {
    /// The defaults. The access token has none: it must be set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the access token of the workspace: 1 to 4096 visible ASCII characters, without the word `Bearer`.
    ///
    /// # Errors
    /// `InvalidArgument` when it is empty or contains white space, control or non-ASCII characters. The message never
    /// contains it.
    pub fn set_access_token(&mut self, token: &str) -> Result<&mut Self> {
        self.access_token = Some(AccessToken::new(token)?);
        Ok(self)
    }

    /// Sets the region of the workspace; default [`Region::Us`]. Replaces the base URL.
    pub fn set_region(&mut self, region: Region) -> &mut Self {
        self.region = region;
        self.base_url = None;
        self
    }

    /// Sets the base URL, `https://host[:port][/path]` of up to 2048 bytes, for a gateway or a sandbox. Replaces the
    /// region.
    ///
    /// # Errors
    /// `InvalidArgument` for a URL without scheme or host, or with credentials, a query or a fragment. `Client::new`
    /// rejects `http://` to anything but loopback without
    /// [`set_allow_insecure_http`](Self::set_allow_insecure_http).
    pub fn set_base_url(&mut self, url: &str) -> Result<&mut Self> {
        self.base_url = Some(BaseUrl::new(url)?);
        self.region = Region::default();
        Ok(self)
    }

    /// The base URL in effect.
    pub(crate) fn base_url(&self) -> BaseUrl {
        self.base_url.clone().unwrap_or_else(|| self.region.base_url())
    }

    /// Sets whether the access token may be sent over plain `http://` to another machine, or through a proxy; default
    /// `false`. For test networks.
    pub fn set_allow_insecure_http(&mut self, allow: bool) -> &mut Self {
        self.allow_insecure_http = allow;
        self
    }

    /// Sets the `Intercom-Version` to request; default `Preview`. The operation exists in `Preview` and from `2.16`.
    ///
    /// # Errors
    /// `InvalidArgument` unless it is a word of letters or a number such as `2.16`. Unknown versions are sent
    /// unchanged.
    pub fn set_api_version(&mut self, version: &str) -> Result<&mut Self> {
        let digits = |text: &str| (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        let is_number = version.split_once('.').is_some_and(|(major, minor)| digits(major) && digits(minor));
        let is_word = (1..=32).contains(&version.len()) && version.bytes().all(|b| b.is_ascii_alphabetic());
        if !is_number && !is_word {
            return Err(Error::invalid(format!(
                "invalid api_version{}: use Preview, or a number such as 2.16",
                quote(version)
            )));
        }
        self.api_version = version.to_owned();
        Ok(self)
    }

    /// Sets the name of your program, which is appended to `User-Agent`; default none. An empty string removes it.
    ///
    /// # Errors
    /// `InvalidArgument` for more than 256 bytes, or anything but visible ASCII characters and spaces.
    pub fn set_user_agent_suffix(&mut self, suffix: &str) -> Result<&mut Self> {
        if suffix.len() > MAX_SUFFIX_BYTES || !suffix.bytes().all(|b| b == b' ' || b.is_ascii_graphic()) {
            return Err(Error::invalid(
                "invalid user_agent_suffix: use at most 256 visible ASCII characters and spaces, such as my-app/1.0",
            ));
        }
        let suffix = suffix.trim_ascii();
        self.user_agent_suffix = (!suffix.is_empty()).then(|| suffix.to_owned());
        Ok(self)
    }

    /// Sets the timeout of a whole call, including every attempt and every wait between them; default 60 s.
    ///
    /// # Errors
    /// `InvalidArgument` below 1 ms and above 24 h.
    pub fn set_timeout(&mut self, timeout: Duration) -> Result<&mut Self> {
        self.timeout = check_timeout("timeout_ms", timeout)?;
        Ok(self)
    }

    /// Sets the timeout for opening a connection, within the timeout of the call; default 10 s.
    ///
    /// # Errors
    /// `InvalidArgument` below 1 ms and above 24 h.
    pub fn set_connect_timeout(&mut self, timeout: Duration) -> Result<&mut Self> {
        self.connect_timeout = check_timeout("connect_timeout_ms", timeout)?;
        Ok(self)
    }

    /// Sets the maximum number of retries of a call after retryable failures; default 2; 0 disables retries.
    ///
    /// # Errors
    /// `InvalidArgument` above 10.
    pub fn set_max_retries(&mut self, retries: u32) -> Result<&mut Self> {
        self.max_retries = check("max_retries", retries.into(), &RETRIES)?;
        Ok(self)
    }

    /// Sets the maximum size of a response body in bytes, after decompression; default 8 MiB.
    ///
    /// # Errors
    /// `InvalidArgument` outside 1 KiB to 1 GiB.
    pub fn set_max_response_bytes(&mut self, bytes: u64) -> Result<&mut Self> {
        self.max_response_bytes = check("max_response_bytes", bytes.into(), &RESPONSE_BYTES)?;
        Ok(self)
    }

    /// Sets whether a call waits for the reset of the rate limit, within its timeout, after a response reported that no
    /// requests remain; default `false`. A reset more than an hour away is ignored as implausible.
    pub fn set_wait_for_rate_limit(&mut self, wait: bool) -> &mut Self {
        self.wait_for_rate_limit = wait;
        self
    }

    /// Sets the HTTP proxy, `http://[user:password@]host[:port]` with user and password percent-encoded; default
    /// `None`: a direct connection. Requests go through a `CONNECT` tunnel.
    ///
    /// # Errors
    /// `InvalidArgument` for anything else. The message never contains the URL, which may hold a password.
    pub fn set_proxy(&mut self, proxy: Option<&str>) -> Result<&mut Self> {
        self.proxy = proxy.map(Proxy::new).transpose()?;
        Ok(self)
    }

    /// Sets the hosts that are connected to directly although a proxy is set: hosts, addresses and domains without
    /// ports, separated by commas (a domain includes its subdomains), or `*`; default none.
    ///
    /// # Errors
    /// `InvalidArgument` for an entry that is not a host or domain.
    pub fn set_no_proxy(&mut self, hosts: &str) -> Result<&mut Self> {
        self.no_proxy = NoProxy::new(hosts)?;
        Ok(self)
    }

    /// Sets a PEM file of certificate authorities to trust instead of the bundled ones (Mozilla's, as of the library's
    /// release); default `None`. The file is read immediately. Replaces the system's trust store.
    ///
    /// # Errors
    /// `InvalidArgument` when it can't be read or contains no certificate.
    pub fn set_ca_file(&mut self, path: Option<&Path>) -> Result<&mut Self> {
        match path {
            Some(path) => self.ca_certificates = CaCertificates::from_file(path)?,
            None if self.ca_certificates.are_from_system() => {}
            None => self.ca_certificates = CaCertificates::Bundled,
        }
        Ok(self)
    }

    /// Sets whether to trust the certificate authorities of this system instead of the bundled ones; default `false`.
    /// They are read immediately from the trust store of the system; on Unix the environment variables `SSL_CERT_FILE`
    /// and `SSL_CERT_DIR` can specify another one. Replaces the CA file.
    ///
    /// # Errors
    /// `InvalidArgument` when the system has none, as in a minimal container.
    pub fn set_system_roots(&mut self, use_system: bool) -> Result<&mut Self> {
        if use_system {
            self.ca_certificates = CaCertificates::from_system()?;
        } else if self.ca_certificates.are_from_system() {
            self.ca_certificates = CaCertificates::Bundled;
        }
        Ok(self)
    }

    /// Sets a PEM file with the certificate that authenticates the client to a server that requires one, followed by
    /// those of its intermediate CAs; default `None`. The file is read immediately. `Client::new` requires
    /// [its key](Self::set_client_key_file), too.
    ///
    /// # Errors
    /// `InvalidArgument` when it can't be read or contains no certificate.
    pub fn set_client_certificate_file(&mut self, path: Option<&Path>) -> Result<&mut Self> {
        self.client_certificate.set_chain(path)?;
        Ok(self)
    }

    /// Sets a PEM file with the private key of the client certificate, in PKCS#8, PKCS#1 or SEC1, not encrypted; default
    /// `None`. The file is read immediately.
    ///
    /// # Errors
    /// `InvalidArgument` when it can't be read, does not contain one private key, or contains an encrypted one. The
    /// message never contains any of it.
    pub fn set_client_key_file(&mut self, path: Option<&Path>) -> Result<&mut Self> {
        self.client_certificate.set_key(path)?;
        Ok(self)
    }

    /// Sets a function that returns whether to cancel the call; default none. It is called on the calling thread: every
    /// 15 ms while the call waits, and when a signal interrupts the wait.
    pub fn set_interrupt_check(&mut self, check: impl Fn() -> bool + Send + Sync + 'static) -> &mut Self {
        self.interrupt = Some(InterruptCheck::new(check));
        self
    }

    /// Replaces the interrupt check and returns the previous one, to be dropped when the config is no longer borrowed.
    pub(crate) fn replace_interrupt_check(&mut self, check: Option<InterruptCheck>) -> Option<InterruptCheck> {
        std::mem::replace(&mut self.interrupt, check)
    }

    /// Sets a function that receives log lines up to a level; default none. It is called on the thread that makes the
    /// call.
    pub fn set_logger(&mut self, level: LogLevel, write: impl Fn(LogLevel, &str) + Send + Sync + 'static) -> &mut Self {
        self.logger = Some(Logger::new(level, write));
        self
    }

    /// Replaces the logger and returns the previous one, to be dropped when the config is no longer borrowed.
    pub(crate) fn replace_logger(&mut self, logger: Option<Logger>) -> Option<Logger> {
        std::mem::replace(&mut self.logger, logger)
    }
}

/// Every option that can be set by name, in the order of the header.
pub(crate) const OPTIONS: [ConfigOption<Config>; 17] = [
    ConfigOption {
        name: c"access_token",
        default: None,
        allowed: c"1 to 4096 visible ASCII characters, without the word Bearer",
        description: c"Access token of the workspace. Required.",
        is_secret: true,
        replaces: None,
        set: Set::String(|config, value| {
            // Often the value of an environment variable that is not set.
            let value = value.ok_or_else(|| {
                Error::invalid(
                    "missing access_token: pass the access token of the workspace (is the variable for it set?)",
                )
            })?;
            config.set_access_token(value).map(drop)
        }),
    },
    ConfigOption {
        name: c"region",
        default: Some(c"us"),
        allowed: c"us, eu or au, in upper or lower case",
        description: c"Region of the workspace. An access token is valid in one region; the others respond with 401.",
        is_secret: false,
        replaces: Some(c"base_url"),
        set: Set::String(|config, value| match value {
            Some(value) => {
                config.set_region(Region::from_name(value)?);
                Ok(())
            }
            None => {
                config.region = Region::default();
                Ok(())
            }
        }),
    },
    ConfigOption {
        name: c"base_url",
        default: None,
        allowed: c"https://host[:port][/path] of up to 2048 bytes",
        description: c"Base URL, for a gateway or a sandbox. Plain http:// requires loopback or allow_insecure_http.",
        is_secret: false,
        replaces: Some(c"region"),
        set: Set::String(|config, value| match value {
            Some(value) => config.set_base_url(value).map(drop),
            None => {
                config.base_url = None;
                Ok(())
            }
        }),
    },
    ConfigOption {
        name: c"allow_insecure_http",
        default: Some(c"false"),
        allowed: c"true or false",
        description: c"Allows plain http:// to other machines, which sends the access token unencrypted.",
        is_secret: false,
        replaces: None,
        set: Set::Bool(|config, value| {
            config.set_allow_insecure_http(value);
            Ok(())
        }),
    },
    ConfigOption {
        name: c"api_version",
        default: Some(c"Preview"),
        allowed: c"Preview or another word of up to 32 letters, or a number such as 2.16",
        description: c"Intercom-Version to request. The operation exists in Preview and from 2.16.",
        is_secret: false,
        replaces: None,
        set: Set::String(|config, value| config.set_api_version(value.unwrap_or("Preview")).map(drop)),
    },
    ConfigOption {
        name: c"user_agent_suffix",
        default: None,
        allowed: c"up to 256 visible ASCII characters and spaces",
        description: c"Name of your program, such as my-app/1.0, appended to User-Agent.",
        is_secret: false,
        replaces: None,
        set: Set::String(|config, value| config.set_user_agent_suffix(value.unwrap_or_default()).map(drop)),
    },
    ConfigOption {
        name: c"timeout_ms",
        default: Some(c"60000"),
        allowed: c"1 to 86400000",
        description: c"Timeout of a whole call in milliseconds, including retries and waits.",
        is_secret: false,
        replaces: None,
        set: Set::Int(|config, value| {
            config.timeout = check_milliseconds("timeout_ms", value)?;
            Ok(())
        }),
    },
    ConfigOption {
        name: c"connect_timeout_ms",
        default: Some(c"10000"),
        allowed: c"1 to 86400000",
        description: c"Timeout for opening a connection in milliseconds, from DNS resolution to the TLS handshake.",
        is_secret: false,
        replaces: None,
        set: Set::Int(|config, value| {
            config.connect_timeout = check_milliseconds("connect_timeout_ms", value)?;
            Ok(())
        }),
    },
    ConfigOption {
        name: c"max_retries",
        default: Some(c"2"),
        allowed: c"0 to 10",
        description: c"Maximum number of retries of a call.",
        is_secret: false,
        replaces: None,
        set: Set::Int(|config, value| {
            config.max_retries = check("max_retries", value.into(), &RETRIES)?;
            Ok(())
        }),
    },
    ConfigOption {
        name: c"max_response_bytes",
        default: Some(c"8388608"),
        allowed: c"1024 to 1073741824",
        description: c"Maximum size of a response body in bytes, after decompression.",
        is_secret: false,
        replaces: None,
        set: Set::Int(|config, value| {
            config.max_response_bytes = check("max_response_bytes", value.into(), &RESPONSE_BYTES)?;
            Ok(())
        }),
    },
    ConfigOption {
        name: c"wait_for_rate_limit",
        default: Some(c"false"),
        allowed: c"true or false",
        description: c"Waits for the reset of the rate limit when no requests remain, instead of failing with 429.",
        is_secret: false,
        replaces: None,
        set: Set::Bool(|config, value| {
            config.set_wait_for_rate_limit(value);
            Ok(())
        }),
    },
    ConfigOption {
        name: c"proxy",
        default: None,
        allowed: c"http://[user:password@]host[:port], user and password percent-encoded",
        description: c"HTTP proxy to connect through, with CONNECT; default port 80.",
        is_secret: true,
        replaces: None,
        set: Set::String(|config, value| config.set_proxy(value).map(drop)),
    },
    ConfigOption {
        name: c"no_proxy",
        default: None,
        allowed: c"hosts, addresses and domains without ports, separated by commas, or *",
        description: c"Hosts to connect to without the proxy. A domain includes its subdomains.",
        is_secret: false,
        replaces: None,
        set: Set::String(|config, value| config.set_no_proxy(value.unwrap_or_default()).map(drop)),
    },
    ConfigOption {
        name: c"ca_file",
        default: None,
        allowed: c"path of a PEM file",
        description: c"Certificate authorities to trust instead of the bundled ones (Mozilla's).",
        is_secret: false,
        replaces: Some(c"system_roots"),
        set: Set::String(|config, value| config.set_ca_file(value.map(Path::new)).map(drop)),
    },
    ConfigOption {
        name: c"system_roots",
        default: Some(c"false"),
        allowed: c"true or false",
        description: c"Trusts the certificate authorities of the system instead of the bundled ones.",
        is_secret: false,
        replaces: Some(c"ca_file"),
        set: Set::Bool(|config, value| config.set_system_roots(value).map(drop)),
    },
    ConfigOption {
        name: c"client_certificate_file",
        default: None,
        allowed: c"path of a PEM file",
        description: c"Client certificate, and its chain, for servers that require one.",
        is_secret: false,
        replaces: None,
        set: Set::String(|config, value| config.set_client_certificate_file(value.map(Path::new)).map(drop)),
    },
    ConfigOption {
        name: c"client_key_file",
        default: None,
        allowed: c"path of a PEM file",
        description: c"Private key of the client certificate, not encrypted.",
        is_secret: false,
        replaces: None,
        set: Set::String(|config, value| config.set_client_key_file(value.map(Path::new)).map(drop)),
    },
];

fn check<N: TryFrom<i128>>(name: &str, value: i128, range: &RangeInclusive<i64>) -> Result<N> {
    let (min, max) = (*range.start(), *range.end());
    let is_in_range = (i128::from(min)..=i128::from(max)).contains(&value);
    let number = if is_in_range { value.try_into().ok() } else { None };
    number.ok_or_else(|| Error::invalid(format!("invalid {name} {value}: use {min} to {max}")))
}

fn check_milliseconds(name: &str, value: i64) -> Result<Duration> {
    check(name, value.into(), &TIMEOUT_MS).map(Duration::from_millis)
}

fn check_timeout(name: &str, timeout: Duration) -> Result<Duration> {
    // The range is in whole milliseconds; a fraction is kept.
    check::<u64>(name, timeout.as_millis().try_into().unwrap_or(i128::MAX), &TIMEOUT_MS)?;
    Ok(timeout)
}

#[cfg(test)]
#[path = "options_tests.rs"]
mod tests;
