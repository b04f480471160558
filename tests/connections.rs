//! Connections: which are used again, which are replaced, whom they trust, and which way they go.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::time::{Duration, Instant};

use data_connectors::{Client, Config, Error, ErrorKind, Page, PageRequest, Result};
use data_connectors_sandbox::Sandbox;
use support::certificates::{self, Flaw};
use support::fault::{FaultServer, Step};
use support::proxy::proxy;
use support::scripted::http;

const TOKEN: &str = "canary-7d1f";
const LIST: &str = r#"{"data":[{"id":"1"}]}"#;

fn config(base_url: &str) -> Config {
    let mut config = Config::new();
    config.set_token(TOKEN).unwrap().set_base_url(base_url).unwrap();
    config.set_max_retries(0).unwrap().set_timeout(Duration::from_secs(10)).unwrap();
    config
}

fn list(client: &Client) -> Result<Page> {
    client.list_page(&PageRequest::new(), None)
}

fn good() -> Step {
    Step::Send(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{LIST}", LIST.len()).into())
}

fn over_tls(server: &FaultServer) -> Config {
    let mut config = config(&format!("https://{}", server.address()));
    config.set_ca_file(Some(&certificates::ca_file())).unwrap();
    config
}

fn plain_and_tls(scripts: &[Vec<Step>], check: impl Fn(&FaultServer, Client)) {
    let server = FaultServer::start(scripts.to_vec(), None);
    check(&server, Client::new(&config(&format!("http://{}", server.address()))).unwrap());
    let server = FaultServer::start(scripts.to_vec(), Some(certificates::server(Flaw::None)));
    check(&server, Client::new(&over_tls(&server)).unwrap());
}

#[test]
fn one_connection_serves_one_caller() {
    let keeps = vec![[Step::Request, good()]; 50].concat();
    plain_and_tls(&[keeps], |server, client| {
        for call in 0..50 {
            assert_eq!(list(&client).unwrap().count(), 1);
            // Long enough, now and then, for the connection to be looked at.
            std::thread::sleep(Duration::from_millis(if call % 10 == 0 { 10 } else { 0 }));
        }
        assert_eq!(server.connections(), 1);
    });
}

/// Without a retry allowed: it is no failure of the service's.
#[test]
fn a_connection_that_was_closed_meanwhile_is_replaced() {
    let once = vec![Step::Request, good()];
    let once_and_reset = vec![Step::Request, good(), Step::Wait(20), Step::Reset];
    for script in [once, once_and_reset] {
        for idle in [0, 40, 700] {
            plain_and_tls(std::slice::from_ref(&script), |server, client| {
                for _ in 0..5 {
                    let page = list(&client).unwrap_or_else(|error| panic!("{script:?} {idle}: {error}"));
                    assert_eq!(page.count(), 1);
                    std::thread::sleep(Duration::from_millis(idle));
                }
                assert_eq!(server.connections(), 5);
            });
        }
    }
}

#[test]
fn a_new_connection_that_is_closed_is_a_failure() {
    plain_and_tls(&[vec![Step::Request]], |server, client| {
        assert_eq!(list(&client).unwrap_err().kind(), ErrorKind::Connection);
        assert_eq!(server.connections(), 1);
    });
}

/// What comes behind an answer that was cut at the wrong place is not taken for the next one.
#[test]
fn what_is_left_of_an_answer_is_not_the_next_one() {
    let forged =
        r#"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n{"data":[{"id":"forged"}]}    "#.replace("\\r\\n", "\r\n");
    let cut = format!("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{LIST}");
    let scripts = vec![
        vec![Step::Request, Step::Send(cut.into()), Step::Wait(50), Step::Send(forged.into()), Step::Hold],
        vec![Step::Request, good()],
    ];
    plain_and_tls(&scripts, |_, client| {
        assert_eq!(list(&client).unwrap_err().kind(), ErrorKind::Protocol);
        std::thread::sleep(Duration::from_millis(100));
        assert_eq!(list(&client).unwrap().json(), LIST);
    });
}

#[test]
fn each_flaw_of_a_certificate_has_its_reason() {
    for (flaw, says) in [
        (Flaw::WrongHost, "its certificate is for another host"),
        (Flaw::Expired, "its certificate has expired"),
        (Flaw::NotYetValid, "is not valid yet: is this machine's clock right?"),
        (Flaw::SelfSigned, "self-signed, or of an authority that is not trusted"),
        (
            Flaw::UnknownIssuer,
            "an authority that is not trusted: a private authority's certificate can be set as the CA file",
        ),
    ] {
        let server = FaultServer::start(vec![vec![Step::Request, good()]], Some(certificates::server(flaw)));
        let mut config = over_tls(&server);
        config.set_max_retries(2).unwrap();
        let error = list(&Client::new(&config).unwrap()).unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Tls, 1), "{flaw:?}: {error}");
        assert!(error.message().contains(says), "{flaw:?}: {error}");
        assert_eq!(server.requests(), Vec::<String>::new(), "{flaw:?}");
    }
}

