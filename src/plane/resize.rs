//! Pictures at another size.

pub use fast_image_resize::FilterType;
use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{PixelType, ResizeAlg, ResizeOptions, Resizer};

use super::Plane;

/// Size of a copy whose longer side is at most `side` px, with the photo's proportions; never larger than the photo.
#[must_use]
pub fn size_within(width: usize, height: usize, side: usize) -> (usize, usize) {
    let longer = width.max(height).max(1);
    if longer <= side {
        return (width, height);
    }
    let scaled = |v: usize| ((v * side + longer / 2) / longer).max(1);
    (scaled(width), scaled(height))
}

/// Fills `target` with `source`, each with its columns and rows; every px of the source counts when shrinking, so that no strand aliases.
fn convolve(source: (&[u8], usize, usize), target: (&mut [u8], usize, usize), kind: PixelType, filter: FilterType) {
    let (bytes, w, h) = source;
    let source = ImageRef::new(w as u32, h as u32, bytes, kind).expect("the values of a plane fill it");
    let (bytes, w, h) = target;
    let mut target = Image::from_slice_u8(w as u32, h as u32, bytes, kind).expect("so do these");
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter));
    Resizer::new().resize(&source, &mut target, &options).expect("source and target are of one kind");
}

impl Plane<[u8; 3]> {
    /// The whole picture at `width` x `height` px, each at least 1.
    #[must_use]
    pub fn resized(&self, width: usize, height: usize, filter: FilterType) -> Self {
        let to = (width.max(1), height.max(1));
        if to == (self.width(), self.height()) {
            return self.clone();
        }
        let mut out = Self::filled(to.0, to.1, [0; 3]);
        let source = (self.as_slice().as_flattened(), self.width(), self.height());
        convolve(source, (out.as_mut_slice().as_flattened_mut(), to.0, to.1), PixelType::U8x3, filter);
        out
    }

    /// A copy whose longer side is at most `side` px, each px the mean of those it stands for; never enlarged, and at least 1 x 1.
    #[must_use]
    pub fn shrunk(&self, side: usize) -> Self {
        let (width, height) = size_within(self.width(), self.height(), side);
        self.resized(width, height, FilterType::Box)
    }
}

impl Plane<u8> {
    /// The whole plane at `width` x `height` px, each at least 1.
    #[must_use]
    pub fn resized(&self, width: usize, height: usize, filter: FilterType) -> Self {
        let to = (width.max(1), height.max(1));
        let mut out = Self::filled(to.0, to.1, 0);
        let source = (self.as_slice(), self.width(), self.height());
        convolve(source, (out.as_mut_slice(), to.0, to.1), PixelType::U8, filter);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_keep_proportions() {
        assert_eq!(size_within(4000, 3000, 320), (320, 240));
        assert_eq!(size_within(100, 50, 320), (100, 50));
        assert_eq!(size_within(5000, 1, 320), (320, 1));
    }

    #[test]
    fn shrinking_keeps_the_mean_and_never_enlarges() {
        let p = Plane::from_fn(64, 32, |x, _| [if x % 2 == 0 { 0 } else { 200 }; 3]);
        let s = p.shrunk(16);
        assert_eq!((s.width(), s.height()), (16, 8));
        assert!(s.as_slice().iter().all(|v| v[0].abs_diff(100) <= 1), "{:?}", s.row(0));
        assert_eq!(p.shrunk(100), p);
    }

    #[test]
    fn slivers_keep_a_px_and_flat_pictures_stay_flat() {
        let sliver = Plane::filled(5000, 1, [1u8, 2, 3]).shrunk(10);
        assert_eq!((sliver.width(), sliver.height(), sliver.get(3, 0)), (10, 1, [1, 2, 3]));
        let grey = Plane::filled(50, 31, [90u8, 120, 30]);
        for filter in [FilterType::Bilinear, FilterType::CatmullRom] {
            let other = grey.resized(20, 43, filter);
            assert_eq!((other.width(), other.height()), (20, 43));
            assert!(other.as_slice().iter().all(|p| *p == [90, 120, 30]));
        }
        assert_eq!(Plane::filled(3, 2, 9u8).resized(0, 4, FilterType::CatmullRom), Plane::filled(1, 4, 9));
    }

    #[test]
    fn an_edge_stays_in_its_place() {
        let p = Plane::from_fn(400, 300, |x, _| if x < 200 { [10, 20, 30] } else { [210, 120, 60] });
        let small = p.resized(100, 75, FilterType::Bilinear);
        assert_eq!((small.get(47, 40), small.get(52, 40)), ([10, 20, 30], [210, 120, 60]));
        assert!(small.as_slice().iter().all(|p| (10..=210).contains(&p[0])), "no overshoot");
        let edge = (u16::from(small.get(49, 0)[0]) + u16::from(small.get(50, 0)[0])) / 2;
        assert!((109..=111).contains(&edge), "{edge}");
    }
}
