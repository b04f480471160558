//! Detects in constant memory that a sequence repeats itself.

use std::collections::HashSet;

/// Cycles up to this length are detected as soon as they repeat.
const RECENT_COUNT: usize = 1024;

/// The size of the sets of recent hashes. Small ones are full early: a long list takes little more memory than a short one.
const SET_SIZE: usize = RECENT_COUNT / 4;

/// The length of the parts of the sequence that are kept longer.
pub(super) const KEPT_COUNT: usize = 100;

/// Remembers the most recent hashes of a sequence, the first ones, and those from the last index that is a power of two
/// (Brent's algorithm).
///
/// If the sequence enters a cycle of length n after m hashes, [`KEPT_COUNT`] consecutive hashes are not new, the last of
/// them within 3 · max(m, n + `KEPT_COUNT`) hashes: let p be the first power of two that is not below this maximum. The
/// hashes from p are in the cycle, repeat from p + n, and are kept until 2p, which is not below p + n + `KEPT_COUNT`.
/// Cycles that start with the first hash, or are not longer than [`RECENT_COUNT`], need m + n + `KEPT_COUNT`.
#[derive(Debug, Default)]
pub(super) struct CycleDetector {
    count: usize,
    first: Vec<u64>,
    since_power_of_two: Vec<u64>,
    /// The last `RECENT_COUNT` hashes, and some before them. The first set has the most recent ones.
    recent: [HashSet<u64>; RECENT_COUNT / SET_SIZE + 1],
}

impl CycleDetector {
    /// Adds a hash; returns whether it differs from all remembered ones.
    pub(super) fn insert(&mut self, hash: u64) -> bool {
        if self.recent[0].len() == SET_SIZE {
            self.recent.rotate_right(1);
            self.recent[0].clear();
        }
        let is_new = self.recent[0].insert(hash)
            && !self.recent[1..].iter().any(|set| set.contains(&hash))
            && !self.first.contains(&hash)
            && !self.since_power_of_two.contains(&hash);
        if self.first.len() < KEPT_COUNT {
            self.first.push(hash);
        }
        if self.count.is_power_of_two() {
            self.since_power_of_two.clear();
        }
        if self.since_power_of_two.len() < KEPT_COUNT {
            self.since_power_of_two.push(hash);
        }
        self.count += 1;
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    /// The number of hashes after which a cycle of this length, entered after `before` hashes, is detected: by the first
    /// hash that is not new, and by the first `KEPT_COUNT` in a row.
    fn detection(before: usize, length: usize) -> (usize, usize) {
        let mut detector = CycleDetector::default();
        let (mut first, mut run) = (None, 0);
        for number in 0.. {
            let hash = if number < before { number } else { before + (number - before) % length };
            if detector.insert(hash as u64) {
                run = 0;
                continue;
            }
            assert!(number >= before + length, "{number} is new");
            first.get_or_insert(number + 1);
            run += 1;
            if run == KEPT_COUNT {
                return (first.expect("a known hash"), number + 1);
            }
        }
        unreachable!("the loop ends with a return");
    }

    #[test]
    fn detects_cycles_of_any_length_within_the_documented_bound() {
        let mut random = Random::new(20_261_126);
        let edges = [0, 1, 100, 1024, 1025, 2048];
        let all_edges = edges.iter().flat_map(|before| edges.map(|length| (*before, length.max(1))));
        let others = (0..12).map(|_| (random.below(3_000), 1 + random.below(3_000)));
        for (before, length) in all_edges.chain(others) {
            let (first, run) = detection(before, length);
            let soonest = before + length;
            assert!(run <= 3 * before.max(length + KEPT_COUNT), "{before}, {length}: {run}");
            if length <= RECENT_COUNT || before == 0 {
                assert_eq!((first, run), (soonest + 1, soonest + KEPT_COUNT), "{before}, {length}");
            }
        }
    }

    #[test]
    fn needs_constant_memory() {
        let mut detector = CycleDetector::default();
        let capacities = |detector: &CycleDetector| {
            let sets = detector.recent.each_ref().map(HashSet::capacity);
            let lists = [&detector.first, &detector.since_power_of_two].map(Vec::capacity);
            (sets, lists)
        };
        (0..3_000).for_each(|hash| assert!(detector.insert(hash)));
        let before = capacities(&detector);
        (3_000..100_000).for_each(|hash| assert!(detector.insert(hash)));
        assert_eq!(capacities(&detector), before);
        assert!(before.0.iter().all(|capacity| *capacity <= 2 * SET_SIZE), "{before:?}");
        assert!(before.1.iter().all(|capacity| *capacity <= 2 * KEPT_COUNT), "{before:?}");
    }
}
