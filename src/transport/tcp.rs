//! The TCP connection under ureq: one system call each to send, to wait and to receive.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use ureq::unversioned::transport::{Buffers, LazyBuffers, NextTimeout, Transport};

use super::attempt::{Attempt, current};
use super::error::TransportError;
use crate::sys::{Interest, process_generation};

/// Large enough for a page of 50 rows.
pub(super) const INPUT_BUFFER_BYTES: usize = 64 * 1024;
/// Large enough for a request whose access token, cursor, base URL and user agent all have their maximum length.
pub(super) const OUTPUT_BUFFER_BYTES: usize = 24 * 1024;

/// A connection idle for longer is probed before reuse: it must be open and have no unread data. Consecutive pages
/// are fast enough to skip that system call.
const MAX_UNPROBED_IDLE: Duration = Duration::from_millis(1);

/// A connected non-blocking socket and its buffers.
pub(super) struct TcpConnection {
    stream: TcpStream,
    buffers: LazyBuffers,
    /// Whether it has no TLS and has received nothing yet: a server that requires TLS sends an alert, or nothing.
    may_require_tls: bool,
    /// Identifies the process that opened it: a forked child must not use the connections of its parent.
    generation: u32,
    last_used: Instant,
}

impl TcpConnection {
    pub(super) fn new(stream: TcpStream, uses_tls: bool) -> Self {
        Self {
            stream,
            buffers: LazyBuffers::new(INPUT_BUFFER_BYTES, OUTPUT_BUFFER_BYTES),
            may_require_tls: !uses_tls,
            generation: process_generation(),
            last_used: Instant::now(),
        }
    }

    /// Sends all bytes, within the timeouts of the attempt.
    pub(super) fn send(stream: &TcpStream, mut bytes: &[u8], attempt: &Attempt) -> Result<(), TransportError> {
        let mut stream_out = stream;
        while !bytes.is_empty() {
            // std passes MSG_NOSIGNAL: a closed connection is an error, not a SIGPIPE.
            match stream_out.write(bytes) {
                Ok(sent) => bytes = bytes.get(sent..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    attempt.wait_for(stream.as_fd(), Interest::Write)?;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(TransportError::ConnectionBroken(error)),
            }
        }
        Ok(())
    }

    /// Receives some bytes, within the timeouts of the attempt; 0 when the peer has closed the connection.
    pub(super) fn receive(stream: &TcpStream, buffer: &mut [u8], attempt: &Attempt) -> Result<usize, TransportError> {
        let mut stream_in = stream;
        loop {
            attempt.wait_for(stream.as_fd(), Interest::Read)?;
            match stream_in.read(buffer) {
                Ok(received) => return Ok(received),
                Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
                Err(error) => return Err(TransportError::ConnectionBroken(error)),
            }
        }
    }

    /// Whether it is open and has no unread data, as an idle connection should.
    fn is_idle(&self) -> bool {
        matches!(self.stream.peek(&mut [0]), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }
}

impl Transport for TcpConnection {
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
        if std::mem::take(&mut self.may_require_tls) {
            match self.buffers.input() {
                [] => return Err(TransportError::ClosedWithoutResponse.into()),
                bytes if is_tls_alert(bytes) => return Err(TransportError::ReceivedTlsAlert.into()),
                _ => {}
            }
        }
        self.last_used = Instant::now();
        Ok(received > 0)
    }

    /// Called when the connection enters and leaves the pool. It may miss that the server has just closed the
    /// connection: then the request fails without a response, and is sent again on a new connection.
    fn is_open(&mut self) -> bool {
        self.generation == process_generation()
            && !current().is_ok_and(|attempt| attempt.requires_new_connection())
            // With TLS, data after the previous response is still in this buffer.
            && self.buffers.input().is_empty()
            && (self.last_used.elapsed() < MAX_UNPROBED_IDLE || self.is_idle())
    }
}

/// Whether the bytes start with the head of a TLS record with an alert.
fn is_tls_alert(bytes: &[u8]) -> bool {
    matches!(bytes, [0x15, 0x03, 0x00..=0x04, ..])
}

impl fmt::Debug for TcpConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.stream.fmt(f)
    }
}
