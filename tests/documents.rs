//! The programs in the header, the README and examples/ compile, run and report errors.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::fs;
use std::process::{Command, Output};

use data_connectors::Snapshot;
use data_connectors_sandbox::{Change, Sandbox};
use serde_json::Value;
use support::compiler::Compiler;
use support::installation::TempFolder;
use support::scripted_server::{ScriptedServer, http_response};
use support::{library, program, root};

const TOKEN: (&str, &str) = ("INTERCOM_ACCESS_TOKEN", "canary-7d1f");

/// The first code block of a language in the README.
fn readme(language: &str) -> String {
    let text = fs::read_to_string(root().join("README.md")).unwrap();
    let (_, after) = text.split_once(&format!("```{language}\n")).unwrap();
    after.split_once("```").unwrap().0.to_owned()
}

/// The program in the header's first comment.
fn header() -> String {
    let text = fs::read_to_string(root().join("include/data_connectors.h")).unwrap();
    let (_, after) = text.split_once("do not edit.\n *\n").unwrap();
    let (program, _) = after.split_once(" * Rules for all functions").unwrap();
    program.lines().map(|line| line.strip_prefix(" *     ").unwrap_or_default().to_owned() + "\n").collect()
}

/// Checks a program whose argument is the base URL: it lists the connectors of a sandbox, and reports errors.
fn assert_lists_all_connectors(run: impl Fn(&[&str], &[(&str, &str)]) -> Output) {
    let sandbox = Sandbox::builder().start().unwrap();
    let (listed, errors) = program::expect_code(&run(&[sandbox.base_url()], &[TOKEN]), 0);
    assert_eq!((listed.lines().count(), errors.as_str()), (137, ""));
    for line in listed.lines() {
        let (id, rest) = line.split_once(' ').unwrap();
        assert!(id.parse::<u32>().is_ok() && !rest.is_empty(), "{line}");
    }

    for (arguments, variables, reason) in [
        ([sandbox.base_url()], &[][..], "access token"),
        (["http://127.0.0.1:1"], &[TOKEN], "127.0.0.1:1"),
        (["example.com"], &[TOKEN], "no scheme"),
    ] {
        let (listed, errors) = program::expect_code(&run(&arguments, variables), 1);
        assert_eq!(listed, "");
        assert!(errors.contains(reason) && errors.lines().count() == 1, "{errors}");
        assert!(!errors.contains(TOKEN.1), "{errors}");
    }
}

