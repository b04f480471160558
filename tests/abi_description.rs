//! The ABI stays compatible: abi/data_connectors.xml describes the functions that were released, and libabigail compares
//! them with the header. A function that was removed or changed is a failure; for one that was added
//! `UPDATE_ABI=1 cargo test --test abi_description` updates the description.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::compiler::Compiler;
use support::{root, scratch};

/// What abidiff says of two descriptions.
#[derive(Debug, PartialEq)]
enum Drift {
    None,
    Added,
    Broken,
}

fn header() -> String {
    fs::read_to_string(root().join("include/data_connectors.h")).unwrap()
}

/// The header's declarations of functions, each without its semicolon.
fn declarations(header: &str) -> Vec<String> {
    let mut code = String::new();
    let mut rest = header;
    while let Some((before, comment)) = rest.split_once("/*") {
        code.push_str(before);
        rest = comment.split_once("*/").unwrap().1;
    }
    code.push_str(rest);
    let lines = code.lines().filter(|line| !line.starts_with('#') && !line.starts_with("extern") && *line != "}");
    let code = lines.collect::<Vec<_>>().join("\n");
    code.split(';')
        .map(|text| text.trim().to_owned())
        .filter(|text| text.contains("dc_") && !text.starts_with("typedef"))
        .collect()
}

/// A library that has the header's functions, and nothing of Rust: what it is described by is the header alone.
fn stub(name: &str, header: &str) -> PathBuf {
    let folder = scratch().join(format!("abi-{name}"));
    fs::create_dir_all(&folder).unwrap();
    let mut text = format!("{header}\n");
    // To libabigail structs that are only declared are all the same.
    for line in header.lines() {
        if let Some(name) = line.strip_prefix("typedef struct ").and_then(|rest| rest.split(' ').next()) {
            text.push_str(&format!("struct {name} {{ int is_{name}; }};\n"));
        }
    }
    for declaration in declarations(header) {
        let body = if declaration.starts_with("void ") { "{ }" } else { "{ return 0; }" };
        text.push_str(&format!("{declaration} {body}\n"));
    }
    let source = folder.join("stub.c");
    fs::write(&source, text).unwrap();
    let library = Compiler::of("c99").described(&source);
    let description = folder.join("abi.xml");
    let options = ["--no-corpus-path", "--no-comp-dir-path", "--no-show-locs", "--out-file"];
    let mut command = Command::new("abidw");
    let output = command.args(options).arg(&description).arg(library).output();
    let output = output.expect("abidw is needed (the Debian package abigail-tools)");
    assert!(output.status.success(), "{output:?}");
    // Where it was made is nobody's business.
    let text = fs::read_to_string(&description).unwrap().replace(source.to_str().unwrap(), "stub.c");
    fs::write(&description, text).unwrap();
    description
}

fn compare(old: &Path, new: &Path) -> (Drift, String) {
    // A pointer to another handle is harmless to it, and not to us.
    let mut command = Command::new("abidiff");
    let output = command.args(["--no-added-syms", "--harmless"]).args([old, new]).output().unwrap();
    let report = String::from_utf8_lossy(&output.stdout).into_owned();
    match output.status.code().unwrap() {
        0 => {}
        // 4: changed, 8: incompatibly; 1 and 2 are errors of its own.
        code if code & 3 == 0 => return (Drift::Broken, report),
        code => panic!("abidiff ended with {code}: {report}{}", String::from_utf8_lossy(&output.stderr)),
    }
    let output = Command::new("abidiff").arg("--harmless").args([old, new]).output().unwrap();
    let drift = if output.status.success() { Drift::None } else { Drift::Added };
    (drift, String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn the_abi_is_the_one_that_is_described() {
    let described = root().join("abi/data_connectors.xml");
    let today = stub("today", &header());
    let (drift, report) = compare(&described, &today);
    assert_ne!(drift, Drift::Broken, "programs that were built before would break:\n{report}");
    if drift == Drift::Added && std::env::var_os("UPDATE_ABI").is_some() {
        fs::copy(&today, &described).unwrap();
        return;
    }
    assert_eq!(drift, Drift::None, "UPDATE_ABI=1 cargo test --test abi_description\n{report}");
}

/// The guard itself: what it is to find, it finds.
#[test]
fn a_drift_is_found() {
    let header = header();
    let old = stub("old", &header);
    let changed = |name: &str, from: &str, to: &str| {
        let other = header.replacen(from, to, 1);
        assert_ne!(other, header, "{from}");
        compare(&old, &stub(name, &other)).0
    };
    assert_eq!(changed("same", "/* ", "/*  "), Drift::None);
    assert_eq!(changed("removed", "int32_t dc_abi_version(void);\n", ""), Drift::Broken);
    assert_eq!(changed("result", "int32_t dc_abi_version(", "int64_t dc_abi_version("), Drift::Broken);
    assert_eq!(
        changed("parameter", "dc_status_name(dc_status status)", "dc_status_name(int64_t status)"),
        Drift::Broken
    );
    assert_eq!(changed("pointer", "dc_page_json(const dc_page *", "dc_page_json(const dc_error *"), Drift::Broken);
    let more = "int32_t dc_abi_version(void);\nint32_t dc_version_letter(void);\n";
    assert_eq!(changed("added", "int32_t dc_abi_version(void);\n", more), Drift::Added);
}
