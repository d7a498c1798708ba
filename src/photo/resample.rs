//! Cheap views of a photo that several stages share: its luma, and a smaller copy.

use super::Photo;
use crate::plane::Plane;
use crate::plane::resize::{FilterType, size_within};
use rayon::prelude::*;

/// Luma of one sRGB pixel, 0..255, in integers: Rec. ITU-R BT.601, Y' = 0.299 R' + 0.587 G' + 0.114 B'.
///
/// BT.601 and not BT.709 because it is the Y' that JPEG and HEIC files carry (ITU-T T.871), so it brings back the plane
/// that the camera sharpened and compressed least.
#[must_use]
pub fn luma([r, g, b]: [u8; 3]) -> u8 {
    // Weights in 1/65536 that sum to 65536: white stays 255, greys stay themselves.
    ((19_595 * u32::from(r) + 38_470 * u32::from(g) + 7_471 * u32::from(b) + 32_768) >> 16) as u8
}

/// Longer side of [`Photo::on_screen`] in px.
pub const SCREEN_SIDE: usize = 1600;

/// Copies are not halved below this side in px: the small ones cost next to nothing to make from it.
const LEAST_COPY: usize = 512;

/// Half the size, rounded up: means of two by two px.
fn halved(rgb: &Plane<[u8; 3]>) -> Plane<[u8; 3]> {
    let (w, h) = (rgb.width(), rgb.height());
    let (to_w, to_h) = (w.div_ceil(2), h.div_ceil(2));
    let mut out = Plane::filled(to_w, to_h, [0u8; 3]);
    out.as_mut_slice().par_chunks_exact_mut(to_w).enumerate().with_min_len(16).for_each_init(
        || vec![[0u16; 3]; 2 * to_w],
        |sums, (y, row)| {
            let (upper, lower) = (rgb.row(2 * y), rgb.row((2 * y + 1).min(h - 1)));
            // Down first, over plain lists of bytes, which compiles to vectors; then across.
            let both = upper.as_flattened().iter().zip(lower.as_flattened());
            sums.as_flattened_mut().iter_mut().zip(both).for_each(|(s, (a, b))| *s = u16::from(*a) + u16::from(*b));
            if w % 2 == 1 {
                sums[w] = sums[w - 1];
            }
            for (px, [a, b]) in row.iter_mut().zip(sums.as_chunks::<2>().0) {
                *px = std::array::from_fn(|c| ((a[c] + b[c] + 2) / 4) as u8);
            }
        },
    );
    out
}

impl Plane<[u8; 3]> {
    /// Luma of each pixel, 0..255, gamma-coded like the photo; see [`luma`].
    #[must_use]
    pub fn luminance(&self) -> Plane<u8> {
        self.map(luma)
    }
}

impl Photo {
    /// The photo, or the smallest of its copies by halves whose longer side has at least `side` px: what smaller pictures are
    /// made from, so that only the first one reads all px of the photo. Each px of a copy is the mean of those it stands
    /// for; a last row or column without a partner counts twice.
    #[must_use]
    pub fn of_side(&self, side: usize) -> &Plane<[u8; 3]> {
        let longer = |plane: &Plane<[u8; 3]>| plane.width().max(plane.height());
        if longer(&self.rgb).div_ceil(2) < side.max(1) {
            return &self.rgb;
        }
        let copies = self.halved.get_or_init(|| {
            let mut copies = vec![halved(&self.rgb)];
            while longer(&copies[copies.len() - 1]) >= 2 * LEAST_COPY {
                copies.push(halved(&copies[copies.len() - 1]));
            }
            copies
        });
        copies.iter().rev().find(|copy| longer(copy) >= side).unwrap_or(&self.rgb)
    }

    /// The photo reduced to a screenful, [`SCREEN_SIDE`] px; itself where it is no larger. Markers are sought in it, and overlays are
    /// drawn on it.
    #[must_use]
    pub fn on_screen(&self) -> &Plane<[u8; 3]> {
        let longer = self.rgb.width().max(self.rgb.height());
        if longer <= SCREEN_SIDE {
            return &self.rgb;
        }
        self.on_screen.get_or_init(|| {
            let (w, h) = size_within(self.rgb.width(), self.rgb.height(), SCREEN_SIDE);
            self.of_side(SCREEN_SIDE).resized(w, h, FilterType::Bilinear)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn photo(rgb: Plane<[u8; 3]>) -> Photo {
        Photo::of(rgb)
    }

    #[test]
    fn luma_keeps_greys_and_weighs_primaries() {
        for v in 0..=255 {
            assert_eq!(luma([v; 3]), v);
        }
        // BT.601: 0.299, 0.587, 0.114 of 255.
        assert_eq!([luma([255, 0, 0]), luma([0, 255, 0]), luma([0, 0, 255])], [76, 150, 29]);
    }

    #[test]
    fn copies_by_halves_are_means_and_large_enough() {
        let p = photo(Plane::from_fn(2049, 1100, |x, y| [(x % 200) as u8, (y % 100) as u8, 7]));
        for (side, width) in [(3000, 2049), (1025, 1025), (1024, 1025), (600, 1025), (500, 513), (3, 513)] {
            assert_eq!(p.of_side(side).width(), width, "{side}");
        }
        let half = p.of_side(1025);
        // 4 and 5 of a row, 8 and 9 of a column: means of 4.5 and 8.5, rounded up.
        assert_eq!((half.height(), half.get(2, 4)), (550, [5, 9, 7]));
        assert_eq!(half.get(1024, 0), [48, 1, 7], "the last column has no partner");
    }

    #[test]
    fn a_screenful_keeps_proportions_and_small_photos() {
        let large = photo(Plane::filled(4000, 3000, [9, 8, 7]));
        let screen = large.on_screen();
        assert_eq!((screen.width(), screen.height(), screen.get(800, 600)), (1600, 1200, [9, 8, 7]));
        let small = photo(Plane::filled(640, 480, [9, 8, 7]));
        assert_eq!(small.on_screen(), &small.rgb);
        assert_eq!(photo(Plane::filled(5000, 1, [1; 3])).on_screen().height(), 1);
    }
}
