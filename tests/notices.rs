//! THIRD-PARTY-NOTICES.txt has the licences of all that the library has in it, which have to go where it goes.
//! `UPDATE_NOTICES=1 cargo test --test notices` writes it anew.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use support::root;

/// What cargo prints.
fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).args(arguments).arg("--locked").current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The crates that are linked in, on Linux and macOS, as "name version".
fn linked_in() -> BTreeSet<String> {
    let targets = ["--target", "x86_64-unknown-linux-gnu", "--target", "aarch64-apple-darwin"];
    let tree = ["tree", "-p", "data_connectors", "-e", "normal,no-proc-macro", "--prefix", "none"];
    cargo(&[&tree[..], &targets[..]].concat())
        .lines()
        .filter(|line| !line.starts_with("data_connectors "))
        .map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ").replacen(" v", " ", 1))
        .filter(|line| !line.is_empty())
        .collect()
}

/// The files of a folder and of those in it, but for tests and the like, that are texts of licences.
fn texts_of(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().to_uppercase();
        if path.is_dir() && !["TARGET", "TESTS", "BENCHES", "EXAMPLES"].contains(&name.as_str()) {
            found.extend(texts_of(&path));
        } else if path.is_file() && ["LICEN", "COPY", "NOTICE"].iter().any(|start| name.starts_with(start)) {
            // A test's fixture may have such a name, and no text.
            found.extend(fs::read_to_string(&path).is_ok().then_some(path));
        }
    }
    found.sort();
    found
}

/// The texts of a crate's licences and of what it has taken over; MIT's alone where there is a choice in a folder.
fn licences(folder: &Path) -> Vec<String> {
    let files = texts_of(folder);
    let has_mit = |folder: Option<&Path>| {
        files.iter().any(|path| path.parent() == folder && path.to_string_lossy().to_uppercase().ends_with("MIT"))
    };
    files
        .iter()
        .filter(|path| path.to_string_lossy().to_uppercase().ends_with("MIT") || !has_mit(path.parent()))
        .map(|path| fs::read_to_string(path).unwrap().replace('\r', "").trim().to_owned())
        .collect()
}

fn notices() -> String {
    let metadata: Value = serde_json::from_str(&cargo(&["metadata", "--format-version", "1"])).unwrap();
    let linked_in = linked_in();
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in metadata["packages"].as_array().unwrap() {
        let name = format!("{} {}", package["name"].as_str().unwrap(), package["version"].as_str().unwrap());
        if linked_in.contains(&name) {
            let folder = Path::new(package["manifest_path"].as_str().unwrap()).parent().unwrap();
            let licence = package["license"].as_str().unwrap_or("see below");
            let found = licences(folder).join("\n\n");
            texts.entry(found).or_default().push(format!("{name} ({licence})"));
        }
    }
    let mut blocks: Vec<(Vec<String>, String)> = texts.into_iter().map(|(text, names)| (names, text)).collect();
    blocks.sort();
    let mut notices = String::from(
        "libdata_connectors has these libraries in it. It also has Rust's standard library in it (MIT or Apache-2.0), and\n\
         what that has: make install puts the toolchain's own list of it beside this file, rust-std-copyright.html.\n\
         Made by tests/notices.rs; not to be edited.\n",
    );
    for (names, text) in blocks {
        assert!(!text.is_empty(), "{names:?} have no text of their licence in them: it has to be found");
        notices.push_str(&format!("\n{}\n\n{}\n\n{text}\n", "=".repeat(80), names.join("\n")));
    }
    notices
}

#[test]
fn the_notices_are_those_of_what_is_linked_in() {
    let path = root().join("THIRD-PARTY-NOTICES.txt");
    let made = notices();
    if std::env::var_os("UPDATE_NOTICES").is_some() {
        fs::write(&path, &made).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(made.matches("====\n").count() > 10, "{made}");
    for taken_over in ["fiat-crypto", "CDLA-Permissive-2.0", "ring "] {
        assert!(made.contains(taken_over), "{taken_over}");
    }
    assert!(committed == made, "THIRD-PARTY-NOTICES.txt is old: UPDATE_NOTICES=1 cargo test --test notices");
}
