//! The command-line program `data-connectors-sandbox`; see `--help`.

use std::ffi::OsString;
use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;
use std::str::FromStr;
use std::time::Duration;

use data_connectors_sandbox::{Builder, Change, Sandbox};

const HELP: &str = "\
A local stand-in for the Intercom API that lists data connectors: it serves
/data_connectors on 127.0.0.1, for demos and tests. GET lists the connectors;
POST, PATCH /data_connectors/ID and DELETE /data_connectors/ID change them.

Usage: data-connectors-sandbox [OPTIONS]

Options:
      --port PORT          Port on 127.0.0.1; 0 is any free port [default: 0]
      --connectors N       Number of sample connectors, 0 to 1000000
                           [default: 137]
      --data FILE          Serve the connectors of FILE instead: a JSON array,
                           or a saved response {\"type\":\"list\",\"data\":[...]}
      --token TOKEN        Accept only this access token [default: any token]
      --latency-ms MS      Delay each response by MS milliseconds [default: 0]
      --rate-limit N       Respond with 429 above N requests per minute, at
                           least 6; counted as N/6 per 10 seconds
                           [default: no limit]
      --fault-percent N    Percentage of requests that fail, 0 to 100,
                           alternating between a 503, a 502 with HTML and a
                           closed connection [default: 0]
      --change-before N:CHANGE
                           Make a change before list request N, counted from 1:
                           create, update:ID or delete:ID; can be repeated
      --churn RATE         Make random changes: RATE before each list request,
                           on average [default: 0]
      --seed N             Seed of the random changes [default: 0]
      --lag-ms MS          List each change after a random delay of at most MS
                           milliseconds [default: 0]
  -h, --help               Print this help and exit
  -V, --version            Print the version and exit

The first line on standard output is the base URL, such as
http://127.0.0.1:49152; all other messages go to standard error.

Exit status:
  0  stopped by SIGTERM or SIGINT (Ctrl-C)
  1  the port is in use, FILE is invalid, or another failure
  2  invalid options
";

/// The exit status for invalid options.
const EXIT_USAGE: u8 = 2;

const MAX_CONNECTORS: usize = 1_000_000;

const MAX_CHURN: f64 = 1_000.0;

enum Command {
    Print(&'static str),
    Serve { builder: Builder, any_token: bool },
}

fn main() -> ExitCode {
    let (builder, any_token) = match parse_arguments() {
        Ok(Command::Serve { builder, any_token }) => (builder, any_token),
        Ok(Command::Print(text)) => {
            // The reader may have closed the pipe.
            let _ = io::stdout().write_all(text.as_bytes());
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            log(format_args!("{error}\nTry --help for more information."));
            return ExitCode::from(EXIT_USAGE);
        }
    };
    match serve(builder, any_token) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log(&error);
            // Only an invalid --token or --change-before has this kind.
            match error.kind() {
                io::ErrorKind::InvalidInput => ExitCode::from(EXIT_USAGE),
                _ => ExitCode::FAILURE,
            }
        }
    }
}

fn serve(builder: Builder, any_token: bool) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        // Before the URL is printed: a reader of the URL may send a signal at once.
        let signal = termination_signal()?;
        let sandbox = builder.start()?;
        announce(&sandbox, any_token);
        signal.await;
        Ok(())
    })
}

fn announce(sandbox: &Sandbox, any_token: bool) {
    let (count, url) = (sandbox.connectors().len(), sandbox.base_url());
    let (token, bearer) =
        if any_token { ("any access token", "any") } else { ("the access token of --token", "TOKEN") };
    log(format_args!("listening on {url} ({count} connectors): use it as the base URL with {token}; Ctrl-C stops it"));
    log(format_args!(
        "try: curl -H 'Authorization: Bearer {bearer}' -H 'Intercom-Version: Preview' {url}/data_connectors"
    ));
    let mut stdout = io::stdout();
    // Keep serving if the reader closed the pipe: with --port the URL is known anyway.
    let _ = writeln!(stdout, "{url}").and_then(|()| stdout.flush());
}

/// Writes a message to standard error. Unlike `eprintln!` it ignores write errors.
fn log(message: impl Display) {
    let _ = writeln!(io::stderr(), "data-connectors-sandbox: {message}");
}

