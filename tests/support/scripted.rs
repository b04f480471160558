//! A server that gives one scripted answer after the other, byte for byte, and keeps the requests.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// It answers the n-th request with the n-th script, the last one again and again, and closes after each.
pub struct Scripted {
    base_url: String,
    requests: Arc<Mutex<Vec<String>>>,
    stop: Arc<Mutex<bool>>,
    thread: Option<JoinHandle<()>>,
}

impl Scripted {
    pub fn start(scripts: Vec<Vec<u8>>) -> Self {
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
                    let script = scripts.get(number).or(scripts.last()).unwrap();
                    answer(stream.unwrap(), script, &requests);
                }
            }
        });
        Self { base_url, requests, stop, thread: Some(thread) }
    }

    /// One answer, for every request.
    pub fn always(answer: impl Into<Vec<u8>>) -> Self {
        Self::start(vec![answer.into()])
    }

    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The requests so far, head and all.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        *self.stop.lock().unwrap() = true;
        let _ = TcpStream::connect(self.base_url.trim_start_matches("http://"));
        let _ = self.thread.take().unwrap().join();
    }
}

/// The request is kept before it is answered: who has the answer may ask for it.
fn answer(mut stream: TcpStream, script: &[u8], requests: &Mutex<Vec<String>>) {
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
    let _ = stream.write_all(script);
}

/// An HTTP answer with these headers beside its length.
pub fn http(status: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n", body.len());
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    (text + "\r\n" + body).into_bytes()
}

/// The same with the content type of JSON.
pub fn json(status: &str, body: &str) -> Vec<u8> {
    http(status, &[("Content-Type", "application/json; charset=utf-8"), ("X-Request-Id", "header-id")], body)
}
