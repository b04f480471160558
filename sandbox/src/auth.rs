//! Bearer token authentication.

use std::fmt;
use std::io;

use axum::http::{HeaderMap, StatusCode, header};

use crate::response::ApiError;

/// The required access token. Its `Debug` output is redacted.
pub(crate) struct AccessToken(String);

impl AccessToken {
    pub(crate) fn new(token: String) -> Self {
        AccessToken(token)
    }

    /// Checks that the token can be sent in an HTTP header.
    pub(crate) fn validate(&self) -> io::Result<()> {
        if !self.0.is_empty() && self.0.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Ok(());
        }
        Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "invalid access token: use one or more visible ASCII characters, without spaces",
        ))
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(..)")
    }
}

/// Requires `Authorization: Bearer <token>`, with any token if `required` is `None`.
pub(crate) fn authenticate(headers: &HeaderMap, required: Option<&AccessToken>) -> Result<(), ApiError> {
    let authenticated = bearer_token(headers).is_some_and(|token| match required {
        Some(required) => token == required.0,
        None => true,
    });
    if authenticated {
        return Ok(());
    }
    Err(ApiError::new(StatusCode::UNAUTHORIZED, "unauthorized", "Access Token Invalid"))
}

/// Returns the token of a well-formed `Authorization` header; never an empty one.
fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.trim().split_once(' ')?;
    let token = token.trim_start();
    let valid = scheme.eq_ignore_ascii_case("Bearer") && !token.contains([' ', '\t']);
    valid.then_some(token)
}
