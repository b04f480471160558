//! Replaces the escape sequences of a JSON string.

/// Unescapes `raw`, which has been validated, into the beginning of `output`, and returns the length, which is at most
/// that of `raw`. A lone surrogate, which UTF-8 can't encode, becomes U+FFFD.
pub(crate) fn unescape(raw: &[u8], output: &mut [u8]) -> usize {
    let mut written = 0;
    let mut write = |bytes: &[u8]| {
        if let Some(place) = output.get_mut(written..written + bytes.len()) {
            place.copy_from_slice(bytes);
            written += bytes.len();
        }
    };
    let mut rest = raw;
    while let Some(plain_length) = rest.iter().position(|&byte| byte == b'\\') {
        let (plain, escape) = rest.split_at(plain_length);
        write(plain);
        let (character, remaining) = escape_sequence(escape);
        write(character.encode_utf8(&mut [0; 4]).as_bytes());
        rest = remaining;
    }
    write(rest);
    written
}

/// The character that an escape sequence represents, and the bytes after it.
fn escape_sequence(escape: &[u8]) -> (char, &[u8]) {
    let rest = escape.get(2..).unwrap_or_default();
    let character = match escape.get(1) {
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unicode(escape),
        // A quote, a slash, a backslash.
        other => other.map_or(char::REPLACEMENT_CHARACTER, |&byte| byte.into()),
    };
    (character, rest)
}

fn unicode(escape: &[u8]) -> (char, &[u8]) {
    let (unit, rest) = utf16_unit(escape).unwrap_or((0xFFFD, &[]));
    if let (0xD800..0xDC00, Some((low @ 0xDC00..0xE000, rest))) = (unit, utf16_unit(rest)) {
        let code_point = 0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
        return (char::from_u32(code_point).unwrap_or(char::REPLACEMENT_CHARACTER), rest);
    }
    (char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER), rest)
}

/// One `\uXXXX`, and the bytes after it.
fn utf16_unit(escape: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, rest) = escape.strip_prefix(b"\\u")?.split_at_checked(4)?;
    let unit = u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    Some((unit, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unescaped(raw: &str) -> String {
        let mut output = vec![0; raw.len()];
        let length = unescape(raw.as_bytes(), &mut output);
        output.truncate(length);
        String::from_utf8(output).expect("UTF-8")
    }

    #[test]
    fn replaces_every_escape_sequence() {
        assert_eq!(unescaped(r#"a\"\\\/\b\f\n\r\tz"#), "a\"\\/\u{8}\u{c}\n\r\tz");
        assert_eq!(unescaped(r"\u0000\u00e9\u20AC\uD83D\uDE9A\uffff"), "\0é€🚚\u{ffff}");
        assert_eq!(unescaped(r"Ü\u00dc日\n"), "ÜÜ日\n");
    }

    #[test]
    fn replaces_only_the_lone_surrogate() {
        for (raw, expected) in [
            (r"\ud83d", "\u{fffd}"),
            (r"\ude9a", "\u{fffd}"),
            (r"\ud83dx", "\u{fffd}x"),
            (r"\ud83d\n", "\u{fffd}\n"),
            (r"\ud83d\u0041", "\u{fffd}A"),
            (r"\ud83d\ud83d\ude9a", "\u{fffd}🚚"),
            (r"\ude9a\ud83d", "\u{fffd}\u{fffd}"),
        ] {
            assert_eq!(unescaped(raw), expected, "{raw}");
        }
    }
}
