//! Vectors of AVX2 and of AVX-512.

use std::arch::x86_64::*;

use super::lanes::Lanes;

/// Weights of R and G, B and G: the green's 150 is split, since one product must stay below 32768.
const WEIGHTS: i32 = i32::from_le_bytes([77, 51, 29, 99]);

/// AVX2 with FMA.
pub(super) struct Avx2;

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
            let order = _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 2, 1, 3, 4, 5, 4, 6, 7, 8, 7, 9, 10, 11, 10));
            let pairs = _mm256_maddubs_epi16(_mm256_shuffle_epi8(raw, order), _mm256_set1_epi32(WEIGHTS));
            let sum = _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
            _mm256_cvtepi32_ps(_mm256_srli_epi32::<8>(_mm256_add_epi32(sum, _mm256_set1_epi32(128))))
        }
    }
}

/// AVX-512 F, BW and VL.
pub(super) struct Avx512;

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
            // In each 128-bit lane L, `quads[h][j]` holds column 4 L + j of rows 4 h .. 4 h + 4. No closure: one that is not inlined is not
            // compiled for the instruction set, and each of its instructions becomes a call.
            let mut quads = [[t[0]; 4]; 2];
            for (quads, t) in quads.iter_mut().zip(t.as_chunks::<4>().0) {
                let (ab0, ab1) = (_mm512_unpacklo_ps(t[0], t[1]), _mm512_unpackhi_ps(t[0], t[1]));
                let (cd0, cd1) = (_mm512_unpacklo_ps(t[2], t[3]), _mm512_unpackhi_ps(t[2], t[3]));
                *quads = [
                    _mm512_shuffle_ps::<0b01_00_01_00>(ab0, cd0),
                    _mm512_shuffle_ps::<0b11_10_11_10>(ab0, cd0),
                    _mm512_shuffle_ps::<0b01_00_01_00>(ab1, cd1),
                    _mm512_shuffle_ps::<0b11_10_11_10>(ab1, cd1),
                ];
            }
            let [top, bottom] = quads;
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
            let sum = _mm512_madd_epi16(_mm512_maddubs_epi16(bytes, _mm512_set1_epi32(WEIGHTS)), _mm512_set1_epi16(1));
            _mm512_cvtepi32_ps(_mm512_srli_epi32::<8>(_mm512_add_epi32(sum, _mm512_set1_epi32(128))))
        }
    }
}
