//! Cheap views of a photo that several stages share: its luma, and a smaller copy.

use super::Photo;
use crate::plane::Plane;
use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

/// Luma of one sRGB pixel, 0..255, in integers: Rec. ITU-R BT.601, Y' = 0.299 R' + 0.587 G' + 0.114 B'.
///
/// BT.601 and not BT.709 because it is the Y' that JPEG and HEIC files carry (ITU-T T.871), so it brings back the plane
/// that the camera sharpened and compressed least.
#[must_use]
pub fn luma([r, g, b]: [u8; 3]) -> u8 {
    // Weights in 1/65536 that sum to 65536: white stays 255, greys stay themselves.
    ((19_595 * u32::from(r) + 38_470 * u32::from(g) + 7_471 * u32::from(b) + 32_768) >> 16) as u8
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
    use crate::photo::Metadata;

    fn photo(rgb: Plane<[u8; 3]>) -> Photo {
        Photo { rgb, meta: Metadata::default(), warnings: Vec::new() }
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
    fn resized_never_enlarges_and_survives_slivers() {
        let p = photo(Plane::filled(5000, 1, [1, 2, 3]));
        assert_eq!(p.resized(9000).width(), 5000);
        let sliver = p.resized(10);
        assert_eq!((sliver.width(), sliver.height(), sliver.get(3, 0)), (10, 1, [1, 2, 3]));
        assert_eq!(p.resized(0).width(), 1);
    }
}
