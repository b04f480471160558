//! The access token: checked once, sent as a header, printed never.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// What stands in a text where the token stood.
const REDACTED: &str = "[token]";

/// Real tokens have sixty characters or so.
const SHORTEST: usize = 8;
const LONGEST: usize = 4096;

/// One copy in memory, however many clones there are; it is wiped with the last of them.
#[derive(Clone)]
pub(crate) struct AccessToken(Arc<Zeroizing<String>>);

impl AccessToken {
    pub(crate) fn new(token: &str) -> Result<Self> {
        if token.is_empty() {
            return Err(Error::invalid("the token is empty: pass the workspace's access token"));
        }
        if token.len() > LONGEST {
            return Err(Error::invalid(format!("the token has more than {LONGEST} characters: is it one?")));
        }
        if token.trim_ascii() != token {
            return Err(Error::invalid(
                "the token begins or ends with white space (a line break from a file?): pass it without",
            ));
        }
        if token.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("bearer ")) {
            return Err(Error::invalid("the token begins with the word Bearer: pass the token alone"));
        }
        if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::invalid(
                "the token has a space, a control character or a character outside ASCII in it: \
                 an access token is made of visible ASCII characters",
            ));
        }
        Ok(Self(Arc::new(Zeroizing::new(token.to_owned()))))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The other side's text without the token, should it have echoed it. What is shorter than any token is left
    /// alone: it would stand in ordinary words, too.
    pub(crate) fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let token = self.0.as_str();
        if token.len() < SHORTEST || !text.contains(token) {
            return text.into();
        }
        text.replace(token, REDACTED).into()
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
    fn refuses_what_no_token_is_and_never_repeats_it() {
        for (bad, says) in [
            ("", "is empty"),
            ("s3cret\n", "white space"),
            (" s3cret", "white space"),
            ("s3c ret", "a space"),
            ("s3c\u{1}ret", "control character"),
            ("s3crét", "outside ASCII"),
            ("Bearer s3cret", "word Bearer"),
        ] {
            let error = AccessToken::new(bad).expect_err(bad);
            assert!(error.message().contains(says), "{bad:?}: {error}");
            assert!(!format!("{error} {error:?}").contains("s3c"), "{error:?}");
        }
    }

    #[test]
    fn shows_itself_nowhere() {
        let token = AccessToken::new("s3cret-token").expect("a good token");
        assert_eq!(format!("{token:?}"), "[token]");
        assert_eq!(token.redact("no s3cret-token here, s3cret-token!"), "no [token] here, [token]!");
        let short = AccessToken::new("t").expect("a good token");
        assert_eq!(short.redact("unauthorized tokens"), "unauthorized tokens");
    }
}
