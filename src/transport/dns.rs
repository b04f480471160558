//! DNS resolution. It cannot be interrupted, so it runs on a background thread, which continues if the calls that wait
//! for it end first. Calls for the same host share one resolution, as a name server that does not respond would
//! otherwise accumulate threads and descriptors.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::attempt::Attempt;
use super::error::{ResolveError, TransportError};
use crate::call::Interruption;
use crate::per_process::PerProcess;
use crate::sys::{Interest, Waitable, Waker, with_signals_blocked};

/// The maximum number of addresses to try.
const MAX_ADDRESSES: usize = 8;

/// The maximum number of resolutions that calls wait for: the hosts of three regions and a proxy.
const MAX_AWAITED_RESOLUTIONS: usize = 4;

/// The maximum number of resolutions in progress in the process: those that calls wait for, and some whose calls have
/// timed out, so that hosts whose name servers do not respond do not block others. Each takes a thread and descriptors.
const MAX_RESOLUTIONS: usize = 8;

/// How often a waiting call checks whether a resolution can start because the calls that wait for others have ended, and
/// whether its process is a fork, in which no resolution is in progress.
const RECHECK_INTERVAL: Duration = Duration::from_millis(100);

/// Enough for NSS plug-ins; std would otherwise read the size from the environment.
const STACK_BYTES: usize = 1024 * 1024;

/// Resolves a host. Address families alternate, starting with the family of the resolver's first address.
pub(super) fn resolve(host: &str, port: u16, attempt: &Attempt) -> Result<Vec<SocketAddr>, TransportError> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let mut addresses = wait_for_resolution(bare, attempt)?
        .map_err(|error| TransportError::NotResolved { host: bare.to_owned(), error })?;
    addresses.iter_mut().for_each(|address| address.set_port(port));
    Ok(alternate_families(addresses))
}

/// The addresses, with port 0.
type Resolved = Result<Vec<SocketAddr>, ResolveError>;

/// A resolution in progress.
struct Resolution {
    host: String,
    /// Without a lock, which a fork could leave locked.
    resolved: OnceLock<Resolved>,
    /// Wakes all waiting calls, when the resolution has ended.
    ended: Waker,
    /// The number of calls that wait for it.
    waiting: AtomicUsize,
}

/// A call that waits for a resolution of its host.
struct Waiting(Arc<Resolution>);

impl Waiting {
    fn new(resolution: &Arc<Resolution>) -> Self {
        resolution.waiting.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(resolution))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

enum Slot {
    Waiting(Waiting),
    /// The resolutions in progress, whose number does not allow another one.
    None(Vec<Arc<Resolution>>),
}

/// The resolutions in progress. A forked child has none, as the threads are those of its parent.
fn in_progress() -> MutexGuard<'static, Vec<Arc<Resolution>>> {
    static IN_PROGRESS: PerProcess<Mutex<Vec<Arc<Resolution>>>> = PerProcess::new();
    IN_PROGRESS.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner)
}

fn wait_for_resolution(host: &str, attempt: &Attempt) -> Result<Resolved, TransportError> {
    loop {
        let slot = join_or_start(host).map_err(TransportError::System)?;
        let others = match &slot {
            Slot::Waiting(_) => 0,
            Slot::None(others) => others.len(),
        };
        let resolutions = match &slot {
            Slot::Waiting(waiting) => std::slice::from_ref(&waiting.0),
            Slot::None(others) => others,
        };
        let ends: Vec<_> =
            resolutions.iter().map(|resolution| (resolution.ended.descriptor(), Interest::Read)).collect();
        attempt.wait_until(&ends, Some(Instant::now() + RECHECK_INTERVAL)).map_err(
            |interruption| match interruption {
                Interruption::TimedOut(_) | Interruption::ConnectTimedOut(_) => {
                    TransportError::NotResolvedInTime { host: host.to_owned(), interruption, others }
                }
                other => other.into(),
            },
        )?;
        if let Slot::Waiting(Waiting(resolution)) = &slot {
            if let Some(resolved) = resolution.resolved.get() {
                return Ok(resolved.clone());
            }
        }
    }
}

/// Joins the resolution of the host, or starts one.
fn join_or_start(host: &str) -> io::Result<Slot> {
    let mut in_progress = in_progress();
    if let Some(resolution) = in_progress.iter().find(|resolution| resolution.host == host) {
        return Ok(Slot::Waiting(Waiting::new(resolution)));
    }
    let awaited = in_progress.iter().filter(|resolution| resolution.waiting.load(Ordering::Relaxed) > 0).count();
    if awaited >= MAX_AWAITED_RESOLUTIONS || in_progress.len() >= MAX_RESOLUTIONS {
        return Ok(Slot::None(in_progress.clone()));
    }
    let resolution = Arc::new(Resolution {
        host: host.to_owned(),
        resolved: OnceLock::new(),
        ended: Waker::new()?,
        waiting: AtomicUsize::new(0),
    });
    let running = Arc::clone(&resolution);
    let thread = std::thread::Builder::new().name("dc-resolver".to_owned()).stack_size(STACK_BYTES);
    with_signals_blocked(|| thread.spawn(move || run(&running)))?;
    let waiting = Waiting::new(&resolution);
    in_progress.push(resolution);
    Ok(Slot::Waiting(waiting))
}

fn run(resolution: &Arc<Resolution>) {
    // It is set once only: no other thread runs this resolution.
    let _ = resolution.resolved.set(resolve_by_system(&resolution.host));
    in_progress().retain(|other| !Arc::ptr_eq(other, resolution));
    resolution.ended.wake();
}

fn resolve_by_system(host: &str) -> Resolved {
    match (host, 0).to_socket_addrs() {
        Ok(addresses) if addresses.len() > 0 => Ok(addresses.collect()),
        Ok(_) => Err(ResolveError::Failed("no addresses".to_owned())),
        // Without a descriptor for its files and sockets, the resolver reports that the host does not exist.
        Err(error) => Err(match Waker::new() {
            Ok(_) => ResolveError::Failed(error.to_string()),
            Err(error) => ResolveError::NoDescriptors(error.to_string()),
        }),
    }
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
