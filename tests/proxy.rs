//! Requests through an HTTP proxy.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use data_connectors::{Client, Config, Error, ErrorKind, Region};
use data_connectors_sandbox::Sandbox;
use support::certificates::{self, Flaw};
use support::fault_server::{FaultServer, Step, can_reset};
use support::listing::{config, list, ok_response, tls_config};
use support::test_proxy::start_proxy;

#[test]
fn proxy_receives_only_the_target_the_user_agent_and_its_credentials() {
    let server =
        FaultServer::start(vec![vec![Step::ReadRequest, ok_response()]], Some(certificates::server_config(Flaw::None)));
    let (address, thread) = start_proxy("HTTP/1.1 200 Fine\r\nX-Via: x\r\n\r\n", Some(server.address().to_string()));
    let mut config = tls_config(&server);
    config.set_base_url("https://localhost:4433").unwrap();
    config.set_proxy(Some(&format!("http://me:pass%20word@{address}"))).unwrap();
    config.set_user_agent_suffix("mirror/2").unwrap();
    let client = Client::new(&config).unwrap();
    assert_eq!(list(&client).unwrap().count(), 1);
    drop(client);
    let requests = server.requests();
    let user_agent = requests[0].lines().find(|line| line.starts_with("user-agent: ")).unwrap();
    let user_agent = user_agent.trim_start_matches("user-agent: ");
    assert!(user_agent.ends_with(" mirror/2"), "{user_agent}");
    drop(server);
    let head = thread.join().unwrap();
    let expected = format!(
        "CONNECT localhost:4433 HTTP/1.1\r\nHost: localhost:4433\r\nUser-Agent: {user_agent}\r\n\
         Proxy-Authorization: Basic bWU6cGFzcyB3b3Jk\r\n\r\n"
    );
    assert_eq!(head, expected);
}

/// The host that a client connects to, as a proxy receives it.
fn target_of(configure: impl FnOnce(&mut Config)) -> String {
    let (address, thread) = start_proxy("HTTP/1.1 403 No\r\n\r\n", None);
    let mut config = Config::new();
    config.set_access_token("canary-7d1f").unwrap().set_proxy(Some(&format!("http://{address}"))).unwrap();
    configure(&mut config);
    let error = list(&Client::new(&config).unwrap()).unwrap_err();
    let head = thread.join().unwrap();
    let target = head.split(' ').nth(1).unwrap().to_owned();
    assert!(head.starts_with(&format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n")), "{head}");
    assert!(error.message().contains(&format!("CONNECT tunnel to {target} ")), "{error}");
    target
}

#[test]
fn each_region_has_its_host_and_replaces_the_base_url() {
    const OTHER: &str = "https://one.example/path";
    assert_eq!(target_of(|_| {}), "api.intercom.io:443");
    for (region, host) in [
        (Region::Us, "api.intercom.io:443"),
        (Region::Eu, "api.eu.intercom.io:443"),
        (Region::Au, "api.au.intercom.io:443"),
    ] {
        let set_region = |config: &mut Config| {
            config.set_region(region);
        };
        let set_base_url = |config: &mut Config| {
            config.set_base_url(OTHER).unwrap();
        };
        assert_eq!(target_of(set_region), host);
        let region_last = |config: &mut Config| {
            set_base_url(config);
            set_region(config);
        };
        assert_eq!(target_of(region_last), host);
        let base_url_last = |config: &mut Config| {
            set_region(config);
            set_base_url(config);
        };
        assert_eq!(target_of(base_url_last), "one.example:443");
    }
}

/// Lists through a proxy, which fails.
fn error_through(proxy: &str) -> Error {
    let mut config = config("https://api.example");
    config.set_proxy(Some(proxy)).unwrap().set_max_retries(2).unwrap();
    list(&Client::new(&config).unwrap()).unwrap_err()
}

#[test]
fn refusal_by_the_proxy_is_not_retried_and_names_the_proxy() {
    for (response, reason) in [
        (
            "HTTP/1.1 407 No\r\nContent-Length: 6\r\n\r\ndenied",
            "HTTP 407, user name and password missing or not accepted",
        ),
        ("HTTP/1.1 403 No\n\n<html>", "HTTP 403"),
        ("HTTP/1.1 100 Go on\n\nHTTP/1.1 403 No\r\n\r\n", "HTTP 403"),
        (
            "HTTP/1.1 100 Go on\r\n\r\nHTTP/1.1 407 No\r\n\r\n",
            "HTTP 407, user name and password missing or not accepted",
        ),
        ("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "unexpected data after its response"),
        ("HTTP/1.1 407 No\r\n\r\n", "HTTP 407, user name and password missing or not accepted"),
        ("HTTP/1.1 403 No\r\n\r\n", "HTTP 403"),
        ("HTTP/1.1 401 No\r\n\r\n", "HTTP 401"),
        ("HTTP/1.1 429 No\r\nRetry-After: 0\r\n\r\n", "HTTP 429"),
        ("HTTP/1.1 500 No\r\n\r\n", "HTTP 500"),
        ("HTTP/1.1 501 No\r\n\r\n", "HTTP 501"),
        ("HTTP/1.1 505 No\r\n\r\n", "HTTP 505"),
        ("SSH-2.0-x\r\n\r\n", "its response is not HTTP"),
        ("", "it closed the connection"),
    ] {
        let (address, thread) = start_proxy(response, None);
        let error = error_through(&format!("http://me:pa55word@{address}"));
        thread.join().unwrap();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Proxy, 1), "{error}");
        assert!(
            error.message().contains(&format!(
                "proxy [credentials]@{address} did not open a CONNECT tunnel to api.example:443 ({reason}): check"
            )),
            "{error}"
        );
        assert!(!format!("{error:?}").contains("pa55"), "{error:?}");
    }
    if can_reset() {
        let resetting = FaultServer::start(vec![vec![Step::ReadRequest, Step::Reset]], None);
        let error = error_through(&format!("http://{}", resetting.address()));
        assert_eq!(error.kind(), ErrorKind::Connection);
        assert!(error.message().contains(&format!("connection to proxy {} failed: ", resetting.address())), "{error}");
    } else {
        println!("skipped: a proxy that resets the connection, which this system closes instead");
    }
    let error = error_through("http://127.0.0.1:1");
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connection, 3));
    assert!(
        error.message().contains("could not connect to proxy 127.0.0.1:1 (connection refused): check the proxy option"),
        "{error}"
    );
}