#[test]
fn the_bundled_authorities_do_not_know_ours_and_a_bad_ca_file_is_refused() {
    let server = FaultServer::start(vec![vec![Step::Request, good()]], Some(certificates::server(Flaw::None)));
    let mut config = config(&format!("https://{}", server.address()));
    assert_eq!(list(&Client::new(&config).unwrap()).unwrap_err().kind(), ErrorKind::Tls);
    let bad = support::scratch().join("bad.pem");
    std::fs::write(&bad, "-----BEGIN CERTIFICATE-----\naGVsbG8gd29ybGQ=\n-----END CERTIFICATE-----\n").unwrap();
    let error = config.set_ca_file(Some(&bad)).unwrap_err();
    assert!(error.message().contains("is damaged: its certificate number 1 is none"), "{error}");
}

/// The system's authorities are where SSL_CERT_FILE says; a child has an environment of its own.
#[test]
fn the_systems_authorities_are_trusted_on_request() {
    if let Some(url) = std::env::var_os("DC_TEST_URL") {
        let mut config = config(url.to_str().unwrap());
        config.set_system_roots().unwrap();
        assert_eq!(list(&Client::new(&config).unwrap()).unwrap().count(), 1);
        return;
    }
    let server = FaultServer::start(vec![vec![Step::Request, good()]], Some(certificates::server(Flaw::None)));
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_systems_authorities_are_trusted_on_request"])
        .env("DC_TEST_URL", format!("https://{}", server.address()))
        .env("SSL_CERT_FILE", certificates::ca_file())
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
}

#[test]
fn a_port_that_speaks_no_tls_is_said_so() {
    let sandbox = Sandbox::builder().start().unwrap();
    let config = config(&sandbox.base_url().replace("http", "https"));
    let error = list(&Client::new(&config).unwrap()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls);
    assert!(error.message().contains("does not speak TLS: is it the right port"), "{error}");
}

#[test]
fn a_proxy_sees_where_to_and_its_credentials_and_nothing_else() {
    let server = FaultServer::start(vec![vec![Step::Request, good()]], Some(certificates::server(Flaw::None)));
    let (place, thread) = proxy("HTTP/1.1 200 Fine\r\nX-Via: x\r\n\r\n", Some(server.address().to_string()));
    let mut config = over_tls(&server);
    config.set_base_url("https://localhost:4433").unwrap();
    config.set_proxy(Some(&format!("http://me:pass%20word@{place}"))).unwrap();
    let client = Client::new(&config).unwrap();
    assert_eq!(list(&client).unwrap().count(), 1);
    drop((client, server));
    let head = thread.join().unwrap();
    let expected = "CONNECT localhost:4433 HTTP/1.1\r\nHost: localhost:4433\r\nProxy-Authorization: Basic bWU6cGFzcyB3b3Jk\r\n\r\n";
    assert_eq!(head, expected);
}

fn through(proxy: &str) -> Error {
    let mut config = config("https://api.example");
    config.set_proxy(Some(proxy)).unwrap().set_max_retries(2).unwrap();
    list(&Client::new(&config).unwrap()).unwrap_err()
}

