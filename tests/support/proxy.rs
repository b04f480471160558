//! A proxy that opens a way, for one connection.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread::JoinHandle;

/// Gives `answer` to what it is asked, and then is the way to `target`, if there is one. The place of it, and a thread that
/// gives the head of what it was asked.
pub fn proxy(answer: &'static str, target: Option<String>) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = listener.local_addr().unwrap().to_string();
    let thread = std::thread::spawn(move || {
        let (mut near, _) = listener.accept().unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            near.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        near.write_all(answer.as_bytes()).unwrap();
        if let Some(target) = target {
            let mut far = TcpStream::connect(target).unwrap();
            let (mut near_in, mut far_out) = (near.try_clone().unwrap(), far.try_clone().unwrap());
            let up = std::thread::spawn(move || {
                let _ = std::io::copy(&mut near_in, &mut far_out);
                let _ = far_out.shutdown(Shutdown::Both);
            });
            let _ = std::io::copy(&mut far, &mut near);
            let _ = near.shutdown(Shutdown::Both);
            up.join().unwrap();
        }
        String::from_utf8(head).unwrap()
    });
    (place, thread)
}
