//! Windows.

use std::ffi::c_void;
use std::fs::{File, OpenOptions};
use std::io;
use std::net::{Ipv4Addr, UdpSocket};
use std::os::windows::fs::OpenOptionsExt;
use std::os::windows::io::{AsRawHandle, AsRawSocket, AsSocket, BorrowedSocket};
use std::path::Path;
use std::ptr;
use std::thread;
use std::time::Duration;

use windows_sys::Win32::Foundation::{ERROR_FILENAME_EXCED_RANGE, ERROR_INVALID_NAME};
use windows_sys::Win32::Networking::WinSock::{
    FD_SET, SOCKET, SOCKET_ERROR, TIMEVAL, WSA_NOT_ENOUGH_MEMORY, WSAEMFILE, WSAEMSGSIZE, WSAENOBUFS, WSAEWOULDBLOCK,
    select,
};
use windows_sys::Win32::Storage::FileSystem::{
    FILE_FLAG_BACKUP_SEMANTICS, FILE_TYPE_DISK, GetFileType, SECURITY_IDENTIFICATION,
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
        match interest {
            Interest::Read => insert(&mut readable, *slot),
            Interest::Write => insert(&mut writable, *slot),
            Interest::Connect => {
                insert(&mut writable, *slot);
                // Only this set reports a failed attempt to connect. It also reports sockets with urgent data, so other
                // waits do not use it.
                insert(&mut failed, *slot);
            }
        }
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
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.connect(socket.local_addr()?)?;
        socket.set_nonblocking(true)?;
        // Another program may have sent before: the socket would be readable for ever.
        discard_datagrams(&socket)?;
        Ok(Self(socket))
    }

    pub(crate) fn wake(&self) {
        // It fails only if the buffer is full, and the socket therefore already readable.
        let _ = self.0.send(&[1]);
    }

    pub(crate) fn reset(&self) {
        // It fails only if it was not woken.
        let _ = self.0.recv(&mut [0]);
    }
}

impl AsSocket for Waker {
    fn as_socket(&self) -> BorrowedSocket<'_> {
        self.0.as_socket()
    }
}

fn discard_datagrams(socket: &UdpSocket) -> io::Result<()> {
    loop {
        match socket.recv(&mut [0]) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
            // The datagram is longer than the buffer.
            Err(error) if error.raw_os_error() == Some(WSAEMSGSIZE) => {}
            Err(error) => return Err(error),
            Ok(_) => {}
        }
    }
}

/// Called by the C runtime when the library is loaded, as are the constructors of C++'s global objects.
// SAFETY: the section contains pointers to functions without parameters, and nothing else.
#[used]
#[unsafe(link_section = ".CRT$XCU")]
static PIN_LIBRARY: extern "C" fn() = pin_library;

/// Keeps the DLL loaded until the process ends: its threads and thread-local destructors would run unmapped code.
extern "C" fn pin_library() {
    let mut module = ptr::null_mut();
    let flags = GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS;
    let address: *const c_void = (&raw const PIN_LIBRARY).cast();
    // SAFETY: with FROM_ADDRESS the second argument is an address within the library and no string. A failure leaves the
    // library as it is.
    unsafe { GetModuleHandleExW(flags, address.cast(), &mut module) };
}

/// There are no signals.
pub(crate) fn with_signals_blocked<T>(spawn: impl FnOnce() -> T) -> T {
    spawn()
}

/// Processes cannot fork.
pub(crate) fn process_generation() -> u32 {
    0
}

/// Opening a pipe does not block, but reading it does.
pub(crate) fn open_without_blocking(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    // Otherwise the server of a pipe could act on behalf of this process, and the error for a folder would be that access
    // is denied.
    options.security_qos_flags(SECURITY_IDENTIFICATION).custom_flags(FILE_FLAG_BACKUP_SEMANTICS);
    let file = options.read(true).open(path)?;
    // SAFETY: the handle is open.
    let kind = unsafe { GetFileType(file.as_raw_handle()) };
    if kind == FILE_TYPE_DISK { Ok(file) } else { Err(io::Error::other("not a regular file")) }
}

pub(crate) fn is_name_too_long(error: &io::Error) -> bool {
    // A name that is too long is an invalid one for NTFS.
    [ERROR_FILENAME_EXCED_RANGE, ERROR_INVALID_NAME].iter().any(|code| error.raw_os_error() == Some(*code as i32))
}

pub(crate) fn is_connecting(error: &io::Error) -> bool {
    error.raw_os_error() == Some(WSAEWOULDBLOCK)
}

pub(crate) fn is_out_of_resources(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(WSAEMFILE | WSAENOBUFS | WSA_NOT_ENOUGH_MEMORY))
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::mem::ManuallyDrop;
    use std::net::{TcpListener, TcpStream};
    use std::os::windows::io::{FromRawSocket, RawSocket};

    use windows_sys::Win32::Foundation::INVALID_HANDLE_VALUE;
    use windows_sys::Win32::Storage::FileSystem::PIPE_ACCESS_OUTBOUND;
    use windows_sys::Win32::System::Pipes::CreateNamedPipeA;

    use super::*;

    #[test]
    fn urgent_data_does_not_end_a_wait() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let client = TcpStream::connect(listener.local_addr().expect("an address")).expect("a connection");
        let server = listener.accept().expect("a connection").0;
        socket2::SockRef::from(&server).send_out_of_band(b"!").expect("sent");
        client.set_nonblocking(true).expect("a socket");
        while (&client).write(&[0; 65536]).is_ok() {}
        let wait = |interest| poll([(client.as_socket(), interest)].into_iter(), Duration::from_millis(200));
        assert_eq!(wait(Interest::Read).expect("no failure"), 0);
        assert_eq!(wait(Interest::Write).expect("no failure"), 0);
        drop(server);
        assert_eq!(wait(Interest::Read).expect("no failure"), 1);
    }

    #[test]
    fn discards_datagrams_until_there_are_none_or_receiving_fails() {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        socket.set_nonblocking(true).expect("a socket");
        for length in [0, 1, 100] {
            socket.send_to(&[1; 100][..length], socket.local_addr().expect("an address")).expect("sent");
        }
        discard_datagrams(&socket).expect("no failure");
        let readable = poll([(socket.as_socket(), Interest::Read)].into_iter(), Duration::ZERO);
        assert_eq!(readable.expect("no failure"), 0);

        let file = File::open(std::env::current_exe().expect("a program")).expect("a file");
        // SAFETY: the handle is open, and only the file closes it.
        let socket = ManuallyDrop::new(unsafe { UdpSocket::from_raw_socket(file.as_raw_handle() as RawSocket) });
        discard_datagrams(&socket).expect_err("it is a file");
    }

    #[test]
    fn rejects_pipes_and_devices() {
        let path = format!(r"\\.\pipe\data_connectors-{}", std::process::id());
        let name = std::ffi::CString::new(&*path).expect("no NUL");
        // SAFETY: the name is a C string.
        let pipe = unsafe { CreateNamedPipeA(name.as_ptr().cast(), PIPE_ACCESS_OUTBOUND, 0, 1, 0, 0, 0, ptr::null()) };
        assert_ne!(pipe, INVALID_HANDLE_VALUE);
        for path in [&*path, "NUL"] {
            let error = open_without_blocking(Path::new(path)).expect_err(path);
            assert_eq!(error.to_string(), "not a regular file");
        }
    }
}
