//! The access token: validated when it is set, sent in a header, redacted in all output.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// Replaces the access token in output.
const REDACTED: &str = "[token]";

/// A shorter token may be part of an ordinary word, and is redacted only as a whole word. Real access tokens have
/// some sixty characters.
const MIN_UNIQUE_LENGTH: usize = 8;
const MAX_LENGTH: usize = 4096;

/// Clones share one copy, which is wiped from memory when the last one is dropped.
#[derive(Clone)]
pub(crate) struct AccessToken(Arc<Zeroizing<String>>);

impl AccessToken {
    pub(crate) fn new(token: &str) -> Result<Self> {
        if token.is_empty() {
            return Err(Error::invalid("invalid access_token: empty; pass the access token of the workspace"));
        }
        if token.len() > MAX_LENGTH {
            return Err(Error::invalid(format!("invalid access_token: longer than {MAX_LENGTH} characters")));
        }
        if token.trim_ascii() != token {
            return Err(Error::invalid(
                "invalid access_token: starts or ends with white space (a line break from a file?); remove it",
            ));
        }
        if token.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("bearer ")) {
            return Err(Error::invalid("invalid access_token: starts with the word Bearer; pass the token alone"));
        }
        if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::invalid(
                "invalid access_token: contains a space, a control character or a character outside ASCII; \
                 use visible ASCII characters",
            ));
        }
        Ok(Self(Arc::new(Zeroizing::new(token.to_owned()))))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Removes the access token from text that the server sent, which may echo it.
    pub(crate) fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let token = self.0.as_str();
        if !text.contains(token) {
            return text.into();
        }
        let is_word = token.len() < MIN_UNIQUE_LENGTH;
        let mut redacted = String::with_capacity(text.len());
        let mut end = 0;
        for (start, _) in text.match_indices(token) {
            let (before, after) = (&text[end..start], &text[start + token.len()..]);
            let touches = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            redacted.push_str(before);
            let is_part = is_word && (touches(text[..start].chars().next_back()) || touches(after.chars().next()));
            redacted.push_str(if is_part { token } else { REDACTED });
            end = start + token.len();
        }
        redacted.push_str(&text[end..]);
        redacted.into()
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_invalid_tokens_without_repeating_them() {
        for (invalid, reason) in [
            ("", "empty"),
            ("s3cret\n", "white space"),
            (" s3cret", "white space"),
            ("s3c ret", "a space"),
            ("s3c\u{1}ret", "control character"),
            ("s3crét", "outside ASCII"),
            ("Bearer s3cret", "word Bearer"),
        ] {
            let error = AccessToken::new(invalid).expect_err(invalid);
            assert!(error.message().contains(reason), "{invalid:?}: {error}");
            assert!(!format!("{error} {error:?}").contains("s3c"), "{error:?}");
        }
    }

    #[test]
    fn has_a_maximum_length() {
        assert!(AccessToken::new(&"x".repeat(4096)).is_ok());
        let error = AccessToken::new(&"x".repeat(4097)).expect_err("too long");
        assert_eq!(error.message(), "invalid access_token: longer than 4096 characters");
    }

    #[test]
    fn tokens_of_eight_characters_are_redacted_within_words() {
        for (token, redacted) in [("1234567", "x1234567y [token]"), ("12345678", "x[token]y [token]")] {
            let text = format!("x{token}y {token}");
            assert_eq!(AccessToken::new(token).expect(token).redact(&text), redacted);
        }
    }

    #[test]
    fn redacts_the_token_in_debug_output_and_text() {
        let token = AccessToken::new("s3cret-token").expect("a valid access token");
        assert_eq!(format!("{token:?}"), "[token]");
        assert_eq!(token.redact("no s3cret-token here, s3cret-token!"), "no [token] here, [token]!");
        let short = AccessToken::new("t").expect("a valid access token");
        assert_eq!(short.redact("unauthorized tokens"), "unauthorized tokens");
        assert_eq!(short.redact("invalid: Bearer t"), "invalid: Bearer [token]");
        let repeated = AccessToken::new("a-").expect("a valid access token");
        assert_eq!(repeated.redact("a-a-a- ba- é a-"), "a-a-[token] ba- é [token]");
    }
}
