//! What the shared library exports, its name and its flags.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::fs;
#[cfg(target_os = "linux")]
use std::process::Command;

use support::{library, root, symbols};

/// A small ABI is easier to bind, test and keep compatible.
const MAX_FUNCTIONS: usize = 74;

#[test]
fn library_exports_the_functions_of_the_header_only() {
    let header = fs::read_to_string(root().join("include/data_connectors.h")).unwrap();
    let declared = symbols::declared(&header);
    assert_eq!(symbols::exported(&library()), declared);
    println!("{} functions", declared.len());
    assert!((40..=MAX_FUNCTIONS).contains(&declared.len()), "{} functions", declared.len());
}

/// Of an ELF library. macOS has other names, and src/sys/windows.rs keeps a DLL loaded.
#[cfg(target_os = "linux")]
#[test]
fn soname_has_the_abi_version_and_the_library_stays_loaded() {
    let output =
        Command::new("readelf").arg("--dynamic").arg(library()).output().expect("readelf is not installed (binutils)");
    let dynamic = String::from_utf8(output.stdout).unwrap();
    let soname = format!("[libdata_connectors.so.{}]", data_connectors::ffi::version::DC_ABI_VERSION);
    assert!(dynamic.contains(&soname), "no soname {soname}:\n{dynamic}");
    assert!(dynamic.contains("NODELETE"), "{dynamic}");
}
