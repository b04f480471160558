//! Heads before and after their repair, received in any pieces.

use ureq::unversioned::transport::LazyBuffers;

use super::*;

const REPAIRED: &[(&str, &str)] = &[
    ("HTTP/1.1 200 OK\r\nA: b;\r\n\tc\r\nD: e\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b;\tc\r\nD: e\r\n\r\n"),
    ("HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\t d\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b c\t d\r\n\r\n"),
    ("HTTP/1.1 200 OK\r\nA:\r\n b\r\n \r\n\r\n", "HTTP/1.1 200 OK\r\nA: b \r\n\r\n"),
    ("HTTP/1.1 200 OK\nA: b\n c\n\n", "HTTP/1.1 200 OK\nA: b c\n\n"),
    ("HTTP/1.1 200 OK\r\nA: b\r\n Content-Length: 5\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b Content-Length: 5\r\n\r\n"),
    ("\r\nHTTP/1.1 200 OK\r\nA  : b\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n\r\n"),
    ("HTTP/1.1 200 OK\r\nContent Length : 5\r\n x\r\n\r\n", "HTTP/1.1 200 OK\r\nContent_Length: 5 x\r\n\r\n"),
    ("HTTP/1.1 200 \x1b[1mOK\x7f\r\n\r\n", "HTTP/1.1 200  [1mOK \r\n\r\n"),
    ("HTTP/2.0 200 OK\r\nA: b\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n\r\n"),
    ("HTTP/1.1 100 Go\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"),
    ("HTTP/1.1 103 Go\r\nA: b\r\n c\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"),
    ("HTTP/1.1 103 Go\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b c\r\n\r\n"),
    ("HTTP/1.1 101 Go\r\nA: b\r\n c\r\n\r\n", "HTTP/1.1 101 Go\r\nA: b c\r\n\r\n"),
];

/// Not repaired, and rejected by the parser.
const REJECTED: &[&str] = &[
    "HTTP/1.1 200 OK\r\nContent-Length:\r\n 5\r\n\r\n",
    "HTTP/1.1 200 OK\r\ncontent-LENGTH: 5\r\n \r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\t6\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\n chunked\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding : chunked\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\n",
    "HTTP/1.1 200 OK\r\n A: b\r\n\r\n",
    "HTTP/1.1 200 OK\r\nA: b\r\n c\r\nno colon\r\n\r\n",
];

const WELL_FORMED: &[&str] = &[
    "HTTP/1.1 200 OK\r\n\r\n",
    "HTTP/1.1 200\r\nA: b c\r\nD:\r\nE:  \t\r\n\r\n",
    "HTTP/1.0 200 \u{e4}\nA:b\n\n",
    "\r\n\nHTTP/1.1 100 Go\r\n\r\nHTTP/1.1 103 Go\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\nC: d\r\n\r\n",
    "HTTP/1.1 101 Go\r\nA: b\r\n\r\n",
];

/// Provides its pieces one after the other.
#[derive(Debug)]
struct Pieces {
    pieces: std::vec::IntoIter<Vec<u8>>,
    buffers: LazyBuffers,
}

impl Transport for Pieces {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, _: usize, _: NextTimeout) -> Result<(), ureq::Error> {
        Ok(())
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, ureq::Error> {
        let Some(piece) = self.pieces.next() else { return Ok(false) };
        self.buffers.input_append_buf()[..piece.len()].copy_from_slice(&piece);
        self.buffers.input_appended(piece.len());
        Ok(true)
    }

    fn is_open(&mut self) -> bool {
        true
    }
}

fn transport(pieces: Vec<Vec<u8>>) -> HeadRepairingTransport<Pieces> {
    let buffers = LazyBuffers::new(64 * 1024, 1024);
    let mut transport =
        HeadRepairingTransport { inner: Pieces { pieces: pieces.into_iter(), buffers }, expects_head: false };
    transport.transmit_output(1, NextTimeout::default()).expect("sent");
    transport
}

/// What ureq would see of a response that is received in these pieces.
fn receive(pieces: Vec<Vec<u8>>) -> String {
    let count = pieces.len();
    let mut transport = transport(pieces);
    let waits = std::iter::from_fn(|| transport.await_input(NextTimeout::default()).expect("a head").then_some(()));
    assert!(waits.take(count + 1).count() <= count, "input without a piece");
    String::from_utf8(transport.buffers().input().to_vec()).expect("UTF-8")
}

/// Receives `text` whole, in single bytes, and in two pieces with each possible boundary.
fn receive_in_all_pieces(text: &str, expected: &str) {
    let bytes = text.as_bytes();
    assert_eq!(receive(vec![bytes.to_vec()]), expected);
    assert_eq!(receive(bytes.chunks(1).map(<[u8]>::to_vec).collect()), expected, "in single bytes");
    for at in 1..bytes.len() {
        assert_eq!(receive(vec![bytes[..at].to_vec(), bytes[at..].to_vec()]), expected, "in two pieces, at {at}");
    }
}

