//! Who may ask: bearer tokens.

use std::fmt;
use std::io;

use axum::http::{HeaderMap, StatusCode, header};

use crate::answer::Refusal;

/// The access token to insist on. Its `Debug` form doesn't show it.
pub(crate) struct Token(String);

impl Token {
    pub(crate) fn new(token: String) -> Self {
        Token(token)
    }

    /// Whether a request can carry it at all.
    pub(crate) fn check(&self) -> io::Result<()> {
        if !self.0.is_empty() && self.0.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Ok(());
        }
        Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the token has to be visible ASCII characters without spaces, and at least one",
        ))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// Lets requests with `Authorization: Bearer <token>` pass; any token if none is insisted on.
pub(crate) fn check(headers: &HeaderMap, insisted_on: Option<&Token>) -> Result<(), Refusal> {
    let good = bearer(headers).is_some_and(|given| match insisted_on {
        Some(token) => given == token.0,
        None => true,
    });
    if good {
        return Ok(());
    }
    Err(Refusal::new(StatusCode::UNAUTHORIZED, "unauthorized", "Access Token Invalid"))
}

/// The token of a well-formed `Authorization` header; never empty.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.trim().split_once(' ')?;
    let token = token.trim_start();
    let good = scheme.eq_ignore_ascii_case("Bearer") && !token.contains([' ', '\t']);
    good.then_some(token)
}
