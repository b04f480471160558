//! Connections that break, stall, or are slow.

use super::*;

pub fn faults() -> Vec<Fault> {
    let head = |length: usize| format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
    let list = ok_response(LIST.as_bytes(), "");
    let slowly = |bytes: &[u8], every| vec![Step::ReadRequest, Step::SendSlowly(bytes.to_vec(), every), Step::KeepOpen];
    vec![
        Fault { requests: 0, ..fault("accept and close", vec![], CONNECTION, 0, "connect") },
        Fault { requests: 0, ..fault("accept and reset", vec![Step::Reset], CONNECTION, 0, "connect") },
        fault("close after the request", vec![Step::ReadRequest], CONNECTION, 0, "connection closed by "),
        fault("reset after the request", vec![Step::ReadRequest, Step::Reset], CONNECTION, 0, "failed: "),
        response("close in the status line", "HTTP/1.1 20", CONNECTION, 0, "connection closed by "),
        response("close in the headers", "HTTP/1.1 200 OK\r\nContent-Le", CONNECTION, 0, "connection closed by "),
        response("close after the headers", head(500), CONNECTION, 200, "before the response was complete"),
        response(
            "truncated with Content-Length",
            head(500) + "{\"data\":[",
            CONNECTION,
            200,
            "before the response was complete",
        ),
        fault(
            "reset in the body",
            vec![Step::ReadRequest, Step::Send((head(500) + "{\"data\":[").into()), Step::Sleep(50), Step::Reset],
            CONNECTION,
            200,
            "failed: ",
        ),
        fault(
            "reset in a body that ends with the connection",
            vec![
                Step::ReadRequest,
                Step::Send(b"HTTP/1.1 200 OK\r\n\r\n{\"data\":[]}".to_vec()),
                Step::Sleep(50),
                Step::Reset,
            ],
            CONNECTION,
            200,
            "failed: ",
        ),
        Fault {
            configure: short_timeout,
            ..fault(
                "no response",
                vec![Step::ReadRequest, Step::KeepOpen],
                TIMEOUT,
                0,
                "timed out after 400 ms (1 attempt)",
            )
        },
        Fault {
            configure: short_timeout,
            requests: 0,
            ..fault("neither reads the request nor responds", vec![Step::Sleep(700)], TIMEOUT, 0, "timed out")
        },
        Fault { configure: short_timeout, ..fault("slow headers", slowly(&list, 30), TIMEOUT, 0, "timed out") },
        Fault {
            configure: short_timeout,
            ..fault(
                "slow body",
                vec![Step::ReadRequest, Step::Send(head(500).into()), Step::SendSlowly(vec![b' '; 500], 30)],
                TIMEOUT,
                200,
                "timed out",
            )
        },
        fault("slow, but within the timeout", slowly(&list, 1), OK, 0, ""),
        Fault {
            scripts: vec![vec![], vec![Step::ReadRequest, Step::Send(list.clone())]],
            configure: one_retry,
            connections: 2,
            ..fault("closed, then a list", vec![], OK, 0, "")
        },
        Fault {
            configure: one_retry,
            attempts: 2,
            requests: 2,
            connections: 2,
            ..fault("closed repeatedly", vec![Step::ReadRequest], CONNECTION, 0, "closed")
        },
    ]
}
