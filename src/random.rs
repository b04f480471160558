//! A pseudo-random number generator for tests, reproducible by its seed.

pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `bound`, which is not 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % bound
    }

    pub(crate) fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn choose<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

/// The number of seeds that a test tries. `DC_TEST_SEEDS` replaces the default, which takes long under an emulator.
pub(crate) fn seed_count(default: u64) -> u64 {
    std::env::var("DC_TEST_SEEDS").map_or(default, |count| count.parse().expect("DC_TEST_SEEDS is a number"))
}
