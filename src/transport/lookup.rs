//! The addresses of a host. A look-up can't be interrupted, so it has a thread of its own, which is left to itself
//! when the call ends first.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, PoisonError};

use super::call::{Call, Stop};
use super::sys::{Ready, Wake, with_signals_blocked};

/// A name server that gives more is answered enough by trying these.
const MAX_ADDRESSES: usize = 8;

/// Enough for a name service's plug-ins; without a number std would read it from the environment.
const STACK: usize = 1024 * 1024;

/// The addresses of a host in the order to try them: of both families in turn, beginning with the system's first.
pub(super) fn look_up(host: &str, port: u16, call: &Call) -> Result<Vec<SocketAddr>, Stop> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let found = on_a_thread((bare.to_owned(), port), call)?;
    let addresses = found.map_err(|error| {
        Stop::NoConnection(format!("the host {bare} was not found: check the name, and the network ({error})"))
    })?;
    if addresses.is_empty() {
        return Err(Stop::NoConnection(format!("the host {bare} has no address")));
    }
    Ok(in_turn(addresses))
}

type Found = io::Result<Vec<SocketAddr>>;

fn on_a_thread(target: (String, u16), call: &Call) -> Result<Found, Stop> {
    let shared = Arc::new((Wake::new().map_err(Stop::System)?, Mutex::new(None)));
    let theirs = Arc::clone(&shared);
    let work = move || {
        let found: Found = target.to_socket_addrs().map(Iterator::collect);
        *theirs.1.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
        theirs.0.wake();
    };
    let thread = std::thread::Builder::new().name("dc-lookup".to_owned()).stack_size(STACK);
    with_signals_blocked(|| thread.spawn(work)).map_err(Stop::System)?;
    call.wait_until(&[(shared.0.as_fd(), Ready::Read)], None)?;
    let found = shared.1.lock().unwrap_or_else(PoisonError::into_inner).take();
    Ok(found.unwrap_or_else(|| Err(io::Error::other("no result"))))
}

/// One family after the other, so that a family without a route costs one step, not all.
fn in_turn(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let first_is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) = addresses.into_iter().partition(|address| address.is_ipv6() == first_is_v6);
    let longest = first.len().max(second.len());
    let pick = |index| first.get(index).into_iter().chain(second.get(index));
    (0..longest).flat_map(pick).copied().take(MAX_ADDRESSES).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_take_turns() {
        let all = |texts: &[&str]| texts.iter().map(|text| text.parse().expect("an address")).collect::<Vec<_>>();
        let mixed = all(&["[::1]:1", "[::2]:1", "[::3]:1", "1.1.1.1:1", "2.2.2.2:1"]);
        assert_eq!(in_turn(mixed), all(&["[::1]:1", "1.1.1.1:1", "[::2]:1", "2.2.2.2:1", "[::3]:1"]));
        assert_eq!(in_turn(all(&["1.1.1.1:1"])), all(&["1.1.1.1:1"]));
        let many: Vec<_> = (0..40).map(|n| SocketAddr::from(([10, 0, 0, n], 1))).collect();
        assert_eq!(in_turn(many).len(), MAX_ADDRESSES);
    }
}
