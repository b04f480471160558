//! What the built library shows to the outside: the functions of the ledger and no others, its name, its flags.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use support::{library, root, symbols};

/// The names in the ledger, each with the version it appeared in.
fn ledger() -> Vec<(String, String)> {
    let text = fs::read_to_string(root().join("docs/symbols.txt")).unwrap();
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let (name, since) =
                line.split_once(' ').unwrap_or_else(|| panic!("{line:?} should be a name and a version"));
            (name.to_owned(), since.trim().to_owned())
        })
        .collect()
}

#[test]
fn header_ledger_and_library_have_the_same_functions() {
    let ledger: BTreeSet<String> = ledger().into_iter().map(|(name, _)| name).collect();
    let header = fs::read_to_string(root().join("include/data_connectors.h")).unwrap();
    same(&symbols::declared(&header), "the header (make header?)", &ledger);
    same(&symbols::exported(&library()), "the library", &ledger);
    assert!(ledger.len() > 40, "a ledger that is read wrongly would be empty");
}

fn same(found: &BTreeSet<String>, place: &str, ledger: &BTreeSet<String>) {
    let only = |one: &BTreeSet<String>, other: &BTreeSet<String>| one.difference(other).cloned().collect::<Vec<_>>();
    let (more, less) = (only(found, ledger), only(ledger, found));
    assert!(more.is_empty(), "{more:?} are in {place}, but not in docs/symbols.txt: add them with their version");
    assert!(less.is_empty(), "{less:?} are in docs/symbols.txt, but not in {place}: functions are never removed");
}

#[test]
fn the_ledger_says_what_the_comments_say() {
    let header = fs::read_to_string(root().join("include/data_connectors.h")).unwrap();
    for (name, since) in ledger() {
        let comment = symbols::comment_of(&header, &name);
        assert!(
            comment.contains(&format!("Since: {since}\n")),
            "{name} is since {since} in docs/symbols.txt, and its comment says otherwise"
        );
    }
}

#[test]
fn the_soname_has_the_abi_version_and_the_library_stays_loaded() {
    let output =
        Command::new("readelf").arg("--dynamic").arg(library()).output().expect("readelf is needed (binutils)");
    let dynamic = String::from_utf8(output.stdout).unwrap();
    let soname = format!("[libdata_connectors.so.{}]", data_connectors::ffi::version::DC_ABI_VERSION);
    assert!(dynamic.contains(&soname), "no soname {soname}:\n{dynamic}");
    assert!(dynamic.contains("NODELETE"), "{dynamic}");
}
