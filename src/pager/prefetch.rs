//! The next page, fetched on a thread of its own while the caller works on this one.
//!
//! That thread calls no function of the caller's: its log lines are kept for the call that takes the page up, which
//! also asks the interrupt check. So whoever frees a pager, from a callback too, never waits for itself.

use std::fmt;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::Instant;

use crate::cancel::CancelToken;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::logger::KeptLines;
use crate::page::Page;
use crate::request::PageRequest;
use crate::transport::sys::{Wake, process_generation, with_signals_blocked};

/// Enough for TLS in a debug build; without a number std would read it from the environment.
const STACK: usize = 2 * 1024 * 1024;

/// A fetch under way, or done. Dropped, it is ended.
pub(super) struct Flight {
    /// Gone once it was joined.
    thread: Option<JoinHandle<(Result<Page>, Instant)>>,
    end: CancelToken,
    done: Arc<Wake>,
    lines: Option<KeptLines>,
    generation: u32,
}

/// Says that the thread is done, also after a panic.
struct Done(Arc<Wake>);

impl Drop for Done {
    fn drop(&mut self) {
        self.0.wake();
    }
}

impl Flight {
    /// Begins one. `None` where the system gives no thread or descriptor: then the next call fetches the page itself.
    pub(super) fn begin(client: &Client, request: &PageRequest) -> Option<Self> {
        let (logger, lines) = client.logger().map(|logger| logger.keeping()).unzip();
        let (client, request) = (client.clone(), request.clone());
        Self::of(lines, move |end| client.list_page_aside(&request, end, logger.as_ref()))
    }

    fn of(lines: Option<KeptLines>, work: impl FnOnce(&CancelToken) -> Result<Page> + Send + 'static) -> Option<Self> {
        let end = CancelToken::new().ok()?;
        let done = Arc::new(Wake::new().ok()?);
        let theirs = (end.clone(), Done(Arc::clone(&done)));
        let on_it = move || {
            let (end, _done) = theirs;
            (work(&end), Instant::now())
        };
        let thread = Builder::new().name("dc-prefetch".to_owned()).stack_size(STACK);
        let thread = with_signals_blocked(|| thread.spawn(on_it)).ok()?;
        Some(Self { thread: Some(thread), end, done, lines, generation: process_generation() })
    }

    /// What wakes when it is done.
    pub(super) fn done(&self) -> &Wake {
        &self.done
    }

    /// Whether it was begun before a fork, in the parent: its thread isn't in this process.
    pub(super) fn is_inherited(&self) -> bool {
        self.generation != process_generation()
    }

    /// What came of it, which is there as soon as it is done; and its log lines are written.
    pub(super) fn land(mut self, client: &Client) -> Result<Page> {
        let outcome = self.thread.take().map(JoinHandle::join);
        if let (Some(lines), Some(logger)) = (&self.lines, client.logger()) {
            lines.write_to(logger);
        }
        match outcome {
            // A wait that was asked for runs since then.
            Some(Ok((outcome, at))) => outcome.map_err(|error| error.with_shorter_wait(at.elapsed())),
            _ => Err(Error::panicked()),
        }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        let Some(thread) = self.thread.take() else { return };
        if self.is_inherited() {
            // Even to detach a thread that isn't there would be undefined.
            std::mem::forget(thread);
            return;
        }
        self.end.cancel();
        // Milliseconds: each of its waits ends with the token. What came of it nobody wants.
        drop(thread.join());
    }
}

impl fmt::Debug for Flight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Flight")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::error::ErrorKind;

    fn client() -> Client {
        let mut config = Config::new();
        config.set_access_token("canary-7d1f").expect("a good token");
        Client::new(&config).expect("a client")
    }

    #[test]
    fn a_panic_is_the_next_calls_failure() {
        let client = client();
        let flight = Flight::of(None, |_| panic!("on purpose")).expect("a thread");
        client.wait_for(flight.done(), None).expect("its end");
        let error = flight.land(&client).expect_err("no page");
        assert_eq!(error.kind(), ErrorKind::Panic);
        assert!(error.message().contains("a bug in libdata_connectors"), "{error}");
    }

    #[test]
    fn dropping_it_ends_it() {
        let ended = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let theirs = Arc::clone(&ended);
        let work = move |end: &CancelToken| {
            while !end.is_cancelled() {
                std::thread::yield_now();
            }
            theirs.store(true, std::sync::atomic::Ordering::SeqCst);
            Err(Error::invalid("nobody hears of it"))
        };
        drop(Flight::of(None, work).expect("a thread"));
        assert!(ended.load(std::sync::atomic::Ordering::SeqCst));
    }
}
