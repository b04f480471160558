//! Opens a TCP connection by connecting to the addresses of a host in parallel (Happy Eyeballs, RFC 8305).

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use socket2::{Domain, Protocol, Socket, Type};

use super::attempt::Attempt;
use super::dns::resolve;
use super::error::TransportError;
use crate::sys::Interest;

/// The delay before the next address is tried, as RFC 8305 recommends.
const CONNECTION_ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// Opens a non-blocking connection to a host.
pub(super) fn connect(host: &str, port: u16, attempt: &Attempt) -> Result<TcpStream, TransportError> {
    let addresses = resolve(host, port, attempt)?;
    connect_to_any(&addresses, attempt)?.map_err(|(address, error)| TransportError::NotConnected {
        host: host.to_owned(),
        port,
        address,
        error,
    })
}

/// The first connection that opens, or the last failure.
fn connect_to_any(
    addresses: &[SocketAddr],
    attempt: &Attempt,
) -> Result<Result<TcpStream, (SocketAddr, io::Error)>, TransportError> {
    let mut untried = addresses.iter().copied();
    let mut connecting: Vec<(SocketAddr, Socket)> = Vec::new();
    let mut last_failure = None;
    let mut next_start = Instant::now();
    loop {
        if untried.len() > 0 && (connecting.is_empty() || Instant::now() >= next_start) {
            next_start = Instant::now() + CONNECTION_ATTEMPT_DELAY;
            if let Some(address) = untried.next() {
                match start_connecting(address) {
                    Ok(socket) => connecting.push((address, socket)),
                    Err(error) if connecting.is_empty() && is_out_of_resources(&error) => {
                        return Err(TransportError::System(error));
                    }
                    // No delay before the next address.
                    Err(error) => {
                        last_failure = Some((address, error));
                        next_start = Instant::now();
                    }
                }
            }
        }
        if untried.len() > 0 && Instant::now() >= next_start {
            continue;
        }
        if connecting.is_empty() {
            return Ok(Err(last_failure.unwrap_or_else(no_addresses)));
        }
        let watched: Vec<_> = connecting.iter().map(|(_, socket)| (socket.as_fd(), Interest::Write)).collect();
        let until = (untried.len() > 0).then_some(next_start);
        let mut ready = attempt.wait_until(&watched, until)?;
        while ready != 0 {
            // From the highest bit down: swap_remove must not move entries of lower bits.
            let index = 31 - ready.leading_zeros();
            ready &= !(1 << index);
            let (address, socket) = connecting.swap_remove(index as usize);
            match socket.take_error() {
                Ok(None) => return Ok(Ok(socket.into())),
                Ok(Some(error)) | Err(error) => last_failure = Some((address, error)),
            }
            next_start = Instant::now();
        }
    }
}

/// Starts to connect; the socket becomes writable when that has succeeded or failed.
fn start_connecting(address: SocketAddr) -> io::Result<Socket> {
    // Sets CLOEXEC.
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

/// Whether the process or system is out of resources, so that other addresses would fail, too.
fn is_out_of_resources(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE | libc::ENOBUFS | libc::ENOMEM))
}

fn no_addresses() -> (SocketAddr, io::Error) {
    (SocketAddr::from(([0, 0, 0, 0], 0)), io::ErrorKind::AddrNotAvailable.into())
}
