//! A client of few words: what goes over the wire is what the test says.

#![allow(dead_code)] // Each test file uses some of it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use data_connectors_sandbox::Sandbox;
use serde_json::{Value, json};

/// The headers of a request that is in order.
pub const GOOD: &str = "Authorization: Bearer any\r\nIntercom-Version: Preview\r\n";

pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The whole body of an error, and what goes with each one.
    pub fn assert_refusal(&self, status: u16, code: &str, message: &str, field: Option<&str>) {
        let request_id = self.header("x-request-id").unwrap();
        let body = json!({
            "type": "error.list",
            "request_id": request_id,
            "errors": [{"code": code, "message": message, "field": field}],
        });
        assert_eq!((self.status, self.json().to_string()), (status, body.to_string()));
        assert_eq!(self.header("content-type"), Some("application/json; charset=utf-8"));
    }

    pub fn ids(&self) -> Vec<String> {
        assert_eq!(self.status, 200, "{}", self.json());
        self.json()["data"].as_array().unwrap().iter().map(id).collect()
    }

    /// The cursor of the next page, if there is one.
    pub fn next(&self) -> Option<String> {
        match &self.json()["pages"]["next"] {
            Value::Null => None,
            next => Some(next["starting_after"].as_str().unwrap().to_owned()),
        }
    }
}

pub fn id(connector: &Value) -> String {
    connector["id"].as_str().unwrap().to_owned()
}

pub struct Connection(BufReader<TcpStream>);

impl Connection {
    pub fn open(sandbox: &Sandbox) -> Self {
        Self::to(sandbox.base_url())
    }

    pub fn to(base_url: &str) -> Self {
        let stream = TcpStream::connect(base_url.strip_prefix("http://").unwrap()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        Connection(BufReader::new(stream))
    }

    /// Sends a request; `headers` is lines that each end in CR LF.
    pub fn send(&mut self, method: &str, target: &str, headers: &str) {
        let request = format!("{method} {target} HTTP/1.1\r\nHost: sandbox\r\n{headers}\r\n");
        self.0.get_mut().write_all(request.as_bytes()).unwrap();
    }

    pub fn receive(&mut self, method: &str) -> Answer {
        let status_line = self.line();
        let status = status_line.strip_prefix("HTTP/1.1 ").unwrap()[..3].parse().unwrap();
        let mut headers = Vec::new();
        loop {
            let line = self.line();
            let Some((name, value)) = line.split_once(": ") else {
                break;
            };
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        let mut answer = Answer { status, headers, body: Vec::new() };
        let length = answer.header("content-length").unwrap().parse().unwrap();
        if method != "HEAD" {
            answer.body.resize(length, 0);
            self.0.read_exact(&mut answer.body).unwrap();
        }
        answer
    }

    /// Whether the other side has closed it, once that shows.
    pub fn is_closed(&mut self) -> bool {
        self.0.fill_buf().map_or(true, <[u8]>::is_empty)
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line.trim_end_matches("\r\n").to_owned()
    }
}

/// Sends one request on a connection of its own.
pub fn ask(sandbox: &Sandbox, method: &str, target: &str, headers: &str) -> Answer {
    let mut connection = Connection::open(sandbox);
    connection.send(method, target, headers);
    connection.receive(method)
}

/// Asks for a page in the right way, with this query.
pub fn page(sandbox: &Sandbox, query: &str) -> Answer {
    ask(sandbox, "GET", &format!("/data_connectors?{query}"), GOOD)
}

/// The rows of a small list of its own, `(id, updated_at)` each.
pub fn rows(rows: &[(&str, &str)]) -> Vec<Value> {
    rows.iter().map(|(id, updated_at)| json!({"id": id, "updated_at": updated_at})).collect()
}

/// The parameter for a cursor, each byte of it encoded.
pub fn starting_after(cursor: &str) -> String {
    let encoded: String = cursor.bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("starting_after={encoded}")
}