#[test]
fn repairs_malformed_heads_and_leaves_bodies() {
    let body = "x: y\r\n z\r\n\r\nHTTP/1.1 200 OK\r\nA : b\r\n\r\n";
    for (malformed, repaired) in REPAIRED {
        assert!(scan(malformed.as_bytes()).is_malformed, "{malformed:?}");
        // An informational head that arrives before the malformation is left to ureq.
        let received = receive(vec![[malformed.as_bytes(), body.as_bytes()].concat()]);
        assert_eq!(received, format!("{repaired}{body}"), "{malformed:?}");
        let whole = format!("{malformed}{body}");
        if !malformed.contains(" 103 Go\r\n\r\n") {
            receive_in_all_pieces(&whole, &received);
        }
    }
}

#[test]
fn leaves_well_formed_heads_and_their_bodies() {
    for head in WELL_FORMED {
        let expected = Scan { end: Some(head.len()), is_malformed: false, ..scan(head.as_bytes()) };
        assert_eq!(scan(head.as_bytes()), expected, "{head:?}");
        let whole = format!("{head} x : y\r\n z\r\n\r\n");
        receive_in_all_pieces(&whole, &whole);
    }
}

#[test]
fn never_shows_an_incomplete_malformed_head() {
    for (head, _) in REPAIRED {
        let mut transport = transport(head.as_bytes().chunks(1).map(<[u8]>::to_vec).collect());
        while transport.await_input(NextTimeout::default()).expect("a complete head") {
            let scan = scan(transport.buffers().input());
            assert!(!scan.is_malformed, "{head:?}");
        }
    }
}

#[test]
fn refuses_to_repair_headers_that_delimit_the_body() {
    for head in REJECTED {
        assert!(scan(head.as_bytes()).is_malformed, "{head:?}");
        assert_eq!(repair(head.as_bytes()), None, "{head:?}");
        assert_eq!(receive(vec![head.as_bytes().to_vec()]), *head);
    }
}

#[test]
fn repairs_each_response_of_a_connection() {
    let (malformed, repaired) = REPAIRED[0];
    let body = "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n";
    let pieces = vec![malformed.as_bytes().to_vec(), body.as_bytes().to_vec(), malformed.as_bytes().to_vec()];
    let mut transport = transport(pieces);
    for expected in [repaired, body, repaired] {
        assert!(transport.await_input(NextTimeout::default()).expect("input"));
        assert_eq!(transport.buffers().input(), expected.as_bytes());
        transport.buffers().input_consume(expected.len());
        if expected != repaired {
            transport.transmit_output(1, NextTimeout::default()).expect("sent");
        }
    }
}

#[test]
fn does_not_wait_for_more_of_what_cannot_be_repaired() {
    for input in ["SSH-2.0-x\r\nno name", "\0\0\x12\x04", "HTTP/1.1 200 OK\r\nno colon\r\n", "HTTP/2 200\r\n"] {
        assert!(!scan(input.as_bytes()).is_malformed, "{input:?}");
    }
}

#[test]
fn incomplete_malformed_heads_are_errors() {
    let folded = b"HTTP/1.1 200 OK\r\nA: b\r\n c\r\n".to_vec();
    let error = transport(vec![folded.clone()]).await_input(NextTimeout::default()).expect_err("closed");
    assert!(matches!(&error, ureq::Error::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof), "{error}");
    let lines = b" d\r\n".repeat(4_000);
    let error = transport(vec![folded, lines.clone(), lines.clone(), lines])
        .await_input(NextTimeout::default())
        .expect_err("large");
    assert!(matches!(error, ureq::Error::LargeResponseHeader(_, MAX_RESPONSE_HEAD_BYTES)), "{error}");
}

#[test]
fn limits_the_number_of_header_lines() {
    let head = |lines: usize| format!("HTTP/1.1 200 OK\r\n{}\r\n", "A: b\r\n".repeat(lines)).into_bytes();
    let longest = String::from_utf8(head(MAX_HEADER_LINES)).expect("UTF-8");
    receive_in_all_pieces(&longest, &longest);
    let error = transport(vec![head(MAX_HEADER_LINES + 1)]).await_input(NextTimeout::default()).expect_err("too many");
    let ureq::Error::Other(error) = error else { panic!("{error}") };
    assert!(
        matches!(error.downcast_ref(), Some(TransportError::TooManyHeaders { limit: MAX_HEADER_LINES })),
        "{error}"
    );
}
