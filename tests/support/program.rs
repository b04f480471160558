//! Runs a program that uses the library, with or without valgrind.

use std::path::Path;
use std::process::{Command, Output};

use super::{library_folder, root};

/// The variable with the folders in which the loader searches for libraries.
pub const LIBRARY_PATH: &str = match () {
    _ if cfg!(windows) => "PATH",
    _ if cfg!(target_os = "macos") => "DYLD_LIBRARY_PATH",
    _ => "LD_LIBRARY_PATH",
};

/// Runs a program with the library of this build in its library path, without `INTERCOM_ACCESS_TOKEN` unless it is in
/// `variables`.
pub fn run(program: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = command(program);
    prepare(&mut command, arguments, variables);
    command.output().unwrap_or_else(|error| panic!("could not run {}: {error}", program.display()))
}

/// Whether programs run slowly: under qemu, which translates their code, under wine, or with ThreadSanitizer.
pub fn is_slow() -> bool {
    ["DC_TEST_RUNNER", "TSAN_OPTIONS"].iter().any(|name| std::env::var_os(name).is_some()) || is_wine()
}

#[cfg(unix)]
pub fn is_wine() -> bool {
    false
}

/// wine has this function, Windows does not.
#[cfg(windows)]
#[allow(unsafe_code)]
pub fn is_wine() -> bool {
    use windows_sys::Win32::System::LibraryLoader::{GetModuleHandleA, GetProcAddress};

    // SAFETY: both strings end with a zero, and each process has loaded this library.
    unsafe { GetProcAddress(GetModuleHandleA(c"ntdll.dll".as_ptr().cast()), c"wine_get_version".as_ptr().cast()) }
        .is_some()
}

/// A command that runs a program of the platform that the tests run on. Under an emulator, DC_TEST_RUNNER is the command
/// to which the program is appended, such as `qemu-aarch64-static -L /usr/aarch64-linux-gnu`.
pub fn command(program: &Path) -> Command {
    let runner = std::env::var("DC_TEST_RUNNER").unwrap_or_default();
    let mut words = runner.split_whitespace();
    let Some(emulator) = words.next() else { return Command::new(program) };
    let mut command = Command::new(emulator);
    command.args(words).arg(program);
    command
}

/// Like [`run`], under valgrind: errors and leaks lead to exit code 99.
pub fn run_under_valgrind(program: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new("valgrind");
    command
        .args(["--quiet", "--error-exitcode=99", "--leak-check=full", "--show-leak-kinds=definite,indirect,possible"])
        .arg("--errors-for-leak-kinds=definite,indirect,possible")
        .arg(format!("--suppressions={}", root().join("tests/valgrind.supp").display()))
        .arg(program);
    prepare(&mut command, arguments, variables);
    command.output().expect("DC_TEST_VALGRIND is set, but valgrind is not installed (Debian package valgrind)")
}

fn prepare(command: &mut Command, arguments: &[&str], variables: &[(&str, &str)]) {
    let mut folders = vec![library_folder()];
    if cfg!(windows) {
        folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    }
    command
        .args(arguments)
        .env(LIBRARY_PATH, std::env::join_paths(folders).unwrap())
        .env_remove("INTERCOM_ACCESS_TOKEN")
        .envs(variables.iter().copied());
}

/// Whether to run programs under valgrind, too: `make test` sets DC_TEST_VALGRIND where valgrind is installed.
pub fn valgrind_enabled() -> bool {
    std::env::var_os("DC_TEST_VALGRIND").is_some_and(|value| !value.is_empty())
}

/// Asserts the exit code of a program, and returns its standard output and standard error, with `\n` for `\r\n`.
pub fn expect_code(output: &Output, code: i32) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{:?}\n-- stdout\n{out}\n-- stderr\n{err}", output.status);
    (out, err)
}
