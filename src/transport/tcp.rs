//! The TCP connection under ureq: one system call each to send, to wait and to receive.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use ureq::unversioned::transport::{Buffers, LazyBuffers, NextTimeout, Transport};

use super::attempt::{Attempt, current};
use super::error::TransportError;
use crate::sys::{Interest, Waitable, process_generation};

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
    /// Why the peer accepts no more data, on a new connection. What it sent before closing it is still received, as it
    /// may say why: a TLS alert or an error response.
    send_error: Option<io::Error>,
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
            send_error: None,
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
                    attempt.wait_for(stream.descriptor(), Interest::Write)?;
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
            attempt.wait_for(stream.descriptor(), Interest::Read)?;
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
        if self.send_error.is_some() {
            return Ok(());
        }
        let attempt = current()?;
        let bytes = self.buffers.output().get(..amount).unwrap_or_default();
        match Self::send(&self.stream, bytes, &attempt) {
            // A pooled connection was idle: the request is sent again, on a new one.
            Err(TransportError::ConnectionBroken(error))
                if attempt.opened_connection() && is_closed_by_peer(&error) =>
            {
                self.send_error = Some(error);
                Ok(())
            }
            result => Ok(result?),
        }
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, ureq::Error> {
        let received = Self::receive(&self.stream, self.buffers.input_append_buf(), &*current()?);
        if matches!(received, Ok(0) | Err(TransportError::ConnectionBroken(_))) {
            // After a broken pipe, the end of the data says the same.
            if let Some(error) = self.send_error.take_if(|error| error.kind() != io::ErrorKind::BrokenPipe) {
                return Err(TransportError::ConnectionBroken(error).into());
            }
        }
        let received = received?;
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
            && self.send_error.is_none()
            && !current().is_ok_and(|attempt| attempt.requires_new_connection())
            // With TLS, data after the previous response is still in this buffer.
            && self.buffers.input().is_empty()
            && (self.last_used.elapsed() < MAX_UNPROBED_IDLE || self.is_idle())
    }
}

/// Whether sending failed because the peer closed or reset the connection: then receiving does not wait.
fn is_closed_by_peer(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset)
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

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::rc::Rc;

    use socket2::SockRef;

    use super::*;
    use crate::call::{CallContext, Timeouts};
    use crate::cancel::CancelToken;
    use crate::transport::attempt::run_as_current;

    const ALERT: &[u8] = &[0x15, 3, 3, 0, 2, 2, 40];

    fn timeout() -> NextTimeout {
        NextTimeout {
            after: ureq::unversioned::transport::time::Duration::NotHappening,
            reason: ureq::Timeout::Global,
            per_read: None,
            per_write: None,
        }
    }

    fn attempt() -> Rc<Attempt> {
        let timeouts = Timeouts { total: Duration::from_secs(20), connect: Duration::from_secs(20), stall: None };
        Attempt::new(&CallContext::new(timeouts, &CancelToken::new().expect("a descriptor"), None), false)
    }

    /// A connection whose peer has sent these bytes and then reset it.
    fn reset_connection(sent: &[u8]) -> TcpConnection {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let client = TcpStream::connect(listener.local_addr().expect("an address")).expect("a connection");
        client.set_nonblocking(true).expect("a socket");
        let (mut server, _) = listener.accept().expect("a connection");
        server.write_all(sent).expect("sent");
        SockRef::from(&server).set_linger(Some(Duration::ZERO)).expect("a socket");
        drop(server);
        TcpConnection::new(client, true)
    }

    #[test]
    fn what_the_peer_sent_before_a_reset_is_received_after_a_failed_send() {
        let attempt = attempt();
        attempt.connecting();
        run_as_current(&attempt, || {
            let mut connection = reset_connection(ALERT);
            while connection.send_error.is_none() {
                connection.transmit_output(1, timeout()).expect("the error is kept");
            }
            connection.transmit_output(1, timeout()).expect("the error is kept");
            assert!(connection.await_input(timeout()).expect("the alert"));
            assert_eq!(connection.buffers.input(), ALERT);
            connection.buffers.input_consume(ALERT.len());
            assert!(!connection.is_open(), "it is reused");
            let error = connection.await_input(timeout()).expect_err("reset").to_string();
            assert!(error.contains("ConnectionReset"), "{error}");
        });
    }

    #[test]
    fn reset_of_a_pooled_connection_is_an_error_of_the_send() {
        run_as_current(&attempt(), || {
            let mut connection = reset_connection(ALERT);
            let error = std::iter::repeat_with(|| connection.transmit_output(1, timeout())).find_map(Result::err);
            let error = error.expect("reset").to_string();
            assert!(error.contains("ConnectionReset"), "{error}");
        });
    }
}
