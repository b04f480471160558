//! The header and the description of the ABI are generated from the sources, and every C and C++ compiler accepts them.
//! `UPDATE_HEADER=1` (`make header`) writes them instead of comparing them.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::fs;
use std::path::Path;

use data_connectors::ffi::config::{
    DC_INFO_ALLOWED, DC_INFO_DEFAULT, DC_INFO_DESCRIPTION, DC_INFO_NAME, DC_INFO_REPLACES, DC_INFO_SECRET,
    DC_INFO_TYPE, dc_config_option_count, option_attribute,
};
use data_connectors::ffi::connector::field_names;
use serde_json::{Value, json};
use support::{compiler::Compiler, root, symbols};

/// The sections in the order of first use. The types precede all of them.
const SECTIONS: [&str; 12] = [
    "status",
    "config",
    "client",
    "pager",
    "page",
    "connector",
    "snapshot",
    "error",
    "cancel",
    "callbacks",
    "version",
    "types",
];

/// Limits the length of the header.
const MAX_WORDS: usize = 5_100;

#[test]
fn header_is_up_to_date() {
    compare_or_write("include/data_connectors.h", &header());
}

/// The tables in the bindings and the version nodes of the shared library are generated from this or tested against it.
#[test]
fn abi_description_is_up_to_date() {
    let header = header();
    let function = |name: String| {
        let (returns, parameters) = symbols::declaration_of(&header, &name);
        let (types, names): (Vec<String>, Vec<String>) = parameters.into_iter().unzip();
        let since = symbols::since(&header, &name);
        (name, json!({"parameters": types, "returns": returns, "since": since, "names": names}))
    };
    let members = [
        ("constants", object(symbols::constants(&header).into_iter().map(|(name, value)| (name, json!(value))))),
        ("fields", array(field_names().map(|name| json!(name)))),
        ("functions", object(symbols::declared(&header).into_iter().map(function))),
        ("handles", array(symbols::handles(&header).into_iter().map(|name| json!(name)))),
        ("options", array(options())),
        ("types", object(symbols::types(&header).into_iter().map(|(name, definition)| (name, json!(definition))))),
    ];
    let members: Vec<String> = members.iter().map(|(name, value)| format!("  \"{name}\": {value}")).collect();
    compare_or_write("abi/data_connectors.json", &format!("{{\n{}\n}}\n", members.join(",\n")));
}

/// The list of options in the documentation.
#[test]
fn options_page_is_up_to_date() {
    let mut page = OPTIONS_INTRODUCTION.to_owned();
    for option in options() {
        let text = |key: &str| option[key].as_str();
        let code = |key: &str| text(key).map_or(String::new(), |value| format!("`{value}`"));
        let mut description = text("description").unwrap().to_owned();
        if let Some(other) = text("replaces") {
            description.push_str(&format!(" Replaces `{other}`."));
        }
        if option["secret"] == true {
            description.push_str(" Secret.");
        }
        let cells = [code("name"), code("type"), code("default"), text("allowed").unwrap().to_owned(), description];
        page.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    compare_or_write("docs/options.md", &page);
}

const OPTIONS_INTRODUCTION: &str = "\
# Options

<!-- Generated from src/config/options.rs by `make header`; do not edit. -->

Set an option by its name: in C with `dc_config_set_string` or, for integers and booleans, `dc_config_set_int`; there is a
macro for each name, such as `DC_OPTION_TIMEOUT_MS`. In Python an option is a keyword argument of `Client` (the access token
is `token`; `timeout` and `connect_timeout` are in seconds), or a member of `options={\"name\": \"value\"}`. In C++ it is a method
of `config`. `dc_config_option` describes the options at run time.

A value is checked, and a file read, when it is set. NULL resets an option to its default, except the access token. Of two
options that replace each other, the last one set is in effect in C and C++; the other languages reject the combination.
No error, log line or other output contains the value of a secret option. [TLS](tls.md) explains the file options.

| Name | Type | Default | Allowed | Description |
| --- | --- | --- | --- | --- |
";

fn options() -> impl Iterator<Item = Value> {
    (0..dc_config_option_count()).map(|index| {
        let attribute = |attribute| option_attribute(index, attribute).map(|text| text.to_str().unwrap());
        json!({
            "name": attribute(DC_INFO_NAME),
            "type": attribute(DC_INFO_TYPE),
            "default": attribute(DC_INFO_DEFAULT),
            "allowed": attribute(DC_INFO_ALLOWED),
            "description": attribute(DC_INFO_DESCRIPTION),
            "secret": attribute(DC_INFO_SECRET) == Some("true"),
            "replaces": attribute(DC_INFO_REPLACES),
        })
    })
}

/// An object with one member per line, for readable diffs and for awk.
fn object(members: impl Iterator<Item = (String, Value)>) -> String {
    let lines: Vec<String> = members.map(|(name, value)| format!("    \"{name}\": {value}")).collect();
    format!("{{\n{}\n  }}", lines.join(",\n"))
}

fn array(members: impl Iterator<Item = Value>) -> String {
    let lines: Vec<String> = members.map(|value| format!("    {value}")).collect();
    format!("[\n{}\n  ]", lines.join(",\n"))
}

fn compare_or_write(path: &str, generated: &str) {
    let file = root().join(path);
    if std::env::var_os("UPDATE_HEADER").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, generated).unwrap();
        return;
    }
    let committed = fs::read_to_string(&file).unwrap_or_default();
    assert!(committed == generated, "{path} is out of date: run `make header`");
}

