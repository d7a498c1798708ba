//! Smooth random fields in space: trilinear noise on a repeating lattice, and sums of its octaves.

use std::sync::OnceLock;

use super::dice::{Dice, hash_unit};
use super::vec3::{V3, floor, v3};

const N: usize = 32;

fn lattice() -> &'static [f32] {
    static LATTICE: OnceLock<Vec<f32>> = OnceLock::new();
    LATTICE.get_or_init(|| {
        let mut dice = Dice::new(0x5eed, 7);
        (0..N * N * N).map(|_| dice.normal(0.0, 1.0)).collect()
    })
}

/// Noise of mean 0 and deviation about 0.6 at `p` cm, `frequency` cells per cm.
#[inline]
pub(crate) fn noise(p: V3, frequency: f32, seed: u32) -> f32 {
    let vol = lattice();
    let axis = |v: f32, k: u32| {
        let t = v * frequency + hash_unit(seed.wrapping_add(k.wrapping_mul(0x9E37))) * N as f32;
        let f = floor(t);
        let i = (f & (N as i32 - 1)) as usize;
        (i, (i + 1) & (N - 1), t - f as f32)
    };
    let (x0, x1, fx) = axis(p.x, 1);
    let (y0, y1, fy) = axis(p.y, 2);
    let (z0, z1, fz) = axis(p.z, 3);
    let at = |x: usize, y: usize| {
        let row = (x * N + y) * N;
        vol[row + z0] * (1.0 - fz) + vol[row + z1] * fz
    };
    let a = at(x0, y0) * (1.0 - fy) + at(x0, y1) * fy;
    let b = at(x1, y0) * (1.0 - fy) + at(x1, y1) * fy;
    a * (1.0 - fx) + b * fx
}

/// Sum of octaves, each twice as fine and half as strong; deviation about 0.6.
pub(crate) fn fbm(p: V3, frequency: f32, seed: u32, octaves: u32) -> f32 {
    let (mut sum, mut power, mut gain, mut f) = (0.0, 0.0, 1.0f32, frequency);
    for k in 0..octaves {
        sum += gain * noise(p, f, seed.wrapping_add(k.wrapping_mul(7919)));
        power += gain * gain;
        gain *= 0.5;
        f *= 2.0;
    }
    sum / power.sqrt()
}

/// Three independent fields as a vector.
pub(crate) fn fbm3(p: V3, frequency: f32, seed: u32, octaves: u32) -> V3 {
    v3(
        fbm(p, frequency, seed, octaves),
        fbm(p, frequency, seed.wrapping_add(101), octaves),
        fbm(p, frequency, seed.wrapping_add(202), octaves),
    )
}
