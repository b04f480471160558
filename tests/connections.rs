//! The connection pool: which connections are reused and which are replaced.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::io::Write;
use std::time::Duration;

use data_connectors::{Client, ErrorKind, PageRequest};
use data_connectors_sandbox::Sandbox;
use support::fault_server::{FaultServer, Step};
use support::listing::{LIST, config, list, ok_response, with_plain_and_tls};

#[test]
fn sequential_calls_reuse_one_connection() {
    let script = vec![[Step::ReadRequest, ok_response()]; 50].concat();
    with_plain_and_tls(&[script], |server, client| {
        for call in 0..50 {
            assert_eq!(list(&client).unwrap().count(), 1);
            // Sometimes long enough for the connection to be probed before reuse.
            std::thread::sleep(Duration::from_millis(if call % 10 == 0 { 10 } else { 0 }));
        }
        assert_eq!(server.connections(), 1);
    });
}

/// The body is read to its end, whatever its `Content-Encoding` says.
#[test]
fn coded_bodies_leave_the_connection_usable() {
    let body = gzip(LIST.as_bytes());
    let padded = [&body[..], &[0; 9]].concat();
    let coded = |status: &str, headers: &str, body: &[u8]| {
        let head = format!("HTTP/1.1 {status}\r\nContent-Encoding: gzip\r\n{headers}\r\n");
        vec![Step::ReadRequest, Step::Send([head.as_bytes(), body].concat())]
    };
    let with_length = |status: &str, body: &[u8]| coded(status, &format!("Content-Length: {}\r\n", body.len()), body);
    let chunk = [format!("{:x}\r\n", padded.len()).as_bytes(), &padded, b"\r\n0\r\n\r\n"].concat();
    let script = [
        with_length("200 OK", &body),
        with_length("200 OK", &padded),
        coded("200 OK", "Transfer-Encoding: chunked\r\n", &chunk),
        with_length("401 Unauthorized", b"{}"),
        with_length("401 Unauthorized", &body[..20]),
        with_length("200 OK", &body),
    ]
    .concat();
    with_plain_and_tls(&[script], |server, client| {
        for is_ok in [true, true, true, false, false, true] {
            assert_eq!(list(&client).is_ok(), is_ok);
        }
        assert_eq!(server.connections(), 1);
    });
    let script = [with_length("200 OK", &body[..20]), vec![Step::ReadRequest, ok_response()]].concat();
    let scripts = [script, vec![Step::ReadRequest, ok_response()]];
    with_plain_and_tls(&scripts, |server, client| {
        assert_eq!(list(&client).unwrap_err().kind(), ErrorKind::Protocol);
        assert_eq!((list(&client).unwrap().count(), server.connections()), (1, 2));
    });
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// Also with `max_retries` 0.
#[test]
fn replaces_idle_connections_that_the_server_closed() {
    let closed = vec![Step::ReadRequest, ok_response()];
    let reset = vec![Step::ReadRequest, ok_response(), Step::Sleep(20), Step::Reset];
    for script in [closed, reset] {
        for idle in [0, 40, 700] {
            with_plain_and_tls(std::slice::from_ref(&script), |server, client| {
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
fn closing_a_new_connection_without_a_response_is_an_error() {
    with_plain_and_tls(&[vec![Step::ReadRequest]], |server, client| {
        assert_eq!(list(&client).unwrap_err().kind(), ErrorKind::Connection);
        assert_eq!(server.connections(), 1);
    });
}

#[test]
fn data_after_a_too_short_content_length_is_not_the_next_response() {
    let forged =
        r#"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n{"data":[{"id":"forged"}]}    "#.replace("\\r\\n", "\r\n");
    let truncated = format!("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{LIST}");
    let scripts = vec![
        vec![
            Step::ReadRequest,
            Step::Send(truncated.into()),
            Step::Sleep(50),
            Step::Send(forged.into()),
            Step::KeepOpen,
        ],
        vec![Step::ReadRequest, ok_response()],
    ];
    with_plain_and_tls(&scripts, |_, client| {
        assert_eq!(list(&client).unwrap_err().kind(), ErrorKind::Protocol);
        std::thread::sleep(Duration::from_millis(100));
        assert_eq!(list(&client).unwrap().json(), LIST);
    });
}

/// Whether it arrives together with the previous response or later.
#[test]
fn ignores_unsolicited_responses() {
    let Step::Send(response) = ok_response() else { unreachable!() };
    let forged = String::from_utf8(response.clone()).unwrap().replace(r#""id":"1""#, r#""id":"2""#).into_bytes();
    let together = vec![Step::ReadRequest, Step::Send([response.clone(), forged.clone()].concat()), Step::KeepOpen];
    let separately = vec![Step::ReadRequest, Step::Send(response.clone()), Step::Send(forged.clone()), Step::KeepOpen];
    let later = vec![Step::ReadRequest, Step::Send(response), Step::Sleep(20), Step::Send(forged), Step::KeepOpen];
    for script in [together, separately, later] {
        with_plain_and_tls(&[script, vec![Step::ReadRequest, ok_response(), Step::KeepOpen]], |server, client| {
            assert_eq!(list(&client).unwrap().json(), LIST);
            std::thread::sleep(Duration::from_millis(60));
            assert_eq!(list(&client).unwrap().json(), LIST);
            assert_eq!(server.connections(), 2);
        });
    }
}

/// The body looks like a head, and is left as it is.
#[test]
fn malformed_heads_do_not_affect_the_connection_or_bodies() {
    let body = "{\r\n \"data\" :[\r\n {\"id\":\"1\"}]\r\n}\r\n\r\n";
    let length = format!("Content-Length: {}\r\n\r\n{body}", body.len());
    let heads = [
        "HTTP/1.1 200 OK\r\nX-Request-Id: a\r\n\tb\r\n",
        "HTTP/1.1 200 OK\r\nX-Request-Id: c\r\n",
        "HTTP/1.1 103 X\r\nLink: x\r\n y\r\n\r\nHTTP/1.1 200 OK\r\nX-Request-Id : d\r\n",
    ];
    let mut script = Vec::new();
    for head in heads {
        let response = format!("{head}{length}").into_bytes();
        for step in [Step::Send(response.clone()), Step::SendSlowly(response, 1)] {
            script.extend([Step::ReadRequest, step]);
        }
    }
    with_plain_and_tls(&[script], |server, client| {
        for request_id in ["a b", "a b", "c", "c", "d", "d"] {
            let page = list(&client).unwrap();
            assert_eq!((page.request_id(), page.json()), (Some(request_id), body));
        }
        assert_eq!(server.connections(), 1);
    });
}

/// With the maximum length of everything that a request contains.
#[test]
fn sends_the_longest_request() {
    let server = FaultServer::start(vec![vec![Step::ReadRequest, ok_response()]], None);
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
#[cfg_attr(windows, ignore = "a process cannot lower the number of its sockets")]
fn running_out_of_file_descriptors_is_a_system_error() {
    // In a child process, as other tests need descriptors, too.
    if std::env::var_os("DC_TEST_CHILD").is_some() {
        let sandbox = Sandbox::builder().start().unwrap();
        let client = Client::new(&config(sandbox.base_url())).unwrap();
        let mut files = Vec::new();
        while let Ok(file) = std::fs::File::open("/dev/null") {
            files.push(file);
        }
        let error = list(&client).unwrap_err();
        drop(files);
        assert_eq!(error.kind(), ErrorKind::System, "{error}");
        return;
    }
    let program = std::env::current_exe().unwrap();
    let command = format!(
        "ulimit -n 64; exec $DC_TEST_RUNNER '{}' --exact running_out_of_file_descriptors_is_a_system_error",
        program.display()
    );
    let output = std::process::Command::new("sh").args(["-c", &command]).env("DC_TEST_CHILD", "1").output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
}
