//! Fetches the next page on a background thread, which a pager keeps for all its pages.
//!
//! The thread runs no callback: log lines are buffered for the call that returns the page, which also runs the
//! interrupt check. Therefore freeing a pager cannot deadlock, even in a callback.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
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

/// A thread that fetches one page at a time. Dropping it cancels the fetch.
pub(super) struct Prefetcher {
    thread: Option<JoinHandle<()>>,
    shared: Arc<Shared>,
    cancel: CancelToken,
    log_buffer: Option<LogBuffer>,
    generation: u32,
    /// Whether a page was requested whose result was not taken.
    is_busy: bool,
    has_panicked: bool,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    /// Woken when the page was fetched.
    done: Waker,
}

enum State {
    Idle,
    Requested(PageRequest),
    /// The thread fetches a page, or has panicked.
    Running,
    Done(Result<Page>, Instant),
    Ending,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // The lock is not held during a fetch, so a panic cannot leave it in an invalid state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_state(&self, state: State) {
        *self.state() = state;
        self.changed.notify_one();
    }

    fn finish(&self, result: Result<Page>) {
        let mut state = self.state();
        // `Ending` is not replaced.
        if matches!(*state, State::Running) {
            *state = State::Done(result, Instant::now());
        }
    }

    /// Waits for a request; `None` when the thread should end.
    fn wait_for_request(&self) -> Option<PageRequest> {
        let is_idle = |state: &mut State| !matches!(state, State::Requested(_) | State::Ending);
        let mut state = self.changed.wait_while(self.state(), is_idle).unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *state, State::Running) {
            State::Requested(request) => Some(request),
            _ => None,
        }
    }
}

/// Wakes when the fetch ends, even by a panic.
struct WakeOnDrop<'a>(&'a Waker);

impl Drop for WakeOnDrop<'_> {
    fn drop(&mut self) {
        self.0.wake();
    }
}

impl Prefetcher {
    /// Starts the thread. `None` if the system is out of threads or descriptors: then each call fetches its page.
    pub(super) fn start(client: &Client) -> Option<Self> {
        let (logger, log_buffer) = client.call_context(None).logger().map(|logger| logger.buffered()).unzip();
        let client = client.clone();
        Self::spawn(log_buffer, move |request, cancel| {
            let call = client.call_context(Some(cancel)).with_interrupt_check(None).with_logger(logger.clone());
            client.list_page_in(request, &call)
        })
    }

    fn spawn(
        log_buffer: Option<LogBuffer>,
        fetch: impl Fn(&PageRequest, &CancelToken) -> Result<Page> + Send + 'static,
    ) -> Option<Self> {
        let cancel = CancelToken::new().ok()?;
        let done = Waker::new().ok()?;
        let shared = Arc::new(Shared { state: Mutex::new(State::Idle), changed: Condvar::new(), done });
        let (thread_shared, thread_cancel) = (Arc::clone(&shared), cancel.clone());
        let run = move || {
            while let Some(request) = thread_shared.wait_for_request() {
                let _wake = WakeOnDrop(&thread_shared.done);
                thread_shared.finish(fetch(&request, &thread_cancel));
            }
        };
        let builder = Builder::new().name("dc-prefetch".to_owned()).stack_size(STACK_BYTES);
        let thread = with_signals_blocked(|| builder.spawn(run)).ok()?;
        let generation = process_generation();
        Some(Self { thread: Some(thread), shared, cancel, log_buffer, generation, is_busy: false, has_panicked: false })
    }

    /// Starts to fetch a page. The result of the one before must have been taken.
    pub(super) fn fetch(&mut self, request: &PageRequest) {
        self.is_busy = true;
        self.shared.set_state(State::Requested(request.clone()));
    }

    /// Whether a page was requested whose result was not taken.
    pub(super) fn is_busy(&self) -> bool {
        self.is_busy
    }

    /// Woken when the page was fetched.
    pub(super) fn done(&self) -> &Waker {
        &self.shared.done
    }

    /// Whether it was started before a fork: its thread exists only in the parent process.
    pub(super) fn is_inherited(&self) -> bool {
        self.generation != process_generation()
    }

    /// Whether its thread can fetch further pages.
    pub(super) fn is_usable(&self) -> bool {
        !self.has_panicked && !self.is_inherited()
    }

