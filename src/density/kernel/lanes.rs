//! Vectors of `f32` of each instruction set, and the one place where the set is chosen.

use std::sync::OnceLock;

use super::cascade::{self, Memory, Peaks, Walk};
use super::separable::{self, Job, Scratch};

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

#[cfg(target_arch = "x86_64")]
pub(super) use x86::{Avx2, Avx512};

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::Lanes;

    /// Weights of R and G, B and G: the green's 150 is split, since one product must stay below 32768.
    const WEIGHTS: i32 = i32::from_le_bytes([77, 51, 29, 99]);

    /// AVX2 with FMA.
    pub(crate) struct Avx2;

    impl Lanes<4> for Avx2 {
        type V = __m256;
        const N: usize = 8;

        #[inline(always)]
        unsafe fn load(p: *const f32) -> __m256 {
            // SAFETY: by contract eight values can be read at `p`.
            unsafe { _mm256_loadu_ps(p) }
        }
        #[inline(always)]
        unsafe fn store(p: *mut f32, v: __m256) {
            // SAFETY: by contract eight values can be written at `p`.
            unsafe { _mm256_storeu_ps(p, v) }
        }
        #[inline(always)]
        unsafe fn splat(v: f32) -> __m256 {
            // SAFETY: the caller is compiled for AVX2; so for all below.
            unsafe { _mm256_set1_ps(v) }
        }
        #[inline(always)]
        unsafe fn add(a: __m256, b: __m256) -> __m256 {
            // SAFETY: see splat.
            unsafe { _mm256_add_ps(a, b) }
        }
        #[inline(always)]
        unsafe fn sub(a: __m256, b: __m256) -> __m256 {
            // SAFETY: see splat.
            unsafe { _mm256_sub_ps(a, b) }
        }
        #[inline(always)]
        unsafe fn mul(a: __m256, b: __m256) -> __m256 {
            // SAFETY: see splat.
            unsafe { _mm256_mul_ps(a, b) }
        }
        #[inline(always)]
        unsafe fn fma(a: __m256, b: __m256, c: __m256) -> __m256 {
            // SAFETY: see splat.
            unsafe { _mm256_fmadd_ps(a, b, c) }
        }
        #[inline(always)]
        unsafe fn max(a: __m256, b: __m256) -> __m256 {
            // SAFETY: see splat.
            unsafe { _mm256_max_ps(a, b) }
        }
        #[inline(always)]
        unsafe fn sqrt(a: __m256) -> __m256 {
            // SAFETY: see splat.
            unsafe { _mm256_sqrt_ps(a) }
        }
        #[inline(always)]
        unsafe fn peaks(v: __m256, top: __m256, floor: __m256) -> u32 {
            // SAFETY: see splat.
            unsafe {
                let both = _mm256_and_ps(_mm256_cmp_ps::<_CMP_EQ_OQ>(v, top), _mm256_cmp_ps::<_CMP_GT_OQ>(v, floor));
                _mm256_movemask_ps(both) as u32
            }
        }
        #[inline(always)]
        unsafe fn evens(a: __m256, b: __m256) -> __m256 {
            // SAFETY: see splat.
            unsafe {
                let mixed = _mm256_castps_pd(_mm256_shuffle_ps::<0b10_00_10_00>(a, b));
                _mm256_castpd_ps(_mm256_permute4x64_pd::<0b11_01_10_00>(mixed))
            }
        }
        #[inline(always)]
        unsafe fn exceed(v: __m256, floor: __m256) -> u32 {
            // SAFETY: see splat.
            unsafe { _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_GT_OQ>(v, floor)) as u32 }
        }
        #[inline(always)]
        unsafe fn store_transposed(t: [__m256; 4], to: impl Fn(usize) -> *mut f32) {
            // SAFETY: by contract four values can be written at `to(l)`; AVX2 is there.
            unsafe {
                let (ab0, ab1) = (_mm256_unpacklo_ps(t[0], t[1]), _mm256_unpackhi_ps(t[0], t[1]));
                let (cd0, cd1) = (_mm256_unpacklo_ps(t[2], t[3]), _mm256_unpackhi_ps(t[2], t[3]));
                let columns = [
                    _mm256_shuffle_ps::<0b01_00_01_00>(ab0, cd0),
                    _mm256_shuffle_ps::<0b11_10_11_10>(ab0, cd0),
                    _mm256_shuffle_ps::<0b01_00_01_00>(ab1, cd1),
                    _mm256_shuffle_ps::<0b11_10_11_10>(ab1, cd1),
                ];
                for (l, c) in columns.into_iter().enumerate() {
                    _mm_storeu_ps(to(l), _mm256_castps256_ps128(c));
                    _mm_storeu_ps(to(l + 4), _mm256_extractf128_ps::<1>(c));
                }
            }
        }
        #[inline(always)]
        unsafe fn luminance(p: *const u8) -> __m256 {
            // SAFETY: by contract 64 bytes can be read at `p`; AVX2 is there.
            unsafe {
                let raw = _mm256_loadu2_m128i(p.add(12).cast(), p.cast());
                let order =
                    _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 2, 1, 3, 4, 5, 4, 6, 7, 8, 7, 9, 10, 11, 10));
                let pairs = _mm256_maddubs_epi16(_mm256_shuffle_epi8(raw, order), _mm256_set1_epi32(WEIGHTS));
                let sum = _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
                _mm256_cvtepi32_ps(_mm256_srli_epi32::<8>(_mm256_add_epi32(sum, _mm256_set1_epi32(128))))
            }
        }
    }

    /// AVX-512 F, BW and VL.
    pub(crate) struct Avx512;

    impl Lanes<8> for Avx512 {
        type V = __m512;
        const N: usize = 16;

        #[inline(always)]
        unsafe fn load(p: *const f32) -> __m512 {
            // SAFETY: by contract sixteen values can be read at `p`.
            unsafe { _mm512_loadu_ps(p) }
        }
        #[inline(always)]
        unsafe fn store(p: *mut f32, v: __m512) {
            // SAFETY: by contract sixteen values can be written at `p`.
            unsafe { _mm512_storeu_ps(p, v) }
        }
        #[inline(always)]
        unsafe fn splat(v: f32) -> __m512 {
            // SAFETY: the caller is compiled for AVX-512; so for all below.
            unsafe { _mm512_set1_ps(v) }
        }
        #[inline(always)]
        unsafe fn add(a: __m512, b: __m512) -> __m512 {
            // SAFETY: see splat.
            unsafe { _mm512_add_ps(a, b) }
        }
        #[inline(always)]
        unsafe fn sub(a: __m512, b: __m512) -> __m512 {
            // SAFETY: see splat.
            unsafe { _mm512_sub_ps(a, b) }
        }
        #[inline(always)]
        unsafe fn mul(a: __m512, b: __m512) -> __m512 {
            // SAFETY: see splat.
            unsafe { _mm512_mul_ps(a, b) }
        }
        #[inline(always)]
        unsafe fn fma(a: __m512, b: __m512, c: __m512) -> __m512 {
            // SAFETY: see splat.
            unsafe { _mm512_fmadd_ps(a, b, c) }
        }
        #[inline(always)]
        unsafe fn max(a: __m512, b: __m512) -> __m512 {
            // SAFETY: see splat.
            unsafe { _mm512_max_ps(a, b) }
        }
        #[inline(always)]
        unsafe fn sqrt(a: __m512) -> __m512 {
            // SAFETY: see splat.
            unsafe { _mm512_sqrt_ps(a) }
        }
        #[inline(always)]
        unsafe fn peaks(v: __m512, top: __m512, floor: __m512) -> u32 {
            // SAFETY: see splat.
            unsafe {
                let high = _mm512_cmp_ps_mask::<_CMP_GT_OQ>(v, floor);
                u32::from(_mm512_mask_cmp_ps_mask::<_CMP_EQ_OQ>(high, v, top))
            }
        }
        #[inline(always)]
        unsafe fn evens(a: __m512, b: __m512) -> __m512 {
            // SAFETY: see splat.
            unsafe {
                let even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
                _mm512_permutex2var_ps(a, even, b)
            }
        }
        #[inline(always)]
        unsafe fn exceed(v: __m512, floor: __m512) -> u32 {
            // SAFETY: see splat.
            unsafe { u32::from(_mm512_cmp_ps_mask::<_CMP_GT_OQ>(v, floor)) }
        }
        #[inline(always)]
        unsafe fn differences(b: *const f32, a: *const f32) -> [__m512; 3] {
            // Unaligned loads all straddle two cache lines; whole lines shifted in registers do not. SAFETY: by contract.
            unsafe {
                let before = _mm512_castps_si512(_mm512_sub_ps(_mm512_loadu_ps(b.sub(16)), _mm512_loadu_ps(a.sub(16))));
                let here = _mm512_sub_ps(_mm512_loadu_ps(b), _mm512_loadu_ps(a));
                let behind = _mm512_castps_si512(_mm512_sub_ps(_mm512_loadu_ps(b.add(16)), _mm512_loadu_ps(a.add(16))));
                let middle = _mm512_castps_si512(here);
                let left = _mm512_castsi512_ps(_mm512_alignr_epi32::<15>(middle, before));
                let right = _mm512_castsi512_ps(_mm512_alignr_epi32::<1>(behind, middle));
                [left, here, right]
            }
        }
        #[inline(always)]
        unsafe fn store_transposed(t: [__m512; 8], to: impl Fn(usize) -> *mut f32) {
            // SAFETY: by contract eight values can be written at `to(l)`; AVX-512 is there.
            unsafe {
                // In each 128-bit lane L, `quads(h)[j]` holds column 4 L + j of rows 4 h .. 4 h + 4.
                let quads = |h: usize| {
                    let (ab0, ab1) = (_mm512_unpacklo_ps(t[h], t[h + 1]), _mm512_unpackhi_ps(t[h], t[h + 1]));
                    let (cd0, cd1) = (_mm512_unpacklo_ps(t[h + 2], t[h + 3]), _mm512_unpackhi_ps(t[h + 2], t[h + 3]));
                    [
                        _mm512_shuffle_ps::<0b01_00_01_00>(ab0, cd0),
                        _mm512_shuffle_ps::<0b11_10_11_10>(ab0, cd0),
                        _mm512_shuffle_ps::<0b01_00_01_00>(ab1, cd1),
                        _mm512_shuffle_ps::<0b11_10_11_10>(ab1, cd1),
                    ]
                };
                let (top, bottom) = (quads(0), quads(4));
                let near = _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11);
                let far = _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15);
                for j in 0..4 {
                    let (a, b) = (_mm512_castps_pd(top[j]), _mm512_castps_pd(bottom[j]));
                    let first = _mm512_permutex2var_pd(a, near, b);
                    let second = _mm512_permutex2var_pd(a, far, b);
                    _mm256_storeu_pd(to(j).cast(), _mm512_castpd512_pd256(first));
                    _mm256_storeu_pd(to(j + 4).cast(), _mm512_extractf64x4_pd::<1>(first));
                    _mm256_storeu_pd(to(j + 8).cast(), _mm512_castpd512_pd256(second));
                    _mm256_storeu_pd(to(j + 12).cast(), _mm512_extractf64x4_pd::<1>(second));
                }
            }
        }
        #[inline(always)]
        unsafe fn luminance(p: *const u8) -> __m512 {
            // SAFETY: by contract 64 bytes can be read at `p`; AVX-512 is there.
            unsafe {
                let raw = _mm512_loadu_si512(p.cast());
                let lanes = _mm512_setr_epi32(0, 1, 2, 2, 3, 4, 5, 5, 6, 7, 8, 8, 9, 10, 11, 11);
                let order = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 1, 2, 1, 3, 4, 5, 4, 6, 7, 8, 7, 9, 10, 11, 10));
                let bytes = _mm512_shuffle_epi8(_mm512_permutexvar_epi32(lanes, raw), order);
                let sum =
                    _mm512_madd_epi16(_mm512_maddubs_epi16(bytes, _mm512_set1_epi32(WEIGHTS)), _mm512_set1_epi16(1));
                _mm512_cvtepi32_ps(_mm512_srli_epi32::<8>(_mm512_add_epi32(sum, _mm512_set1_epi32(128))))
            }
        }
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
        #[allow(unused_mut)]
        let mut found = vec![Self::Plain, Self::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                found.push(Self::Avx2);
            }
            let wide = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw");
            if wide && is_x86_feature_detected!("avx512vl") && is_x86_feature_detected!("avx512dq") {
                found.push(Self::Avx512);
            }
        }
        found
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
    match isa {
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 => {
            // SAFETY: `Isa::available` found the features on this CPU.
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
    match isa {
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 => {
            // SAFETY: `Isa::available` found the features on this CPU.
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

/// Does as many multiply-adds as the CPU can, `rounds` times twelve registers, and returns how many values these were: what the share of
/// the peak in the benchmarks is measured against.
#[doc(hidden)]
#[must_use]
pub fn multiply_adds(isa: Isa, rounds: usize) -> usize {
    match isa {
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 => {
            // SAFETY: `Isa::available` found the features on this CPU.
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
