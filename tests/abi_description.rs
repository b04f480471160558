//! Detects incompatible changes of the ABI: libabigail compares abi/data_connectors.xml, which describes the released
//! functions, with the header. The test fails if a function was removed or changed. If one was added,
//! `UPDATE_ABI=1 cargo test --test abi_description` updates the description.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use support::compiler::Compiler;
use support::{root, scratch};

/// The difference between two descriptions, according to abidiff.
#[derive(Debug, PartialEq)]
enum AbiChange {
    None,
    Compatible,
    Incompatible,
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

/// Compiles a C library with empty definitions of the header's functions, and returns libabigail's description of it.
fn describe(name: &str, header: &str) -> PathBuf {
    let folder = scratch().join(format!("abi-{name}"));
    fs::create_dir_all(&folder).unwrap();
    let mut text = format!("{header}\n");
    // libabigail does not distinguish incomplete struct types, so each gets a definition.
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
    let library = Compiler::of("c99").library_with_debug_info(&source);
    let description = folder.join("abi.xml");
    let options = ["--no-corpus-path", "--no-comp-dir-path", "--no-show-locs", "--out-file"];
    let mut command = Command::new("abidw");
    let output = command.args(options).arg(&description).arg(library).output();
    let output = output.expect("abidw is not installed (Debian package abigail-tools)");
    assert!(output.status.success(), "{output:?}");
    // The description must not depend on the build folder.
    let text = fs::read_to_string(&description).unwrap().replace(source.to_str().unwrap(), "stub.c");
    fs::write(&description, text).unwrap();
    description
}

fn compare(old: &Path, new: &Path) -> (AbiChange, String) {
    // abidiff classifies a change of a pointer's target type as harmless; callers would pass the wrong handle.
    let mut command = Command::new("abidiff");
    let output = command.args(["--no-added-syms", "--harmless"]).args([old, new]).output().unwrap();
    let report = String::from_utf8_lossy(&output.stdout).into_owned();
    match output.status.code().unwrap() {
        0 => {}
        // Bits 1 and 2: abidiff failed; 4: the ABI changed; 8: incompatibly.
        code if code & 3 == 0 => return (AbiChange::Incompatible, report),
        code => panic!("abidiff exited with status {code}: {report}{}", String::from_utf8_lossy(&output.stderr)),
    }
    let output = Command::new("abidiff").arg("--harmless").args([old, new]).output().unwrap();
    let change = if output.status.success() { AbiChange::None } else { AbiChange::Compatible };
    (change, String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn header_matches_the_abi_description() {
    let description = root().join("abi/data_connectors.xml");
    let current = describe("current", &header());
    let (change, report) = compare(&description, &current);
    assert_ne!(change, AbiChange::Incompatible, "existing programs would break:\n{report}");
    if change == AbiChange::Compatible && std::env::var_os("UPDATE_ABI").is_some() {
        fs::copy(&current, &description).unwrap();
        return;
    }
    assert_eq!(change, AbiChange::None, "run `UPDATE_ABI=1 cargo test --test abi_description`:\n{report}");
}

#[test]
fn detects_changes_of_the_abi() {
    let header = header();
    let old = describe("old", &header);
    let changed = |name: &str, from: &str, to: &str| {
        let other = header.replacen(from, to, 1);
        assert_ne!(other, header, "{from}");
        compare(&old, &describe(name, &other)).0
    };
    assert_eq!(changed("same", "/* ", "/*  "), AbiChange::None);
    assert_eq!(changed("removed", "int32_t dc_abi_version(void);\n", ""), AbiChange::Incompatible);
    assert_eq!(changed("result", "int32_t dc_abi_version(", "int64_t dc_abi_version("), AbiChange::Incompatible);
    assert_eq!(
        changed("parameter", "dc_status_name(dc_status status)", "dc_status_name(int64_t status)"),
        AbiChange::Incompatible
    );
    assert_eq!(
        changed("pointer", "dc_page_json(const dc_page *", "dc_page_json(const dc_error *"),
        AbiChange::Incompatible
    );
    let more = "int32_t dc_abi_version(void);\nint32_t dc_new_function(void);\n";
    assert_eq!(changed("added", "int32_t dc_abi_version(void);\n", more), AbiChange::Compatible);
}

/// What a program or a binding that was built with the old description relies on, and the new one no longer has.
fn breaking_changes(old: &Value, new: &Value) -> Vec<String> {
    let mut changes = Vec::new();
    for member in ["constants", "functions", "types"] {
        for (name, value) in old[member].as_object().unwrap() {
            // Each release has its own version, and may rename a parameter.
            let is_version = name.starts_with("DC_VERSION");
            let mut unnamed = new[member][name].clone();
            if member == "functions" && unnamed.is_object() {
                unnamed["names"] = value["names"].clone();
            }
            if unnamed != *value && !is_version {
                changes.push(format!("{name} was {value}, and is {}", new[member][name]));
            }
        }
    }
    // A field's number is its place in the list.
    for (number, name) in old["fields"].as_array().unwrap().iter().enumerate() {
        if new["fields"][number] != *name {
            changes.push(format!("field {number} was {name}, and is {}", new["fields"][number]));
        }
    }
    for option in old["options"].as_array().unwrap() {
        let same = |other: &Value| ["name", "type", "secret", "replaces"].iter().all(|key| other[key] == option[key]);
        if !new["options"].as_array().unwrap().iter().any(same) {
            changes.push(format!("option {} was removed, or its type changed", option["name"]));
        }
    }
    changes
}

fn description(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// A release adds its description to abi/released.
#[test]
fn released_descriptions_still_hold() {
    let current = description(&root().join("abi/data_connectors.json"));
    for release in fs::read_dir(root().join("abi/released")).into_iter().flatten() {
        let path = release.unwrap().path();
        let changes = breaking_changes(&description(&path), &current);
        assert!(changes.is_empty(), "{}: {changes:#?}", path.display());
    }
}

#[test]
fn breaking_changes_are_found() {
    let current = description(&root().join("abi/data_connectors.json"));
    assert_eq!(breaking_changes(&current, &current), Vec::<String>::new());
    let is_found = |change: &dyn Fn(&mut Value)| {
        let mut changed = current.clone();
        change(&mut changed);
        assert_ne!(changed, current);
        breaking_changes(&current, &changed).len() == 1
    };
    assert!(is_found(&|value| value["constants"]["DC_ERR_TLS"] = json!(-40)));
    assert!(is_found(&|value| value["functions"]["dc_version"]["since"] = json!("0.2.0")));
    assert!(is_found(&|value| value["types"]["dc_log_callback"] = json!("void (*)(void)")));
    assert!(is_found(&|value| drop(value["fields"].as_array_mut().unwrap().pop())));
    assert!(is_found(&|value| value["options"][7]["name"] = json!("other")));
    assert!(is_found(&|value| value["options"][7]["type"] = json!("string")));
    let mut extended = current.clone();
    extended["constants"]["DC_NEW"] = json!(1);
    extended["fields"].as_array_mut().unwrap().push(json!("new"));
    assert_eq!(breaking_changes(&current, &extended), Vec::<String>::new());
}
