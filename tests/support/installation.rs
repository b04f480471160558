//! The installed library: `make install` into a test folder, and commands that use it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock};

use data_connectors_sandbox::Sandbox;

use super::{root, scratch};

pub const TOKEN: (&str, &str) = ("INTERCOM_ACCESS_TOKEN", "canary-7d1f");
pub const EXAMPLE: &str = "examples/c/list_connectors.c";

/// Runs a program that must succeed, and returns its standard output.
pub fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{}{errors}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stdout).unwrap()
}

pub fn make(arguments: &[&str]) -> String {
    run_make(Command::new("make").args(arguments))
}

/// Runs a command that runs make in the repository.
pub fn run_make(command: &mut Command) -> String {
    // All of them build in the same folder.
    static RUNNING: Mutex<()> = Mutex::new(());
    let _running = RUNNING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    // Variables of `cargo test`, for another value of which cargo would compile ring again.
    let of_cargo =
        |name: &str| ["CARGO_PKG_", "CARGO_MANIFEST_", "OUT_DIR"].iter().any(|start| name.starts_with(start));
    for name in std::env::vars().map(|(name, _)| name).filter(|name| of_cargo(name)) {
        command.env_remove(name);
    }
    run(command.current_dir(root()).env_remove("MAKEFLAGS").env_remove("MAKELEVEL"))
}

/// The `PREFIX` of the installed library.
pub fn installed() -> &'static Path {
    static PREFIX: OnceLock<PathBuf> = OnceLock::new();
    PREFIX.get_or_init(|| {
        let destdir = scratch().join(concat!("installed-", env!("CARGO_CRATE_NAME")));
        let _ = fs::remove_dir_all(&destdir);
        println!("{}", make(&["install", &format!("DESTDIR={}", destdir.display()), "PREFIX=/opt/dc"]));
        destdir.join("opt/dc")
    })
}

/// A temporary folder outside of the repository.
pub struct TempFolder(pub PathBuf);

impl TempFolder {
    pub fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("dc-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for TempFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub fn pkg_config(arguments: &[&str]) -> Vec<String> {
    let mut command = Command::new("pkg-config");
    command.env("PKG_CONFIG_PATH", installed().join("lib/pkgconfig")).args(arguments).arg("data_connectors");
    run(&mut command).split_whitespace().map(str::to_owned).collect()
}

pub fn compiler(variable: &str, default: &str) -> Command {
    let words = std::env::var(variable).unwrap_or(default.to_owned());
    let mut words = words.split_whitespace();
    let mut command = Command::new(words.next().unwrap());
    command.args(words);
    command
}

/// Runs a program against a sandbox, and asserts that it lists all connectors. `library` is the folder of the shared
/// library.
pub fn assert_lists_all_connectors(program: &Path, library: &Path) {
    let sandbox = Sandbox::builder().token(TOKEN.1).start().unwrap();
    let mut command = Command::new(program);
    command.args(["--json", "--base-url", sandbox.base_url()]).env(TOKEN.0, TOKEN.1).env("LD_LIBRARY_PATH", library);
    let printed = run(&mut command);
    let rows: usize = printed
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|json| json["data"].as_array().map_or(1, Vec::len))
        .sum();
    assert_eq!(rows, 137);
}
