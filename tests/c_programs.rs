//! The C programs in tests/c, one for each section of the header: compiled without warnings, run against a sandbox,
//! and, with `DC_TEST_VALGRIND=1` (set by `make test` if valgrind is installed), again under valgrind.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use data_connectors_sandbox::Sandbox;
use support::certificates::{self, Flaw};
use support::compiler::Compiler;
use support::fault_server::{FaultServer, Step};
use support::listing::ok_response;
use support::{program, root};

/// Runs a program with the URL of a sandbox and further arguments.
fn run_program(section: &str, more: &[&str]) {
    let sandbox = Sandbox::builder().connectors(45).start().unwrap();
    let test = Compiler::of("c99").program(&root().join(format!("tests/c/{section}.c")));
    let arguments = [&[sandbox.base_url()], more].concat();
    let output = program::run(&test, &arguments, &[]);
    assert_eq!(program::expect_code(&output, 0), Default::default(), "it should print nothing");
    if program::valgrind_enabled() {
        let output = program::run_under_valgrind(&test, &arguments, &[]);
        assert_eq!(program::expect_code(&output, 0), Default::default(), "under valgrind");
    }
}

/// One test for each program, and a list of them with `config`.
macro_rules! programs {
    ($($section:ident)*) => {
        const PROGRAMS: &[&str] = &["config", $(stringify!($section)),*];
        $(#[test] fn $section() { run_program(stringify!($section), &[]) })*
    };
}

programs! { status client pager page connector snapshot error cancel callbacks version }

#[test]
fn config() {
    let script = vec![Step::ReadRequest, ok_response()];
    let server = FaultServer::start(vec![script], Some(certificates::server_config(Flaw::None)));
    let (trusted, other) = (certificates::ca_file(), certificates::other_ca_file());
    let url = format!("https://{}", server.address());
    run_program("config", &[&url, trusted.to_str().unwrap(), other.to_str().unwrap()]);
}

#[test]
fn every_program_is_run() {
    let mut files: Vec<String> = std::fs::read_dir(root().join("tests/c"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".c").map(str::to_owned))
        .collect();
    files.sort();
    let mut programs = PROGRAMS.to_vec();
    programs.sort();
    assert_eq!(files, programs);
}
