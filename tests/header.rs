//! The header: it is what cbindgen makes of the sources, and every C and C++ compiler takes it.
//! With `UPDATE_HEADER=1` (or `make header`) it is written instead of compared.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::fs;
use std::path::Path;

use serde_json::json;
use support::{compiler::Compiler, root, symbols};

/// The sections in the order of first use, and so that each type stands before it is used.
const SECTIONS: [&str; 17] = [
    "version",
    "status",
    "error",
    "config",
    "limits",
    "route",
    "callback",
    "log",
    "interrupt",
    "client",
    "cancel",
    "page",
    "connector",
    "usage",
    "history",
    "list",
    "pager",
];

#[test]
fn is_made_from_the_sources() {
    let made = make();
    let path = root().join("include/data_connectors.h");
    if std::env::var_os("UPDATE_HEADER").is_some() {
        fs::write(&path, &made).unwrap();
        return;
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == made, "include/data_connectors.h is not what the sources in src/ffi make: run `make header`");
}

/// What the tests of bindings in other languages hold their own tables against.
#[test]
fn list_is_made_from_the_sources() {
    let header = make();
    let constants = symbols::constants(&header);
    let constants: Vec<String> = constants.iter().map(|(name, value)| format!("    \"{name}\": {value}")).collect();
    let function = |name: String| {
        let (returns, parameters) = symbols::declaration_of(&header, &name);
        let types: Vec<String> = parameters.into_iter().map(|(kind, _)| kind).collect();
        format!("    \"{name}\": {}", json!({"parameters": types, "returns": returns}))
    };
    let functions: Vec<String> = symbols::declared(&header).into_iter().map(function).collect();
    let made = format!(
        "{{\n  \"constants\": {{\n{}\n  }},\n  \"functions\": {{\n{}\n  }}\n}}\n",
        constants.join(",\n"),
        functions.join(",\n")
    );
    let path = root().join("include/data_connectors.json");
    if std::env::var_os("UPDATE_HEADER").is_some() {
        fs::write(&path, &made).unwrap();
        return;
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == made, "include/data_connectors.json is not what the sources in src/ffi make: run `make header`");
}

#[test]
fn has_a_section_for_each_file() {
    let mut files: Vec<String> = fs::read_dir(root().join("src/ffi"))
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .filter(|name| !["mod", "guard", "input", "output"].contains(&name.as_str()))
        .collect();
    let mut sections = SECTIONS.map(str::to_owned).to_vec();
    files.sort();
    sections.sort();
    assert_eq!(files, sections);
}

/// Law 9 of docs/abi.md, as far as a test can see it.
#[test]
fn each_functions_comment_has_its_parts() {
    let header = make();
    let programs = c_programs();
    for name in symbols::declared(&header) {
        let comment = symbols::comment_of(&header, &name);
        let (returned, parameters) = symbols::declaration_of(&header, &name);
        for (_, parameter) in parameters {
            assert!(comment.contains(&format!("@param {parameter} ")), "{name}: its comment lacks @param {parameter}");
        }
        assert!(returned == "void" || comment.contains("@return "), "{name}: its comment lacks @return");
        assert!(comment.contains("Since: "), "{name}: its comment lacks Since");
        assert!(programs.contains(&format!("{name}(")), "{name}: no program in tests/c calls it");
    }
}

/// A handle's comment lists its functions, but for setters, of which it says that there are.
#[test]
fn each_handles_comment_lists_its_functions() {
    let header = make();
    let functions = symbols::declared(&header);
    for handle in ["dc_error", "dc_client", "dc_cancel_token", "dc_page", "dc_pager"] {
        let (before, _) = header.split_once(&format!("typedef struct {handle} {handle};")).unwrap();
        let comment = before.rsplit("/**").next().unwrap();
        for function in functions.iter().filter(|name| name.starts_with(&format!("{handle}_"))) {
            assert!(comment.contains(function), "the comment of {handle} doesn't list {function}");
        }
    }
}

fn c_programs() -> String {
    let files = fs::read_dir(root().join("tests/c")).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.is_file()).map(|path| fs::read_to_string(path).unwrap()).collect()
}

#[test]
fn compiles_alone_and_twice_as_c_and_as_cpp() {
    let once = "#include <data_connectors.h>\nint main(void) { return DC_OK; }\n";
    let twice = format!("#include <data_connectors.h>\n{once}");
    for standard in ["c99", "c11", "c23", "c++17"] {
        for (name, text) in [("once", once), ("twice", twice.as_str())] {
            Compiler::of(standard).check(&format!("header_{name}"), text);
        }
    }
}

fn make() -> String {
    let mut settings = cbindgen::Config::from_file(root().join("cbindgen.toml")).unwrap();
    let mut text = settings.header.take().unwrap().trim_start().to_owned();
    let trailer = settings.trailer.take().unwrap();
    for section in SECTIONS {
        let path = root().join(format!("src/ffi/{section}.rs"));
        text.push_str(&title(&path));
        if section == "version" {
            text.push_str(&version_macros());
        }
        let mut body = Vec::new();
        cbindgen::Builder::new().with_config(settings.clone()).with_src(&path).generate().unwrap().write(&mut body);
        text.push('\n');
        text.push_str(&tidy(String::from_utf8(body).unwrap().trim()));
        text.push('\n');
    }
    text.push_str(&trailer);
    text
}

/// A section's title and what stands below it are the first lines of its source file.
fn title(path: &Path) -> String {
    let source = fs::read_to_string(path).unwrap();
    let mut lines =
        source.lines().map_while(|line| line.strip_prefix("//!")).map(|line| line.strip_prefix(' ').unwrap_or(line));
    let title = lines.next().unwrap();
    let mut text = format!("\n/* ---- {title} {}\n", "-".repeat(111 - title.len()));
    for line in lines.skip_while(|line| line.is_empty()) {
        text.push_str(format!(" * {line}").trim_end());
        text.push('\n');
    }
    text.push_str(" */\n");
    text
}

/// Short comments on one line; negative numbers in parentheses, so that they can stand in any expression.
fn tidy(body: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in body.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["#define", name, value] if value.starts_with('-') => lines.push(format!("#define {name} ({value})")),
            ["", "*/"] if lines.len() > 1 && lines[lines.len() - 2] == "/**" => {
                let only = lines.pop().unwrap();
                let start = lines.last_mut().unwrap();
                *start = format!("/**{} */", only.strip_prefix(" *").unwrap());
            }
            _ => lines.push(line.to_owned()),
        }
    }
    lines.join("\n")
}

fn version_macros() -> String {
    let version = env!("CARGO_PKG_VERSION");
    let part = |text: &str| text.parse::<i32>().unwrap();
    let (major, minor, patch) = (
        part(env!("CARGO_PKG_VERSION_MAJOR")),
        part(env!("CARGO_PKG_VERSION_MINOR")),
        part(env!("CARGO_PKG_VERSION_PATCH")),
    );
    let number = major * 1_000_000 + minor * 1_000 + patch;
    format!(
        "
/** The version of this header. */
#define DC_VERSION \"{version}\"
/** Its first part. */
#define DC_VERSION_MAJOR {major}
/** Its second part. */
#define DC_VERSION_MINOR {minor}
/** Its third part. */
#define DC_VERSION_PATCH {patch}
/** The same as a number that can be compared: major * 1000000 + minor * 1000 + patch. */
#define DC_VERSION_NUMBER {number}
"
    )
}
