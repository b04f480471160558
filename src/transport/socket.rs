//! A connection as ureq uses it: one system call to send, one to wait, one to receive.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use ureq::unversioned::transport::{Buffers, LazyBuffers, NextTimeout, Transport};

use super::call::{Call, Stop, current};
use super::sys::{Ready, process_generation};

/// A page of 50 rows fits.
pub(super) const INPUT: usize = 64 * 1024;
/// A request does, with a token, a cursor, a base URL and a user agent of the greatest length that is taken.
pub(super) const OUTPUT: usize = 24 * 1024;

/// One that was idle for longer is looked at before a request is risked on it: whether it is still open, and whether
/// something came that nobody asked for. A walk that goes from page to page is spared that system call.
const TRUSTED: Duration = Duration::from_millis(1);

/// A connected socket that doesn't block, and its buffers.
pub(super) struct TcpSocket {
    stream: TcpStream,
    buffers: LazyBuffers,
    /// The process that opened it: in a forked child it is the parent's.
    generation: u32,
    last_used: Instant,
}

impl TcpSocket {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            buffers: LazyBuffers::new(INPUT, OUTPUT),
            generation: process_generation(),
            last_used: Instant::now(),
        }
    }

    /// Sends all of it, within the call's time.
    pub(super) fn send(stream: &TcpStream, mut bytes: &[u8], call: &Call) -> Result<(), Stop> {
        let mut stream_out = stream;
        while !bytes.is_empty() {
            // std passes MSG_NOSIGNAL, so that a closed connection is an error and not a SIGPIPE.
            match stream_out.write(bytes) {
                Ok(sent) => bytes = bytes.get(sent..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => call.wait(stream.as_fd(), Ready::Write)?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Stop::Broken(error)),
            }
        }
        Ok(())
    }

    /// Receives some of what comes, within the call's time; 0 at the end of it.
    pub(super) fn receive(stream: &TcpStream, buffer: &mut [u8], call: &Call) -> Result<usize, Stop> {
        let mut stream_in = stream;
        loop {
            call.wait(stream.as_fd(), Ready::Read)?;
            match stream_in.read(buffer) {
                Ok(received) => return Ok(received),
                Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
                Err(error) => return Err(Stop::Broken(error)),
            }
        }
    }

    /// Whether it is open and silent, as a connection without a request should be.
    fn is_silent(&self) -> bool {
        matches!(self.stream.peek(&mut [0]), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }
}

impl Transport for TcpSocket {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), ureq::Error> {
        let bytes = self.buffers.output().get(..amount).unwrap_or_default();
        Self::send(&self.stream, bytes, &*current()?)?;
        Ok(())
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, ureq::Error> {
        let received = Self::receive(&self.stream, self.buffers.input_append_buf(), &*current()?)?;
        self.buffers.input_appended(received);
        self.last_used = Instant::now();
        Ok(received > 0)
    }

    /// Asked when it goes into the pool, and when it is taken from there. One that the server closed a moment ago
    /// passes for open: then the request fails before an answer, and is made again on a new connection.
    fn is_open(&mut self) -> bool {
        self.generation == process_generation()
            && !current().is_ok_and(|call| call.wants_fresh())
            // Over TLS, what came behind an answer is still here.
            && self.buffers.input().is_empty()
            && (self.last_used.elapsed() < TRUSTED || self.is_silent())
    }
}

impl fmt::Debug for TcpSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.stream.fmt(f)
    }
}