#[test]
fn readme_c_program_lists_all_connectors() {
    let first = Compiler::of("c99").program_from_source("readme_program", &readme("c"));
    assert_lists_all_connectors(|arguments, variables| program::run(&first, arguments, variables));
    if program::valgrind_enabled() {
        let sandbox = Sandbox::builder().start().unwrap();
        for arguments in [&[sandbox.base_url()][..], &["http://127.0.0.1:1"]] {
            let output = program::run_under_valgrind(&first, arguments, &[TOKEN]);
            assert_ne!(output.status.code(), Some(99), "{}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

#[test]
fn readme_python_program_lists_all_connectors() {
    let text = readme("python");
    assert_lists_all_connectors(|arguments, variables| {
        python(&[&["-c", text.as_str()], arguments].concat(), variables)
    });
}

/// The program has no option for the base URL, so the test inserts a line.
#[test]
fn header_program_lists_all_pages() {
    let sandbox = Sandbox::builder().start().unwrap();
    let text = header();
    let line = "    if (status == DC_OK)\n        status = dc_client_new";
    assert_eq!(text.matches(line).count(), 1, "{text}");
    let set_base_url = "    if (status == DC_OK)\n        status = \
        dc_config_set_string(config, DC_OPTION_BASE_URL, getenv(\"TEST_BASE_URL\"), &error);\n";
    let text = text.replace(line, &format!("{set_base_url}{line}"));
    let program = Compiler::of("c99").program_from_source("header_program", &text);

    let variables = [TOKEN, ("TEST_BASE_URL", sandbox.base_url())];
    let (pages, errors) = program::expect_code(&program::run(&program, &[], &variables), 0);
    assert_eq!(errors, "");
    let rows = |page: &str| serde_json::from_str::<Value>(page).unwrap()["data"].as_array().unwrap().len();
    assert_eq!(pages.lines().map(rows).sum::<usize>(), 137);
    let (_, errors) = program::expect_code(&program::run(&program, &[], &[]), 1);
    assert!(errors.starts_with("DC_ERR_INVALID_ARGUMENT: missing access_token"), "{errors}");
}

fn python(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let interpreter = std::env::var("PYTHON").unwrap_or("python3".to_owned());
    Command::new(interpreter)
        .args(arguments)
        .env("PYTHONPATH", root().join("bindings/python/src"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("DATA_CONNECTORS_LIBRARY", library())
        .env_remove("INTERCOM_ACCESS_TOKEN")
        .envs(variables.iter().copied())
        .output()
        .expect("python3 is required (set PYTHON)")
}

/// Checks the behaviour of the example, which is the same in C and in Python.
fn assert_example_works(run: impl Fn(&[&str], &[(&str, &str)]) -> Output) {
    let sandbox = Sandbox::builder().token(TOKEN.1).start().unwrap();
    let url = sandbox.base_url();
    let ids = |rows: &[serde_json::Value]| -> Vec<String> {
        rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };

    let (table, messages) = program::expect_code(&run(&["--base-url", url], &[TOKEN]), 0);
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some("ID           STATE    METHOD UPDATED              NAME"));
    let listed: Vec<String> = lines.map(|line| line.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(listed, ids(&sandbox.connectors()));
    assert_eq!(messages, "137 connectors\n");
    let first = "12345        live     get    2026-01-20T14:22:15Z Order Status Service";
    assert_eq!(table.lines().nth(1), Some(first));
    for name in [
        "Bestellübersicht für Großkunden",
        "Parcel tracking 📦",
        "Say \"hello\" check",
        "Import from C:\\exports",
        "Legacy?import",
        "Delivery?slots",
    ] {
        assert!(table.contains(name), "{name}");
    }

    let (json, messages) =
        program::expect_code(&run(&["--json", "--per-page=7", "--limit", "30", "--base-url", url], &[TOKEN]), 0);
    let rows: Vec<serde_json::Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows, sandbox.connectors()[..30]);
    assert_eq!(messages, "30 connectors\n");

    for (arguments, expected) in [
        (&["--nonsense"][..], "--nonsense"),
        (&["--limit", "0"], "--limit"),
        (&["--limit"], "--limit"),
        (&["--per-page", "x"], "--per-page"),
        (&["--per-page", "51", "--base-url", url], "51: use 1 to 50"),
        (&["--base-url", "example.com"], "no scheme"),
        (&["--region", "mars"], "use us, eu or au"),
        (&["--region", "eu", "--base-url", url], "--region"),
    ] {
        let (printed, errors) = program::expect_code(&run(arguments, &[TOKEN]), 2);
        assert!(errors.contains(expected), "{arguments:?}: {errors}");
        assert!(printed.is_empty() || printed.starts_with("ID "), "{printed}");
    }
    let (_, errors) = program::expect_code(&run(&[], &[]), 2);
    assert!(errors.contains("INTERCOM_ACCESS_TOKEN is not set"), "{errors}");

    let invalid_token = [(TOKEN.0, "another-canary")];
    let (_, errors) = program::expect_code(&run(&["--base-url", url], &invalid_token), 1);
    assert!(errors.contains("401 Unauthorized: Access Token Invalid"), "{errors}");
    assert!(errors.contains(" (request id "), "{errors}");
    assert!(!errors.contains("another-canary"), "{errors}");
    let (help, _) = program::expect_code(&run(&["--help"], &[]), 0);
    assert!(help.contains("--per-page"), "{help}");
}

#[test]
fn c_example_lists_and_reports_errors() {
    let example = Compiler::of("c99").program(&root().join("examples/c/list_connectors.c"));
    assert_example_works(|arguments, variables| program::run(&example, arguments, variables));
    if program::valgrind_enabled() {
        let sandbox = Sandbox::builder().start().unwrap();
        let output = program::run_under_valgrind(&example, &["--base-url", sandbox.base_url()], &[TOKEN]);
        let (printed, _) = program::expect_code(&output, 0);
        assert_eq!(printed.lines().count(), 138);
    }
}

#[test]
fn c_example_compares_with_a_stored_snapshot() {
    let example = Compiler::of("c99").program(&root().join("examples/c/store_snapshot.c"));
    let folder = TempFolder::new("snapshot");
    let path = folder.0.join("connectors.json");
    let sandbox = Sandbox::builder().connectors(60).start().unwrap();
    let arguments = [path.to_str().unwrap(), sandbox.base_url()];

    let (listed, _) = program::expect_code(&program::run(&example, &arguments, &[TOKEN]), 0);
    assert_eq!(listed.lines().count(), 60);
    assert!(listed.starts_with("{\"type\":\"data_connector\",\"id\":\"12345\","), "{listed}");
    if program::valgrind_enabled() {
        program::expect_code(&program::run_under_valgrind(&example, &arguments, &[TOKEN]), 0);
    }
    sandbox.change(Change::Delete(12345));
    let (changes, _) = program::expect_code(&program::run(&example, &arguments, &[TOKEN]), 0);
    assert!(
        changes.starts_with("{\"added\":[],\"changed\":[],\"removed\":[{\"type\":\"data_connector\",\"id\":\"12345\"")
    );

    let stored = fs::read_to_string(&path).unwrap();
    assert_eq!(Snapshot::load(stored.clone().into_bytes()).unwrap().page().count(), 59);

    // Failures leave the file as it was.
    let incomplete = ScriptedServer::always(http_response("200 OK", &[], "{\"data\":[{}]}"));
    for (arguments, variables, code, reason) in [
        (&[arguments[0], incomplete.base_url()][..], &[TOKEN][..], 1, "incomplete: "),
        (&[arguments[0], "http://127.0.0.1:1"], &[TOKEN], 1, "127.0.0.1:1"),
        (&arguments, &[], 1, "access_token"),
        (&["no-folder/a", sandbox.base_url()], &[TOKEN], 1, "could not write no-folder/a: No such file"),
        (&["Cargo.toml", sandbox.base_url()], &[TOKEN], 1, "could not load Cargo.toml: stored snapshot is invalid: "),
        (&[], &[TOKEN], 2, "usage: "),
    ] {
        let (_, errors) = program::expect_code(&program::run(&example, arguments, variables), code);
        assert!(errors.contains(reason) && errors.lines().count() == 1, "{errors}");
        assert!(fs::read_to_string(&path).unwrap() == stored);
    }
}

#[test]
fn python_example_lists_and_reports_errors() {
    let example = root().join("examples/python/list_connectors.py");
    assert_example_works(|arguments, variables| {
        let mut all = vec![example.to_str().unwrap()];
        all.extend(arguments);
        python(&all, variables)
    });
}