#[test]
fn temporary_failure_of_the_proxy_is_retried() {
    for status in ["502", "503", "504"] {
        let refusal = Step::Send(format!("HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n").into());
        let proxy = FaultServer::start(vec![vec![Step::ReadRequest, refusal.clone()]], None);
        let error = error_through(&format!("http://{}", proxy.address()));
        assert_eq!((error.kind(), error.attempts(), error.http_status()), (ErrorKind::Proxy, 3, None), "{error}");
        assert_eq!(proxy.requests().len(), 3);
        let expected = format!("to api.example:443 (HTTP {status}): try again later, or check the proxy");
        assert!(error.message().contains(&expected), "{error}");
        let forbidden = Step::Send(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n".to_vec());
        let scripts = vec![vec![Step::ReadRequest, refusal.clone()], vec![Step::ReadRequest, forbidden]];
        let proxy = FaultServer::start(scripts, None);
        let error = error_through(&format!("http://{}", proxy.address()));
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Proxy, 2), "{error}");
        let established = Step::Send(b"HTTP/1.1 200 OK\r\n\r\n".to_vec());
        let tunnel = vec![Step::ReadRequest, established, Step::ReadRequest, ok_response()];
        let proxy = FaultServer::start(vec![vec![Step::ReadRequest, refusal], tunnel], None);
        let mut config = config("http://api.example");
        config.set_proxy(Some(&format!("http://{}", proxy.address()))).unwrap();
        config.set_allow_insecure_http(true).set_max_retries(1).unwrap();
        assert_eq!(list(&Client::new(&config).unwrap()).unwrap().count(), 1);
        assert_eq!(proxy.requests().len(), 3);
    }
}

#[test]
fn connects_directly_to_no_proxy_hosts() {
    let sandbox = Sandbox::builder().start().unwrap();
    let mut config = config(sandbox.base_url());
    config.set_proxy(Some("http://127.0.0.1:1")).unwrap().set_no_proxy("example.com, 127.0.0.1").unwrap();
    assert_eq!(list(&Client::new(&config).unwrap()).unwrap().count(), 20);
}
