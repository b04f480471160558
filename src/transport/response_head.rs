//! Response heads that ureq's parser rejects although curl, Node and Go accept them, such as folded header lines
//! (RFC 9112 5.2): they are repaired before ureq sees them. Headers that delimit the body are never repaired, as
//! another reader of the same bytes could disagree about where the body ends.

use std::io::{self, BufRead};

use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

use super::error::TransportError;

/// The limit of ureq's parser, whose error for it cannot be distinguished from others.
const MAX_HEADER_LINES: usize = 128;
/// Less than the input buffer, which must hold a complete head.
pub(super) const MAX_RESPONSE_HEAD_BYTES: usize = 32 * 1024;

/// Follows TLS in the chain of connectors.
#[derive(Debug)]
pub(super) struct HeadRepairingConnector;

impl<In: Transport> Connector<In> for HeadRepairingConnector {
    type Out = HeadRepairingTransport<In>;

    fn connect(&self, _: &ConnectionDetails, chained: Option<In>) -> Result<Option<Self::Out>, ureq::Error> {
        Ok(chained.map(|inner| HeadRepairingTransport { inner, expects_head: false }))
    }
}

/// Hides a malformed head from ureq until it is complete, then replaces it in the input buffer.
#[derive(Debug)]
pub(super) struct HeadRepairingTransport<T> {
    inner: T,
    /// From the request until the head of the final response is complete; not while a body is received.
    expects_head: bool,
}

impl<T: Transport> Transport for HeadRepairingTransport<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        self.expects_head = true;
        self.inner.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        loop {
            let made_progress = self.inner.await_input(timeout)?;
            if !self.expects_head {
                return Ok(made_progress);
            }
            let buffers = self.inner.buffers();
            let received = buffers.input().len();
            let scan = scan(buffers.input());
            if scan.header_lines > MAX_HEADER_LINES {
                return Err(TransportError::TooManyHeaders { limit: MAX_HEADER_LINES }.into());
            }
            self.expects_head = scan.end.is_none();
            match scan.end {
                _ if !scan.is_malformed => return Ok(made_progress),
                Some(end) => {
                    replace_head(buffers, end);
                    return Ok(true);
                }
                None if !made_progress => return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
                None if received > MAX_RESPONSE_HEAD_BYTES => {
                    return Err(ureq::Error::LargeResponseHeader(received, MAX_RESPONSE_HEAD_BYTES));
                }
                None => {}
            }
        }
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

/// What [`scan`] found. Its cost matters: it runs for every response.
#[derive(Debug, Default, PartialEq)]
struct Scan {
    /// The end of the final response's head, once it is complete.
    end: Option<usize>,
    /// Whether the received part must be repaired.
    is_malformed: bool,
    header_lines: usize,
}

/// Scans the head of a response, with the informational ones (1xx) before it.
fn scan(input: &[u8]) -> Scan {
    let mut scan = Scan::default();
    let mut status_line: &[u8] = b"";
    let mut rest = input;
    loop {
        let before = rest;
        // The only search of std that is as fast as memchr. Reading a slice cannot fail.
        let length = rest.skip_until(b'\n').unwrap_or_default();
        let line = before.get(..length).unwrap_or_default();
        if line.is_empty() {
            return scan;
        }
        match (status_line.is_empty(), is_blank(line)) {
            // The parser skips it.
            (true, true) => {}
            // Not HTTP: the parser rejects it.
            (true, false) if line.iter().zip(b"HTTP/").any(|(byte, expected)| byte != expected) => return scan,
            (true, false) => {
                status_line = line;
                scan.header_lines = 0;
                // An incomplete line may become HTTP/2.0, which is repaired.
                scan.is_malformed |= line.starts_with(b"HTTP/2.0")
                    || line.starts_with(b"HTTP/2") && !line.ends_with(b"\n")
                    || line.iter().any(is_control);
            }
            (false, true) if is_informational(status_line) => status_line = b"",
            (false, true) => {
                scan.end = Some(input.len() - rest.len());
                return scan;
            }
            (false, false) if is_folded(line) => scan.is_malformed = true,
            (false, false) => {
                scan.header_lines += usize::from(line.ends_with(b"\n"));
                // ureq rejects headers of a 100.
                scan.is_malformed |= has_space_in_name(line) || status_line.get(9..12) == Some(b"100");
            }
        }
    }
}

