//! The programs that the header, the README and examples/ show are whole, and do what they are said to.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::fs;
use std::process::{Command, Output};

use data_connectors_sandbox::Sandbox;
use serde_json::Value;
use support::compiler::Compiler;
use support::{library, program, root};

const TOKEN: (&str, &str) = ("INTERCOM_ACCESS_TOKEN", "canary-7d1f");

/// The code block of a language in the README.
fn readme(language: &str) -> String {
    let text = fs::read_to_string(root().join("README.md")).unwrap();
    let (_, after) = text.split_once(&format!("```{language}\n")).unwrap();
    after.split_once("```").unwrap().0.to_owned()
}

/// The program in the header's first comment.
fn header() -> String {
    let text = fs::read_to_string(root().join("include/data_connectors.h")).unwrap();
    let (_, after) = text.split_once("as JSON.\n *\n").unwrap();
    let (program, _) = after.split_once(" * What holds").unwrap();
    program.lines().map(|line| line.trim_start_matches(" *").to_owned() + "\n").collect()
}

/// The lines that the README says to put behind the one that sets the token; there is one block for each purpose.
fn readme_lines(part: &str) -> String {
    let text = fs::read_to_string(root().join("README.md")).unwrap();
    let blocks = text.split("```c\n").skip(2).map(|after| after.split_once("```").unwrap().0.to_owned());
    blocks.into_iter().find(|block| block.contains(part)).unwrap()
}

