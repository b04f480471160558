//! The program: its first line, its options, its ends.

#![allow(clippy::unwrap_used)] // In a test it is one more assertion.

mod common;

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant};

use common::{Connection, GOOD};

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_data-connectors-sandbox"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A program that serves; killed at the end of the test if it still does.
struct Serving {
    child: Child,
    stdout: Option<BufReader<ChildStdout>>,
    base_url: String,
}

impl Serving {
    fn start(arguments: &[&str]) -> Self {
        let mut child = program(arguments).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        Serving { base_url: line.strip_suffix('\n').unwrap().to_owned(), stdout: Some(stdout), child }
    }

    fn ask(&self, headers: &str) -> common::Answer {
        let mut connection = Connection::to(&self.base_url);
        connection.send("GET", "/data_connectors?per_page=50", headers);
        connection.receive("GET")
    }

    /// Sends it a signal; gives its exit code and all it has written besides the first line.
    #[cfg(unix)]
    fn signal(mut self, signal: &str) -> (Option<i32>, String, String) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        let begun = Instant::now();
        let status = self.child.wait().unwrap();
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
        let (mut stdout, mut stderr) = (String::new(), String::new());
        self.stdout.take().map(|mut pipe| pipe.read_to_string(&mut stdout));
        self.child.stderr.take().map(|mut pipe| pipe.read_to_string(&mut stderr));
        (status.code(), stdout, stderr)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a program that is expected to end by itself.
fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = program(arguments).output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

#[test]
#[cfg(unix)]
fn the_first_line_is_the_base_url_and_signals_end_it() {
    for signal in ["-TERM", "-INT"] {
        let serving = Serving::start(&[]);
        assert!(serving.base_url.starts_with("http://127.0.0.1:"), "{}", serving.base_url);
        // An open connection and one that waits don't keep it.
        let mut idle = Connection::to(&serving.base_url);
        idle.send("GET", "/data_connectors", GOOD);
        assert_eq!(idle.receive("GET").ids().len(), 20);
        let base_url = serving.base_url.clone();
        let (code, stdout, stderr) = serving.signal(signal);
        assert_eq!((code, stdout.as_str()), (Some(0), ""));
        assert_eq!(
            stderr,
            format!(
                "data-connectors-sandbox: 137 connectors at GET {base_url}/data_connectors\n\
                 data-connectors-sandbox: accepts any access token that is not empty; Ctrl-C stops it\n"
            )
        );
    }
}

#[test]
#[cfg(unix)]
fn a_token_is_insisted_on_and_never_printed() {
    let serving = Serving::start(&["--token", "S3cret", "--connectors=3"]);
    assert_eq!(serving.ask(GOOD).status, 401);
    let right = "Authorization: Bearer S3cret\r\nIntercom-Version: 2.16\r\n";
    assert_eq!(serving.ask(right).ids().len(), 3);
    let (code, stdout, stderr) = serving.signal("-TERM");
    assert_eq!(code, Some(0));
    assert!(!stdout.contains("S3cret") && !stderr.contains("S3cret"), "{stderr}");
    assert!(stderr.contains("accepts the access token of --token only"), "{stderr}");
}

#[test]
fn options_reach_the_sandbox() {
    let begun = Instant::now();
    let serving = Serving::start(&["--latency-ms", "200", "--rate-limit=6"]);
    assert_eq!(serving.ask(GOOD).status, 200);
    assert_eq!(serving.ask(GOOD).status, 429);
    assert!(begun.elapsed() >= Duration::from_millis(400));

    let path = format!("{}/program.json", env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(&path, r#"[{"id":"5","updated_at":"2026-01-20T14:22:15Z"}]"#).unwrap();
    assert_eq!(Serving::start(&["--data", &path]).ask(GOOD).ids(), ["5"]);
}

#[test]
fn the_port_can_be_chosen_in_both_spellings() {
    let first = Serving::start(&["--port", "0"]);
    let port = first.base_url.rsplit(':').next().unwrap().to_owned();
    let (code, stdout, stderr) = run(&["--port", &port]);
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert!(stderr.starts_with(&format!("data-connectors-sandbox: cannot listen on 127.0.0.1:{port}: ")), "{stderr}");
    drop(first);
    let again = Serving::start(&[&format!("--port={port}")]);
    assert_eq!(again.base_url, format!("http://127.0.0.1:{port}"));
}

#[test]
fn help_and_version_are_shown() {
    for help in ["--help", "-h"] {
        let (code, stdout, stderr) = run(&[help]);
        assert_eq!((code, stderr.as_str()), (Some(0), ""));
        for option in
            ["--port", "--connectors", "--data", "--token", "--latency-ms", "--rate-limit", "--help", "--version"]
        {
            assert!(stdout.contains(option), "{option}");
        }
        assert!(stdout.contains("0 is any free one [default: 0]"));
        assert!(stdout.lines().all(|line| line.len() <= 80), "{stdout}");
    }
    let version = format!("data-connectors-sandbox {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(run(&["--version"]), (Some(0), version, String::new()));
}

#[test]
fn usage_errors_say_what_is_right() {
    for (arguments, message) in [
        (&["--port", "65536"][..], "--port takes an integer from 0 to 65535, not \"65536\""),
        (&["--port=-1"], "--port takes an integer from 0 to 65535, not \"-1\""),
        (&["--port"], "missing argument for option '--port'"),
        (&["--connectors", "many"], "--connectors takes an integer from 0 to 1000000, not \"many\""),
        (&["--connectors", "1000001"], "--connectors takes an integer from 0 to 1000000, not \"1000001\""),
        (&["--latency-ms="], "--latency-ms takes an integer from 0 to 4294967295, not \"\""),
        (&["--rate-limit", "0"], "--rate-limit takes an integer from 6 to 4294967295, not \"0\""),
        (&["--data", "x.json", "--connectors", "3"], "--data and --connectors exclude one another: give one of them"),
        (&["--nonsense"], "invalid option '--nonsense'"),
        (&["extra"], "unexpected argument \"extra\""),
    ] {
        let expected = format!("data-connectors-sandbox: {message}\nTry --help for all options.\n");
        assert_eq!(run(arguments), (Some(2), String::new(), expected));
    }
    for token in ["", "S3cret word"] {
        let (code, stdout, stderr) = run(&["--token", token]);
        assert_eq!((code, stdout.as_str()), (Some(2), ""));
        let expected = "data-connectors-sandbox: the token has to be visible ASCII characters without spaces, \
                        and at least one\n";
        assert_eq!(stderr, expected);
    }
}

#[test]
fn failures_have_a_code_of_their_own() {
    let (code, stdout, stderr) = run(&["--data", "/nowhere/at/all.json"]);
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert!(stderr.starts_with("data-connectors-sandbox: /nowhere/at/all.json: cannot be read: "), "{stderr}");
}

#[test]
#[cfg(unix)]
fn it_serves_on_when_nobody_reads_what_it_writes() {
    // A port that was free a moment ago: the only way to know it without reading.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut child = program(&["--port", &port.to_string()]).spawn().unwrap();
    drop((child.stdout.take(), child.stderr.take()));
    let mut serving = Serving { child, stdout: None, base_url: format!("http://127.0.0.1:{port}") };
    let begun = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(begun.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(serving.ask(GOOD).ids().len(), 50);
    assert!(serving.child.try_wait().unwrap().is_none());
    assert_eq!(serving.signal("-TERM").0, Some(0));

    let mut help = program(&["--help"]).spawn().unwrap();
    drop(help.stdout.take());
    assert_eq!(help.wait().unwrap().code(), Some(0));
}
