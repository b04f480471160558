//! The program `data-connectors-sandbox`: see `--help`.

use std::ffi::OsString;
use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;
use std::str::FromStr;
use std::time::Duration;

use data_connectors_sandbox::{Builder, Sandbox};

const HELP: &str = "\
A local stand-in for the service that lists data connectors: it answers
GET /data_connectors on 127.0.0.1, with made-up connectors or those of a file.

Usage: data-connectors-sandbox [OPTIONS]

The first line on standard output is the base URL to use, such as
http://127.0.0.1:49152. SIGTERM or SIGINT (Ctrl-C) ends it.

Options:
  --port PORT       Port on 127.0.0.1; 0 is any free one [default: 0]
  --connectors N    Make up N connectors, at most 1000000 [default: 137]
  --data FILE       Serve the connectors of FILE instead: a JSON array of them,
                    or an answer of the service as it came
  --token TOKEN     Accept this access token only [default: any]
  --latency-ms MS   Wait so many milliseconds before each answer [default: 0]
  --rate-limit N    Refuse (429) what goes beyond N requests per minute, counted
                    as N/6, rounded down, per 10 seconds; 6 or more
                    [default: never]
  --fault-percent N Let N of 100 requests fail, evenly and in turn: a 503, a
                    gateway's 502, a connection that breaks [default: 0]
  -h, --help        Show this and end
  -V, --version     Show the version and end
";

/// The exit code for a command line that makes no sense.
const USAGE: u8 = 2;

const MAX_CONNECTORS: usize = 1_000_000;

/// What the command line asks for.
enum Task {
    Show(&'static str),
    Serve { builder: Builder, any_token: bool },
}

fn main() -> ExitCode {
    let (builder, any_token) = match read_arguments() {
        Ok(Task::Serve { builder, any_token }) => (builder, any_token),
        Ok(Task::Show(text)) => {
            // Who asked may have gone; nothing is left to do either way.
            let _ = io::stdout().write_all(text.as_bytes());
            return ExitCode::SUCCESS;
        }
        Err(wrong) => {
            hint(format_args!("{wrong}\nTry --help for all options."));
            return ExitCode::from(USAGE);
        }
    };
    match serve(builder, any_token) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            hint(&error);
            // Said of the token only: of the command line, though the library looked at it.
            match error.kind() {
                io::ErrorKind::InvalidInput => ExitCode::from(USAGE),
                _ => ExitCode::FAILURE,
            }
        }
    }
}

fn serve(builder: Builder, any_token: bool) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        // Listened for first: who has read the URL may send a signal at once.
        let signal = signal()?;
        let sandbox = builder.start()?;
        announce(&sandbox, any_token);
        signal.await;
        Ok(())
    })
}

fn announce(sandbox: &Sandbox, any_token: bool) {
    let mut stdout = io::stdout();
    // Without a reader the port, if one was chosen, is known all the same.
    let _ = writeln!(stdout, "{}", sandbox.base_url()).and_then(|()| stdout.flush());
    let token = if any_token { "any access token that is not empty" } else { "the access token of --token only" };
    let (count, url) = (sandbox.connectors().len(), sandbox.base_url());
    hint(format_args!("{count} connectors at GET {url}/data_connectors"));
    hint(format_args!("accepts {token}; Ctrl-C stops it"));
}

/// A message for people. Unlike `eprintln!` it bears a standard error that is closed.
fn hint(message: impl Display) {
    let _ = writeln!(io::stderr(), "data-connectors-sandbox: {message}");
}

fn read_arguments() -> Result<Task, lexopt::Error> {
    use lexopt::prelude::*;

    let mut builder = Sandbox::builder();
    let (mut any_token, mut connectors, mut data) = (true, None, None::<OsString>);
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("port") => builder = builder.port(number(&mut arguments, "--port", 0, u16::MAX)?),
            Long("connectors") => {
                connectors = Some(number(&mut arguments, "--connectors", 0, MAX_CONNECTORS)?);
            }
            Long("data") => data = Some(arguments.value()?),
            Long("token") => {
                // `start` looks at it; what is not UTF-8 is not good then either.
                builder = builder.token(arguments.value()?.to_string_lossy());
                any_token = false;
            }
            Long("latency-ms") => {
                let ms = number(&mut arguments, "--latency-ms", 0, u32::MAX)?;
                builder = builder.latency(Duration::from_millis(ms.into()));
            }
            Long("rate-limit") => {
                builder = builder.rate_limit(number(&mut arguments, "--rate-limit", 6, u32::MAX)?);
            }
            Long("fault-percent") => {
                builder = builder.fault_percent(number(&mut arguments, "--fault-percent", 0, 100)?);
            }
            Short('h') | Long("help") => return Ok(Task::Show(HELP)),
            Short('V') | Long("version") => {
                let version = concat!("data-connectors-sandbox ", env!("CARGO_PKG_VERSION"), "\n");
                return Ok(Task::Show(version));
            }
            _ => return Err(argument.unexpected()),
        }
    }
    builder = match (connectors, data) {
        (Some(_), Some(_)) => {
            return Err("--data and --connectors exclude one another: give one of them".into());
        }
        (Some(count), None) => builder.connectors(count),
        (None, Some(file)) => builder.data_file(file),
        (None, None) => builder,
    };
    Ok(Task::Serve { builder, any_token })
}

/// The value of an option that takes an integer within bounds.
fn number<T>(arguments: &mut lexopt::Parser, option: &str, least: T, most: T) -> Result<T, lexopt::Error>
where
    T: Copy + Display + FromStr + PartialOrd,
{
    let value = arguments.value()?;
    let number = value.to_str().and_then(|text| text.parse().ok());
    number
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| format!("{option} takes an integer from {least} to {most}, not {value:?}").into())
}

/// Begins to listen for the signals that end the program; what it gives ends with the first.
#[cfg(unix)]
fn signal() -> io::Result<impl Future<Output = ()>> {
    use std::future::poll_fn;
    use std::task::Poll;
    use tokio::signal::unix::{SignalKind, signal};

    let mut signals = [signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?];
    Ok(poll_fn(move |context| {
        let mut ready = false;
        // Each has to be polled, or it would not wake this one.
        for signal in &mut signals {
            ready |= signal.poll_recv(context).is_ready();
        }
        if ready { Poll::Ready(()) } else { Poll::Pending }
    }))
}

/// Begins to listen for Ctrl-C; what it gives ends with the first.
#[cfg(windows)]
fn signal() -> io::Result<impl Future<Output = ()>> {
    let mut ctrl_c = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        ctrl_c.recv().await;
    })
}
