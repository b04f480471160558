//! Opening a connection: a race between the addresses of a host.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use socket2::{Domain, Protocol, Socket, Type};

use super::call::{Call, Stop};
use super::lookup::look_up;
use super::sys::Ready;

/// The head start of each address over the next: what RFC 8305 recommends.
const HEAD_START: Duration = Duration::from_millis(250);

/// A connection to a host, not blocking.
pub(super) fn dial(host: &str, port: u16, call: &Call) -> Result<TcpStream, Stop> {
    let addresses = look_up(host, port, call)?;
    race(&addresses, call)?.map_err(|(address, error)| {
        let to = if host == address.ip().to_string() { String::new() } else { format!(" ({address})") };
        Stop::NoConnection(match error.kind() {
            io::ErrorKind::ConnectionRefused => {
                format!("{host}:{port} refused the connection{to}: check the address, and that something listens there")
            }
            _ => format!("no connection to {host}:{port}{to}: {error}"),
        })
    })
}

/// The first connection that opens, or the last failure.
fn race(addresses: &[SocketAddr], call: &Call) -> Result<Result<TcpStream, (SocketAddr, io::Error)>, Stop> {
    let mut waiting = addresses.iter().copied();
    let mut running: Vec<(SocketAddr, Socket)> = Vec::new();
    let mut last = None;
    let mut next_start = Instant::now();
    loop {
        if waiting.len() > 0 && (running.is_empty() || Instant::now() >= next_start) {
            next_start = Instant::now() + HEAD_START;
            if let Some(address) = waiting.next() {
                match start(address) {
                    Ok(socket) => running.push((address, socket)),
                    Err(error) if running.is_empty() && is_for_want_of_means(&error) => {
                        return Err(Stop::System(error));
                    }
                    // The next one need not wait.
                    Err(error) => {
                        last = Some((address, error));
                        next_start = Instant::now();
                    }
                }
            }
        }
        if waiting.len() > 0 && Instant::now() >= next_start {
            continue;
        }
        if running.is_empty() {
            return Ok(Err(last.unwrap_or_else(no_addresses)));
        }
        let watched: Vec<_> = running.iter().map(|(_, socket)| (socket.as_fd(), Ready::Write)).collect();
        let until = (waiting.len() > 0).then_some(next_start);
        let mut ready = call.wait_until(&watched, until)?;
        while ready != 0 {
            // From the highest bit down, so that the lower ones keep their places.
            let index = 31 - ready.leading_zeros();
            ready &= !(1 << index);
            let (address, socket) = running.swap_remove(index as usize);
            match socket.take_error() {
                Ok(None) => return Ok(Ok(socket.into())),
                Ok(Some(error)) | Err(error) => last = Some((address, error)),
            }
            next_start = Instant::now();
        }
    }
}

/// Begins to connect; the socket is ready for writing when that has worked or failed.
fn start(address: SocketAddr) -> io::Result<Socket> {
    // Closed on exec.
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    socket.set_tcp_nodelay(true)?;
    #[cfg(target_vendor = "apple")]
    socket.set_nosigpipe(true)?;
    match socket.connect(&address.into()) {
        Err(error) if error.raw_os_error() != Some(libc::EINPROGRESS) => Err(error),
        _ => Ok(socket),
    }
}

/// Whether it is this process or system that can't, and not that address.
fn is_for_want_of_means(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE | libc::ENOBUFS | libc::ENOMEM))
}

fn no_addresses() -> (SocketAddr, io::Error) {
    (SocketAddr::from(([0, 0, 0, 0], 0)), io::ErrorKind::AddrNotAvailable.into())
}