/// The program with the README's lines for the sandbox in their place, told where the test's is.
fn redirected(program: &str) -> String {
    let lines =
        readme_lines("dc_config_set_base_url").replace(r#""http://127.0.0.1:8080""#, r#"getenv("TEST_BASE_URL")"#);
    behind_the_token(program, &lines)
}

fn behind_the_token(program: &str, lines: &str) -> String {
    let (before, after) = program.split_once(r#"getenv("INTERCOM_ACCESS_TOKEN"), &error);"#).unwrap();
    let (rest, after) = after.split_once('\n').unwrap();
    format!("{before}getenv(\"INTERCOM_ACCESS_TOKEN\"), &error);{rest}\n{lines}{after}")
}

fn lists_137(name: &str, text: &str, rows_of_line: fn(&str) -> usize) {
    let sandbox = Sandbox::builder().start().unwrap();
    let test = Compiler::of("c99").program_of_text(name, &redirected(text));
    let variables = [TOKEN, ("TEST_BASE_URL", sandbox.base_url())];
    let (printed, complaints) = program::expect_code(&program::run(&test, &[], &variables), 0);
    assert_eq!(complaints, "");
    assert_eq!(printed.lines().map(rows_of_line).sum::<usize>(), 137);

    // Without a token it says so, and without a server.
    let variables = [("TEST_BASE_URL", "http://127.0.0.1:1")];
    let (_, complaint) = program::expect_code(&program::run(&test, &[], &variables), 1);
    assert!(complaint.contains("token is NULL"), "{complaint}");
    let variables = [TOKEN, variables[0]];
    let (_, complaint) = program::expect_code(&program::run(&test, &[], &variables), 1);
    assert!(complaint.contains("could not connect to 127.0.0.1:1 (connection refused)"), "{complaint}");
}

#[test]
fn the_headers_program() {
    let rows_of_page = |page: &str| serde_json::from_str::<Value>(page).unwrap()["data"].as_array().unwrap().len();
    lists_137("header_program", &header(), rows_of_page);
}

#[test]
fn the_readmes_c_program() {
    lists_137("readme_program", &readme("c"), |line| {
        let (id, name) = line.split_once(' ').unwrap();
        assert!(id.parse::<u32>().is_ok() && !name.is_empty(), "{line}");
        1
    });
}

/// A mistake in the README's lines is reported, and nothing is sent anywhere.
#[test]
fn the_readmes_lines_report_a_mistake() {
    for (name, lines, says) in [
        ("region", readme_lines("dc_config_set_region").replace("\"eu\"", "\"mars\""), "use us, eu or au"),
        ("base_url", readme_lines("dc_config_set_base_url").replace("http://", ""), "the base URL"),
    ] {
        let text = behind_the_token(&readme("c"), &lines);
        let test = Compiler::of("c99").program_of_text(&format!("readme_{name}"), &text);
        let (_, complaint) = program::expect_code(&program::run(&test, &[], &[TOKEN]), 1);
        assert!(complaint.contains(says), "{complaint}");
    }
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
        .expect("python3 is needed (set PYTHON)")
}

#[test]
fn the_readmes_python_program() {
    let sandbox = Sandbox::builder().start().unwrap();
    let text = readme("python");
    let redirected = text.replace("dc.Client(token)", &format!("dc.Client(token, base_url='{}')", sandbox.base_url()));
    assert_ne!(text, redirected);
    let (printed, complaints) = program::expect_code(&python(&["-c", &redirected], &[TOKEN]), 0);
    assert_eq!((printed.lines().count(), complaints.as_str()), (137, ""));
    let (_, complaint) = program::expect_code(
        &python(&["-c", &redirected.replace(sandbox.base_url(), "http://127.0.0.1:1")], &[TOKEN]),
        1,
    );
    assert!(complaint.starts_with("could not connect to 127.0.0.1:1 (connection refused)"), "{complaint}");
}

/// What each example has to do, in whatever language: `run` runs it.
fn is_the_example(run: impl Fn(&[&str], &[(&str, &str)]) -> Output) {
    let sandbox = Sandbox::builder().token(TOKEN.1).start().unwrap();
    let url = sandbox.base_url();
    let ids = |rows: &[serde_json::Value]| -> Vec<String> {
        rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };

    let (table, said) = program::expect_code(&run(&["--base-url", url], &[TOKEN]), 0);
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some("ID           STATE    METHOD UPDATED              NAME"));
    let listed: Vec<String> = lines.map(|line| line.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(listed, ids(sandbox.connectors()));
    assert_eq!(said, "137 connectors\n");
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

    let (json, said) =
        program::expect_code(&run(&["--json", "--per-page=7", "--limit", "30", "--base-url", url], &[TOKEN]), 0);
    let rows: Vec<serde_json::Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows, sandbox.connectors()[..30]);
    assert_eq!(said, "30 connectors\n");

    for (arguments, says) in [
        (&["--nonsense"][..], "--nonsense"),
        (&["--limit", "0"], "--limit"),
        (&["--limit"], "--limit"),
        (&["--per-page", "x"], "--per-page"),
        (&["--per-page", "51", "--base-url", url], "51: use 1 to 50"),
        (&["--base-url", "example.com"], "has no scheme"),
        (&["--region", "mars"], "use us, eu or au"),
        (&["--region", "eu", "--base-url", url], "--region"),
    ] {
        let (printed, complaint) = program::expect_code(&run(arguments, &[TOKEN]), 2);
        assert!(complaint.contains(says), "{arguments:?}: {complaint}");
        assert!(printed.is_empty() || printed.starts_with("ID "), "{printed}");
    }
    let (_, complaint) = program::expect_code(&run(&[], &[]), 2);
    assert!(complaint.contains("INTERCOM_ACCESS_TOKEN is not set"), "{complaint}");

    let wrong = [(TOKEN.0, "another-canary")];
    let (_, complaint) = program::expect_code(&run(&["--base-url", url], &wrong), 1);
    assert!(complaint.contains("401 Unauthorized: Access Token Invalid"), "{complaint}");
    assert!(complaint.contains(" (request id "), "{complaint}");
    assert!(!complaint.contains("another-canary"), "{complaint}");
    let (help, _) = program::expect_code(&run(&["--help"], &[]), 0);
    assert!(help.contains("--per-page"), "{help}");
}

#[test]
fn the_c_example() {
    let example = Compiler::of("c99").program(&root().join("examples/c/list_connectors.c"));
    is_the_example(|arguments, variables| program::run(&example, arguments, variables));
    if program::valgrind_is_wanted() {
        let sandbox = Sandbox::builder().start().unwrap();
        let output = program::run_under_valgrind(&example, &["--base-url", sandbox.base_url()], &[TOKEN]);
        let (printed, _) = program::expect_code(&output, 0);
        assert_eq!(printed.lines().count(), 138);
    }
}

#[test]
fn the_python_example() {
    let example = root().join("examples/python/list_connectors.py");
    is_the_example(|arguments, variables| {
        let mut all = vec![example.to_str().unwrap()];
        all.extend(arguments);
        python(&all, variables)
    });
}
