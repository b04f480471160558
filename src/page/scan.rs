//! Reads JSON without a tree: a text, a number, or a value to pass over, at several bytes a step.
//!
//! It is strict, but gives no reasons: where it finds what isn't JSON, or is nested very deeply, there is nothing
//! (`None`), and serde_json may say why.

use std::borrow::Cow;

use super::unescape::unescape;

/// A place in JSON, which is UTF-8.
///
/// What is seldom gets it by value and gives it back, so that it stays in registers for what is often.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scan<'a> {
    json: &'a [u8],
    at: usize,
    /// How many arrays and objects may be open in a value that is passed over.
    most_open: usize,
}

/// Where a text's bytes stand in the JSON, and whether they are its own, or have escapes in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Text {
    pub start: usize,
    pub end: usize,
    pub plain: bool,
}

impl<'a> Scan<'a> {
    pub(super) fn new(json: &'a str, at: usize, most_open: usize) -> Self {
        Self { json: json.as_bytes(), at, most_open }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// What was taken from `start` on.
    pub(super) fn since(&self, start: usize) -> &'a [u8] {
        self.json.get(start..self.at).unwrap_or_default()
    }

    pub(super) fn bytes(&self, text: Text) -> &'a [u8] {
        self.json.get(text.start..text.end).unwrap_or_default()
    }

    /// A text without its escapes.
    pub(super) fn unescaped(&self, text: Text) -> Cow<'a, [u8]> {
        let raw = self.bytes(text);
        if text.plain {
            return raw.into();
        }
        let mut bytes = vec![0; raw.len()];
        let length = unescape(raw, &mut bytes);
        bytes.truncate(length);
        bytes.into()
    }

    /// The byte here; 0, which JSON has nowhere, at the end.
    fn byte(&self) -> u8 {
        self.json.get(self.at).copied().unwrap_or(0)
    }

    /// What comes behind white space, without taking it.
    pub(super) fn peek(&mut self) -> u8 {
        if self.byte() <= b' ' {
            *self = self.behind_space();
        }
        self.byte()
    }

    #[inline(never)]
    fn behind_space(mut self) -> Self {
        while matches!(self.byte(), b' ' | b'\n' | b'\r' | b'\t') {
            self.at += 1;
        }
        self
    }

    /// Takes `byte`, if that comes next.
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let comes = self.peek() == byte;
        self.at += usize::from(comes);
        comes
    }

    /// Takes `text`, if exactly that stands here.
    #[inline(always)]
    pub(super) fn take_exactly(&mut self, text: &[u8]) -> bool {
        let stands = self.json.get(self.at..self.at + text.len()).is_some_and(|here| is_same(here, text));
        if stands {
            self.at += text.len();
        }
        stands
    }

    /// Whether nothing but white space is left.
    pub(super) fn is_at_end(&mut self) -> bool {
        self.peek();
        self.at == self.json.len()
    }

    /// Takes a text.
    #[inline(always)]
    pub(super) fn text(&mut self) -> Option<Text> {
        if self.peek() != b'"' {
            return None;
        }
        self.text_here()
    }

    /// Takes the text whose quote stands here.
    #[inline(always)]
    pub(super) fn text_here(&mut self) -> Option<Text> {
        self.at += 1;
        let start = self.at;
        self.find_special();
        if self.byte() == b'"' {
            self.at += 1;
            Some(Text { start, end: self.at - 1, plain: true })
        } else {
            *self = self.behind_escapes()?;
            Some(Text { start, end: self.at - 1, plain: false })
        }
    }

    /// Behind a text that goes on with an escape.
    #[inline(never)]
    fn behind_escapes(mut self) -> Option<Self> {
        loop {
            match self.byte() {
                b'"' => {
                    self.at += 1;
                    return Some(self);
                }
                b'\\' => self.escape()?,
                _ => return None,
            }
            self.find_special();
        }
    }

    /// Goes to the next byte that doesn't stand for itself in a text.
    #[inline(always)]
    fn find_special(&mut self) {
        while let Some(part) = self.json.get(self.at..).and_then(|rest| rest.first_chunk()) {
            let marks = specials(part);
            if marks != 0 {
                self.at += marks.trailing_zeros() as usize / 8;
                return;
            }
            self.at += part.len();
        }
        while !matches!(self.byte(), b'"' | b'\\' | ..b' ') {
            self.at += 1;
        }
    }

    fn escape(&mut self) -> Option<()> {
        let escape = self.json.get(self.at + 1)?;
        self.at += 2;
        match escape {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(()),
            b'u' => {
                let digits = self.json.get(self.at..self.at + 4)?;
                self.at += 4;
                digits.iter().all(u8::is_ascii_hexdigit).then_some(())
            }
            _ => None,
        }
    }

    /// Passes over a value.
    #[inline(always)]
    pub(super) fn skip(&mut self) -> Option<()> {
        *self = self.behind_value()?;
        Some(())
    }

    #[inline(never)]
    fn behind_value(mut self) -> Option<Self> {
        let mut open = Open::default();
        loop {
            match self.peek() {
                b'"' => drop(self.text_here()?),
                b'{' => {
                    self.at += 1;
                    open.push(false, self.most_open)?;
                    if !self.take(b'}') {
                        self.key()?;
                        continue;
                    }
                    open.pop();
                }
                b'[' => {
                    self.at += 1;
                    open.push(true, self.most_open)?;
                    if !self.take(b']') {
                        continue;
                    }
                    open.pop();
                }
                b't' => self.word(b"true")?,
                b'f' => self.word(b"false")?,
                b'n' => self.word(b"null")?,
                _ => self.number()?,
            }
            loop {
                let Some(in_array) = open.innermost() else { return Some(self) };
                let byte = self.peek();
                self.at += 1;
                match byte {
                    b',' if in_array => break,
                    b',' => {
                        self.key()?;
                        break;
                    }
                    b']' if in_array => open.pop(),
                    b'}' if !in_array => open.pop(),
                    _ => return None,
                }
            }
        }
    }

    /// Takes a key and its colon.
    pub(super) fn key(&mut self) -> Option<Text> {
        let key = self.text()?;
        self.take(b':').then_some(key)
    }

    /// Takes `word`, which its first letter promises.
    pub(super) fn word(&mut self, word: &[u8]) -> Option<()> {
        self.take_exactly(word).then_some(())
    }

    fn number(&mut self) -> Option<()> {
        self.at += usize::from(self.byte() == b'-');
        if self.byte() == b'0' {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.byte() == b'.' {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.byte(), b'e' | b'E') {
            self.at += 1;
            self.at += usize::from(matches!(self.byte(), b'+' | b'-'));
            self.digits()?;
        }
        Some(())
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.byte().is_ascii_digit() {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }
}

/// The arrays (1) and objects (0) that a place is in, the innermost as the lowest bit.
#[derive(Default)]
struct Open {
    kinds: u128,
    depth: usize,
}

impl Open {
    fn push(&mut self, array: bool, most: usize) -> Option<()> {
        self.kinds = self.kinds << 1 | u128::from(array);
        self.depth += 1;
        (self.depth <= most).then_some(())
    }

    fn pop(&mut self) {
        self.kinds >>= 1;
        self.depth -= 1;
    }

    /// Whether the innermost is an array; `None` outside of all.
    fn innermost(&self) -> Option<bool> {
        (self.depth > 0).then_some(self.kinds & 1 == 1)
    }
}

/// Whether two slices of one length are equal; for short ones faster than a call of memcmp.
#[inline(always)]
fn is_same(one: &[u8], other: &[u8]) -> bool {
    match one.len() {
        17..=32 => ends::<16>(one) == ends::<16>(other),
        9..=16 => ends::<8>(one) == ends::<8>(other),
        5..=8 => ends::<4>(one) == ends::<4>(other),
        _ => one == other,
    }
}

/// The first and the last bytes, which may be partly the same.
#[inline(always)]
fn ends<const N: usize>(bytes: &[u8]) -> Option<(&[u8; N], &[u8; N])> {
    Some((bytes.first_chunk()?, bytes.last_chunk()?))
}

/// A mark in the highest bit of each of eight bytes that doesn't stand for itself in a text: quote, backslash,
/// control characters. Beyond the lowest mark there can be wrong ones.
fn specials(eight: &[u8; 8]) -> u64 {
    let eight = u64::from_le_bytes(*eight);
    const ONES: u64 = u64::MAX / 255;
    // With this bit turned, the quote stands next to the control characters, and nothing else does.
    let quotes_and_controls = (eight ^ (ONES * 0x02)).wrapping_sub(ONES * 0x21);
    let backslashes = (eight ^ (ONES * b'\\' as u64)).wrapping_sub(ONES);
    (quotes_and_controls | backslashes) & !eight & (ONES << 7)
}
