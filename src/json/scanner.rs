//! A JSON scanner that builds no tree: it finds strings and skips values, 16 bytes at a time.
//!
//! It is strict but reports no reasons: for invalid JSON, and for JSON nested too deeply, it returns `None`. serde_json
//! reports the reason.

use std::borrow::Cow;

use wide::{CmpEq, CmpLt, i8x16};

use super::unescape::unescape;

/// A position in a JSON document, which is valid UTF-8.
///
/// The uncommon paths take the scanner by value and return it, so that it stays in registers on the common ones.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scanner<'a> {
    json: &'a [u8],
    position: usize,
    /// How many nested arrays and objects a skipped value may have.
    max_depth: usize,
}

/// The bytes of a string between its quotes, as a range of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StringSpan {
    pub start: usize,
    pub end: usize,
    pub has_escapes: bool,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(json: &'a str, position: usize, max_depth: usize) -> Self {
        Self { json: json.as_bytes(), position, max_depth }
    }

    pub(crate) fn position(&self) -> usize {
        self.position
    }

    /// The bytes from `start` to the current position.
    pub(crate) fn bytes_since(&self, start: usize) -> &'a [u8] {
        self.json.get(start..self.position).unwrap_or_default()
    }

    /// The bytes of a string as they are in the document.
    pub(crate) fn raw(&self, string: StringSpan) -> &'a [u8] {
        self.json.get(string.start..string.end).unwrap_or_default()
    }

    /// The bytes of a string with its escape sequences replaced.
    pub(crate) fn unescaped(&self, string: StringSpan) -> Cow<'a, [u8]> {
        let raw = self.raw(string);
        if !string.has_escapes {
            return raw.into();
        }
        let mut bytes = vec![0; raw.len()];
        let length = unescape(raw, &mut bytes);
        bytes.truncate(length);
        bytes.into()
    }

    /// The current byte. At the end it is 0, which is valid nowhere in JSON.
    fn byte(&self) -> u8 {
        self.json.get(self.position).copied().unwrap_or(0)
    }

    /// Skips white space and returns the next byte without consuming it.
    pub(crate) fn peek(&mut self) -> u8 {
        if self.byte() <= b' ' {
            // Often one space follows a colon or a comma.
            self.position += usize::from(self.byte() == b' ');
            if self.byte() <= b' ' {
                *self = self.after_white_space();
            }
        }
        self.byte()
    }

    #[inline(never)]
    fn after_white_space(mut self) -> Self {
        while matches!(self.byte(), b' ' | b'\n' | b'\r' | b'\t') {
            self.position += 1;
        }
        self
    }

    /// Skips white space and consumes `byte` if it is next.
    pub(crate) fn consume(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == byte;
        self.position += usize::from(is_next);
        is_next
    }

    /// Consumes `bytes` if they are next.
    #[inline(always)]
    pub(crate) fn consume_exact(&mut self, bytes: &[u8]) -> bool {
        let next = self.json.get(self.position..self.position + bytes.len());
        let is_next = next.is_some_and(|next| equal(next, bytes));
        if is_next {
            self.position += bytes.len();
        }
        is_next
    }

    /// Skips white space and returns whether the document ends there.
    pub(crate) fn is_at_end(&mut self) -> bool {
        self.peek();
        self.position == self.json.len()
    }

    /// Scans a string.
    #[inline(always)]
    pub(crate) fn string(&mut self) -> Option<StringSpan> {
        if self.peek() != b'"' {
            return None;
        }
        self.string_at_quote()
    }

    /// Scans the string whose opening quote is the current byte.
    #[inline(always)]
    pub(crate) fn string_at_quote(&mut self) -> Option<StringSpan> {
        self.position += 1;
        let start = self.position;
        self.skip_plain_bytes();
        if self.byte() == b'"' {
            self.position += 1;
            Some(StringSpan { start, end: self.position - 1, has_escapes: false })
        } else {
            *self = self.after_string_with_escapes()?;
            Some(StringSpan { start, end: self.position - 1, has_escapes: true })
        }
    }

    /// The bytes of a string as a number with the first byte in the lowest bits; `None` if it is longer than 7 bytes or near
    /// the end of the document.
    #[inline(always)]
    pub(crate) fn short_string(&self, string: StringSpan) -> Option<u64> {
        let length = string.end - string.start;
        let word = u64::from_le_bytes(*self.json.get(string.start..)?.first_chunk()?);
        (length < 8).then(|| word & !(u64::MAX << (8 * length)))
    }

    /// Continues from the first escape sequence of a string past its closing quote.
    #[inline(never)]
    fn after_string_with_escapes(mut self) -> Option<Self> {
        loop {
            match self.byte() {
                b'"' => {
                    self.position += 1;
                    return Some(self);
                }
                b'\\' => self.escape_sequence()?,
                _ => return None,
            }
            self.skip_plain_bytes();
        }
    }

    /// Advances to the next quote, backslash or control character.
    #[inline(always)]
    fn skip_plain_bytes(&mut self) {
        while let Some(chunk) = self.json.get(self.position..).and_then(|rest| rest.first_chunk()) {
            let length = plain_prefix(chunk);
            self.position += length;
            if length < chunk.len() {
                return;
            }
        }
        while !matches!(self.byte(), b'"' | b'\\' | ..b' ') {
            self.position += 1;
        }
    }

    fn escape_sequence(&mut self) -> Option<()> {
        let escaped = self.json.get(self.position + 1)?;
        self.position += 2;
        match escaped {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(()),
            b'u' => {
                let digits = self.json.get(self.position..self.position + 4)?;
                self.position += 4;
                digits.iter().all(u8::is_ascii_hexdigit).then_some(())
            }
            _ => None,
        }
    }

    /// Skips a value of any type.
    #[inline(always)]
    pub(crate) fn skip_value(&mut self) -> Option<()> {
        *self = self.after_value()?;
        Some(())
    }

    #[inline(never)]
    fn after_value(mut self) -> Option<Self> {
        let mut nesting = Nesting::default();
        loop {
            match self.peek() {
                b'"' => drop(self.string_at_quote()?),
                b'{' => {
                    self.position += 1;
                    nesting.push(false, self.max_depth)?;
                    if !self.consume(b'}') {
                        self.key()?;
                        continue;
                    }
                    nesting.pop();
                }
                b'[' => {
                    self.position += 1;
                    nesting.push(true, self.max_depth)?;
                    if !self.consume(b']') {
                        continue;
                    }
                    nesting.pop();
                }
                b't' => self.literal(b"true")?,
                b'f' => self.literal(b"false")?,
                b'n' => self.literal(b"null")?,
                _ => self.number()?,
            }
            loop {
                let Some(in_array) = nesting.is_in_array() else { return Some(self) };
                let byte = self.peek();
                self.position += 1;
                match byte {
                    b',' if in_array => break,
                    b',' => {
                        self.key()?;
                        break;
                    }
                    b']' if in_array => nesting.pop(),
                    b'}' if !in_array => nesting.pop(),
                    _ => return None,
                }
            }
        }
    }

    /// Scans a key and its colon.
    pub(crate) fn key(&mut self) -> Option<StringSpan> {
        let key = self.string()?;
        self.consume(b':').then_some(key)
    }

    /// Consumes `true`, `false` or `null`, of which the first letter has been seen.
    pub(crate) fn literal(&mut self, literal: &[u8]) -> Option<()> {
        self.consume_exact(literal).then_some(())
    }

    fn number(&mut self) -> Option<()> {
        self.position += usize::from(self.byte() == b'-');
        if self.byte() == b'0' {
            self.position += 1;
        } else {
            self.digits()?;
        }
        if self.byte() == b'.' {
            self.position += 1;
            self.digits()?;
        }
        if matches!(self.byte(), b'e' | b'E') {
            self.position += 1;
            self.position += usize::from(matches!(self.byte(), b'+' | b'-'));
            self.digits()?;
        }
        Some(())
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.position;
        while self.byte().is_ascii_digit() {
            self.position += 1;
        }
        (self.position > start).then_some(())
    }
}

