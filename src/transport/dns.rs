//! DNS resolution. It cannot be interrupted, so it runs on a background thread, which is abandoned if the call ends
//! first.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, PoisonError};

use super::attempt::Attempt;
use super::error::TransportError;
use crate::sys::{Interest, Waker, with_signals_blocked};

/// The maximum number of addresses to try.
const MAX_ADDRESSES: usize = 8;

/// Enough for NSS plug-ins; std would otherwise read the size from the environment.
const STACK_BYTES: usize = 1024 * 1024;

/// Resolves a host. Address families alternate, starting with the family of the resolver's first address.
pub(super) fn resolve(host: &str, port: u16, attempt: &Attempt) -> Result<Vec<SocketAddr>, TransportError> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let resolved = resolve_in_background((bare.to_owned(), port), attempt)?;
    match resolved {
        Ok(addresses) if !addresses.is_empty() => Ok(alternate_families(addresses)),
        Ok(_) => Err(TransportError::NotResolved { host: bare.to_owned(), error: io::Error::other("no addresses") }),
        Err(error) => Err(TransportError::NotResolved { host: bare.to_owned(), error }),
    }
}

type Resolved = io::Result<Vec<SocketAddr>>;

fn resolve_in_background(target: (String, u16), attempt: &Attempt) -> Result<Resolved, TransportError> {
    let waker = Waker::new().map_err(TransportError::System)?;
    let shared = Arc::new((waker, Mutex::new(None)));
    let thread_shared = Arc::clone(&shared);
    let work = move || {
        let resolved: Resolved = target.to_socket_addrs().map(Iterator::collect);
        *thread_shared.1.lock().unwrap_or_else(PoisonError::into_inner) = Some(resolved);
        thread_shared.0.wake();
    };
    let thread = std::thread::Builder::new().name("dc-resolver".to_owned()).stack_size(STACK_BYTES);
    with_signals_blocked(|| thread.spawn(work)).map_err(TransportError::System)?;
    attempt.wait_until(&[(shared.0.as_fd(), Interest::Read)], None)?;
    let resolved = shared.1.lock().unwrap_or_else(PoisonError::into_inner).take();
    Ok(resolved.unwrap_or_else(|| Err(io::Error::other("no result"))))
}

/// Alternates IPv4 and IPv6, so that a family without a route delays one attempt, not all.
fn alternate_families(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
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
    fn alternates_address_families() {
        let all = |texts: &[&str]| texts.iter().map(|text| text.parse().expect("an address")).collect::<Vec<_>>();
        let mixed = all(&["[::1]:1", "[::2]:1", "[::3]:1", "1.1.1.1:1", "2.2.2.2:1"]);
        assert_eq!(alternate_families(mixed), all(&["[::1]:1", "1.1.1.1:1", "[::2]:1", "2.2.2.2:1", "[::3]:1"]));
        assert_eq!(alternate_families(all(&["1.1.1.1:1"])), all(&["1.1.1.1:1"]));
        let many: Vec<_> = (0..40).map(|n| SocketAddr::from(([10, 0, 0, n], 1))).collect();
        assert_eq!(alternate_families(many).len(), MAX_ADDRESSES);
    }
}
