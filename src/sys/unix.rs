//! Linux, macOS and other Unix systems.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::{Interest, MAX_POLL_DESCRIPTORS, Waitable, bits};

/// What the system has a limited number of, for messages.
pub(crate) const DESCRIPTORS: &str = "file descriptors";
pub(crate) const HOW_TO_FREE_DESCRIPTORS: &str = "close files or raise their limit (ulimit -n)";

/// A socket or the end of a pipe, borrowed from its owner.
pub(crate) type Descriptor<'a> = BorrowedFd<'a>;

impl<T: AsFd> Waitable for T {
    fn descriptor(&self) -> Descriptor<'_> {
        self.as_fd()
    }
}

/// Waits until at least one descriptor is ready, closed or broken. Returns a bit mask, the first descriptor's bit the
/// lowest; 0 after `timeout`. A signal handler that runs meanwhile makes it fail with [`io::ErrorKind::Interrupted`].
pub(crate) fn poll<'a>(
    descriptors: impl Iterator<Item = (Descriptor<'a>, Interest)>,
    timeout: Duration,
) -> io::Result<u32> {
    let mut polled = [libc::pollfd { fd: -1, events: 0, revents: 0 }; MAX_POLL_DESCRIPTORS];
    let mut count = 0;
    for (slot, (descriptor, interest)) in polled.iter_mut().zip(descriptors) {
        slot.fd = descriptor.as_raw_fd();
        slot.events = match interest {
            Interest::Read => libc::POLLIN,
            Interest::Write | Interest::Connect => libc::POLLOUT,
        };
        count += 1;
    }
    // Rounded up: waking slightly early would lead to a busy loop.
    let milliseconds = i32::try_from(timeout.as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX);
    // SAFETY: `polled` has at least `count` entries, and the borrows keep the descriptors open until poll returns.
    let result = unsafe { libc::poll(polled.as_mut_ptr(), count as libc::nfds_t, milliseconds) };
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(bits(polled[..count].iter().map(|slot| slot.revents != 0)))
}

/// Wakes a [`poll`] from another thread or a signal handler: once woken, its descriptor stays readable.
#[derive(Debug)]
pub(crate) struct Waker {
    read: OwnedFd,
    /// The other end of a socket pair; `None` for an eventfd, which is written to directly.
    write: Option<OwnedFd>,
}

impl Waker {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(crate) fn new() -> io::Result<Self> {
        use std::os::fd::FromRawFd;
        // SAFETY: no pointers are passed.
        let descriptor = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) };
        if descriptor < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the descriptor was just opened and has no other owner.
        Ok(Self { read: unsafe { OwnedFd::from_raw_fd(descriptor) }, write: None })
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    pub(crate) fn new() -> io::Result<Self> {
        let (read, write) = std::os::unix::net::UnixStream::pair()?;
        read.set_nonblocking(true)?;
        write.set_nonblocking(true)?;
        Ok(Self { read: read.into(), write: Some(write.into()) })
    }

    /// Async-signal-safe: one `write(2)`, and `errno` is preserved.
    pub(crate) fn wake(&self) {
        let one = 1_u64.to_ne_bytes();
        let descriptor = self.write.as_ref().unwrap_or(&self.read).as_raw_fd();
        let before = errno();
        // SAFETY: the buffer has eight bytes, and `self` keeps the descriptor open. The write fails only if the
        // descriptor is full, and therefore already readable.
        unsafe { libc::write(descriptor, one.as_ptr().cast(), one.len()) };
        set_errno(before);
    }

    /// Undoes one [`wake`](Self::wake), so that it can be used again.
    pub(crate) fn reset(&self) {
        let mut buffer = [0_u8; 8];
        // SAFETY: the buffer has eight bytes, and `self` keeps the descriptor open. The read fails only if the descriptor
        // was not woken.
        unsafe { libc::read(self.read.as_raw_fd(), buffer.as_mut_ptr().cast(), buffer.len()) };
    }
}

impl AsFd for Waker {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.read.as_fd()
    }
}

#[cfg(any(target_os = "linux", target_os = "emscripten"))]
fn errno_address() -> *mut libc::c_int {
    // SAFETY: it takes no arguments and returns the address of this thread's errno.
    unsafe { libc::__errno_location() }
}

#[cfg(any(target_os = "android", target_os = "netbsd", target_os = "openbsd"))]
fn errno_address() -> *mut libc::c_int {
    // SAFETY: it takes no arguments and returns the address of this thread's errno.
    unsafe { libc::__errno() }
}

#[cfg(any(target_vendor = "apple", target_os = "freebsd", target_os = "dragonfly"))]
fn errno_address() -> *mut libc::c_int {
    // SAFETY: it takes no arguments and returns the address of this thread's errno.
    unsafe { libc::__error() }
}

fn errno() -> libc::c_int {
    // SAFETY: the address is valid for the lifetime of the thread.
    unsafe { *errno_address() }
}

fn set_errno(value: libc::c_int) {
    // SAFETY: as above, and no other thread accesses it.
    unsafe { *errno_address() = value }
}

/// Runs `spawn` with all signals blocked, so that a thread it starts never runs the program's signal handlers.
pub(crate) fn with_signals_blocked<T>(spawn: impl FnOnce() -> T) -> T {
    struct Restore(libc::sigset_t);
    impl Drop for Restore {
        fn drop(&mut self) {
            // SAFETY: the set is the previous mask, which pthread_sigmask initialised.
            unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &self.0, std::ptr::null_mut()) };
        }
    }
    let mut before = std::mem::MaybeUninit::uninit();
    let mut all = std::mem::MaybeUninit::uninit();
    // SAFETY: both sets are initialised before they are read: `all` by sigfillset, `before` by pthread_sigmask, which
    // fails only for an invalid first argument.
    let _restore = unsafe {
        libc::sigfillset(all.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr());
        Restore(before.assume_init())
    };
    spawn()
}

static FORKS: AtomicU32 = AtomicU32::new(0);

/// A number that differs between a process and the process it was forked from. Makes no system calls.
pub(crate) fn process_generation() -> u32 {
    static REGISTERED: Once = Once::new();
    extern "C" fn in_child() {
        FORKS.fetch_add(1, Ordering::Relaxed);
    }
    // SAFETY: the handler only increments an atomic. The shared library is never unloaded (nodelete); whoever links the
    // static library into a plugin must do the same, as docs/abi.md describes.
    REGISTERED.call_once(|| unsafe {
        libc::pthread_atfork(None, None, Some(in_child));
    });
    FORKS.load(Ordering::Relaxed)
}

/// Opens a file to read it. Opening a pipe or a terminal neither blocks nor has other effects.
pub(crate) fn open_without_blocking(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY).open(path)
}

/// Whether opening failed because the path, or a name in it, is too long.
pub(crate) fn is_name_too_long(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::ENAMETOOLONG)
}

/// Whether connecting a non-blocking socket has started.
pub(crate) fn is_connecting(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::EINPROGRESS)
}

/// Whether the process or system is out of resources, so that other addresses would fail, too.
pub(crate) fn is_out_of_resources(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE | libc::ENOBUFS | libc::ENOMEM))
}
