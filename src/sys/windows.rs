//! Windows.

use std::ffi::c_void;
use std::fs::File;
use std::io;
use std::net::{Ipv4Addr, UdpSocket};
use std::os::windows::io::{AsRawSocket, AsSocket, BorrowedSocket};
use std::path::Path;
use std::ptr;
use std::sync::Once;
use std::thread;
use std::time::Duration;

use windows_sys::Win32::Foundation::ERROR_FILENAME_EXCED_RANGE;
use windows_sys::Win32::Networking::WinSock::{
    FD_SET, SOCKET, SOCKET_ERROR, TIMEVAL, WSAEMFILE, WSAENOBUFS, WSAEWOULDBLOCK, select,
};
use windows_sys::Win32::System::LibraryLoader::{
    GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GET_MODULE_HANDLE_EX_FLAG_PIN, GetModuleHandleExW,
};

use super::{Interest, MAX_POLL_DESCRIPTORS, Waitable, bits};

pub(crate) const DESCRIPTORS: &str = "sockets";
pub(crate) const HOW_TO_FREE_DESCRIPTORS: &str = "close sockets";

pub(crate) type Descriptor<'a> = BorrowedSocket<'a>;

impl<T: AsSocket> Waitable for T {
    fn descriptor(&self) -> Descriptor<'_> {
        self.as_socket()
    }
}

/// Uses `select`, as WSAPoll does not report failed connections before Windows 10 2004.
pub(crate) fn poll<'a>(
    descriptors: impl Iterator<Item = (Descriptor<'a>, Interest)>,
    timeout: Duration,
) -> io::Result<u32> {
    let mut sockets = [SOCKET::MAX; MAX_POLL_DESCRIPTORS];
    let mut count = 0;
    let (mut readable, mut writable, mut failed) = (EMPTY_SET, EMPTY_SET, EMPTY_SET);
    for (slot, (descriptor, interest)) in sockets.iter_mut().zip(descriptors) {
        *slot = descriptor.as_raw_socket() as SOCKET;
        insert(if interest == Interest::Read { &mut readable } else { &mut writable }, *slot);
        // A connection that could not be opened is in this set only.
        insert(&mut failed, *slot);
        count += 1;
    }
    if count == 0 {
        thread::sleep(timeout);
        return Ok(0);
    }
    // Rounded up: waking slightly early would lead to a busy loop.
    let microseconds = timeout.as_nanos().div_ceil(1_000).min(i32::MAX as u128) as i32;
    let timeout = TIMEVAL { tv_sec: microseconds / 1_000_000, tv_usec: microseconds % 1_000_000 };
    // SAFETY: the sets and the timeout are valid for the call, and the borrows keep the sockets open until it returns.
    let result = unsafe { select(0, &mut readable, &mut writable, &mut failed, &timeout) };
    if result == SOCKET_ERROR {
        return Err(io::Error::last_os_error());
    }
    let is_ready = |socket| [&readable, &writable, &failed].into_iter().any(|set| contains(set, socket));
    Ok(bits(sockets[..count].iter().map(|socket| is_ready(*socket))))
}

const EMPTY_SET: FD_SET = FD_SET { fd_count: 0, fd_array: [0; 64] };

fn insert(set: &mut FD_SET, socket: SOCKET) {
    if let Some(slot) = set.fd_array.get_mut(set.fd_count as usize) {
        *slot = socket;
        set.fd_count += 1;
    }
}

fn contains(set: &FD_SET, socket: SOCKET) -> bool {
    set.fd_array.iter().take(set.fd_count as usize).any(|member| *member == socket)
}

/// A UDP socket that is connected to itself: once it is, nothing else can send to it.
#[derive(Debug)]
pub(crate) struct Waker(UdpSocket);

impl Waker {
    pub(crate) fn new() -> io::Result<Self> {
        pin_library();
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.connect(socket.local_addr()?)?;
        socket.set_nonblocking(true)?;
        // Another program may have sent before: the socket would be readable for ever.
        while !socket.recv(&mut [0]).is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock) {}
        Ok(Self(socket))
    }

    pub(crate) fn wake(&self) {
        // It fails only if the buffer is full, and the socket therefore already readable.
        let _ = self.0.send(&[1]);
    }
}

impl AsSocket for Waker {
    fn as_socket(&self) -> BorrowedSocket<'_> {
        self.0.as_socket()
    }
}

/// Keeps the DLL loaded until the process ends: its threads and thread-local destructors would run unmapped code. Each
/// client has a waker, so it is pinned before the first thread is started.
fn pin_library() {
    static PINNED: Once = Once::new();
    PINNED.call_once(|| {
        let mut module = ptr::null_mut();
        let flags = GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS;
        let address: *const c_void = (&raw const PINNED).cast();
        // SAFETY: with FROM_ADDRESS the second argument is an address within the library and no string. A failure leaves
        // the library as it is.
        unsafe { GetModuleHandleExW(flags, address.cast(), &mut module) };
    });
}

/// There are no signals.
pub(crate) fn with_signals_blocked<T>(spawn: impl FnOnce() -> T) -> T {
    spawn()
}

/// Processes cannot fork.
pub(crate) fn process_generation() -> u32 {
    0
}

/// Opening a pipe does not block. For a folder, the error would be that access is denied.
pub(crate) fn open_without_blocking(path: &Path) -> io::Result<File> {
    if path.is_dir() {
        return Err(io::Error::other("not a regular file"));
    }
    File::open(path)
}

pub(crate) fn is_name_too_long(error: &io::Error) -> bool {
    error.raw_os_error() == Some(ERROR_FILENAME_EXCED_RANGE as i32)
}

pub(crate) fn is_connecting(error: &io::Error) -> bool {
    error.raw_os_error() == Some(WSAEWOULDBLOCK)
}

pub(crate) fn is_out_of_resources(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(WSAEMFILE | WSAENOBUFS))
}
