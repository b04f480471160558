//! THIRD-PARTY-NOTICES.txt has the licences of all that the library has in it, which have to go where it goes.
//! `UPDATE_NOTICES=1 cargo test --test notices` writes it anew.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
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

/// The texts of a crate's licences, MIT's before others where there is a choice.
fn licences(folder: &Path) -> Vec<String> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy().to_uppercase();
            path.is_file() && (name.starts_with("LICEN") || name.starts_with("COPY") || name.starts_with("NOTICE"))
        })
        .collect();
    files.sort();
    let text = |path: &Path| fs::read_to_string(path).unwrap().replace('\r', "").trim().to_owned();
    let of_mit = files.iter().find(|path| path.to_string_lossy().to_uppercase().ends_with("MIT"));
    match of_mit {
        Some(path) => vec![text(path)],
        None => files.iter().map(|path| text(path)).collect(),
    }
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
        "libdata_connectors has these libraries in it, beside Rust's standard library (MIT or Apache-2.0).\n\
         Made by tests/notices.rs; not to be edited.\n",
    );
    for (names, text) in blocks {
        let text = if text.is_empty() { "(The package has no text of its licence in it.)".to_owned() } else { text };
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
    assert!(committed == made, "THIRD-PARTY-NOTICES.txt is old: UPDATE_NOTICES=1 cargo test --test notices");
}
