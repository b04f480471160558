//! A server that responds only when the test calls `respond_with`.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

/// Records each request, and waits for [`respond_with`](Self::respond_with) before it responds.
pub struct GatedServer {
    pub base_url: String,
    requests: Arc<Mutex<Vec<String>>>,
    pages: Sender<String>,
}

impl GatedServer {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (pages, responses) = channel();
        let recorded = Arc::clone(&requests);
        // The thread ends when the sender of pages is dropped.
        std::thread::spawn(move || {
            listener.incoming().try_for_each(|stream| serve(&stream.unwrap(), &recorded, &responses))
        });
        Self { base_url, requests, pages }
    }

    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    pub fn respond_with(&self, page: &str) {
        self.pages.send(page.to_owned()).unwrap();
    }
}

/// Serves one connection. `None` if the sender of pages was dropped.
fn serve(mut stream: &TcpStream, requests: &Mutex<Vec<String>>, pages: &Receiver<String>) -> Option<()> {
    loop {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            if stream.read_exact(&mut byte).is_err() {
                return Some(());
            }
            head.push(byte[0]);
        }
        requests.lock().unwrap().push(String::from_utf8(head).unwrap());
        let page = pages.recv().ok()?;
        let response = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{page}", page.len());
        if stream.write_all(response.as_bytes()).is_err() {
            return Some(());
        }
    }
}