/// Replaces the first `end` bytes of the input, if they can be repaired; otherwise ureq rejects them.
fn replace_head(buffers: &mut dyn Buffers, end: usize) {
    let input = buffers.input();
    let Some((head, rest)) = input.split_at_checked(end) else { return };
    let Some(mut replacement) = repair(head) else { return };
    replacement.extend_from_slice(rest);
    let received = input.len();
    buffers.input_consume(received);
    // There is room, as a repaired head is not longer.
    if let Some(free) = buffers.input_append_buf().get_mut(..replacement.len()) {
        free.copy_from_slice(&replacement);
        buffers.input_appended(replacement.len());
    }
}

/// The final head in a form that the parser accepts; `None` if the headers that delimit the body are malformed.
fn repair(heads: &[u8]) -> Option<Vec<u8>> {
    let mut repaired = Vec::with_capacity(heads.len());
    let mut may_fold = false;
    for line in heads.split_inclusive(|&byte| byte == b'\n') {
        if is_blank(line) {
            if is_informational(&repaired) {
                repaired.clear();
            } else if !repaired.is_empty() {
                repaired.extend_from_slice(line);
            }
        } else if repaired.is_empty() {
            let line = line.strip_prefix(b"HTTP/2.0").map_or(line.to_vec(), |rest| [b"HTTP/1.1", rest].concat());
            repaired.extend(line.iter().map(|byte| if is_control(byte) { b' ' } else { *byte }));
            may_fold = false;
        } else if is_folded(line) {
            if !may_fold {
                return None;
            }
            let previous = repaired.strip_suffix(b"\r\n").or(repaired.strip_suffix(b"\n"))?.len();
            repaired.truncate(previous);
            repaired.extend_from_slice(line);
        } else {
            let colon = line.iter().position(|&byte| byte == b':')?;
            let (name, value) = line.split_at_checked(colon)?;
            let trimmed = name.get(..=name.iter().rposition(|&byte| byte != b' ')?)?;
            let delimits_body = [&b"content-length"[..], b"transfer-encoding"]
                .iter()
                .any(|delimiting| trimmed.eq_ignore_ascii_case(delimiting));
            if delimits_body && trimmed != name {
                return None;
            }
            may_fold = !delimits_body;
            // curl and Go keep a space within a name, which must not become the name of a known header.
            repaired.extend(trimmed.iter().map(|&byte| if byte == b' ' { b'_' } else { byte }));
            repaired.extend_from_slice(value);
        }
    }
    Some(repaired)
}

fn is_blank(line: &[u8]) -> bool {
    matches!(line, b"\r\n" | b"\n")
}

fn is_folded(line: &[u8]) -> bool {
    matches!(line.first(), Some(b' ' | b'\t'))
}

/// A complete line without a colon has no name.
fn has_space_in_name(line: &[u8]) -> bool {
    line.iter().find(|byte| matches!(byte, b':' | b' ')) == Some(&b' ')
        && (line.contains(&b':') || !line.ends_with(b"\n"))
}

/// A control character that the status line may contain for curl, Node and Go: not NUL.
fn is_control(byte: &u8) -> bool {
    matches!(byte, 0x01..=0x08 | 0x0b | 0x0c | 0x0e..=0x1f | 0x7f)
}

/// Whether another response follows: a 101 is final.
fn is_informational(status_line: &[u8]) -> bool {
    matches!(status_line.get(9..12), Some(&[b'1', b'0'..=b'9', b'0'..=b'9'])) && status_line.get(9..12) != Some(b"101")
}

#[cfg(test)]
mod tests;
