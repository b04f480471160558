//! Counts the file descriptors and threads of this process.

use std::time::{Duration, Instant};

/// The number of file descriptors.
#[cfg(unix)]
pub fn descriptors() -> usize {
    std::fs::read_dir("/dev/fd").unwrap().count()
}

/// Waits at most 20 s until the numbers of descriptors and threads do not exceed the limits, and returns them. Threads and
/// connections of servers end a moment after a call.
pub fn wait_until_at_most(limits: (usize, usize)) -> (usize, usize) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let numbers = (descriptors(), threads());
        if (numbers.0 <= limits.0 && numbers.1 <= limits.1) || Instant::now() > deadline {
            return numbers;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
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

/// The number of handles: sockets, files, threads and others. GetProcessHandleCount of wine 8 returns 0.
#[cfg(windows)]
#[allow(unsafe_code)]
pub fn descriptors() -> usize {
    use windows_sys::Wdk::System::SystemInformation::NtQuerySystemInformation;
    use windows_sys::Win32::Foundation::STATUS_INFO_LENGTH_MISMATCH;

    // SYSTEM_HANDLE_INFORMATION_EX: the number of handles of all processes, a reserved word, and entries of five words,
    // the second of which is the process.
    const SYSTEM_EXTENDED_HANDLE_INFORMATION: i32 = 64;
    let mut words = vec![0_usize; 1 << 16];
    loop {
        let bytes = size_of_val(&words[..]) as u32;
        let buffer = words.as_mut_ptr().cast();
        // SAFETY: the buffer has this size.
        match unsafe { NtQuerySystemInformation(SYSTEM_EXTENDED_HANDLE_INFORMATION, buffer, bytes, &mut 0) } {
            0 => break,
            STATUS_INFO_LENGTH_MISMATCH => words.resize(2 * words.len(), 0),
            status => panic!("NtQuerySystemInformation: {status:#x}"),
        }
    }
    let handles = words[2..].chunks_exact(5).take(words[0]);
    handles.filter(|handle| handle[1] == std::process::id() as usize).count()
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
