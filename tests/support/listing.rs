//! Options, a call and its response, for tests of the Rust API against a [`FaultServer`].

use std::time::Duration;

use data_connectors::{Client, Config, Page, PageRequest, Result};

use super::certificates::{self, Flaw};
use super::fault_server::{FaultServer, Step};

pub const TOKEN: &str = "canary-7d1f";
pub const LIST: &str = r#"{"data":[{"id":"1"}]}"#;

pub fn config(base_url: &str) -> Config {
    let mut config = Config::new();
    config.set_access_token(TOKEN).unwrap().set_base_url(base_url).unwrap();
    config.set_max_retries(0).unwrap().set_timeout(Duration::from_secs(10)).unwrap();
    config
}

pub fn list(client: &Client) -> Result<Page> {
    client.list_page(&PageRequest::new(), None)
}

pub fn ok_response() -> Step {
    Step::Send(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{LIST}", LIST.len()).into())
}

pub fn tls_config(server: &FaultServer) -> Config {
    let mut config = config(&format!("https://{}", server.address()));
    config.set_ca_file(Some(&certificates::ca_file())).unwrap();
    config
}

/// Runs `check` against a server over plain HTTP, then over TLS.
pub fn with_plain_and_tls(scripts: &[Vec<Step>], check: impl Fn(&FaultServer, Client)) {
    let server = FaultServer::start(scripts.to_vec(), None);
    check(&server, Client::new(&config(&format!("http://{}", server.address()))).unwrap());
    let server = FaultServer::start(scripts.to_vec(), Some(certificates::server_config(Flaw::None)));
    check(&server, Client::new(&tls_config(&server)).unwrap());
}
