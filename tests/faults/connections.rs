//! Connections that break, fall silent, or drip.

use super::*;

pub fn table() -> Vec<Fault> {
    let head = |length: usize| format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
    let good = with_body(LIST.as_bytes(), "");
    let drip = |bytes: &[u8], every| vec![Step::Request, Step::Drip(bytes.to_vec(), every), Step::Hold];
    vec![
        fault("accept and close", vec![], CONNECTION, 0, ""),
        fault("accept and reset", vec![Step::Reset], CONNECTION, 0, ""),
        fault("close after the request", vec![Step::Request], CONNECTION, 0, "connection closed by "),
        fault("reset after the request", vec![Step::Request, Step::Reset], CONNECTION, 0, "failed: "),
        gives("close in the status line", "HTTP/1.1 20", CONNECTION, 0, "connection closed by "),
        gives("close in the headers", "HTTP/1.1 200 OK\r\nContent-Le", CONNECTION, 0, "connection closed by "),
        gives("close after the headers", head(500), CONNECTION, 200, "before the response was complete"),
        gives(
            "truncated with Content-Length",
            head(500) + "{\"data\":[",
            CONNECTION,
            200,
            "before the response was complete",
        ),
        fault(
            "reset in the body",
            vec![Step::Request, Step::Send((head(500) + "{\"data\":[").into()), Step::Wait(50), Step::Reset],
            CONNECTION,
            200,
            "failed: ",
        ),
        fault(
            "reset in a body that ends with the connection",
            vec![
                Step::Request,
                Step::Send(b"HTTP/1.1 200 OK\r\n\r\n{\"data\":[]}".to_vec()),
                Step::Wait(50),
                Step::Reset,
            ],
            CONNECTION,
            200,
            "failed: ",
        ),
        Fault {
            settings: short,
            ..fault("silence", vec![Step::Request, Step::Hold], TIMEOUT, 0, "timed out after 400 ms (1 attempt)")
        },
        Fault {
            settings: short,
            ..fault("silence before the request is read", vec![Step::Wait(700)], TIMEOUT, 0, "timed out")
        },
        Fault { settings: short, ..fault("dripping headers", drip(&good, 30), TIMEOUT, 0, "timed out") },
        Fault {
            settings: short,
            ..fault(
                "dripping body",
                vec![Step::Request, Step::Send(head(500).into()), Step::Drip(vec![b' '; 500], 30)],
                TIMEOUT,
                200,
                "timed out",
            )
        },
        fault("dripping, but in time", drip(&good, 1), OK, 0, ""),
        Fault {
            scripts: vec![vec![], vec![Step::Request, Step::Send(good.clone())]],
            settings: one_retry,
            ..fault("closed, then good", vec![], OK, 0, "")
        },
        Fault {
            settings: one_retry,
            attempts: 2,
            ..fault("closed again and again", vec![Step::Request], CONNECTION, 0, "closed")
        },
    ]
}
