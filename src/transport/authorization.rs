//! Inserts the access token into a request as the last step before it is sent.

use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};
use zeroize::Zeroize;

use super::attempt::current;
use super::error::TransportError;
use crate::config::AccessToken;

/// The `Authorization` value that is passed to ureq, without the access token.
pub(super) const AUTHORIZATION_PLACEHOLDER: &str = "Bearer [token]";
const PLACEHOLDER_LINE: &str = "authorization: Bearer [token]";

/// The end of the chain, called with the open connection.
#[derive(Debug)]
pub(super) struct AuthorizingConnector {
    pub token: AccessToken,
}

impl<In: Transport> Connector<In> for AuthorizingConnector {
    type Out = AuthorizingTransport<In>;

    fn connect(&self, _: &ConnectionDetails, chained: Option<In>) -> Result<Option<Self::Out>, ureq::Error> {
        current()?.connected();
        Ok(chained.map(|inner| AuthorizingTransport { inner, token: self.token.clone() }))
    }
}

/// Inserts the access token into a request just before it is sent (TLS encrypts it below), and wipes it from the
/// buffer afterwards. ureq never has the access token, and so cannot log it or leave it in memory.
#[derive(Debug)]
pub(super) struct AuthorizingTransport<T> {
    inner: T,
    token: AccessToken,
}

impl<T: Transport> Transport for AuthorizingTransport<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        let output = self.inner.buffers().output();
        let amount = authorize(output, amount, self.token.as_str()).ok_or(TransportError::RequestTooLong)?;
        let sent = self.inner.transmit_output(amount, timeout);
        if let Some(bytes) = self.inner.buffers().output().get_mut(..amount) {
            bytes.zeroize();
        }
        sent
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.inner.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

/// Replaces the placeholder in the request head, the first `amount` bytes, and returns the new length. `None` if it
/// does not fit, or if the bytes are not a complete head with a placeholder.
fn authorize(output: &mut [u8], amount: usize, token: &str) -> Option<usize> {
    let head = output.get(..amount)?;
    let is_before = |line: &&[u8]| line.strip_suffix(b"\r\n") != Some(PLACEHOLDER_LINE.as_bytes());
    let at: usize = head.split_inclusive(|&byte| byte == b'\n').take_while(is_before).map(<[u8]>::len).sum();
    if at == head.len() || !head.ends_with(b"\r\n\r\n") {
        return None;
    }
    let value = at + "authorization: Bearer ".len();
    let rest = at + PLACEHOLDER_LINE.len();
    let moved = value + token.len();
    let end = amount + moved - rest;
    if end > output.len() {
        return None;
    }
    output.copy_within(rest..amount, moved);
    output.get_mut(value..moved)?.copy_from_slice(token.as_bytes());
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_the_placeholder_with_the_access_token() {
        let head = "GET / HTTP/1.1\r\nauthorization: Bearer [token]\r\nhost: h\r\n\r\n";
        for token in ["t", "1234567", "a-longer-token-than-the-placeholder"] {
            let mut output = [0; 128];
            output[..head.len()].copy_from_slice(head.as_bytes());
            let amount = authorize(&mut output, head.len(), token).expect("room");
            assert_eq!(output[..amount], *head.replace("[token]", token).as_bytes());
        }
        let mut exact = head.as_bytes().to_vec();
        assert_eq!(authorize(&mut exact, head.len(), "longer than before"), None);
        assert_eq!(exact, head.as_bytes());
        for other in ["user-agent: authorization: Bearer [token]\r\n\r\n", "x: y\r\n\r\n", &head[..head.len() - 2]] {
            assert_eq!(authorize(&mut other.as_bytes().to_vec(), other.len(), "t"), None, "{other}");
        }
    }
}
