//! The HTTP server of the benchmark. All responses are rendered before the first request; sending one takes a copy and
//! a system call, so that clients hardly wait for the server.
//!
//! It prints its two base URLs, `http://127.0.0.1:…` and `https://127.0.0.1:…`, one per line, and exits at the end of
//! its standard input. `--ca-file PATH` writes its CA certificate to PATH.
//!
//! `/data_connectors` and `/contacts` are endless lists. The path prefix `/pages/40` ends the list after page 40;
//! `/latency/20` delays each response by 20 ms, `/varied` selects connectors whose JSON is not uniform. `/gzip` compresses
//! the responses of an endless list for clients that accept it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod certificate;
mod contacts;
mod pages;
mod varied;

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use data_connectors_sandbox::Sandbox;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;

use pages::{Pages, ROWS_PER_PAGE};
use varied::VariedFormat;

/// Pre-rendered pages of each list; later pages repeat their rows.
const RENDERED_PAGES: usize = 200;

struct ServerState {
    connectors: Pages,
    varied: Pages,
    contacts: Pages,
}

/// The parsed path and query of a request.
#[derive(Default)]
struct Request<'a> {
    list: &'a str,
    cursor: Option<&'a str>,
    page_count: Option<usize>,
    latency: Duration,
    is_varied: bool,
    gzip: bool,
}

impl<'a> Request<'a> {
    /// Parses the request line.
    fn parse(head: &'a str) -> Option<Self> {
        let target = head.split(' ').nth(1)?;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut request = Request::default();
        let mut segments = path.split('/').skip(1);
        while let Some(segment) = segments.next() {
            match segment {
                "pages" => request.page_count = Some(segments.next()?.parse().ok()?),
                "latency" => request.latency = Duration::from_millis(segments.next()?.parse().ok()?),
                "varied" => request.is_varied = true,
                "gzip" => request.gzip = accepts_gzip(head),
                list => request.list = list,
            }
        }
        request.cursor = query.split('&').find_map(|pair| pair.strip_prefix("starting_after="));
        Some(request)
    }
}

/// Whether the value of `Accept-Encoding` contains gzip. Weights are not parsed: no client of the benchmark sends one.
fn accepts_gzip(head: &str) -> bool {
    let mut fields = head.lines().filter_map(|line| line.split_once(':'));
    fields.any(|(name, value)| name.eq_ignore_ascii_case("accept-encoding") && value.contains("gzip"))
}

impl ServerState {
    /// Replaces the content of `response` by the response to a request.
    fn respond(&self, head: &str, response: &mut Vec<u8>) {
        response.clear();
        let request = Request::parse(head).unwrap_or_default();
        let list = match request.list {
            _ if request.gzip && (request.is_varied || request.page_count.is_some()) => None,
            "data_connectors" if request.is_varied => Some(&self.varied),
            "data_connectors" => Some(&self.connectors),
            "contacts" if !request.gzip => Some(&self.contacts),
            _ => None,
        };
        let number = request.cursor.map_or(Some(0), pages::number_of);
        let (Some(list), Some(number)) = (list, number) else {
            response.extend_from_slice(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
            return;
        };
        if !request.latency.is_zero() {
            thread::sleep(request.latency);
        }
        if request.gzip {
            list.append_gzip_to(number, response);
        } else {
            list.append_to(number, request.page_count == Some(number + 1), response);
        }
    }

    /// Handles the requests of a connection until the client closes it.
    fn serve(&self, mut stream: impl Read + Write) {
        let mut buffer = [0; 8192];
        let mut response = Vec::new();
        let mut filled = 0;
        loop {
            let end = buffer[..filled].windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4);
            if let Some(end) = end {
                self.respond(&String::from_utf8_lossy(&buffer[..end]), &mut response);
                if stream.write_all(&response).and_then(|()| stream.flush()).is_err() {
                    return;
                }
                buffer.copy_within(end..filled, 0);
                filled -= end;
                continue;
            }
            match stream.read(&mut buffer[filled..]) {
                Ok(0) => return,
                Ok(count) => filled += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return,
            }
        }
    }
}

/// Accepts connections, each on its own thread; returns the port.
fn listen(state: &Arc<ServerState>, tls: Option<Arc<ServerConfig>>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("could not listen on a port");
    let port = listener.local_addr().unwrap().port();
    let state = state.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (state, tls) = (state.clone(), tls.clone());
            let stream: TcpStream = stream.unwrap();
            stream.set_nodelay(true).unwrap();
            thread::spawn(move || match tls {
                None => state.serve(stream),
                Some(tls) => state.serve(StreamOwned::new(ServerConnection::new(tls).unwrap(), stream)),
            });
        }
    });
    port
}

fn main() {
    let mut ca_file: Option<PathBuf> = None;
    let mut options = lexopt::Parser::from_env();
    while let Some(option) = options.next().unwrap() {
        match option {
            lexopt::Arg::Long("ca-file") => ca_file = Some(options.value().unwrap().into()),
            other => panic!("unknown option {other:?}: use --ca-file PATH"),
        }
    }
    let rows = {
        let sandbox =
            Sandbox::builder().connectors(RENDERED_PAGES * ROWS_PER_PAGE).start().expect("could not start the sandbox");
        sandbox.connectors()
    };
    let contacts = contacts::generate(RENDERED_PAGES * ROWS_PER_PAGE);
    let (format, no_fields) = (VariedFormat::new(), |_| serde_json::json!({}));
    let state = Arc::new(ServerState {
        connectors: Pages::render(&rows, Value::to_string, no_fields).with_gzip(),
        varied: Pages::render(&rows, |row| format.row(row), no_fields),
        contacts: Pages::render(&contacts, Value::to_string, contacts::extra_page_fields),
    });
    let (tls, ca) = certificate::generate();
    if let Some(path) = ca_file {
        std::fs::write(path, ca).expect("could not write the CA file");
    }
    println!("http://127.0.0.1:{}", listen(&state, None));
    println!("https://127.0.0.1:{}", listen(&state, Some(tls)));
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}
