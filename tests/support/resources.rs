//! What this process has open.

/// The number of file descriptors.
#[cfg(unix)]
pub fn descriptors() -> usize {
    std::fs::read_dir("/dev/fd").unwrap().count()
}

/// The number of threads.
#[cfg(target_os = "linux")]
pub fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").unwrap().count()
}

/// Not counted on other Unix systems.
#[cfg(all(unix, not(target_os = "linux")))]
pub fn threads() -> usize {
    0
}

/// The number of handles: sockets, files, threads and others.
#[cfg(windows)]
#[allow(unsafe_code)]
pub fn descriptors() -> usize {
    use windows_sys::Win32::System::Threading::{GetCurrentProcess, GetProcessHandleCount};

    let mut count = 0;
    // SAFETY: the count is valid for the call.
    assert_ne!(unsafe { GetProcessHandleCount(GetCurrentProcess(), &mut count) }, 0);
    count as usize
}

/// The number of threads.
#[cfg(windows)]
#[allow(unsafe_code)]
pub fn threads() -> usize {
    use windows_sys::Win32::Foundation::{CloseHandle, INVALID_HANDLE_VALUE};
    use windows_sys::Win32::System::Diagnostics::ToolHelp::{
        CreateToolhelp32Snapshot, TH32CS_SNAPTHREAD, THREADENTRY32, Thread32First, Thread32Next,
    };

    let mut entry = THREADENTRY32 { dwSize: size_of::<THREADENTRY32>() as u32, ..Default::default() };
    let mut count = 0;
    // SAFETY: the entry is valid for the calls, and the handle is used until it is closed.
    unsafe {
        let threads = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
        assert_ne!(threads, INVALID_HANDLE_VALUE);
        let mut has_entry = Thread32First(threads, &mut entry);
        while has_entry != 0 {
            count += usize::from(entry.th32OwnerProcessID == std::process::id());
            has_entry = Thread32Next(threads, &mut entry);
        }
        CloseHandle(threads);
    }
    count
}
