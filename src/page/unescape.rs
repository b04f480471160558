//! What a JSON text with escapes stands for.

/// Writes the text that `raw`, checked before, stands for to the beginning of `to`, and gives its length: that is
/// shorter than `raw`. Half a surrogate pair, which no UTF-8 has, becomes U+FFFD.
pub(super) fn unescape(raw: &[u8], to: &mut [u8]) -> usize {
    let mut written = 0;
    let mut put = |bytes: &[u8]| {
        if let Some(place) = to.get_mut(written..written + bytes.len()) {
            place.copy_from_slice(bytes);
            written += bytes.len();
        }
    };
    let mut rest = raw;
    while let Some(run) = rest.iter().position(|&byte| byte == b'\\') {
        let (plain, escape) = rest.split_at(run);
        put(plain);
        let (escaped, behind) = read(escape);
        put(escaped.encode_utf8(&mut [0; 4]).as_bytes());
        rest = behind;
    }
    put(rest);
    written
}

/// The character that an escape stands for, and what comes behind it.
fn read(escape: &[u8]) -> (char, &[u8]) {
    let behind = escape.get(2..).unwrap_or_default();
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
    (character, behind)
}

fn unicode(escape: &[u8]) -> (char, &[u8]) {
    let (unit, behind) = unit(escape).unwrap_or((0xFFFD, &[]));
    // A pair, or the one half alone, and then whatever comes is read by itself.
    if let (0xD800..0xDC00, Some((low @ 0xDC00..0xE000, behind_both))) = (unit, self::unit(behind)) {
        let pair = 0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
        return (char::from_u32(pair).unwrap_or(char::REPLACEMENT_CHARACTER), behind_both);
    }
    (char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER), behind)
}

/// One `\uXXXX`, and what comes behind it.
fn unit(escape: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, behind) = escape.strip_prefix(b"\\u")?.split_at_checked(4)?;
    let unit = u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    Some((unit, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(raw: &str) -> String {
        let mut to = vec![0; raw.len()];
        let length = unescape(raw.as_bytes(), &mut to);
        to.truncate(length);
        String::from_utf8(to).expect("UTF-8")
    }

    #[test]
    fn each_escape_is_read() {
        assert_eq!(text(r#"a\"\\\/\b\f\n\r\tz"#), "a\"\\/\u{8}\u{c}\n\r\tz");
        assert_eq!(text(r"\u0000\u00e9\u20AC\uD83D\uDE9A\uffff"), "\0é€🚚\u{ffff}");
        assert_eq!(text(r"Ü\u00dc日\n"), "ÜÜ日\n");
    }

    #[test]
    fn half_a_pair_is_replaced_and_no_more_than_that() {
        for (raw, stands_for) in [
            (r"\ud83d", "\u{fffd}"),
            (r"\ude9a", "\u{fffd}"),
            (r"\ud83dx", "\u{fffd}x"),
            (r"\ud83d\n", "\u{fffd}\n"),
            (r"\ud83d\u0041", "\u{fffd}A"),
            (r"\ud83d\ud83d\ude9a", "\u{fffd}🚚"),
            (r"\ude9a\ud83d", "\u{fffd}\u{fffd}"),
        ] {
            assert_eq!(text(raw), stands_for, "{raw}");
        }
    }
}
