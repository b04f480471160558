//! The server that the benchmark's clients talk to. It has every answer rendered before the first request comes, and writes
//! one with a copy and a system call, so that it is never what a client waits for.
//!
//! It prints its two addresses, `http://127.0.0.1:…` and `https://127.0.0.1:…`, on lines of their own, and ends when its
//! standard input does. With `--ca-file PATH` it writes there the authority that its certificate is of.
//!
//! A path says what is asked for: `/data_connectors` and `/contacts` never end; below `/pages/40` the page number 40 is the
//! last; below `/latency/20` each answer comes 20 ms later.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod authority;
mod contacts;
mod pages;

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use data_connectors_sandbox::Sandbox;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use pages::{Pages, ROWS};

/// Rendered pages of each list; after the last the first comes again, with another cursor.
const RENDERED: usize = 200;

struct Site {
    connectors: Pages,
    contacts: Pages,
}

/// What a request's path and query say.
#[derive(Default)]
struct Asked<'a> {
    list: &'a str,
    cursor: Option<&'a str>,
    last: Option<usize>,
    latency: Duration,
}

impl<'a> Asked<'a> {
    /// Reads the first line of a request.
    fn read(head: &'a str) -> Option<Self> {
        let target = head.split(' ').nth(1)?;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut asked = Asked::default();
        let mut segments = path.split('/').skip(1);
        while let Some(segment) = segments.next() {
            match segment {
                "pages" => asked.last = Some(segments.next()?.parse().ok()?),
                "latency" => asked.latency = Duration::from_millis(segments.next()?.parse().ok()?),
                list => asked.list = list,
            }
        }
        asked.cursor = query.split('&').find_map(|pair| pair.strip_prefix("starting_after="));
        Some(asked)
    }
}

impl Site {
    /// Puts the whole answer to a request into `answer`.
    fn answer(&self, head: &str, answer: &mut Vec<u8>) {
        answer.clear();
        let asked = Asked::read(head).unwrap_or_default();
        let list = match asked.list {
            "data_connectors" => Some(&self.connectors),
            "contacts" => Some(&self.contacts),
            _ => None,
        };
        let number = asked.cursor.map_or(Some(0), pages::number_of);
        let (Some(list), Some(number)) = (list, number) else {
            answer.extend_from_slice(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
            return;
        };
        if !asked.latency.is_zero() {
            thread::sleep(asked.latency);
        }
        list.put(number, asked.last == Some(number + 1), answer);
    }

    /// Answers on a connection until the other side has had enough.
    fn serve(&self, mut stream: impl Read + Write) {
        let mut request = [0; 8192];
        let mut answer = Vec::new();
        let mut filled = 0;
        loop {
            let end = request[..filled].windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4);
            if let Some(end) = end {
                self.answer(&String::from_utf8_lossy(&request[..end]), &mut answer);
                if stream.write_all(&answer).and_then(|()| stream.flush()).is_err() {
                    return;
                }
                request.copy_within(end..filled, 0);
                filled -= end;
                continue;
            }
            match stream.read(&mut request[filled..]) {
                Ok(0) => return,
                Ok(count) => filled += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return,
            }
        }
    }
}

/// Takes connections, each on a thread of its own; gives the port.
fn listen(site: &Arc<Site>, tls: Option<Arc<ServerConfig>>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().unwrap().port();
    let site = site.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (site, tls) = (site.clone(), tls.clone());
            let stream: TcpStream = stream.unwrap();
            stream.set_nodelay(true).unwrap();
            thread::spawn(move || match tls {
                None => site.serve(stream),
                Some(tls) => site.serve(StreamOwned::new(ServerConnection::new(tls).unwrap(), stream)),
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
            other => panic!("{other:?} is no option: there is --ca-file PATH"),
        }
    }
    let rows = {
        let sandbox = Sandbox::builder().connectors(RENDERED * ROWS).start().expect("a sandbox");
        sandbox.connectors().to_vec()
    };
    let site = Arc::new(Site {
        connectors: Pages::render(&rows, |_| serde_json::json!({})),
        contacts: Pages::render(&contacts::make_up(RENDERED * ROWS), contacts::beside),
    });
    let (tls, authority) = authority::server();
    if let Some(path) = ca_file {
        std::fs::write(path, authority).expect("a file for the authority");
    }
    println!("http://127.0.0.1:{}", listen(&site, None));
    println!("https://127.0.0.1:{}", listen(&site, Some(tls)));
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}
