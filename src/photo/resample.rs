//! Cheap views of a photo that several stages share: its luma, and a smaller copy.

use super::Photo;
use crate::plane::Plane;
use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
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

impl Photo {
    /// Luma of each pixel, 0..255, gamma-coded like the photo; see [`luma`].
    #[must_use]
    pub fn luminance(&self) -> Plane<u8> {
        self.rgb.map(luma)
    }

    /// The photo shrunk so that its longer side is at most `max_side` px (at least 1); never enlarged.
    ///
    /// See [`shrink`] for the filter. A px of the result is [`Photo::shrink_factor`] px of the photo.
    #[must_use]
    pub fn resized(&self, max_side: usize) -> Plane<[u8; 3]> {
        let factor = self.shrink_factor(max_side);
        if factor <= 1.0 {
            return self.rgb.clone();
        }
        let side = |px: usize| ((px as f64 / factor).round() as usize).max(1);
        shrink(&self.rgb, side(self.rgb.width()), side(self.rgb.height()))
    }

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

    /// Photo px per px of [`Photo::resized`] along the longer side, 1 or more.
    #[must_use]
    pub fn shrink_factor(&self, max_side: usize) -> f64 {
        (self.rgb.width().max(self.rgb.height()) as f64 / max_side.max(1) as f64).max(1.0)
    }
}

/// Resamples to `width` x `height` px (each at least 1) with a Hamming window over two target px: as local as a box
/// average and free of overshoot, but without the box's uneven steps at ratios that are not whole.
///
/// It averages gamma-coded values. Linear light would be 2 to 3 times slower and moves mixed edge pixels only; the
/// stages that use small copies look for colour classes and shapes, not for radiance.
#[must_use]
pub fn shrink(rgb: &Plane<[u8; 3]>, width: usize, height: usize) -> Plane<[u8; 3]> {
    let (width, height) = (width.max(1), height.max(1));
    let source = ImageRef::new(rgb.width() as u32, rgb.height() as u32, rgb.as_slice().as_flattened(), PixelType::U8x3)
        .expect("a plane holds width x height px");
    let mut target = Image::new(width as u32, height as u32, PixelType::U8x3);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Hamming));
    Resizer::new().resize(&source, &mut target, &options).expect("source and target are of one pixel type");
    Plane::from_vec(width, height, target.buffer().as_chunks::<3>().0.to_vec())
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
    fn resized_keeps_shape_mean_and_place() {
        let p = photo(Plane::from_fn(400, 300, |x, _| if x < 200 { [10, 20, 30] } else { [210, 120, 60] }));
        let small = p.resized(100);
        assert_eq!((small.width(), small.height()), (100, 75));
        assert!((p.shrink_factor(100) - 4.0).abs() < 1e-12);
        assert_eq!((small.get(47, 40), small.get(52, 40)), ([10, 20, 30], [210, 120, 60]));
        // No overshoot anywhere, and the edge in the middle.
        assert!(small.as_slice().iter().all(|p| (10..=210).contains(&p[0])));
        let edge = (u16::from(small.get(49, 0)[0]) + u16::from(small.get(50, 0)[0])) / 2;
        assert!((109..=111).contains(&edge), "{edge}");
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
    fn resized_never_enlarges_and_survives_slivers() {
        let p = photo(Plane::filled(5000, 1, [1, 2, 3]));
        assert_eq!(p.resized(9000).width(), 5000);
        let sliver = p.resized(10);
        assert_eq!((sliver.width(), sliver.height(), sliver.get(3, 0)), (10, 1, [1, 2, 3]));
        assert_eq!(p.resized(0).width(), 1);
    }
}