fn parse_arguments() -> Result<Command, lexopt::Error> {
    use lexopt::prelude::*;

    let mut builder = Sandbox::builder();
    let (mut any_token, mut connectors, mut data) = (true, None, None::<OsString>);
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("port") => builder = builder.port(parse_number(&mut arguments, "--port", 0, u16::MAX)?),
            Long("connectors") => {
                connectors = Some(parse_number(&mut arguments, "--connectors", 0, MAX_CONNECTORS)?);
            }
            Long("data") => data = Some(arguments.value()?),
            Long("token") => {
                // `start` validates it, and rejects the replacement characters of invalid UTF-8.
                builder = builder.token(arguments.value()?.to_string_lossy());
                any_token = false;
            }
            Long("latency-ms") => {
                let ms = parse_number(&mut arguments, "--latency-ms", 0, u32::MAX)?;
                builder = builder.latency(Duration::from_millis(ms.into()));
            }
            Long("rate-limit") => {
                builder = builder.rate_limit(parse_number(&mut arguments, "--rate-limit", 6, u32::MAX)?);
            }
            Long("fault-percent") => {
                builder = builder.fault_percent(parse_number(&mut arguments, "--fault-percent", 0, 100)?);
            }
            Long("change-before") => {
                let value = arguments.value()?;
                let (request, change) = value.to_str().and_then(parse_change).ok_or_else(|| {
                    format!("invalid --change-before {value:?}: use N:create, N:update:ID or N:delete:ID, N from 1")
                })?;
                builder = builder.change_before(request, change);
            }
            Long("churn") => {
                builder = builder.churn(parse_number(&mut arguments, "--churn", 0.0, MAX_CHURN)?);
            }
            Long("seed") => builder = builder.seed(parse_number(&mut arguments, "--seed", 0, u64::MAX)?),
            Long("lag-ms") => {
                let ms = parse_number(&mut arguments, "--lag-ms", 0, u32::MAX)?;
                builder = builder.visibility_lag(Duration::from_millis(ms.into()));
            }
            Short('h') | Long("help") => return Ok(Command::Print(HELP)),
            Short('V') | Long("version") => {
                let version = concat!("data-connectors-sandbox ", env!("CARGO_PKG_VERSION"), "\n");
                return Ok(Command::Print(version));
            }
            _ => return Err(argument.unexpected()),
        }
    }
    builder = match (connectors, data) {
        (Some(_), Some(_)) => {
            return Err("--data and --connectors cannot be used together".into());
        }
        (Some(count), None) => builder.connectors(count),
        (None, Some(file)) => builder.data_file(file),
        (None, None) => builder,
    };
    Ok(Command::Serve { builder, any_token })
}

/// Parses `N:CHANGE`, such as `2:update:12345`.
fn parse_change(text: &str) -> Option<(u64, Change)> {
    let (request, change) = text.split_once(':')?;
    let change = match change.split_once(':') {
        None if change == "create" => Change::Create,
        Some(("update", id)) => Change::Update(id.parse().ok()?),
        Some(("delete", id)) => Change::Delete(id.parse().ok()?),
        _ => return None,
    };
    Some((request.parse().ok().filter(|request| *request > 0)?, change))
}

/// Parses the value of an option as a number within a range.
fn parse_number<T>(arguments: &mut lexopt::Parser, option: &str, min: T, max: T) -> Result<T, lexopt::Error>
where
    T: Copy + Display + FromStr + PartialOrd,
{
    let value = arguments.value()?;
    let kind = if std::any::type_name::<T>() == "f64" { "a number" } else { "an integer" };
    let number = value.to_str().and_then(|text| text.parse().ok());
    number
        .filter(|number| (min..=max).contains(number))
        .ok_or_else(|| format!("invalid {option} {value:?}: use {kind} from {min} to {max}").into())
}

/// Installs handlers for SIGTERM and SIGINT. The future completes with the first signal.
#[cfg(unix)]
fn termination_signal() -> io::Result<impl Future<Output = ()>> {
    use std::future::poll_fn;
    use std::task::Poll;
    use tokio::signal::unix::{SignalKind, signal};

    let mut signals = [signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?];
    Ok(poll_fn(move |context| {
        let mut ready = false;
        // Poll each of them, so that each wakes this task.
        for signal in &mut signals {
            ready |= signal.poll_recv(context).is_ready();
        }
        if ready { Poll::Ready(()) } else { Poll::Pending }
    }))
}

/// Installs a handler for Ctrl-C. The future completes with the first one.
#[cfg(windows)]
fn termination_signal() -> io::Result<impl Future<Output = ()>> {
    let mut ctrl_c = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        ctrl_c.recv().await;
    })
}
