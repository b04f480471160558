//! Opens a TCP connection by connecting to the addresses of a host in parallel (Happy Eyeballs, RFC 8305).

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use socket2::{Domain, Protocol, Socket, Type};

use super::attempt::Attempt;
use super::dns::resolve;
use super::error::TransportError;
use crate::sys::{Interest, Waitable, is_connecting, is_out_of_resources};

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
        let watched: Vec<_> = connecting.iter().map(|(_, socket)| (socket.descriptor(), Interest::Connect)).collect();
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
    // Not inherited by other programs, and on Apple's systems without SIGPIPE.
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    socket.set_tcp_nodelay(true)?;
    match socket.connect(&address.into()) {
        Err(error) if !is_connecting(&error) => Err(error),
        _ => Ok(socket),
    }
}

fn no_addresses() -> (SocketAddr, io::Error) {
    (SocketAddr::from(([0, 0, 0, 0], 0)), io::ErrorKind::AddrNotAvailable.into())
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::rc::Rc;

    use super::*;
    use crate::call::{CallContext, Interruption, Timeouts};
    use crate::cancel::CancelToken;

    const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

    fn attempt() -> Rc<Attempt> {
        let timeouts = Timeouts { total: Duration::from_secs(20), connect: CONNECT_TIMEOUT, stall: None };
        let call = CallContext::new(timeouts, &CancelToken::new().expect("a descriptor"), None);
        let attempt = Attempt::new(&call, false);
        attempt.connecting();
        attempt
    }

    fn listener() -> (TcpListener, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        (listener, address)
    }

    /// An address without a listener.
    fn refusing() -> SocketAddr {
        listener().1
    }

    /// An address that does not respond: the backlog of its listener is full.
    fn unresponsive() -> (Vec<Socket>, SocketAddr) {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).expect("a port");
        socket.listen(0).expect("a listener");
        let address = socket.local_addr().expect("an address");
        let mut sockets = vec![socket];
        loop {
            let client = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
            if client.connect_timeout(&address, Duration::from_millis(200)).is_err() {
                return (sockets, address.as_socket().expect("an IP address"));
            }
            sockets.push(client);
            assert!(sockets.len() < 64, "the backlog is never full");
        }
    }

    fn peer(addresses: &[SocketAddr]) -> Option<SocketAddr> {
        let stream = connect_to_any(addresses, &attempt()).expect("no interruption").expect("a connection");
        stream.peer_addr().ok()
    }

    #[test]
    fn unresponsive_addresses_delay_the_next_ones_by_the_attempt_delay() {
        let ((_first, first), (_second, second)) = (unresponsive(), unresponsive());
        let (_listener, address) = listener();
        let started = Instant::now();
        assert_eq!(peer(&[first, second, address]), Some(address));
        let elapsed = started.elapsed();
        assert!(elapsed >= 2 * CONNECTION_ATTEMPT_DELAY && elapsed < CONNECT_TIMEOUT, "{elapsed:?}");
    }

    #[test]
    fn addresses_that_refuse_cause_no_delay() {
        let (_listener, address) = listener();
        let refusing: Vec<SocketAddr> = (0..8).map(|_| refusing()).collect();
        let started = Instant::now();
        assert_eq!(peer(&[&refusing[..], &[address]].concat()), Some(address));
        assert!(started.elapsed() < 4 * CONNECTION_ATTEMPT_DELAY, "{:?}", started.elapsed());
    }

    #[test]
    fn reports_the_last_failure() {
        let (first, last) = (refusing(), refusing());
        let (address, error) =
            connect_to_any(&[first, last], &attempt()).expect("no interruption").expect_err("a failure");
        assert_eq!((address, error.kind()), (last, io::ErrorKind::ConnectionRefused));
        let (_, error) = connect_to_any(&[], &attempt()).expect("no interruption").expect_err("a failure");
        assert_eq!(error.kind(), io::ErrorKind::AddrNotAvailable);
    }

    #[test]
    fn waits_for_the_last_address_until_the_connect_timeout() {
        let (_sockets, address) = unresponsive();
        let started = Instant::now();
        let error = connect_to_any(&[refusing(), address], &attempt()).expect_err("a timeout");
        assert!(matches!(error, TransportError::Interrupted(Interruption::ConnectTimedOut(_))), "{error}");
        assert!(started.elapsed() > CONNECT_TIMEOUT / 2, "{:?}", started.elapsed());
    }
}