    /// Returns the result of a fetch that is done, and writes its log lines to the logger of `call`.
    pub(super) fn take(&mut self, call: &CallContext) -> Result<Page> {
        self.is_busy = false;
        self.shared.done.reset();
        // Before the logger runs, which may fork: the thread may hold the lock.
        let state = std::mem::replace(&mut *self.shared.state(), State::Idle);
        if let (Some(buffer), Some(logger)) = (&self.log_buffer, call.logger()) {
            buffer.flush_to(logger);
        }
        match state {
            State::Done(result, finished) => result.map_err(|error| error.with_elapsed(finished.elapsed())),
            _ => {
                self.has_panicked = true;
                Err(Error::panicked())
            }
        }
    }
}

impl Drop for Prefetcher {
    fn drop(&mut self) {
        let Some(thread) = self.thread.take() else { return };
        if self.is_inherited() {
            // Even detaching a thread that does not exist is undefined behaviour.
            std::mem::forget(thread);
            return;
        }
        self.cancel.cancel();
        self.shared.set_state(State::Ending);
        // Takes milliseconds, as all waits of the thread end on cancellation.
        drop(thread.join());
    }
}

impl fmt::Debug for Prefetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Prefetcher")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

    use super::*;
    use crate::config::Config;
    use crate::error::ErrorKind;
    use crate::sys::{Interest, Waitable};

    fn call() -> CallContext {
        let mut config = Config::new();
        config.set_access_token("canary-7d1f").expect("a valid access token");
        Client::new(&config).expect("a client").call_context(None)
    }

    fn result_of(prefetcher: &mut Prefetcher, call: &CallContext) -> Result<Page> {
        prefetcher.fetch(&PageRequest::new());
        call.wait_until(&[(prefetcher.done().descriptor(), Interest::Read)], None).expect("the end of the fetch");
        assert!(prefetcher.is_busy());
        let result = prefetcher.take(call);
        assert!(!prefetcher.is_busy());
        result
    }

    #[test]
    fn one_thread_fetches_all_pages() {
        let call = call();
        let count = AtomicU32::new(0);
        let thread_ids = Arc::new(Mutex::new(Vec::new()));
        let ids = Arc::clone(&thread_ids);
        let fetch = move |_: &PageRequest, _: &CancelToken| {
            ids.lock().expect("no panic").push(std::thread::current().id());
            Err(Error::invalid(format!("{}", count.fetch_add(1, Ordering::SeqCst))))
        };
        let mut prefetcher = Prefetcher::spawn(None, fetch).expect("a thread");
        for number in 0..100 {
            let error = result_of(&mut prefetcher, &call).expect_err("an error");
            assert_eq!(error.message(), number.to_string());
        }
        let ids = thread_ids.lock().expect("no panic");
        assert!(ids.len() == 100 && ids.iter().all(|id| *id == ids[0] && *id != std::thread::current().id()));
    }

    #[test]
    fn panic_is_reported() {
        let mut prefetcher = Prefetcher::spawn(None, |_, _| panic!("on purpose")).expect("a thread");
        let error = result_of(&mut prefetcher, &call()).expect_err("a panic");
        assert_eq!(error.kind(), ErrorKind::Panic);
        assert!(error.message().contains("a bug in libdata_connectors"), "{error}");
        assert!(!prefetcher.is_usable());
    }

    #[test]
    fn drop_cancels_the_fetch_and_waits_for_it() {
        for is_busy in [false, true] {
            let ended = Arc::new(AtomicBool::new(false));
            let thread_ended = Arc::clone(&ended);
            let fetch = move |_: &PageRequest, cancel: &CancelToken| {
                while !cancel.is_cancelled() {
                    std::thread::yield_now();
                }
                thread_ended.store(true, Ordering::SeqCst);
                Err(Error::invalid("not reported"))
            };
            let mut prefetcher = Prefetcher::spawn(None, fetch).expect("a thread");
            if is_busy {
                prefetcher.fetch(&PageRequest::new());
                while !matches!(*prefetcher.shared.state(), State::Running) {
                    std::thread::yield_now();
                }
            }
            drop(prefetcher);
            assert_eq!(ended.load(Ordering::SeqCst), is_busy);
        }
    }
}
