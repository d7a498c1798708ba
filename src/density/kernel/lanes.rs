//! Vectors of `f32` of each instruction set, and the one place where the set is chosen.

use std::sync::OnceLock;

use super::cascade::{self, Memory, Walk};
use super::convolution;
use super::maxima::Peaks;
use super::separable::{self, Job, Scratch};
#[cfg(target_arch = "x86_64")]
use super::x86::{Avx2, Avx512};

/// Operations on one vector register and on a tile of `R` of them.
///
/// Every function is called from code compiled for the instruction set (see [`strip_with`]), and is inlined there.
pub(super) trait Lanes<const R: usize> {
    /// One register.
    type V: Copy;
    /// Values in a register.
    const N: usize;
    /// # Safety
    /// `N` values can be read at `p`.
    unsafe fn load(p: *const f32) -> Self::V;
    /// # Safety
    /// `N` values can be written at `p`.
    unsafe fn store(p: *mut f32, v: Self::V);
    /// # Safety
    /// The CPU has the instruction set; so for all below.
    unsafe fn splat(v: f32) -> Self::V;
    unsafe fn add(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn sub(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn mul(a: Self::V, b: Self::V) -> Self::V;
    /// `a * b + c`.
    unsafe fn fma(a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    unsafe fn max(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn sqrt(a: Self::V) -> Self::V;
    /// Bit `l` is set where lane `l` of `v` equals `top` and exceeds `floor`.
    unsafe fn peaks(v: Self::V, top: Self::V, floor: Self::V) -> u32;
    /// Every second value of `a` and then `b`.
    unsafe fn evens(a: Self::V, b: Self::V) -> Self::V;
    /// Bit `l` is set where lane `l` of `v` exceeds `floor`.
    unsafe fn exceed(v: Self::V, floor: Self::V) -> u32;
    /// `b - a` at the pointers, a value to the left of them, at them, and a value to the right.
    ///
    /// # Safety
    /// `N` values before the pointers and `2 N` at them can be read; the pointers are aligned to 64 bytes where `N` is 16.
    #[inline(always)]
    unsafe fn differences(b: *const f32, a: *const f32) -> [Self::V; 3] {
        // SAFETY: reads from one value before the pointers to N behind, by contract.
        unsafe {
            let at = |d: usize| Self::sub(Self::load(b.sub(1).add(d)), Self::load(a.sub(1).add(d)));
            [at(0), at(1), at(2)]
        }
    }
    /// Writes lane `l` of all `R` registers, one after another, at `to(l)`.
    ///
    /// # Safety
    /// `R` values can be written at `to(l)` for each lane.
    unsafe fn store_transposed(tile: [Self::V; R], to: impl Fn(usize) -> *mut f32);
    /// Luminance of `N` interleaved RGB pixels; see [`super::luminance`].
    ///
    /// # Safety
    /// 64 bytes can be read at `p`.
    unsafe fn luminance(p: *const u8) -> Self::V;
}

/// Plain Rust on arrays, which the compiler vectorises for the target's baseline (SSE2, NEON).
pub(super) struct Portable;

impl Lanes<4> for Portable {
    type V = [f32; 4];
    const N: usize = 4;

    #[inline(always)]
    unsafe fn load(p: *const f32) -> Self::V {
        // SAFETY: by contract four values can be read at `p`.
        unsafe { p.cast::<[f32; 4]>().read_unaligned() }
    }
    #[inline(always)]
    unsafe fn store(p: *mut f32, v: Self::V) {
        // SAFETY: by contract four values can be written at `p`.
        unsafe { p.cast::<[f32; 4]>().write_unaligned(v) }
    }
    #[inline(always)]
    unsafe fn splat(v: f32) -> Self::V {
        [v; 4]
    }
    #[inline(always)]
    unsafe fn add(a: Self::V, b: Self::V) -> Self::V {
        std::array::from_fn(|i| a[i] + b[i])
    }
    #[inline(always)]
    unsafe fn sub(a: Self::V, b: Self::V) -> Self::V {
        std::array::from_fn(|i| a[i] - b[i])
    }
    #[inline(always)]
    unsafe fn mul(a: Self::V, b: Self::V) -> Self::V {
        std::array::from_fn(|i| a[i] * b[i])
    }
    #[inline(always)]
    unsafe fn fma(a: Self::V, b: Self::V, c: Self::V) -> Self::V {
        // Two roundings: without the instruction a fused one is a call into the C library.
        std::array::from_fn(|i| a[i] * b[i] + c[i])
    }
    #[inline(always)]
    unsafe fn max(a: Self::V, b: Self::V) -> Self::V {
        std::array::from_fn(|i| if a[i] > b[i] { a[i] } else { b[i] })
    }
    #[inline(always)]
    unsafe fn sqrt(a: Self::V) -> Self::V {
        a.map(f32::sqrt)
    }
    #[inline(always)]
    unsafe fn peaks(v: Self::V, top: Self::V, floor: Self::V) -> u32 {
        (0..4).fold(0, |bits, i| bits | u32::from(v[i] == top[i] && v[i] > floor[i]) << i)
    }
    #[inline(always)]
    unsafe fn evens(a: Self::V, b: Self::V) -> Self::V {
        [a[0], a[2], b[0], b[2]]
    }
    #[inline(always)]
    unsafe fn exceed(v: Self::V, floor: Self::V) -> u32 {
        (0..4).fold(0, |bits, i| bits | u32::from(v[i] > floor[i]) << i)
    }
    #[inline(always)]
    unsafe fn store_transposed(tile: [Self::V; 4], to: impl Fn(usize) -> *mut f32) {
        for l in 0..4 {
            // SAFETY: by contract four values can be written at `to(l)`.
            unsafe { to(l).cast::<[f32; 4]>().write_unaligned(tile.map(|row| row[l])) }
        }
    }
    #[inline(always)]
    unsafe fn luminance(p: *const u8) -> Self::V {
        // SAFETY: by contract 64 bytes can be read at `p`; 12 are.
        let rgb = unsafe { p.cast::<[[u8; 3]; 4]>().read_unaligned() };
        rgb.map(|px| f32::from(super::luminance(px)))
    }
}

/// What the filters are computed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isa {
    /// The plain definition, value by value; the reference of all others.
    Plain,
    /// Plain Rust that the compiler vectorises (SSE2 on x86-64, NEON on AArch64).
    Portable,
    /// AVX2 and FMA.
    Avx2,
    /// AVX-512 F, BW and VL.
    Avx512,
}

impl Isa {
    /// All sets this CPU has, the fastest last.
    #[must_use]
    pub fn available() -> Vec<Self> {
        let mut all = vec![Self::Plain, Self::Portable, Self::Avx2, Self::Avx512];
        all.retain(|isa| isa.is_available());
        all
    }

    /// Whether this CPU has the set.
    #[must_use]
    pub fn is_available(self) -> bool {
        match self {
            Self::Plain | Self::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                let wide = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw");
                wide && is_x86_feature_detected!("avx512vl") && is_x86_feature_detected!("avx512dq")
            }
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512 => false,
        }
    }

    /// The fastest set of this CPU, or the one that the variable `SCALPMAP_ISA` names (`plain`, `portable`, `avx2`, `avx512`) if the
    /// CPU has it. Asked once.
    #[must_use]
    pub fn chosen() -> Self {
        static CHOSEN: OnceLock<Isa> = OnceLock::new();
        *CHOSEN.get_or_init(|| {
            let available = Self::available();
            let wanted = std::env::var("SCALPMAP_ISA").unwrap_or_default();
            let named = available.iter().find(|isa| isa.name() == wanted).copied();
            named.unwrap_or_else(|| *available.last().unwrap_or(&Self::Portable))
        })
    }

    /// Name as `SCALPMAP_ISA` takes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Portable => "portable",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }
}

/// Walks a strip with the code compiled for `isa`.
pub(super) fn strip_with(isa: Isa, walk: &Walk<'_>, from: usize, to: usize, memory: &mut Memory, found: &mut Peaks) {
    assert!(isa.is_available(), "{isa:?} is not a set of this CPU");
    match isa {
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 => {
            // SAFETY: the CPU has the features, as just asked.
            unsafe { strip_avx512(walk, from, to, memory, found) }
        }
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => {
            // SAFETY: as above.
            unsafe { strip_avx2(walk, from, to, memory, found) }
        }
        // SAFETY: needs nothing beyond the baseline.
        _ => unsafe { cascade::strip::<Portable, 4>(walk, from, to, memory, found) },
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx2,fma")]
fn strip_avx512(walk: &Walk<'_>, from: usize, to: usize, memory: &mut Memory, found: &mut Peaks) {
    // SAFETY: compiled for the features that the lanes need.
    unsafe { cascade::strip::<Avx512, 8>(walk, from, to, memory, found) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn strip_avx2(walk: &Walk<'_>, from: usize, to: usize, memory: &mut Memory, found: &mut Peaks) {
    // SAFETY: as above.
    unsafe { cascade::strip::<Avx2, 4>(walk, from, to, memory, found) }
}

/// Filters a band with the code compiled for `isa`.
pub(super) fn band_with(isa: Isa, job: &Job<'_>, y0: usize, out: &mut [f32], scratch: &mut Scratch) {
    assert!(isa.is_available(), "{isa:?} is not a set of this CPU");
    match isa {
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 => {
            // SAFETY: the CPU has the features, as just asked.
            unsafe { band_avx512(job, y0, out, scratch) }
        }
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => {
            // SAFETY: as above.
            unsafe { band_avx2(job, y0, out, scratch) }
        }
        // SAFETY: needs nothing beyond the baseline.
        _ => unsafe { separable::band::<Portable, 4>(job, y0, out, scratch) },
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx2,fma")]
fn band_avx512(job: &Job<'_>, y0: usize, out: &mut [f32], scratch: &mut Scratch) {
    // SAFETY: compiled for the features that the lanes need.
    unsafe { separable::band::<Avx512, 8>(job, y0, out, scratch) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn band_avx2(job: &Job<'_>, y0: usize, out: &mut [f32], scratch: &mut Scratch) {
    // SAFETY: as above.
    unsafe { separable::band::<Avx2, 4>(job, y0, out, scratch) }
}

/// Registers of one tile with the code compiled for `isa`.
pub(super) const fn tile_of(isa: Isa) -> usize {
    match isa {
        Isa::Avx512 => 8,
        _ => 4,
    }
}

/// Convolves with the code compiled for `isa`, whose outputs come in blocks of [`tile_of`].
///
/// # Safety
/// As [`convolution::run`], but for the instruction set.
pub(super) unsafe fn convolve_with(isa: Isa, job: &convolution::Job<'_>, out: &mut [f32]) {
    match isa {
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 => {
            // SAFETY: the CPU has the features, or there would be no such convolution; the rest by contract.
            unsafe { convolve_avx512(job, out) }
        }
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => {
            // SAFETY: as above.
            unsafe { convolve_avx2(job, out) }
        }
        // SAFETY: needs nothing beyond the baseline; the rest by contract.
        _ => unsafe { convolution::run::<Portable, 4>(job, out) },
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx2,fma")]
unsafe fn convolve_avx512(job: &convolution::Job<'_>, out: &mut [f32]) {
    // SAFETY: compiled for the features that the lanes need; the rest by contract.
    unsafe { convolution::run::<Avx512, 8>(job, out) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn convolve_avx2(job: &convolution::Job<'_>, out: &mut [f32]) {
    // SAFETY: as above.
    unsafe { convolution::run::<Avx2, 4>(job, out) }
}

/// Does as many multiply-adds as the CPU can, `rounds` times twelve registers, and returns how many values these were: what the share of
/// the peak in the benchmarks is measured against.
#[doc(hidden)]
#[must_use]
pub fn multiply_adds(isa: Isa, rounds: usize) -> usize {
    assert!(isa.is_available(), "{isa:?} is not a set of this CPU");
    match isa {
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 => {
            // SAFETY: the CPU has the features, as just asked.
            unsafe { peak_avx512(rounds) }
        }
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => {
            // SAFETY: as above.
            unsafe { peak_avx2(rounds) }
        }
        // SAFETY: needs nothing beyond the baseline.
        _ => unsafe { peak::<Portable, 4>(rounds) },
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx2,fma")]
fn peak_avx512(rounds: usize) -> usize {
    // SAFETY: compiled for the features that the lanes need.
    unsafe { peak::<Avx512, 8>(rounds) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn peak_avx2(rounds: usize) -> usize {
    // SAFETY: as above.
    unsafe { peak::<Avx2, 4>(rounds) }
}

#[inline(always)]
unsafe fn peak<L: Lanes<R>, const R: usize>(rounds: usize) -> usize {
    // Enough independent sums to hide the latency of any CPU's multiply-add, few enough for sixteen registers.
    const SUMS: usize = 12;
    // SAFETY: compiled for L by contract; the array takes a register.
    unsafe {
        let (a, b) = (L::splat(std::hint::black_box(0.999)), L::splat(std::hint::black_box(1e-3)));
        let mut sums = [L::splat(1.0); SUMS];
        for _ in 0..rounds {
            for sum in &mut sums {
                *sum = L::fma(*sum, a, b);
            }
        }
        let mut last = [0.0f32; 16];
        for sum in sums {
            L::store(last.as_mut_ptr(), sum);
            std::hint::black_box(&last);
        }
    }
    rounds * SUMS * L::N
}
