//! A hash of the ids of a page's rows.

use crate::json::scanner::{Scanner, StringSpan};

/// Hashes the ids in their order; in place of an id that is not a string, the row.
///
/// Each step is a bijection, so that pages that differ in one id of up to 7 bytes never have the same hash; others have
/// with a probability of about 2^-64. It is much faster than the hashers of std, as ids are short.
pub(super) struct IdsHash(u64);

impl IdsHash {
    pub(super) fn new() -> Self {
        // Not 0, which an empty string would not change.
        Self(1)
    }

    /// Adds an id, a string of the scanner's document.
    #[inline(always)]
    pub(super) fn add(&mut self, scanner: Scanner, id: StringSpan) {
        match scanner.short_string(id) {
            Some(word) => self.mix(word),
            None => self.add_bytes(scanner.raw(id)),
        }
    }

    #[inline(never)]
    pub(super) fn add_bytes(&mut self, bytes: &[u8]) {
        if bytes.len() < 8 {
            return self.mix(word(bytes));
        }
        bytes.chunks(8).for_each(|chunk| self.mix(word(chunk)));
        // Its highest byte occurs in no string, and that of a shorter id is 0: different ids add different words.
        self.mix(!(bytes.len() as u64));
    }

    pub(super) fn finish(self) -> u64 {
        self.0
    }

    #[inline(always)]
    fn mix(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(26) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
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
        let json = ids.join(",");
        let (mut hash, mut bytes_hash, mut start) = (IdsHash::new(), IdsHash::new(), 0);
        for id in ids {
            let end = start + id.len();
            hash.add(Scanner::new(&json, 0, 1), StringSpan { start, end, has_escapes: false });
            bytes_hash.add_bytes(id.as_bytes());
            start = end + 1;
        }
        let hash = hash.finish();
        assert_eq!(hash, bytes_hash.finish());
        hash
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
