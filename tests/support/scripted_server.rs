//! A server that sends scripted responses, byte for byte, and records the requests.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// Sends the n-th response for the n-th request, the last one repeatedly, and closes the connection after each.
pub struct ScriptedServer {
    base_url: String,
    requests: Arc<Mutex<Vec<String>>>,
    stop: Arc<Mutex<bool>>,
    thread: Option<JoinHandle<()>>,
}

impl ScriptedServer {
    pub fn start(responses: Vec<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(Mutex::new(false));
        let thread = std::thread::spawn({
            let (requests, stop) = (requests.clone(), stop.clone());
            move || {
                for (number, stream) in listener.incoming().enumerate() {
                    if *stop.lock().unwrap() {
                        return;
                    }
                    let response = responses.get(number).or(responses.last()).unwrap();
                    respond(stream.unwrap(), response, &requests);
                }
            }
        });
        Self { base_url, requests, stop, thread: Some(thread) }
    }

    /// Sends the same response for every request.
    pub fn always(response: impl Into<Vec<u8>>) -> Self {
        Self::start(vec![response.into()])
    }

    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The complete requests so far.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for ScriptedServer {
    fn drop(&mut self) {
        *self.stop.lock().unwrap() = true;
        let _ = TcpStream::connect(self.base_url.trim_start_matches("http://"));
        let _ = self.thread.take().unwrap().join();
    }
}

/// Records the request before it responds, so that a test that has the response finds the request.
fn respond(mut stream: TcpStream, response: &[u8], requests: &Mutex<Vec<String>>) {
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while !request.ends_with(b"\r\n\r\n") {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return,
            Ok(read) => request.extend_from_slice(&buffer[..read]),
        }
    }
    requests.lock().unwrap().push(String::from_utf8_lossy(&request).into_owned());
    let _ = stream.write_all(response);
}

/// An HTTP response with these headers, `Content-Length` and `Connection: close`.
pub fn http_response(status: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n", body.len());
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    (text + "\r\n" + body).into_bytes()
}

/// A JSON response with the request id `header-id`.
pub fn json_response(status: &str, body: &str) -> Vec<u8> {
    http_response(status, &[("Content-Type", "application/json; charset=utf-8"), ("X-Request-Id", "header-id")], body)
}
