//! Fetches the next page on a background thread.
//!
//! The thread runs no callback: log lines are buffered for the call that returns the page, which also runs the
//! interrupt check. Therefore freeing a pager cannot deadlock, even in a callback.

use std::fmt;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::Instant;

use crate::call::CallContext;
use crate::cancel::CancelToken;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::logger::LogBuffer;
use crate::page::Page;
use crate::request::PageRequest;
use crate::sys::{Waker, process_generation, with_signals_blocked};

/// Enough for TLS in a debug build; std would otherwise read the size from the environment.
const STACK_BYTES: usize = 2 * 1024 * 1024;

/// A running or completed prefetch. Dropping it cancels it.
pub(super) struct Prefetch {
    /// `None` once joined.
    thread: Option<JoinHandle<(Result<Page>, Instant)>>,
    cancel: CancelToken,
    done: Arc<Waker>,
    log_buffer: Option<LogBuffer>,
    generation: u32,
}

/// Wakes when the thread is done, even after a panic.
struct WakeOnDrop(Arc<Waker>);

impl Drop for WakeOnDrop {
    fn drop(&mut self) {
        self.0.wake();
    }
}

impl Prefetch {
    /// Starts a prefetch. `None` if the system is out of threads or descriptors: then the next call fetches the page.
    pub(super) fn start(client: &Client, request: &PageRequest) -> Option<Self> {
        let (logger, log_buffer) = client.call_context(None).logger().map(|logger| logger.buffered()).unzip();
        let (client, request) = (client.clone(), request.clone());
        Self::spawn(log_buffer, move |cancel| {
            let call = client.call_context(Some(cancel)).with_interrupt_check(None).with_logger(logger);
            client.list_page_in(&request, &call)
        })
    }

    fn spawn(
        log_buffer: Option<LogBuffer>,
        work: impl FnOnce(&CancelToken) -> Result<Page> + Send + 'static,
    ) -> Option<Self> {
        let cancel = CancelToken::new().ok()?;
        let done = Arc::new(Waker::new().ok()?);
        let thread_state = (cancel.clone(), WakeOnDrop(Arc::clone(&done)));
        let run = move || {
            let (cancel, _done) = thread_state;
            (work(&cancel), Instant::now())
        };
        let builder = Builder::new().name("dc-prefetch".to_owned()).stack_size(STACK_BYTES);
        let thread = with_signals_blocked(|| builder.spawn(run)).ok()?;
        Some(Self { thread: Some(thread), cancel, done, log_buffer, generation: process_generation() })
    }

    /// Woken when the prefetch is done.
    pub(super) fn done(&self) -> &Waker {
        &self.done
    }

    /// Whether it was started before a fork: its thread exists only in the parent process.
    pub(super) fn is_inherited(&self) -> bool {
        self.generation != process_generation()
    }

    /// Returns the result of a prefetch that is done, and writes its log lines to the logger of `call`.
    pub(super) fn join(mut self, call: &CallContext) -> Result<Page> {
        let result = self.thread.take().map(JoinHandle::join);
        if let (Some(buffer), Some(logger)) = (&self.log_buffer, call.logger()) {
            buffer.flush_to(logger);
        }
        match result {
            Some(Ok((result, finished))) => result.map_err(|error| error.with_elapsed(finished.elapsed())),
            _ => Err(Error::panicked()),
        }
    }
}

impl Drop for Prefetch {
    fn drop(&mut self) {
        let Some(thread) = self.thread.take() else { return };
        if self.is_inherited() {
            // Even detaching a thread that does not exist is undefined behaviour.
            std::mem::forget(thread);
            return;
        }
        self.cancel.cancel();
        // Takes milliseconds, as all waits of the thread end on cancellation.
        drop(thread.join());
    }
}

impl fmt::Debug for Prefetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Prefetch")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::error::ErrorKind;
    use crate::sys::{Interest, Waitable};

    fn client() -> Client {
        let mut config = Config::new();
        config.set_access_token("canary-7d1f").expect("a valid access token");
        Client::new(&config).expect("a client")
    }

    #[test]
    fn panic_is_reported_by_the_next_call() {
        let call = client().call_context(None);
        let prefetch = Prefetch::spawn(None, |_| panic!("on purpose")).expect("a thread");
        call.wait_until(&[(prefetch.done().descriptor(), Interest::Read)], None).expect("the end of the thread");
        let error = prefetch.join(&call).expect_err("a panic");
        assert_eq!(error.kind(), ErrorKind::Panic);
        assert!(error.message().contains("a bug in libdata_connectors"), "{error}");
    }

    #[test]
    fn drop_cancels_the_prefetch_and_waits_for_it() {
        let ended = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let thread_ended = Arc::clone(&ended);
        let work = move |cancel: &CancelToken| {
            while !cancel.is_cancelled() {
                std::thread::yield_now();
            }
            thread_ended.store(true, std::sync::atomic::Ordering::SeqCst);
            Err(Error::invalid("not reported"))
        };
        drop(Prefetch::spawn(None, work).expect("a thread"));
        assert!(ended.load(std::sync::atomic::Ordering::SeqCst));
    }
}
