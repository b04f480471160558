//! A C program whose threads share a client. `make test-tsan` runs it, and other tests, with ThreadSanitizer.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::path::PathBuf;
use std::process::Output;
use std::sync::OnceLock;

use data_connectors_sandbox::Sandbox;
use support::compiler::Compiler;
use support::{program, root};

fn test_program() -> &'static PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| Compiler::of("c99").program(&root().join("tests/c/other/shared_client.c")))
}

fn run_program(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let sandbox = Sandbox::builder().connectors(137).start().unwrap();
    program::run(test_program(), &[&[sandbox.base_url()], arguments].concat(), variables)
}

#[test]
fn eight_threads_of_a_c_program_share_a_client() {
    let output = run_program(&[], &[]);
    assert_eq!(program::expect_code(&output, 0), Default::default(), "it should print nothing");
}

/// Otherwise the absence of reports would prove nothing.
#[test]
#[ignore = "needs ThreadSanitizer: make test-tsan"]
fn data_race_in_the_library_is_reported() {
    let output = run_program(&["race"], &[("TSAN_OPTIONS", "exitcode=66")]);
    let (_, report) = program::expect_code(&output, 66);
    assert!(report.contains("ThreadSanitizer: data race") && report.contains("libdata_connectors.so"), "{report}");
}