#[test]
fn a_proxy_that_refuses_is_named_and_not_asked_again() {
    for (answer, says) in [
        (
            "HTTP/1.1 407 No\r\nContent-Length: 6\r\n\r\ndenied",
            "it wants a user and password, or others than these (407)",
        ),
        ("HTTP/1.1 403 No\n\n<html>", "it answered 403"),
        ("HTTP/1.1 100 Go on\n\nHTTP/1.1 403 No\r\n\r\n", "it answered 403"),
        ("HTTP/1.1 100 Go on\r\n\r\nHTTP/1.1 407 No\r\n\r\n", "it wants a user and password"),
        ("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "it sent more than its answer"),
        ("HTTP/1.1 407 No\r\n\r\n", "it wants a user and password, or others than these (407)"),
        ("HTTP/1.1 403 No\r\n\r\n", "it answered 403"),
        ("HTTP/1.1 502 No\r\n\r\n", "it answered 502"),
        ("SSH-2.0-x\r\n\r\n", "its answer was not HTTP"),
        ("", "it closed the connection"),
    ] {
        let (place, thread) = proxy(answer, None);
        let error = through(&format!("http://me:pa55word@{place}"));
        thread.join().unwrap();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Proxy, 1), "{error}");
        assert!(
            error
                .message()
                .contains(&format!("the proxy [credentials]@{place} opened no way to api.example:443: {says}")),
            "{error}"
        );
        assert!(!format!("{error:?}").contains("pa55"), "{error:?}");
    }
    let error = through("http://127.0.0.1:1");
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connection, 3));
    assert!(error.message().contains("the proxy can't be reached: 127.0.0.1:1 refused the connection"), "{error}");
}

#[test]
fn no_proxy_goes_directly() {
    let sandbox = Sandbox::builder().start().unwrap();
    let mut config = config(sandbox.base_url());
    config.set_proxy(Some("http://127.0.0.1:1")).unwrap().set_no_proxy("example.com, 127.0.0.1").unwrap();
    assert_eq!(list(&Client::new(&config).unwrap()).unwrap().count(), 20);
}

/// An answer that leaves nothing of the limit until a second from now, by the server's clock.
fn exhausted() -> Vec<u8> {
    let headers =
        [("Date", "Sun, 06 Nov 1994 08:49:37 GMT"), ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "784111778")];
    http("200 OK", &headers, LIST)
}

#[test]
fn pacing_waits_for_the_reset_or_fails_at_once() {
    let scripts = vec![vec![Step::Request, Step::Send(exhausted())]];
    let server = FaultServer::start(scripts, None);
    let mut config = config(&format!("http://{}", server.address()));
    let unpaced = Client::new(&config).unwrap();
    let paced = Client::new(config.set_pacing(true)).unwrap();
    let hurried = Client::new(config.set_timeout(Duration::from_millis(500)).unwrap()).unwrap();
    for client in [&unpaced, &paced, &hurried] {
        list(client).unwrap();
    }
    let started = Instant::now();
    list(&unpaced).unwrap();
    assert!(started.elapsed() < Duration::from_millis(900));
    let error = list(&hurried).unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 0), "{error}");
    assert!(error.retry_after().unwrap() > Duration::from_millis(100));
    assert!(started.elapsed() < Duration::from_millis(900));
    list(&paced).unwrap();
    assert!(started.elapsed() > Duration::from_millis(500), "it did not wait");
    assert_eq!(server.requests().len(), 5, "one of six calls was not made");
}

