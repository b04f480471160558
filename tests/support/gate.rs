//! A server that answers when it is told to.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

/// It keeps each request, and answers it with the next page that it is let have.
pub struct Gate {
    pub base_url: String,
    requests: Arc<Mutex<Vec<String>>>,
    pages: Sender<String>,
}

impl Gate {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (pages, coming) = channel();
        let kept = Arc::clone(&requests);
        // It ends with the process, or when nobody has pages for it any more.
        std::thread::spawn(move || listener.incoming().try_for_each(|stream| serve(&stream.unwrap(), &kept, &coming)));
        Self { base_url, requests, pages }
    }

    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    pub fn let_through(&self, page: &str) {
        self.pages.send(page.to_owned()).unwrap();
    }
}

/// `None` when there will be no more pages.
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
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{page}", page.len());
        if stream.write_all(answer.as_bytes()).is_err() {
            return Some(());
        }
    }
}
