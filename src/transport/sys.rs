//! The few system calls that neither std nor socket2 has: to wait for several descriptors, to wake such a wait, to
//! keep signals off a helper thread, to notice a fork.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// What to wait for on a descriptor.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Ready {
    Read,
    Write,
}

/// The most descriptors that one [`wait`] takes; more are passed over.
const MAX_WAIT: usize = 16;

/// Waits until one of the descriptors is ready, or closed or broken, which its use will tell: gives a bit for each,
/// the first one's the lowest. No bit after `time`. A signal ends it with [`io::ErrorKind::Interrupted`].
pub(crate) fn wait<'a>(descriptors: impl Iterator<Item = (BorrowedFd<'a>, Ready)>, time: Duration) -> io::Result<u32> {
    let mut polled = [libc::pollfd { fd: -1, events: 0, revents: 0 }; MAX_WAIT];
    let mut count = 0;
    for (slot, (descriptor, ready)) in polled.iter_mut().zip(descriptors) {
        slot.fd = descriptor.as_raw_fd();
        slot.events = match ready {
            Ready::Read => libc::POLLIN,
            Ready::Write => libc::POLLOUT,
        };
        count += 1;
    }
    // Rounded up: a wait that ends a little early would be followed by a busy one.
    let milliseconds = i32::try_from(time.as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX);
    // SAFETY: `polled` has `count` entries or more, and the borrows keep their descriptors open until it returns.
    let outcome = unsafe { libc::poll(polled.as_mut_ptr(), count as libc::nfds_t, milliseconds) };
    if outcome < 0 {
        return Err(io::Error::last_os_error());
    }
    let ready = polled[..count].iter().enumerate().filter(|(_, slot)| slot.revents != 0);
    Ok(ready.fold(0, |bits, (index, _)| bits | 1 << index))
}

/// Ends a wait, from another thread or from a signal handler: its descriptor is readable once woken, and stays so.
#[derive(Debug)]
pub(crate) struct Wake {
    read: OwnedFd,
    /// Of a pair of sockets; an event descriptor is written to itself.
    write: Option<OwnedFd>,
}

impl Wake {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(crate) fn new() -> io::Result<Self> {
        // SAFETY: no pointers are passed.
        let descriptor = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) };
        if descriptor < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: it was just opened, and nobody else has it.
        Ok(Self { read: unsafe { OwnedFd::from_raw_fd(descriptor) }, write: None })
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    pub(crate) fn new() -> io::Result<Self> {
        let (read, write) = std::os::unix::net::UnixStream::pair()?;
        read.set_nonblocking(true)?;
        write.set_nonblocking(true)?;
        Ok(Self { read: read.into(), write: Some(write.into()) })
    }

    /// Async-signal-safe: one `write(2)`, and `errno` is as it was.
    pub(crate) fn wake(&self) {
        let one = 1_u64.to_ne_bytes();
        let descriptor = self.write.as_ref().unwrap_or(&self.read).as_raw_fd();
        let before = errno();
        // SAFETY: the buffer has the eight bytes, and `self` keeps the descriptor open. It fails only where it is full,
        // and so readable already.
        unsafe { libc::write(descriptor, one.as_ptr().cast(), one.len()) };
        set_errno(before);
    }
}

impl AsFd for Wake {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.read.as_fd()
    }
}

#[cfg(any(target_os = "linux", target_os = "emscripten"))]
fn errno_address() -> *mut libc::c_int {
    // SAFETY: it takes nothing, and gives the address of this thread's own.
    unsafe { libc::__errno_location() }
}

#[cfg(any(target_os = "android", target_os = "netbsd", target_os = "openbsd"))]
fn errno_address() -> *mut libc::c_int {
    // SAFETY: it takes nothing, and gives the address of this thread's own.
    unsafe { libc::__errno() }
}

#[cfg(any(target_vendor = "apple", target_os = "freebsd", target_os = "dragonfly"))]
fn errno_address() -> *mut libc::c_int {
    // SAFETY: it takes nothing, and gives the address of this thread's own.
    unsafe { libc::__error() }
}

fn errno() -> libc::c_int {
    // SAFETY: the address is good for as long as the thread lives.
    unsafe { *errno_address() }
}

fn set_errno(value: libc::c_int) {
    // SAFETY: as above, and no other thread uses it.
    unsafe { *errno_address() = value }
}

/// Runs `start` with all signals blocked, so that a thread it starts never runs the program's signal handlers.
pub(crate) fn with_signals_blocked<T>(start: impl FnOnce() -> T) -> T {
    struct Restore(libc::sigset_t);
    impl Drop for Restore {
        fn drop(&mut self) {
            // SAFETY: the set is the one that was in force before.
            unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &self.0, std::ptr::null_mut()) };
        }
    }
    let mut before = std::mem::MaybeUninit::uninit();
    let mut all = std::mem::MaybeUninit::uninit();
    // SAFETY: both sets are written before they are read: `all` by sigfillset, `before` by pthread_sigmask, which fails
    // only for a wrong first argument.
    let _restore = unsafe {
        libc::sigfillset(all.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr());
        Restore(before.assume_init())
    };
    start()
}

static FORKS: AtomicU32 = AtomicU32::new(0);

/// A number that differs between a process and the one it was forked from; free of system calls.
pub(crate) fn process_generation() -> u32 {
    static WATCHED: Once = Once::new();
    extern "C" fn in_child() {
        FORKS.fetch_add(1, Ordering::Relaxed);
    }
    // SAFETY: the handler only adds to an atomic, and the library is linked so that it is never unloaded.
    WATCHED.call_once(|| unsafe {
        libc::pthread_atfork(None, None, Some(in_child));
    });
    FORKS.load(Ordering::Relaxed)
}
