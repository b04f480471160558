//! Every fault that a server, a gateway or a network is known for, and the exact status that each becomes: over plain
//! HTTP and over TLS, through the C ABI. Afterwards no descriptor, thread or byte more is in use than before.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use data_connectors::ffi::config::dc_config;
use support::abi::{self, Outcome, TOKEN};
use support::certificates::{self, Flaw};
use support::fault::{FaultServer, Scripts, Step};
use support::scripted::http;

/// Counts the bytes that Rust code has allocated, the library's among them.
struct Counting;

static ALLOCATED: AtomicI64 = AtomicI64::new(0);

#[allow(unsafe_code)]
// SAFETY: it passes everything on to the system's.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.fetch_add(layout.size() as i64, Ordering::SeqCst);
        // SAFETY: as the caller vouches.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, address: *mut u8, layout: Layout) {
        ALLOCATED.fetch_sub(layout.size() as i64, Ordering::SeqCst);
        // SAFETY: as the caller vouches.
        unsafe { System.dealloc(address, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

const OK: &str = "DC_OK";
const CONNECTION: &str = "DC_ERR_CONNECTION";
const TIMEOUT: &str = "DC_ERR_TIMEOUT";
const PROTOCOL: &str = "DC_ERR_PROTOCOL";
const TOO_LARGE: &str = "DC_ERR_TOO_LARGE";
const SERVER: &str = "DC_ERR_SERVER";
const RATE_LIMITED: &str = "DC_ERR_RATE_LIMITED";
const BAD_REQUEST: &str = "DC_ERR_BAD_REQUEST";

const LIST: &str = r#"{"type":"list","data":[{"id":"1"}],"pages":null}"#;

/// A fault, and what it has to become.
struct Fault {
    name: &'static str,
    scripts: Scripts,
    settings: fn(*mut dc_config),
    status: &'static str,
    http: i32,
    attempts: i32,
    says: &'static str,
}

fn plain(_: *mut dc_config) {}

fn short(config: *mut dc_config) {
    abi::timeout(config, 400);
}

fn one_retry(config: *mut dc_config) {
    abi::retries(config, 1);
}

fn fault(name: &'static str, script: Vec<Step>, status: &'static str, http: i32, says: &'static str) -> Fault {
    Fault { name, scripts: vec![script], settings: plain, status, http, attempts: 1, says }
}

/// The server reads the request and gives these bytes.
fn gives(name: &'static str, bytes: impl Into<Vec<u8>>, status: &'static str, http: i32, says: &'static str) -> Fault {
    fault(name, vec![Step::Request, Step::Send(bytes.into())], status, http, says)
}

fn body(name: &'static str, body: impl AsRef<[u8]>, status: &'static str, says: &'static str) -> Fault {
    gives(name, with_body(body.as_ref(), ""), status, if status == OK { 0 } else { 200 }, says)
}

fn with_body(body: &[u8], headers: &str) -> Vec<u8> {
    let mut answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n{headers}\r\n", body.len()).into_bytes();
    answer.extend_from_slice(body);
    answer
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn connections() -> Vec<Fault> {
    let head = |length: usize| format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
    let good = with_body(LIST.as_bytes(), "");
    let drip = |bytes: &[u8], every| vec![Step::Request, Step::Drip(bytes.to_vec(), every), Step::Hold];
    vec![
        fault("accept and close", vec![], CONNECTION, 0, ""),
        fault("accept and reset", vec![Step::Reset], CONNECTION, 0, ""),
        fault("close after the request", vec![Step::Request], CONNECTION, 0, "closed the connection"),
        fault("reset after the request", vec![Step::Request, Step::Reset], CONNECTION, 0, "broke"),
        gives("close in the status line", "HTTP/1.1 20", CONNECTION, 0, "closed the connection"),
        gives("close in the headers", "HTTP/1.1 200 OK\r\nContent-Le", CONNECTION, 0, "closed the connection"),
        gives("close after the headers", head(500), CONNECTION, 200, "before the whole answer"),
        gives("truncated with Content-Length", head(500) + "{\"data\":[", CONNECTION, 200, "before the whole answer"),
        fault(
            "reset in the body",
            vec![Step::Request, Step::Send((head(500) + "{\"data\":[").into()), Step::Wait(50), Step::Reset],
            CONNECTION,
            200,
            "broke",
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
            "broke",
        ),
        Fault {
            settings: short,
            ..fault("silence", vec![Step::Request, Step::Hold], TIMEOUT, 0, "within the timeout of 400 ms")
        },
        Fault {
            settings: short,
            ..fault("silence before the request is read", vec![Step::Wait(700)], TIMEOUT, 0, "timeout")
        },
        Fault { settings: short, ..fault("dripping headers", drip(&good, 30), TIMEOUT, 0, "timeout") },
        Fault {
            settings: short,
            ..fault(
                "dripping body",
                vec![Step::Request, Step::Send(head(500).into()), Step::Drip(vec![b' '; 500], 30)],
                TIMEOUT,
                200,
                "timeout",
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

fn framing() -> Vec<Fault> {
    let chunked = |chunks: &str| format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}");
    let many = |count: usize| (0..count).map(|n| format!("X-{n}: y\r\n")).collect::<String>();
    let size = LIST.len();
    vec![
        gives(
            "chunks",
            chunked(&format!("5\r\n{}\r\n{:x}\r\n{}\r\n0\r\n\r\n", &LIST[..5], size - 5, &LIST[5..])),
            OK,
            0,
            "",
        ),
        gives(
            "chunk extension and trailer",
            chunked(&format!("{size:x};a=b\r\n{LIST}\r\n0\r\nX-T: y\r\n\r\n")),
            OK,
            0,
            "",
        ),
        gives("chunk size that is none", chunked("xyz\r\n{}\r\n0\r\n\r\n"), PROTOCOL, 200, "no proper HTTP answer"),
        gives(
            "chunk cut off",
            chunked(&format!("{:x}\r\n{LIST}", size + 10)),
            CONNECTION,
            200,
            "before the whole answer",
        ),
        gives("no last chunk", chunked(&format!("{size:x}\r\n{LIST}\r\n")), CONNECTION, 200, "before the whole answer"),
        gives("chunk without its line break", chunked(&format!("{size:x}\r\n{LIST}XX0\r\n\r\n")), PROTOCOL, 200, ""),
        gives(
            "Content-Length too short",
            format!("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{LIST}"),
            PROTOCOL,
            200,
            "EOF while parsing",
        ),
        gives("Content-Length that is no number", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n{}", PROTOCOL, 0, ""),
        gives(
            "two Content-Lengths",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
            PROTOCOL,
            0,
            "",
        ),
        gives("body until the end of the connection", format!("HTTP/1.1 200 OK\r\n\r\n{LIST}"), OK, 0, ""),
        gives(
            "the same, cut off",
            format!("HTTP/1.1 200 OK\r\n\r\n{}", &LIST[..20]),
            PROTOCOL,
            200,
            "EOF while parsing",
        ),
        gives("HTTP/1.0", format!("HTTP/1.0 200 OK\r\n\r\n{LIST}"), OK, 0, ""),
        gives(
            "100 Continue first",
            [b"HTTP/1.1 100 Continue\r\n\r\n".to_vec(), with_body(LIST.as_bytes(), "")].concat(),
            OK,
            0,
            "",
        ),
        gives("not HTTP", "SSH-2.0-OpenSSH_9.2\r\n\r\n", PROTOCOL, 0, "no proper HTTP answer"),
        gives(
            "HTTP/2 without asking",
            b"\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0d\0\x04\0\x10\0\0".to_vec(),
            PROTOCOL,
            0,
            "",
        ),
        gives("a status that is none", "HTTP/1.1 abc OK\r\n\r\n", PROTOCOL, 0, ""),
        gives(
            "a header of 100 kB",
            with_body(LIST.as_bytes(), &format!("X-Big: {}\r\n", "y".repeat(100_000))),
            PROTOCOL,
            0,
            "",
        ),
        gives("1,000 headers", with_body(LIST.as_bytes(), &many(1_000)), PROTOCOL, 0, ""),
        fault(
            "endless headers",
            vec![
                Step::Request,
                Step::Send(b"HTTP/1.1 200 OK\r\n".to_vec()),
                Step::Endless(b"X-More: y\r\n".repeat(100)),
            ],
            PROTOCOL,
            0,
            "",
        ),
        fault(
            "endless body",
            vec![Step::Request, Step::Send(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()), Step::Endless(vec![b' '; 65_536])],
            TOO_LARGE,
            200,
            "larger than the limit of 8388608 bytes",
        ),
        fault(
            "endless chunks",
            vec![
                Step::Request,
                Step::Send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec()),
                Step::Endless([b"8000\r\n".to_vec(), vec![b' '; 0x8000], b"\r\n".to_vec()].concat()),
            ],
            TOO_LARGE,
            200,
            "larger than the limit",
        ),
        gives("a length over the limit", "HTTP/1.1 200 OK\r\nContent-Length: 9000000000\r\n\r\n{", TOO_LARGE, 200, ""),
        gives("gzip", with_body(&gzip(LIST.as_bytes()), "Content-Encoding: gzip\r\n"), OK, 0, ""),
        gives(
            "gzip bomb",
            with_body(&gzip(&vec![b' '; 50_000_000]), "Content-Encoding: gzip\r\n"),
            TOO_LARGE,
            200,
            "limit",
        ),
        gives("gzip that is none", with_body(LIST.as_bytes(), "Content-Encoding: gzip\r\n"), PROTOCOL, 200, "gzip"),
        gives(
            "gzip cut off",
            with_body(&gzip(LIST.as_bytes())[..30], "Content-Encoding: gzip\r\n"),
            CONNECTION,
            200,
            "before the whole answer",
        ),
        gives(
            "a coding that was not asked for",
            with_body(b"\x0b\x02\x80xyz\x03", "Content-Encoding: br\r\n"),
            PROTOCOL,
            200,
            "not the JSON of a list",
        ),
    ]
}

fn statuses() -> Vec<Fault> {
    let html = "<html><h1>no</h1></html>";
    let answer = |status: &str, headers: &[(&str, &str)], body: &str| http(status, headers, body);
    let mut all = vec![
        gives("wrong content type", answer("200 OK", &[("Content-Type", "text/html")], LIST), OK, 0, ""),
        gives(
            "HTML for 200",
            answer("200 OK", &[("Content-Type", "text/html")], html),
            PROTOCOL,
            200,
            "content type text/html",
        ),
        gives(
            "HTML for 403",
            answer("403 Forbidden", &[("Content-Type", "text/html")], html),
            "DC_ERR_FORBIDDEN",
            403,
            "text/html",
        ),
        gives(
            "HTML for 502",
            answer("502 Bad Gateway", &[("Content-Type", "text/html")], html),
            SERVER,
            502,
            "text/html",
        ),
        gives(
            "text for 503",
            answer("503 Service Unavailable", &[("Content-Type", "text/plain")], "no"),
            SERVER,
            503,
            "text/plain",
        ),
        gives("empty 200", answer("200 OK", &[], ""), PROTOCOL, 200, "the body is empty"),
        gives("204", "HTTP/1.1 204 No Content\r\n\r\n", PROTOCOL, 204, "204 No Content"),
        gives("206", answer("206 Partial Content", &[], LIST), PROTOCOL, 206, "where 200 with a list was due"),
        gives("304", "HTTP/1.1 304 Not Modified\r\n\r\n", PROTOCOL, 304, "304"),
        gives("401", answer("401 Unauthorized", &[], "{}"), "DC_ERR_UNAUTHORIZED", 401, "check the token"),
        gives("404", answer("404 Not Found", &[], "{}"), BAD_REQUEST, 404, "check the base URL"),
        gives("418", answer("418 I'm a teapot", &[], "{}"), BAD_REQUEST, 418, "418"),
        gives("599", answer("599 Whatever", &[], "{}"), SERVER, 599, "599"),
        gives("999", answer("999 Whatever", &[], "{}"), PROTOCOL, 999, "999"),
        gives("a failure whose body breaks off", "HTTP/1.1 500 X\r\nContent-Length: 99\r\n\r\n{", SERVER, 500, "500"),
        Fault {
            settings: short,
            ..fault(
                "a failure whose body never comes",
                vec![Step::Request, Step::Send(b"HTTP/1.1 500 X\r\nContent-Length: 99\r\n\r\n".to_vec()), Step::Hold],
                SERVER,
                500,
                "500",
            )
        },
        gives("429 without a hint", answer("429 Too Many Requests", &[], "{}"), RATE_LIMITED, 429, "429"),
    ];
    for status in
        ["301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"]
    {
        let number = status[..3].parse().unwrap();
        let bytes = answer(status, &[("Location", "https://elsewhere.example/x?y=z")], "");
        all.push(gives("a redirect to another host", bytes, PROTOCOL, number, "a redirect to elsewhere.example"));
    }
    for status in ["408 Request Timeout", "429 Too Many Requests", "500 X", "502 X", "503 X", "504 X"] {
        let bad = vec![Step::Request, Step::Send(answer(status, &[("Retry-After", "0")], "{}"))];
        let good = vec![Step::Request, Step::Send(with_body(LIST.as_bytes(), ""))];
        all.push(Fault {
            scripts: vec![bad, good],
            settings: one_retry,
            ..fault("a passing failure, then good", vec![], OK, 0, "")
        });
    }
    all
}

fn json() -> Vec<Fault> {
    let deep = |levels: usize| format!("{{\"data\":[{}{}]}}", "[".repeat(levels), "]".repeat(levels));
    vec![
        body("bad UTF-8", b"{\"data\":[\"\xff\"]}", PROTOCOL, "UTF-8 from byte 10"),
        body("bad UTF-8 outside of a text", b"{\"data\":[]}\xc0", PROTOCOL, "UTF-8"),
        body("byte order mark", format!("\u{feff}{LIST}"), OK, ""),
        body("UTF-16", b"\xff\xfe{\0}\0", PROTOCOL, "UTF-8"),
        body("NUL bytes", b"{\"data\":[]\0}", PROTOCOL, ""),
        body("NUL bytes behind", b"{\"data\":[]}\0\0", PROTOCOL, "trailing characters"),
        body("NUL escaped", br#"{"data":[{"name":"a\u0000b"}]}"#, OK, ""),
        body("deep nesting", deep(1_000_000), PROTOCOL, "nested"),
        body("deep nesting within bounds", deep(100), OK, ""),
        body("numbers at the edges", br#"{"data":[1e999,-1e-999,99999999999999999999999999,-0,1.5E+3]}"#, OK, ""),
        body("a number that is none", br#"{"data":[01]}"#, PROTOCOL, ""),
        body("duplicate keys", br#"{"data":null,"data":[],"data":[{"id":"1","id":"2"}]}"#, OK, ""),
        body("lone surrogates", br#"{"data":[{"name":"\ud800","description":"\udc00\ud800"}]}"#, OK, ""),
        body("data null", br#"{"type":"list","data":null}"#, PROTOCOL, "\"data\" is null"),
        body("data missing", br#"{"type":"list","pages":null}"#, PROTOCOL, "no \"data\""),
        body("data an object", br#"{"data":{}}"#, PROTOCOL, "an object, not an array"),
        body("ids as numbers", br#"{"data":[{"id":12345,"state":7,"name":null}]}"#, OK, ""),
        body("another list type", br#"{"type":"data_connector.list","data":[]}"#, OK, ""),
        body(
            "an error.list with 200",
            br#"{"type":"error.list","errors":[{"code":"x"}]}"#,
            PROTOCOL,
            "an error instead of a list (x)",
        ),
        body("JSON and HTML behind it", format!("{LIST}<html>"), PROTOCOL, "trailing characters"),
        body("cut off JSON", &LIST[..30], PROTOCOL, "EOF while parsing"),
        body("white space only", b" \r\n\t ", PROTOCOL, "EOF while parsing"),
        body("comments", b"/* hi */ {\"data\":[]}", PROTOCOL, "expected value"),
    ]
}

fn all() -> Vec<Fault> {
    [connections(), framing(), statuses(), json()].into_iter().flatten().collect()
}

/// Runs one fault, and says what is wrong with what became of it.
fn run(fault: &Fault, tls: bool) -> Result<(), String> {
    let server = FaultServer::start(fault.scripts.clone(), tls.then(|| certificates::server(Flaw::None)));
    let scheme = if tls { "https" } else { "http" };
    let client = abi::client(&format!("{scheme}://{}", server.address()), |config| {
        (fault.settings)(config);
        if tls {
            abi::ca_file(config, &certificates::ca_file());
        }
    });
    let started = Instant::now();
    let Outcome { status, http, attempts, message, .. } = client.list();
    let took = started.elapsed();
    let attempts = if status == OK { fault.attempts } else { attempts };
    // Over TLS a connection that breaks can show as bad TLS; nothing else may differ.
    let as_expected = status == fault.status || (tls && fault.status == CONNECTION && status == "DC_ERR_TLS");
    let right = as_expected && http == fault.http && attempts == fault.attempts;
    let says = message.contains(fault.says) || (tls && fault.status == CONNECTION);
    if right && says && took < Duration::from_secs(5) && !message.contains(TOKEN) {
        return Ok(());
    }
    Err(format!(
        "{} (tls: {tls}): {status} {http} after {attempts} attempts and {took:?}: {message:?}\n  expected {} {} after {}: {:?}",
        fault.name, fault.status, fault.http, fault.attempts, fault.says
    ))
}

fn run_all() -> Vec<String> {
    let table = all();
    assert!(table.len() >= 40, "{}", table.len());
    [false, true]
        .iter()
        .flat_map(|tls| table.iter().map(move |fault| run(fault, *tls)))
        .filter_map(Result::err)
        .collect()
}

/// Descriptors, threads, and bytes allocated.
fn in_use() -> (usize, usize, i64) {
    let entries = |folder: &str| std::fs::read_dir(folder).unwrap().count();
    (entries("/proc/self/fd"), entries("/proc/self/task"), ALLOCATED.load(Ordering::SeqCst))
}

/// The only test here: it counts what the process has in use.
#[test]
fn each_becomes_its_status_and_leaves_nothing_behind() {
    let wrong = run_all();
    assert!(wrong.is_empty(), "{} of the faults:\n{}", wrong.len(), wrong.join("\n"));
    // What is made once, by std, by rustls and by the tests, has been made.
    let before = in_use();
    assert_eq!(run_all(), Vec::<String>::new());
    assert_eq!(in_use(), before, "descriptors, threads, bytes: after (left) and before (right)");
}
