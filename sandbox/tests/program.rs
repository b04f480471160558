//! The command-line program: output, options, exit status.

#![allow(clippy::unwrap_used)]

mod common;

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant};

use common::{Connection, VALID_HEADERS};

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_data-connectors-sandbox"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A running program; killed at the end of the test.
struct Running {
    child: Child,
    stdout: Option<BufReader<ChildStdout>>,
    base_url: String,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut child = program(arguments).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        Running { base_url: line.strip_suffix('\n').unwrap().to_owned(), stdout: Some(stdout), child }
    }

    fn request(&self, headers: &str) -> common::Response {
        let mut connection = Connection::open_url(&self.base_url);
        connection.send("GET", "/data_connectors?per_page=50", headers);
        connection.receive("GET")
    }

    /// Sends a signal; returns the exit status and the output after the first line.
    #[cfg(unix)]
    fn signal(mut self, signal: &str) -> (Option<i32>, String, String) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        let start = Instant::now();
        let status = self.child.wait().unwrap();
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
        let (mut stdout, mut stderr) = (String::new(), String::new());
        self.stdout.take().map(|mut pipe| pipe.read_to_string(&mut stdout));
        self.child.stderr.take().map(|mut pipe| pipe.read_to_string(&mut stderr));
        (status.code(), stdout, stderr)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs the program until it exits.
fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = program(arguments).output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

#[test]
#[cfg(unix)]
fn prints_its_base_url_and_exits_on_signals() {
    for signal in ["-TERM", "-INT"] {
        let running = Running::start(&[]);
        assert!(running.base_url.starts_with("http://127.0.0.1:"), "{}", running.base_url);
        // An idle connection must not delay the exit.
        let mut idle = Connection::open_url(&running.base_url);
        idle.send("GET", "/data_connectors", VALID_HEADERS);
        assert_eq!(idle.receive("GET").ids().len(), 20);
        let base_url = running.base_url.clone();
        let (code, stdout, stderr) = running.signal(signal);
        assert_eq!((code, stdout.as_str()), (Some(0), ""));
        assert_eq!(
            stderr,
            format!(
                "data-connectors-sandbox: listening on {base_url} (137 connectors): use it as the base URL \
                 with any access token; Ctrl-C stops it\n\
                 data-connectors-sandbox: try: curl -H 'Authorization: Bearer any' \
                 -H 'Intercom-Version: Preview' {base_url}/data_connectors\n"
            )
        );
    }
}

#[test]
#[cfg(unix)]
fn requires_the_given_token_and_never_prints_it() {
    let running = Running::start(&["--token", "S3cret", "--connectors=3"]);
    assert_eq!(running.request(VALID_HEADERS).status, 401);
    let valid = "Authorization: Bearer S3cret\r\nIntercom-Version: 2.16\r\n";
    assert_eq!(running.request(valid).ids().len(), 3);
    let (code, stdout, stderr) = running.signal("-TERM");
    assert_eq!(code, Some(0));
    assert!(!stdout.contains("S3cret") && !stderr.contains("S3cret"), "{stderr}");
    assert!(stderr.contains("with the access token of --token"), "{stderr}");
}

