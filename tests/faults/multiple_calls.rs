//! Faults that need several calls or several servers.

use super::*;
use crate::support::fault_server::unresponsive_listener;

pub fn run(tls: bool) {
    connection_refused(tls);
    connect_timeout(tls);
    idle_connection_closed(tls);
    repeated_cursor(tls);
    pages_without_new_rows(tls);
    redirect_to_another_host(tls);
}

fn send_page(next_cursor: &str) -> Step {
    let body = format!(r#"{{"data":[{{"id":"1"}}],"pages":{{"next":{{"starting_after":"{next_cursor}"}}}}}}"#);
    Step::Send(ok_response(body.as_bytes(), ""))
}

fn connection_refused(tls: bool) {
    let server = start_server(vec![vec![]], tls);
    let client = client_for(&server, tls, one_retry);
    drop(server);
    let outcome = client.list();
    assert_eq!((outcome.status.as_str(), outcome.http_status, outcome.attempts), (CONNECTION, 0, 2), "{outcome:?}");
    assert!(outcome.message.contains("(connection refused): check the base URL"), "{outcome:?}");
}

fn connect_timeout(tls: bool) {
    let (listener, backlog, address) = unresponsive_listener("127.0.0.1:0");
    let scheme = if tls { "https" } else { "http" };
    let client =
        abi_client::client(&format!("{scheme}://{address}"), |config| abi_client::set_connect_timeout(config, 100));
    let outcome = client.list();
    assert_eq!((outcome.status.as_str(), outcome.http_status, outcome.attempts), (TIMEOUT, 0, 1), "{outcome:?}");
    assert!(outcome.message.contains("timed out after 100 ms (connect_timeout_ms)"), "{outcome:?}");
    drop((listener, backlog));
}

fn idle_connection_closed(tls: bool) {
    let server = start_server(vec![vec![Step::ReadRequest, send_page("")]], tls);
    let client = client_for(&server, tls, defaults);
    for idle in [0, 3, 30] {
        let outcome = client.list();
        assert_eq!((outcome.status.as_str(), outcome.rows), (OK, vec!["id=1".to_owned()]));
        std::thread::sleep(Duration::from_millis(idle));
    }
    assert_eq!((server.requests().len(), server.connections()), (3, 3));
}

fn repeated_cursor(tls: bool) {
    for (cursors, pages) in [(&["a", "a"][..], 2), (&["a", "b", "a"], 3), (&["a", "b", "c", "c"], 4)] {
        let script = cursors.iter().flat_map(|cursor| [Step::ReadRequest, send_page(cursor)]).collect();
        let server = start_server(vec![script], tls);
        let outcomes = client_for(&server, tls, defaults).list_all_pages();
        let (last, before) = outcomes.split_last().unwrap();
        assert!(before.len() == pages && before.iter().all(|outcome| outcome.status == OK), "{outcomes:?}");
        assert!(before.iter().all(|outcome| outcome.rows == ["id=1"]), "{outcomes:?}");
        assert_eq!((last.status.as_str(), last.attempts), (PROTOCOL, 0), "{last:?}");
        assert!(last.message.contains("a cursor that it had returned before"), "{last:?}");
        assert_eq!(server.requests().len(), pages);
    }
}

fn pages_without_new_rows(tls: bool) {
    let script = (0..101).flat_map(|number| [Step::ReadRequest, send_page(&format!("c{number}"))]).collect();
    let server = start_server(vec![script], tls);
    let outcomes = client_for(&server, tls, defaults).list_all_pages();
    let (last, before) = outcomes.split_last().unwrap();
    assert!(before.len() == 101 && before.iter().all(|outcome| outcome.rows == ["id=1"]), "{outcomes:?}");
    assert_eq!((last.status.as_str(), last.attempts), (PROTOCOL, 0), "{last:?}");
    assert!(last.message.contains("100 consecutive pages without new rows"), "{last:?}");
    assert_eq!((server.requests().len(), server.connections()), (101, 1));
}

/// The redirect is not followed, as the other host must not receive the access token.
fn redirect_to_another_host(tls: bool) {
    let other_host = start_server(vec![vec![Step::ReadRequest, send_page("")]], tls);
    let scheme = if tls { "https" } else { "http" };
    for status in ["300 X", "301 X", "302 X", "303 X", "305 X", "307 X", "308 X"] {
        let location = format!("{scheme}://localhost:{}/data_connectors", other_host.address().port());
        let response = http_response(status, &[("Location", &location)], "");
        let server = start_server(vec![vec![Step::ReadRequest, Step::Send(response)]], tls);
        let outcome = client_for(&server, tls, defaults).list();
        assert_eq!((outcome.status.as_str(), outcome.attempts), (PROTOCOL, 1), "{outcome:?}");
        assert!(outcome.message.contains("(redirect to localhost):"), "{outcome:?}");
        assert!(matches!(&server.requests()[..], [request] if request.contains(TOKEN)));
    }
    assert_eq!((other_host.connections(), other_host.requests().len()), (0, 0), "the redirect was followed");
}