/// An answer that nobody asked for, sent with the one before or a little later, is not the answer to the next request.
#[test]
fn an_answer_that_was_not_asked_for_is_not_taken() {
    let Step::Send(answer) = good() else { unreachable!() };
    let forged = String::from_utf8(answer.clone()).unwrap().replace(r#""id":"1""#, r#""id":"2""#).into_bytes();
    let together = vec![Step::Request, Step::Send([answer.clone(), forged.clone()].concat()), Step::Hold];
    let apart = vec![Step::Request, Step::Send(answer.clone()), Step::Send(forged.clone()), Step::Hold];
    let later = vec![Step::Request, Step::Send(answer), Step::Wait(20), Step::Send(forged), Step::Hold];
    for script in [together, apart, later] {
        plain_and_tls(&[script, vec![Step::Request, good(), Step::Hold]], |server, client| {
            assert_eq!(list(&client).unwrap().json(), LIST);
            std::thread::sleep(Duration::from_millis(60));
            assert_eq!(list(&client).unwrap().json(), LIST);
            assert_eq!(server.connections(), 2);
        });
    }
}

/// A second attempt after a silent or broken one doesn't trust the other pooled connections either: not where the first
/// broke before its answer, and not where it broke within it.
#[test]
fn another_attempt_opens_a_connection() {
    let half = Step::Send(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{".to_vec());
    for (ends, broken) in [(vec![Step::Hold], false), (vec![half], true)] {
        let fails_later = [vec![Step::Request, Step::Wait(100), good(), Step::Request], ends].concat();
        let scripts = vec![fails_later.clone(), fails_later.clone(), fails_later, vec![Step::Request, good()]];
        let server = FaultServer::start(scripts, None);
        let mut config = config(&format!("http://{}", server.address()));
        let timeout = if broken { 10 } else { 15 };
        config.set_timeout(Duration::from_secs(timeout)).unwrap().set_max_retries(2).unwrap();
        let client = Client::new(&config).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| list(&client).unwrap());
            }
        });
        assert_eq!(server.connections(), 3);
        assert_eq!(list(&client).unwrap().count(), 1);
        assert_eq!(server.connections(), 4);
    }
}

/// An answer that came is reported, also when the time ran out while its body was read.
#[test]
fn a_definite_failure_is_not_hidden_by_an_earlier_one() {
    let busy = Step::Send(http("503 X", &[("Retry-After", "0")], ""));
    let refusal = Step::Send(b"HTTP/1.1 401 X\r\nContent-Length: 99\r\n\r\n{".to_vec());
    let server = FaultServer::start(vec![vec![Step::Request, busy], vec![Step::Request, refusal, Step::Hold]], None);
    let mut config = config(&format!("http://{}", server.address()));
    config.set_timeout(Duration::from_millis(600)).unwrap().set_max_retries(2).unwrap();
    let error = list(&Client::new(&config).unwrap()).unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Unauthorized, 2), "{error}");
}

/// Without an answer the failure before says more.
#[test]
fn running_out_of_time_does_not_hide_the_failure_before_it() {
    let busy = Step::Send(http("503 X", &[("Retry-After", "0")], ""));
    let server = FaultServer::start(vec![vec![Step::Request, busy], vec![Step::Request, Step::Hold]], None);
    let mut config = config(&format!("http://{}", server.address()));
    config.set_timeout(Duration::from_millis(600)).unwrap().set_max_retries(2).unwrap();
    let error = list(&Client::new(&config).unwrap()).unwrap_err();
    assert_eq!((error.kind(), error.attempts(), error.http_status()), (ErrorKind::Server, 2, Some(503)), "{error}");
    assert!(error.message().ends_with("; trying again ran out of the call's time"), "{error}");
}

/// A connect timeout is one attempt's: the call goes on.
#[test]
fn a_connection_that_does_not_open_is_tried_again() {
    let silent = FaultServer::start(vec![vec![Step::Hold]], None);
    let mut config = config(&format!("https://{}", silent.address()));
    config.set_connect_timeout(Duration::from_millis(100)).unwrap().set_max_retries(2).unwrap();
    let error = list(&Client::new(&config).unwrap()).unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 3), "{error}");
    assert!(error.message().contains("connect timeout of 100 ms"), "{error}");
    assert_eq!(silent.connections(), 3);
}

/// The longest of everything that is taken goes into one request.
#[test]
fn the_longest_request_is_sent_whole() {
    let server = FaultServer::start(vec![vec![Step::Request, good()]], None);
    let token = "t".repeat(4096);
    let path = "p".repeat(2000);
    let mut config = config(&format!("http://{}/{path}", server.address()));
    config.set_token(&token).unwrap().set_user_agent_suffix(&"u".repeat(256)).unwrap();
    let request = PageRequest::new().per_page(50).unwrap().starting_after("=".repeat(4096)).unwrap();
    assert_eq!(Client::new(&config).unwrap().list_page(&request, None).unwrap().count(), 1);
    let head = &server.requests()[0];
    assert!(head.starts_with(&format!("GET /{path}/data_connectors?per_page=50&starting_after=%3D%3D")));
    assert!(head.contains(&format!("\r\nauthorization: Bearer {token}\r\n")), "{}", &head[..100]);
    assert!(head.ends_with("\r\n\r\n"));
}

