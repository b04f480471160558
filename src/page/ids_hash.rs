//! A hash of the ids of a page's rows.

use crate::json::scanner::Scanner;

/// Hashes the ids in their order; in place of an id that is not a string, the row. If a row has two ids, the first is used.
///
/// Each step is a bijection, so that pages that differ in one id of up to 7 bytes never have the same hash; others have
/// with a probability of about 2^-64. It is much faster than the hashers of std, as ids are short.
pub(super) struct IdsHash<'a> {
    hash: u64,
    /// The last row up to the first byte of its id: in most lists the next row starts with the same bytes.
    prefix: &'a [u8],
}

impl<'a> IdsHash<'a> {
    pub(super) fn new() -> Self {
        // The hash is not 0, which an empty string would not change. No row starts with a NUL.
        Self { hash: 1, prefix: b"\0" }
    }

    /// Adds the row from the position of the scanner to `end`, which is valid JSON. Not inlined, so that the caller's
    /// loop keeps its registers.
    #[inline(never)]
    pub(super) fn add_row(&mut self, row: Scanner<'a>, end: usize) {
        let mut id = row;
        if !id.consume_exact(self.prefix) {
            self.add_row_with_other_prefix(row, end);
        } else if let Some(word) = id.short_string_after_quote() {
            self.mix(word);
        } else if let Some(id) = id.at(id.position() - 1).string_at_quote() {
            self.add(row.raw(id));
        }
    }

    #[inline(never)]
    fn add_row_with_other_prefix(&mut self, row: Scanner<'a>, end: usize) {
        let start = row.position();
        let id = after_id_key(row).and_then(|mut row| row.string());
        let bytes = match id {
            Some(id) => {
                self.prefix = row.at(id.start).bytes_since(start);
                row.raw(id)
            }
            None => row.at(end).bytes_since(start),
        };
        self.add(bytes);
    }

    #[inline(never)]
    fn add(&mut self, bytes: &[u8]) {
        if bytes.len() < 8 {
            return self.mix(word(bytes));
        }
        bytes.chunks(8).for_each(|chunk| self.mix(word(chunk)));
        // Its highest byte occurs in no string, and that of a shorter id is 0: different ids add different words.
        self.mix(!(bytes.len() as u64));
    }

    pub(super) fn finish(self) -> u64 {
        self.hash
    }

    #[inline(always)]
    fn mix(&mut self, word: u64) {
        self.hash = (self.hash.rotate_left(26) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

/// Continues past the first key `id` of a row.
#[inline(never)]
fn after_id_key(mut row: Scanner) -> Option<Scanner> {
    if !row.consume(b'{') || row.peek() == b'}' {
        return None;
    }
    loop {
        let key = row.key()?;
        if *row.unescaped(key) == *b"id" {
            return Some(row);
        }
        row.skip_value()?;
        if !row.consume(b',') {
            return None;
        }
    }
}

/// Up to 8 bytes as a number, the first one in the lowest bits.
fn word(chunk: &[u8]) -> u64 {
    chunk.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::random::Random;

    fn hash_of(ids: &[String]) -> u64 {
        let rows: Vec<String> = ids.iter().map(|id| format!(r#"{{"type":"x","id":"{id}","name":"y"}}"#)).collect();
        let json = rows.concat();
        let (mut hash, mut start) = (IdsHash::new(), 0);
        for row in &rows {
            hash.add_row(Scanner::new(&json, start, 1), start + row.len());
            start += row.len();
        }
        assert_eq!(hash.finish(), hash_without_prefix(ids));
        hash_without_prefix(ids)
    }

    /// The hash without the shortcut for a common prefix.
    fn hash_without_prefix(ids: &[String]) -> u64 {
        let mut hash = IdsHash::new();
        ids.iter().for_each(|id| hash.add(id.as_bytes()));
        hash.finish()
    }

    #[test]
    fn different_pages_have_different_hashes() {
        let mut random = Random::new(5);
        let mut pages: HashSet<Vec<String>> = HashSet::from([vec![]]);
        // All pages of up to three similar ids; then pages of consecutive ids, and random ones.
        let ids =
            ["", "0", "00", "1", "10", "01", "1234", "12345", "123456789", "12345678912345678"].map(str::to_owned);
        for first in &ids {
            pages.insert(vec![first.clone()]);
            for second in &ids {
                pages.insert(vec![first.clone(), second.clone()]);
                pages.extend(ids.iter().map(|third| vec![first.clone(), second.clone(), third.clone()]));
            }
        }
        for start in 0..2_000 {
            pages.extend([2, 50].map(|count| (start..start + count).rev().map(|id| id.to_string()).collect()));
            pages.insert((0..4).map(|_| random.below(1_000_000).to_string()).collect());
        }
        let hashes: HashSet<u64> = pages.iter().map(|ids| hash_of(ids)).collect();
        assert!(pages.len() > 5_000 && hashes.len() == pages.len(), "{} hashes of {}", hashes.len(), pages.len());
    }
}