#[test]
fn applies_options() {
    let start = Instant::now();
    let running = Running::start(&["--latency-ms", "200", "--rate-limit=6"]);
    assert_eq!(running.request(VALID_HEADERS).status, 200);
    assert_eq!(running.request(VALID_HEADERS).status, 429);
    assert!(start.elapsed() >= Duration::from_millis(400));

    let path = format!("{}/program.json", env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(&path, r#"[{"id":"5","updated_at":"2026-01-20T14:22:15Z"}]"#).unwrap();
    assert_eq!(Running::start(&["--data", &path]).request(VALID_HEADERS).ids(), ["5"]);
}

#[test]
fn accepts_the_port_in_both_option_forms() {
    let first = Running::start(&["--port", "0"]);
    let port = first.base_url.rsplit(':').next().unwrap().to_owned();
    let (code, stdout, stderr) = run(&["--port", &port]);
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert!(
        stderr.starts_with(&format!("data-connectors-sandbox: could not listen on 127.0.0.1:{port} (")),
        "{stderr}"
    );
    drop(first);
    let again = Running::start(&[&format!("--port={port}")]);
    assert_eq!(again.base_url, format!("http://127.0.0.1:{port}"));
}

#[test]
fn prints_help_and_version() {
    for help in ["--help", "-h"] {
        let (code, stdout, stderr) = run(&[help]);
        assert_eq!((code, stderr.as_str()), (Some(0), ""));
        for option in
            ["--port", "--connectors", "--data", "--token", "--latency-ms", "--rate-limit", "--help", "--version"]
        {
            assert!(stdout.contains(option), "{option}");
        }
        assert!(stdout.contains("0 is any free port [default: 0]"));
        assert!(stdout.contains("Exit status:"));
        assert!(stdout.lines().all(|line| line.len() <= 80), "{stdout}");
    }
    let version = format!("data-connectors-sandbox {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(run(&["--version"]), (Some(0), version, String::new()));
}

#[test]
fn rejects_invalid_options() {
    for (arguments, message) in [
        (&["--port", "65536"][..], "invalid --port \"65536\": use an integer from 0 to 65535"),
        (&["--port=-1"], "invalid --port \"-1\": use an integer from 0 to 65535"),
        (&["--port"], "missing argument for option '--port'"),
        (&["--connectors", "many"], "invalid --connectors \"many\": use an integer from 0 to 1000000"),
        (&["--connectors", "1000001"], "invalid --connectors \"1000001\": use an integer from 0 to 1000000"),
        (&["--latency-ms="], "invalid --latency-ms \"\": use an integer from 0 to 4294967295"),
        (&["--rate-limit", "0"], "invalid --rate-limit \"0\": use an integer from 6 to 4294967295"),
        (&["--data", "x.json", "--connectors", "3"], "--data and --connectors cannot be used together"),
        (
            &["--change-before", "0:create"],
            "invalid --change-before \"0:create\": use N:create, N:update:ID or N:delete:ID, N from 1",
        ),
        (&["--churn", "-1"], "invalid --churn \"-1\": use a number from 0 to 1000"),
        (&["--nonsense"], "invalid option '--nonsense'"),
        (&["extra"], "unexpected argument \"extra\""),
    ] {
        let expected = format!("data-connectors-sandbox: {message}\nTry --help for more information.\n");
        assert_eq!(run(arguments), (Some(2), String::new(), expected));
    }
    let (code, _, stderr) = run(&["--change-before", "2:update:1"]);
    let expected = "data-connectors-sandbox: invalid change before request 2: there is no connector 1\n";
    assert_eq!((code, stderr.as_str()), (Some(2), expected));
    for token in ["", "S3cret word"] {
        let (code, stdout, stderr) = run(&["--token", token]);
        assert_eq!((code, stdout.as_str()), (Some(2), ""));
        let expected = "data-connectors-sandbox: invalid access token: use one or more visible ASCII characters, \
                        without spaces\n";
        assert_eq!(stderr, expected);
    }
}

#[test]
fn changes_the_list_before_the_given_request() {
    let mut running = Running::start(&["--change-before", "2:update:12345", "--change-before=1:create", "--churn=0"]);
    let first = running.request(VALID_HEADERS).ids();
    let second = running.request(VALID_HEADERS).ids();
    assert_ne!(first[0], "12345");
    assert!(second[0] == "12345" || second[1] == "12345", "{second:?}");
    assert!(running.child.try_wait().unwrap().is_none());
}

#[test]
fn exits_with_1_on_other_failures() {
    let (code, stdout, stderr) = run(&["--data", "/nowhere/at/all.json"]);
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert!(stderr.starts_with("data-connectors-sandbox: could not read /nowhere/at/all.json ("), "{stderr}");
}

#[test]
#[cfg(unix)]
fn keeps_running_when_its_output_is_closed() {
    // Choose a free port, as the output that names the port is not read.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut child = program(&["--port", &port.to_string()]).spawn().unwrap();
    drop((child.stdout.take(), child.stderr.take()));
    let mut running = Running { child, stdout: None, base_url: format!("http://127.0.0.1:{port}") };
    let start = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(start.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(running.request(VALID_HEADERS).ids().len(), 50);
    assert!(running.child.try_wait().unwrap().is_none());
    assert_eq!(running.signal("-TERM").0, Some(0));

    let mut help = program(&["--help"]).spawn().unwrap();
    drop(help.stdout.take());
    assert_eq!(help.wait().unwrap().code(), Some(0));
}