/// The kinds of the values that enclose the current position: 1 is an array, 0 an object; the lowest bit is the
/// innermost.
#[derive(Default)]
struct Nesting {
    kinds: u128,
    depth: usize,
}

impl Nesting {
    fn push(&mut self, array: bool, max_depth: usize) -> Option<()> {
        self.kinds = self.kinds << 1 | u128::from(array);
        self.depth += 1;
        (self.depth <= max_depth).then_some(())
    }

    fn pop(&mut self) {
        self.kinds >>= 1;
        self.depth -= 1;
    }

    /// Whether the innermost value is an array; `None` at the top level.
    fn is_in_array(&self) -> Option<bool> {
        (self.depth > 0).then_some(self.kinds & 1 == 1)
    }
}

/// Compares two slices of the same length; for short ones, faster than a call of memcmp.
#[inline(always)]
fn equal(one: &[u8], other: &[u8]) -> bool {
    match one.len() {
        17..=32 => ends::<16>(one) == ends::<16>(other),
        9..=16 => ends::<8>(one) == ends::<8>(other),
        5..=8 => ends::<4>(one) == ends::<4>(other),
        _ => one == other,
    }
}

/// The first and the last `N` bytes, which may overlap.
#[inline(always)]
fn ends<const N: usize>(bytes: &[u8]) -> Option<(&[u8; N], &[u8; N])> {
    Some((bytes.first_chunk()?, bytes.last_chunk()?))
}

