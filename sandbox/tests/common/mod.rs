//! A minimal HTTP client that sends exactly the bytes of the test.

#![allow(dead_code)] // Each test file uses a part of it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use data_connectors_sandbox::Sandbox;
use serde_json::{Value, json};

/// The headers of a valid request.
pub const VALID_HEADERS: &str = "Authorization: Bearer any\r\nIntercom-Version: Preview\r\n";

pub struct Response {
    pub status: u16,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Asserts the status, the whole body and the headers of an error response.
    pub fn assert_error(&self, status: u16, code: &str, message: &str, field: Option<&str>) {
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

    /// Returns the cursor of the next page, if there is one.
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
        Self::open_url(sandbox.base_url())
    }

    pub fn open_url(base_url: &str) -> Self {
        let stream = TcpStream::connect(base_url.strip_prefix("http://").unwrap()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        Connection(BufReader::new(stream))
    }

    /// Sends a request; each line of `headers` ends in CR LF.
    pub fn send(&mut self, method: &str, target: &str, headers: &str) {
        let request = format!("{method} {target} HTTP/1.1\r\nHost: sandbox\r\n{headers}\r\n");
        self.0.get_mut().write_all(request.as_bytes()).unwrap();
    }

    pub fn receive(&mut self, method: &str) -> Response {
        let status_line = self.read_line();
        let status = status_line.strip_prefix("HTTP/1.1 ").unwrap()[..3].parse().unwrap();
        let mut headers = Vec::new();
        loop {
            let line = self.read_line();
            let Some((name, value)) = line.split_once(": ") else {
                break;
            };
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        let mut response = Response { status, headers, body: Vec::new() };
        let length = response.header("content-length").unwrap().parse().unwrap();
        if method != "HEAD" {
            response.body.resize(length, 0);
            self.0.read_exact(&mut response.body).unwrap();
        }
        response
    }

    /// Waits for the server to close the connection, and returns whether it did.
    pub fn is_closed(&mut self) -> bool {
        self.0.fill_buf().map_or(true, <[u8]>::is_empty)
    }

    fn read_line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line.trim_end_matches("\r\n").to_owned()
    }
}

/// Sends one request on a new connection.
pub fn request(sandbox: &Sandbox, method: &str, target: &str, headers: &str) -> Response {
    let mut connection = Connection::open(sandbox);
    connection.send(method, target, headers);
    connection.receive(method)
}

/// Sends one request with a body on a new connection.
pub fn request_with_body(sandbox: &Sandbox, method: &str, target: &str, body: &str) -> Response {
    let length = format!("{VALID_HEADERS}Content-Length: {}\r\n", body.len());
    let mut connection = Connection::open(sandbox);
    connection.send(method, target, &length);
    connection.0.get_mut().write_all(body.as_bytes()).unwrap();
    connection.receive(method)
}

/// Requests a page with this query and valid headers.
pub fn page(sandbox: &Sandbox, query: &str) -> Response {
    request(sandbox, "GET", &format!("/data_connectors?{query}"), VALID_HEADERS)
}

/// Makes rows from pairs of `id` and `updated_at`.
pub fn rows(rows: &[(&str, &str)]) -> Vec<Value> {
    rows.iter().map(|(id, updated_at)| json!({"id": id, "updated_at": updated_at})).collect()
}

/// Makes the query parameter for a cursor, with each byte percent-encoded.
pub fn starting_after(cursor: &str) -> String {
    let encoded: String = cursor.bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("starting_after={encoded}")
}