#[test]
fn every_file_of_ffi_is_a_section() {
    let mut files: Vec<String> = fs::read_dir(root().join("src/ffi"))
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .filter(|name| !["mod", "guard", "input", "output"].contains(&name.as_str()))
        .collect();
    let mut sections: Vec<&str> = SECTIONS.into_iter().filter(|name| *name != "types").collect();
    files.sort();
    sections.sort();
    assert_eq!(files, sections);
}

/// Handles and errors need no `@param`: the header's rules and the comments of the types describe them.
#[test]
fn every_function_is_documented_and_called_from_c() {
    let header = header();
    let programs = c_programs();
    for name in symbols::declared(&header) {
        let comment = symbols::comment_of(&header, &name);
        let (_, parameters) = symbols::declaration_of(&header, &name);
        for (kind, parameter) in parameters {
            let is_covered = kind.contains("dc_") && !kind.contains("callback");
            assert!(
                is_covered || comment.contains(&format!("@param {parameter} ")),
                "{name}: its comment lacks @param {parameter}"
            );
        }
        symbols::since(&header, &name);
        assert!(programs.contains(&format!("{name}(")), "{name}: no program in tests/c calls it");
    }
}

/// The C++ config has a method for each option of 0.1.0, on one line and with the option's type. Later options may be
/// settable by name only.
#[test]
fn cpp_config_has_typed_methods() {
    const MIN_METHODS: usize = 17;
    let wrapper = fs::read_to_string(root().join("include/data_connectors.hpp")).unwrap();
    let words = wrapper.split_whitespace().collect::<Vec<_>>().join(" ");
    let options: Vec<Value> = options().collect();
    let mut methods = 0;
    for method in words.split("config &").skip(1).filter(|method| method.contains("return set(DC_OPTION_")) {
        let (method, _) = method.split_once('}').unwrap();
        let (_, option) = method.split_once("DC_OPTION_").unwrap();
        let option = option.split(',').next().unwrap().to_lowercase();
        let option = options.iter().find(|row| row["name"] == option.as_str()).expect(method);
        let name = option["name"].as_str().unwrap();
        let (argument, value) = match option["type"].as_str().unwrap() {
            "string" => ("const argument &", "value"),
            "bool" => ("bool ", "value"),
            _ if name.ends_with("_ms") => ("std::chrono::milliseconds ", "value.count()"),
            _ => ("std::int64_t ", "value"),
        };
        let short_name = name.trim_start_matches("access_").trim_end_matches("_ms");
        let constant = format!("DC_OPTION_{}", name.to_uppercase());
        assert_eq!(method, format!("{short_name}({argument}value) {{ return set({constant}, {value}); "));
        methods += 1;
    }
    assert!(methods >= MIN_METHODS, "{methods} methods");
}

/// The code of the programs in tests/c. A comment that names a function does not call it.
fn c_programs() -> String {
    let files = fs::read_dir(root().join("tests/c")).unwrap().map(|entry| entry.unwrap().path());
    let code = |path| symbols::without_comments(&fs::read_to_string(path).unwrap());
    files.filter(|path| path.is_file()).map(code).collect()
}

#[test]
fn header_is_short() {
    let header = header();
    // Comment markers do not count as words.
    let words = header.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count();
    println!("{words} words");
    assert!(words <= MAX_WORDS, "{words} words");
}

#[test]
fn header_compiles_alone_and_twice_as_c_and_as_cpp() {
    let once = "#include <data_connectors.h>\nint main(void) { return DC_OK; }\n";
    let twice = format!("#include <data_connectors.h>\n{once}");
    for standard in ["c99", "c11", "c23", "c++17"] {
        for (name, text) in [("once", once), ("twice", twice.as_str())] {
            Compiler::of(standard).check(&format!("header_{name}"), text);
        }
    }
}

/// The output of cbindgen for a file of src/ffi: its types, and the rest.
struct Section {
    types: String,
    body: String,
}