/// The number of bytes before the first one that needs an escape sequence in a JSON string.
#[inline(always)]
fn plain_prefix(chunk: &[u8; 16]) -> usize {
    // With the highest bit flipped, signed order is the order of the bytes.
    let splat = |byte: u8| i8x16::splat((byte ^ 0x80) as i8);
    let bytes = i8x16::from(chunk.map(|byte| (byte ^ 0x80) as i8));
    let special = bytes.cmp_eq(splat(b'"')) | bytes.cmp_eq(splat(b'\\')) | bytes.cmp_lt(splat(b' '));
    (special.move_mask() | 1 << 16).trailing_zeros() as usize
}

/// Marks, in the highest bit of each byte, those that need an escape sequence in a JSON string: quote, backslash,
/// control characters. Marks above the lowest one may be false.
pub(super) fn mark_special_bytes(chunk: &[u8; 8]) -> u64 {
    let chunk = u64::from_le_bytes(*chunk);
    const ONES: u64 = u64::MAX / 255;
    // Flipping this bit puts the quote next to the control characters, and nothing else.
    let quotes_and_controls = (chunk ^ (ONES * 0x02)).wrapping_sub(ONES * 0x21);
    let backslashes = (chunk ^ (ONES * b'\\' as u64)).wrapping_sub(ONES);
    (quotes_and_controls | backslashes) & !chunk & (ONES << 7)
}

#[cfg(test)]
mod tests {
    use serde::de::IgnoredAny;

    use super::*;

    /// All sequences of up to `length` of these parts are accepted or rejected as by serde_json.
    fn assert_like_serde_json(parts: &[&str], length: u32) {
        let (mut accepted, mut json) = (0, String::new());
        for length in 0..=length {
            for index in 0..parts.len().pow(length) {
                json.clear();
                (0..length).for_each(|place| json.push_str(parts[index / parts.len().pow(place) % parts.len()]));
                let mut scanner = Scanner::new(&json, 0, 128);
                let is_valid = scanner.skip_value().is_some() && scanner.is_at_end();
                assert_eq!(is_valid, serde_json::from_str::<IgnoredAny>(&json).is_ok(), "{json}");
                accepted += u32::from(is_valid);
            }
        }
        assert!(accepted > 10, "{accepted} valid ones");
    }

    #[test]
    fn skips_values_like_serde_json() {
        assert_like_serde_json(&["[", "]", "{", "}", ",", "\"a\":", "1"], 6);
        assert_like_serde_json(&["[", "]", "{", "}", "true", "false", "null", "\"\"", ":", " ", "\n", "nul"], 4);
        assert_like_serde_json(&["-", "+", "0", "1", ".", "e", "E"], 6);
        assert_like_serde_json(&["\"", "\\", "u", "n", "00", "aF", "g", "\u{1f}", "é", "/"], 5);
    }
}
