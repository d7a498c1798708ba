//! What is refused on the header alone, before pixels take memory.

use crate::error::Error;

/// Least length of the shorter side in px.
///
/// Below it a photo is an icon: a whole head would be told by less than 10 mm per px, more than any finding is wide,
/// and the focus and texture measures of the later stages look at windows of up to 32 px.
pub const MIN_SIDE_PX: usize = 32;

/// Limits checked before memory is taken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Most million px; default 200.
    pub megapixels: f64,
    /// Most MiB of decoded pixels as the decoder hands them over (8-bit RGB: 3 bytes per px); default 1024. Decoders
    /// with work space of their own (progressive JPEG, HEIC) take up to three times as much for a moment.
    pub mebibytes: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { megapixels: 200.0, mebibytes: 1024.0 }
    }
}

impl Limits {
    /// Limits for photos of up to `megapixels` million px: the memory limit grows along where 8-bit RGBA would not fit.
    #[must_use]
    pub fn with_megapixels(megapixels: f64) -> Self {
        let rgba_mebibytes = megapixels * 1e6 * 4.0 / f64::from(1 << 20);
        Self { megapixels, mebibytes: rgba_mebibytes.max(Self::default().mebibytes) }
    }

    /// Checks the size that a header claims; `bytes_per_px` are those of the decoder's output.
    pub(super) fn check(&self, width: u64, height: u64, bytes_per_px: u64) -> Result<(), Error> {
        let px = width as f64 * height as f64;
        let (megapixels, mebibytes) = (px / 1e6, px * bytes_per_px as f64 / f64::from(1 << 20));
        if megapixels > self.megapixels || mebibytes > self.mebibytes {
            return Err(Error::TooLarge {
                width,
                height,
                megapixels,
                mebibytes,
                limit_megapixels: self.megapixels,
                limit_mebibytes: self.mebibytes,
            });
        }
        if width.min(height) < MIN_SIDE_PX as u64 {
            return Err(Error::TooSmall { width: width as usize, height: height as usize, minimum: MIN_SIDE_PX });
        }
        Ok(())
    }

    /// Most bytes of decoded pixels.
    pub(super) fn bytes(&self) -> u64 {
        (self.mebibytes * f64::from(1 << 20)) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_alone() {
        let l = Limits::default();
        assert!(l.check(20_000, 10_000, 3).is_ok());
        assert!(matches!(l.check(20_001, 10_000, 3), Err(Error::TooLarge { .. })));
        // 200 MP of 16-bit RGBA are 1.5 GiB.
        assert!(matches!(l.check(20_000, 10_000, 8), Err(Error::TooLarge { mebibytes, .. }) if mebibytes > 1500.0));
        assert!(matches!(l.check(31, 4000, 3), Err(Error::TooSmall { width: 31, minimum: 32, .. })));
        assert!(matches!(l.check(u64::MAX, u64::MAX, 8), Err(Error::TooLarge { .. })));
    }

    #[test]
    fn more_megapixels_bring_their_memory() {
        let l = Limits::with_megapixels(400.0);
        assert!(l.check(20_000, 20_000, 4).is_ok());
        assert_eq!(Limits::with_megapixels(10.0).mebibytes, 1024.0);
    }
}
