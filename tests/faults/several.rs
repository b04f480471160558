//! Faults that take more than one call or one server to see.

use super::*;
use crate::support::fault::full;

pub fn run(tls: bool) {
    refused(tls);
    no_answer_to_connecting(tls);
    closed_while_idle(tls);
    cursor_loops(tls);
    redirects_with_the_token(tls);
}

fn with_page(next: &str) -> Step {
    let body = format!(r#"{{"data":[{{"id":"1"}}],"pages":{{"next":{{"starting_after":"{next}"}}}}}}"#);
    Step::Send(with_body(body.as_bytes(), ""))
}

fn refused(tls: bool) {
    let server = server_of(vec![vec![]], tls);
    let client = client_of(&server, tls, one_retry);
    drop(server);
    let outcome = client.list();
    assert_eq!((outcome.status.as_str(), outcome.http, outcome.attempts), (CONNECTION, 0, 2), "{outcome:?}");
    assert!(outcome.message.contains("(connection refused): check the base URL"), "{outcome:?}");
}

fn no_answer_to_connecting(tls: bool) {
    let (listener, waiting, address) = full("127.0.0.1:0");
    let scheme = if tls { "https" } else { "http" };
    let client = abi::client(&format!("{scheme}://{address}"), |config| abi::connect_timeout(config, 100));
    let outcome = client.list();
    assert_eq!((outcome.status.as_str(), outcome.http, outcome.attempts), (TIMEOUT, 0, 1), "{outcome:?}");
    assert!(outcome.message.contains("timed out after 100 ms (connect_timeout_ms)"), "{outcome:?}");
    drop((listener, waiting));
}

fn closed_while_idle(tls: bool) {
    let server = server_of(vec![vec![Step::Request, with_page("")]], tls);
    let client = client_of(&server, tls, plain);
    for idle in [0, 3, 30] {
        assert_eq!(client.list().status, OK);
        std::thread::sleep(Duration::from_millis(idle));
    }
    assert_eq!(server.connections(), 3);
}

fn cursor_loops(tls: bool) {
    for (cursors, pages) in [(&["a", "a"][..], 2), (&["a", "b", "a"], 3), (&["a", "b", "c", "c"], 4)] {
        let script = cursors.iter().flat_map(|cursor| [Step::Request, with_page(cursor)]).collect();
        let server = server_of(vec![script], tls);
        let walk = client_of(&server, tls, plain).walk();
        let (last, before) = walk.split_last().unwrap();
        assert!(before.len() == pages && before.iter().all(|outcome| outcome.status == OK), "{walk:?}");
        assert_eq!((last.status.as_str(), last.attempts), (PROTOCOL, 0), "{last:?}");
        assert_eq!(server.requests().len(), pages);
    }
}

fn redirects_with_the_token(tls: bool) {
    let elsewhere = server_of(vec![vec![Step::Request, with_page("")]], tls);
    let scheme = if tls { "https" } else { "http" };
    for status in ["300 X", "301 X", "302 X", "303 X", "305 X", "307 X", "308 X"] {
        let location = format!("{scheme}://localhost:{}/data_connectors", elsewhere.address().port());
        let answer = http(status, &[("Location", &location)], "");
        let server = server_of(vec![vec![Step::Request, Step::Send(answer)]], tls);
        let outcome = client_of(&server, tls, plain).list();
        assert_eq!((outcome.status.as_str(), outcome.attempts), (PROTOCOL, 1), "{outcome:?}");
        assert!(outcome.message.contains("(redirect to localhost):"), "{outcome:?}");
        assert!(server.requests()[0].contains(TOKEN));
    }
    assert_eq!((elsewhere.connections(), elsewhere.requests().len()), (0, 0), "nothing came, and no token");
}
