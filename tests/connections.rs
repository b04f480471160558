//! Connections: which are used again, which are replaced, and what goes over them.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::time::Duration;

use data_connectors::{Client, ErrorKind, PageRequest};
use data_connectors_sandbox::Sandbox;
use support::fault::{FaultServer, Step};
use support::listing::{LIST, config, good, list, plain_and_tls};

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

/// The longest of everything that is taken goes into one request.
#[test]
fn the_longest_request_is_sent_whole() {
    let server = FaultServer::start(vec![vec![Step::Request, good()]], None);
    let token = "t".repeat(4096);
    let path = "p".repeat(2000);
    let mut config = config(&format!("http://{}/{path}", server.address()));
    config.set_access_token(&token).unwrap().set_user_agent_suffix(&"u".repeat(256)).unwrap();
    let request = PageRequest::new().per_page(50).unwrap().starting_after("=".repeat(4096)).unwrap();
    assert_eq!(Client::new(&config).unwrap().list_page(&request, None).unwrap().count(), 1);
    let head = &server.requests()[0];
    assert!(head.starts_with(&format!("GET /{path}/data_connectors?per_page=50&starting_after=%3D%3D")));
    assert!(head.contains(&format!("\r\nauthorization: Bearer {token}\r\n")), "{}", &head[..100]);
    assert!(head.ends_with("\r\n\r\n"));
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