/// Each way to ask for a second's wait is waited out.
#[test]
fn a_wait_that_fits_is_waited() {
    let date = ("Date", "Sun, 06 Nov 1994 08:49:37 GMT");
    for headers in [
        &[("Retry-After", "1")][..],
        &[date, ("Retry-After", "Sun, 06 Nov 1994 08:49:38 GMT")],
        &[date, ("X-RateLimit-Reset", "784111778")],
    ] {
        let busy = Step::Send(http("429 Too Many Requests", headers, "{}"));
        let server = FaultServer::start(vec![vec![Step::Request, busy], vec![Step::Request, good()]], None);
        let mut config = config(&format!("http://{}", server.address()));
        config.set_max_retries(1).unwrap();
        let started = Instant::now();
        assert_eq!(list(&Client::new(&config).unwrap()).unwrap().count(), 1, "{headers:?}");
        let took = started.elapsed();
        assert!(took >= Duration::from_secs(1) && took < Duration::from_secs(5), "{headers:?}: {took:?}");
    }
}

/// What the first attempt met is not forgotten because the second one is held back.
#[test]
fn a_hold_does_not_hide_the_failure_before_it() {
    let headers = [
        ("Date", "Sun, 06 Nov 1994 08:49:37 GMT"),
        ("Retry-After", "0"),
        ("X-RateLimit-Remaining", "0"),
        ("X-RateLimit-Reset", "784111837"),
    ];
    let answer = http("429 Too Many Requests", &headers, r#"{"errors":[{"code":"rate_limit_exceeded"}]}"#);
    let server = FaultServer::start(vec![vec![Step::Request, Step::Send(answer)]], None);
    let mut config = config(&format!("http://{}", server.address()));
    config.set_pacing(true).set_max_retries(2).unwrap();
    let error = list(&Client::new(&config).unwrap()).unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 1), "{error}");
    assert_eq!((error.http_status(), error.api_code()), (Some(429), Some("rate_limit_exceeded")));
    assert!(error.retry_after().unwrap() > Duration::from_secs(50), "the hold's, not the answer's 0: {error:?}");
    assert!(error.message().ends_with("; the rate limit leaves no room to try again in time"), "{error}");
}

#[test]
fn a_process_without_descriptors_says_so() {
    // Taken one by one, the last ones for the calls of other tests are left: so in a child.
    if std::env::var_os("DC_TEST_CHILD").is_some() {
        let sandbox = Sandbox::builder().start().unwrap();
        let client = Client::new(&config(sandbox.base_url())).unwrap();
        let mut taken = Vec::new();
        while let Ok(file) = std::fs::File::open("/dev/null") {
            taken.push(file);
        }
        let error = list(&client).unwrap_err();
        drop(taken);
        assert_eq!(error.kind(), ErrorKind::System, "{error}");
        return;
    }
    let program = std::env::current_exe().unwrap();
    let command = format!("ulimit -n 64; exec '{}' --exact a_process_without_descriptors_says_so", program.display());
    let output = std::process::Command::new("sh").args(["-c", &command]).env("DC_TEST_CHILD", "1").output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
}

#[test]
fn a_silent_connection_is_given_up_for_another() {
    let server = FaultServer::start(vec![vec![Step::Request, Step::Hold], vec![Step::Request, good()]], None);
    let mut config = config(&format!("http://{}", server.address()));
    config.set_timeout(Duration::from_secs(11)).unwrap().set_max_retries(1).unwrap();
    let started = Instant::now();
    assert_eq!(list(&Client::new(&config).unwrap()).unwrap().count(), 1);
    assert!(started.elapsed() > Duration::from_secs(5) && started.elapsed() < Duration::from_secs(9));
}
