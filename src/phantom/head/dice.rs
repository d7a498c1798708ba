//! Random draws, the same on every machine and thread count.

use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::{Rng, SeedableRng};

use super::vec3::{V3, v3};

/// A stream of random draws from one seed.
pub(crate) struct Dice(Pcg64Mcg);

impl Dice {
    /// Streams of different `(seed, stream)` are independent.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mixed =
            seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ stream.wrapping_mul(0xD1B5_4A32_D192_ED03).rotate_left(31);
        Self(Pcg64Mcg::seed_from_u64(mixed))
    }

    pub(crate) fn seed(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// Uniform in [0, 1).
    #[inline]
    pub(crate) fn unit(&mut self) -> f32 {
        (self.0.next_u64() >> 40) as f32 / 16_777_216.0
    }

    /// Uniform in [a, b).
    #[inline]
    pub(crate) fn range(&mut self, a: f32, b: f32) -> f32 {
        a + (b - a) * self.unit()
    }

    /// Normal with mean and standard deviation (Box-Muller).
    #[inline]
    pub(crate) fn normal(&mut self, mean: f32, sd: f32) -> f32 {
        let r = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        mean + sd * r * (std::f32::consts::TAU * self.unit()).cos()
    }

    /// About standard normal, from the sum of eight bytes: what noise of a picture needs, at a fifth of the cost.
    pub(crate) fn rough_normal(&mut self) -> f32 {
        let sum: u32 = self.0.next_u64().to_le_bytes().iter().map(|&b| u32::from(b)).sum();
        (sum as f32 - 1020.0) / 209.02
    }

    /// Three independent normals.
    pub(crate) fn normal3(&mut self, sd: f32) -> V3 {
        v3(self.normal(0.0, sd), self.normal(0.0, sd), self.normal(0.0, sd))
    }

    #[inline]
    pub(crate) fn chance(&mut self, p: f32) -> bool {
        self.unit() < p
    }

    /// Whole number in 0..n.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((self.unit() * n as f32) as usize).min(n - 1)
    }

    /// One of the values with its weight; weights need not sum to 1.
    pub(crate) fn weighted<T: Copy>(&mut self, choices: &[(T, f32)]) -> T {
        let total: f32 = choices.iter().map(|c| c.1).sum();
        let mut u = self.unit() * total;
        for &(value, weight) in choices {
            u -= weight;
            if u < 0.0 {
                return value;
            }
        }
        choices[choices.len() - 1].0
    }
}

/// A well-mixed 32-bit hash: randomness that depends on an index, not on the order of draws.
#[inline]
pub(crate) fn hash(mut x: u32) -> u32 {
    x ^= x >> 16;
    x = x.wrapping_mul(0x7feb_352d);
    x ^= x >> 15;
    x = x.wrapping_mul(0x846c_a68b);
    x ^ (x >> 16)
}

/// The hash as a number in [0, 1).
#[inline]
pub(crate) fn hash_unit(x: u32) -> f32 {
    (hash(x) >> 8) as f32 / 16_777_216.0
}