fn header() -> String {
    let mut settings = cbindgen::Config::from_file(root().join("cbindgen.toml")).unwrap();
    let mut text = settings.header.take().unwrap().trim_start().to_owned();
    let trailer = settings.trailer.take().unwrap();
    let names = || SECTIONS.into_iter().filter(|name| *name != "types");
    let sections: Vec<Section> = names().map(|name| generate(&settings, name)).collect();

    text.push_str(&group("types", "Types", ""));
    for section in &sections {
        text.push_str(&section.types);
    }
    text.push_str("/** @} */\n");
    for (name, section) in names().zip(&sections) {
        let (title, introduction) = introduction(&root().join(format!("src/ffi/{name}.rs")));
        text.push_str(&group(name, &title, &introduction));
        match name {
            "version" => text.push_str(&version_macros()),
            "config" => text.push_str(&option_macros()),
            "connector" => text.push_str(&field_macros()),
            _ => {}
        }
        text.push_str(&section.body);
        text.push_str("\n/** @} */\n");
    }
    text.push_str(&trailer);
    text
}

fn generate(settings: &cbindgen::Config, name: &str) -> Section {
    let path = root().join(format!("src/ffi/{name}.rs"));
    let mut output = Vec::new();
    cbindgen::Builder::new().with_config(settings.clone()).with_src(&path).generate().unwrap().write(&mut output);
    let text = tidy(String::from_utf8(output).unwrap().trim());
    let (mut types, mut body) = (String::new(), String::new());
    for item in text.split("\n\n/**").map(|item| item.trim_start_matches("/**")) {
        let part = if item.contains("\ntypedef struct ") { &mut types } else { &mut body };
        part.push_str(&format!("\n/**{item}\n"));
    }
    if !types.is_empty() {
        types = types.trim_start().to_owned() + "\n";
    }
    Section { types, body: body.trim_end().to_owned() }
}

/// The beginning of a section: a Doxygen group.
fn group(name: &str, title: &str, introduction: &str) -> String {
    let mut text = format!("\n/**\n * @defgroup dc_{name} {title}\n *\n");
    for line in introduction.lines() {
        text.push_str(format!(" * {line}").trim_end());
        text.push('\n');
    }
    text.push_str(" * @{\n */\n");
    if name == "types" { text + "\n" } else { text }
}

/// A section's title and introduction: the first comment of its source file.
fn introduction(path: &Path) -> (String, String) {
    let source = fs::read_to_string(path).unwrap();
    let mut lines =
        source.lines().map_while(|line| line.strip_prefix("//!")).map(|line| line.strip_prefix(' ').unwrap_or(line));
    let title = lines.next().unwrap().to_owned();
    (title, lines.skip_while(|line| line.is_empty()).collect::<Vec<_>>().join("\n"))
}

/// Puts short comments on one line, and negative numbers in parentheses, so that they can be used in any expression.
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

fn macro_with_comment(comment: &str, name: &str, value: &str) -> String {
    let one_line = format!("/** {comment} */");
    if one_line.chars().count() <= 120 {
        return format!("\n{one_line}\n#define {name} {value}\n");
    }
    let mut lines = vec![String::new()];
    for word in comment.split(' ') {
        let line = lines.last_mut().unwrap();
        if line.chars().count() + word.chars().count() + 4 > 120 {
            lines.push(word.to_owned());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    format!("\n/**\n * {}\n */\n#define {name} {value}\n", lines.join("\n * "))
}

fn option_macros() -> String {
    let option = |option: Value| {
        let text = |key: &str| option[key].as_str();
        let macro_name = |name: &str| format!("DC_OPTION_{}", name.to_uppercase());
        let kind = match text("type").unwrap() {
            "string" => "String",
            "int" => "Integer",
            _ => "Boolean",
        };
        let mut comment = format!("{} {kind}", text("description").unwrap());
        if kind != "Boolean" {
            comment.push_str(&format!(": {}", text("allowed").unwrap()));
        }
        if let Some(default) = text("default") {
            comment.push_str(&format!("; default {default}"));
        }
        comment.push('.');
        if option["secret"] == true {
            comment.push_str(" Secret.");
        }
        if let Some(other) = text("replaces") {
            comment.push_str(&format!(" Replaces {}.", macro_name(other)));
        }
        let name = text("name").unwrap();
        macro_with_comment(&comment, &macro_name(name), &format!("\"{name}\""))
    };
    options().map(option).collect()
}

fn field_macros() -> String {
    let field = |(number, name): (usize, &str)| {
        macro_with_comment(
            &format!("Field \"{name}\"."),
            &format!("DC_FIELD_{}", name.to_uppercase()),
            &number.to_string(),
        )
    };
    field_names().enumerate().map(field).collect()
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
    [
        ("Version of this header.", "", format!("\"{version}\"")),
        ("Major version of this header.", "_MAJOR", major.to_string()),
        ("Minor version of this header.", "_MINOR", minor.to_string()),
        ("Patch version of this header.", "_PATCH", patch.to_string()),
        ("Version of this header as a number: major * 1000000 + minor * 1000 + patch.", "_NUMBER", number.to_string()),
    ]
    .map(|(comment, suffix, value)| macro_with_comment(comment, &format!("DC_VERSION{suffix}"), &value))
    .concat()
}
