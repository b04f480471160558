//! A server that follows a script, byte for byte, over plain TCP or TLS.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::program::is_wine;

/// One step of a connection's script. After the last one the connection is closed.
#[derive(Clone, Debug)]
pub enum Step {
    /// Reads the head of a request.
    ReadRequest,
    /// Sends these bytes.
    Send(Vec<u8>),
    /// Sends these bytes one at a time, and waits this many milliseconds before each.
    SendSlowly(Vec<u8>, u64),
    /// Sends these bytes repeatedly, until the peer closes the connection.
    SendForever(Vec<u8>),
    /// Waits this many milliseconds.
    Sleep(u64),
    /// Keeps the connection open without sending anything, until the peer closes it.
    KeepOpen,
    /// Shuts down the sending side and keeps the connection open.
    HalfClose,
    /// Resets the connection.
    Reset,
}

/// One script per connection; further connections repeat the last one.
pub type Scripts = Vec<Vec<Step>>;

pub struct FaultServer {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    /// Weak, so that a connection is closed when its worker ends.
    connections: Arc<Mutex<Vec<Weak<TcpStream>>>>,
    requests: Arc<Mutex<Vec<String>>>,
    thread: Option<JoinHandle<()>>,
}

impl FaultServer {
    pub fn start(scripts: Scripts, tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let connections = Arc::new(Mutex::new(Vec::new()));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let thread = std::thread::spawn({
            let (stop, connections, requests) = (stop.clone(), connections.clone(), requests.clone());
            move || {
                let mut workers = Vec::new();
                for (number, stream) in listener.incoming().enumerate() {
                    if stop.load(Ordering::SeqCst) {
                        break;
                    }
                    let stream = Arc::new(stream.unwrap());
                    connections.lock().unwrap().push(Arc::downgrade(&stream));
                    let script = scripts.get(number).or(scripts.last()).unwrap().clone();
                    let (tls, requests) = (tls.clone(), requests.clone());
                    workers.push(std::thread::spawn(move || run_script(stream, &script, tls, &requests)));
                }
                drop(listener);
                for worker in workers {
                    worker.join().unwrap();
                }
            }
        });
        Self { address, stop, connections, requests, thread: Some(thread) }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// The number of connections that are open.
    pub fn open_connections(&self) -> usize {
        self.connections.lock().unwrap().iter().filter(|connection| connection.strong_count() > 0).count()
    }

    /// The number of connections accepted so far.
    pub fn connections(&self) -> usize {
        self.connections.lock().unwrap().len()
    }
}

impl Drop for FaultServer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        for connection in self.connections.lock().unwrap().drain(..).filter_map(|weak| weak.upgrade()) {
            let _ = connection.shutdown(Shutdown::Both);
        }
        self.thread.take().unwrap().join().unwrap();
    }
}

trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

/// A connection that rustls can own and others can share.
struct Shared(Arc<TcpStream>);

impl Read for Shared {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (&*self.0).read(buffer)
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&*self.0).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An error means that the peer closed the connection, which ends the script.
fn run_script(tcp: Arc<TcpStream>, script: &[Step], tls: Option<Arc<ServerConfig>>, requests: &Mutex<Vec<String>>) {
    tcp.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    tcp.set_nodelay(true).unwrap();
    let reset = Arc::clone(&tcp);
    let tcp = Shared(tcp);
    let mut stream: Box<dyn Stream> = match tls {
        Some(config) => Box::new(StreamOwned::new(ServerConnection::new(config).unwrap(), tcp)),
        None => Box::new(tcp),
    };
    for step in script {
        let done = match step {
            Step::ReadRequest => read_request_head(&mut stream).map(|head| requests.lock().unwrap().push(head)),
            Step::Send(bytes) => stream.write_all(bytes).and_then(|()| stream.flush()),
            Step::SendSlowly(bytes, interval) => bytes.chunks(1).try_for_each(|byte| {
                std::thread::sleep(Duration::from_millis(*interval));
                stream.write_all(byte).and_then(|()| stream.flush())
            }),
            Step::SendForever(bytes) => loop {
                if let Err(error) = stream.write_all(bytes).and_then(|()| stream.flush()) {
                    break Err(error);
                }
            },
            Step::Sleep(milliseconds) => {
                std::thread::sleep(Duration::from_millis(*milliseconds));
                Ok(())
            }
            Step::KeepOpen => {
                while matches!(stream.read(&mut [0; 1024]), Ok(1..)) {}
                Err(io::ErrorKind::UnexpectedEof.into())
            }
            Step::HalfClose => reset.shutdown(Shutdown::Write),
            Step::Reset => {
                let socket = socket2::SockRef::from(&*reset);
                socket.set_linger(Some(Duration::ZERO)).unwrap();
                return;
            }
        };
        if done.is_err() {
            return;
        }
    }
}

/// Nothing follows a head: requests have no body, and clients do not pipeline.
fn read_request_head(stream: &mut Box<dyn Stream>) -> io::Result<String> {
    let mut head = Vec::new();
    let mut part = [0; 4096];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut part)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            length => head.extend_from_slice(&part[..length]),
        }
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// Whether [`Step::Reset`] resets connections: wine 8 shuts them down first, as if they were closed.
pub fn can_reset() -> bool {
    !is_wine()
}

/// A listener that accepts no connections because its backlog is full, the connections in the backlog, its address.
pub fn unresponsive_listener(address: &str) -> (TcpListener, Vec<TcpStream>, SocketAddr) {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.bind(&address.parse::<SocketAddr>().unwrap().into()).unwrap();
    socket.listen(1).unwrap();
    let listener = TcpListener::from(socket);
    let address = listener.local_addr().unwrap();
    let mut backlog = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
        backlog.push(stream);
        assert!(backlog.len() < 64, "the backlog is never full");
    }
    (listener, backlog, address)
}
