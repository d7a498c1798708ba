//! How far the counts of a close-up move when only the picture changes and not the skin: turned, mirrored, resized, compressed
//! again, brighter, darker, tinted.

use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::{DynamicImage, ExtendedColorType};

use crate::error::Error;
use crate::follicle;
use crate::photo::{MIN_SIDE_PX, Photo};
use crate::plane::Plane;
use crate::plane::filter::quantile;
use crate::segmentation;
use crate::segmentation::closeup::resample;
use crate::view::View;

/// A change of the picture that leaves the skin as it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Perturbation {
    /// Turned by a quarter to the right.
    QuarterTurn,
    /// Left and right exchanged.
    Mirrored,
    /// Both sides by this factor: below 1 coarser, above 1 enlarged.
    Resized(f32),
    /// Compressed as JPEG of this quality, 1 to 100.
    Jpeg(u8),
    /// Each value `v` (0..1) becomes `v` to this power: below 1 brighter, above 1 darker.
    Gamma(f32),
    /// Each channel times its factor, as under a lamp of another colour.
    Cast([f32; 3]),
}

impl Perturbation {
    /// What the robustness of counts is measured on.
    pub const ALL: [Self; 8] = [
        Self::QuarterTurn,
        Self::Mirrored,
        Self::Resized(0.5),
        Self::Resized(2.0),
        Self::Jpeg(60),
        Self::Gamma(0.7),
        Self::Gamma(1.4),
        Self::Cast([1.0, 0.92, 0.78]),
    ];

    /// In words.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::QuarterTurn => "turned by 90 degrees".into(),
            Self::Mirrored => "mirrored".into(),
            Self::Resized(factor) => format!("resized to {factor} x"),
            Self::Jpeg(quality) => format!("JPEG of quality {quality}"),
            Self::Gamma(gamma) => format!("gamma {gamma}"),
            Self::Cast([r, g, b]) => format!("colour cast {r} {g} {b}"),
        }
    }

    /// The changed picture.
    ///
    /// # Errors
    /// [`Error::Encode`] if the JPEG codec refuses the picture.
    pub fn apply(self, rgb: &Plane<[u8; 3]>) -> Result<Plane<[u8; 3]>, Error> {
        let (w, h) = (rgb.width(), rgb.height());
        Ok(match self {
            Self::QuarterTurn => Plane::from_fn(h, w, |x, y| rgb.get(y, h - 1 - x)),
            Self::Mirrored => Plane::from_fn(w, h, |x, y| rgb.get(w - 1 - x, y)),
            Self::Resized(factor) => resample::resample(rgb, 1.0 / factor).map(|c| c.map(|v| v.round() as u8)),
            Self::Jpeg(quality) => recompressed(rgb, quality)?,
            Self::Gamma(gamma) => {
                rgb.map(|c| c.map(|v| (255.0 * (f32::from(v) / 255.0).powf(gamma)).round().clamp(0.0, 255.0) as u8))
            }
            Self::Cast(factors) => {
                rgb.map(|c| std::array::from_fn(|i| (f32::from(c[i]) * factors[i]).round().clamp(0.0, 255.0) as u8))
            }
        })
    }
}

fn recompressed(rgb: &Plane<[u8; 3]>, quality: u8) -> Result<Plane<[u8; 3]>, Error> {
    let refused = |e: image::ImageError| Error::Encode { what: "recompressed photo", detail: e.to_string() };
    let (w, h) = (rgb.width(), rgb.height());
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality)
        .encode(rgb.as_slice().as_flattened(), w as u32, h as u32, ExtendedColorType::Rgb8)
        .map_err(refused)?;
    let decoder = JpegDecoder::new(std::io::Cursor::new(bytes)).map_err(refused)?;
    let back = DynamicImage::from_decoder(decoder).map_err(refused)?.into_rgb8();
    Ok(Plane::from_vec(w, h, back.into_raw().as_chunks::<3>().0.to_vec()))
}

/// What was counted in one picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Hair shafts.
    pub hairs: usize,
    /// Follicular units.
    pub units: usize,
}

/// Counts a picture as a close-up without a scale: the counts do not depend on one.
///
/// # Errors
/// As [`segmentation::segment`].
pub fn count(photo: &Photo) -> Result<Counts, Error> {
    let segmentation = segmentation::segment(photo, View::Closeup)?;
    let found = follicle::detect(photo, View::Closeup, &segmentation, None).unwrap_or_default();
    Ok(Counts { hairs: found.units.iter().map(|u| u.hairs.len()).sum(), units: found.units.len() })
}

/// Counts of one photo: as it is, and under each perturbation; none where the perturbed photo would be smaller than a photo
/// may be.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// As it is.
    pub plain: Counts,
    /// In the order of the perturbations given.
    pub perturbed: Vec<Option<Counts>>,
}

/// Counts one photo under each perturbation.
///
/// # Errors
/// As [`count`] and [`Perturbation::apply`].
pub fn trial(photo: &Photo, perturbations: &[Perturbation]) -> Result<Trial, Error> {
    let perturbed = perturbations.iter().map(|p| {
        let rgb = p.apply(&photo.rgb)?;
        if rgb.width().min(rgb.height()) < MIN_SIDE_PX {
            return Ok(None);
        }
        count(&Photo::new(rgb, photo.meta.clone(), Vec::new())).map(Some)
    });
    Ok(Trial { plain: count(photo)?, perturbed: perturbed.collect::<Result<_, Error>>()? })
}

/// Relative change of a count over photos, 0 for none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// Half of the photos change by no more.
    pub median: f32,
    /// Nine tenths of the photos change by no more.
    pub p90: f32,
    /// Mean change with its sign: positive where the perturbed photo counts more.
    pub bias: f32,
}

fn change(pairs: &[(usize, usize)]) -> Change {
    // A count of none that becomes one is a change of 100 %, not of infinity.
    let signed: Vec<f32> = pairs.iter().map(|&(a, b)| (b as f32 - a as f32) / a.max(1) as f32).collect();
    let mut sizes: Vec<f32> = signed.iter().map(|v| v.abs()).collect();
    Change {
        median: quantile(&mut sizes, 0.5),
        p90: quantile(&mut sizes, 0.9),
        bias: signed.iter().sum::<f32>() / signed.len().max(1) as f32,
    }
}

/// What one perturbation does to the counts of many photos.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The perturbation.
    pub perturbation: Perturbation,
    /// Photos that it was tried on.
    pub photos: usize,
    /// Change of the number of hairs.
    pub hairs: Change,
    /// Change of the number of units.
    pub units: Change,
}

/// One row for each perturbation, over all trials.
#[must_use]
pub fn summary(perturbations: &[Perturbation], trials: &[Trial]) -> Vec<Row> {
    let row = |(i, &perturbation): (usize, &Perturbation)| {
        let pairs: Vec<(Counts, Counts)> =
            trials.iter().filter_map(|t| Some((t.plain, (*t.perturbed.get(i)?)?))).collect();
        let of =
            |count: fn(&Counts) -> usize| change(&pairs.iter().map(|(a, b)| (count(a), count(b))).collect::<Vec<_>>());
        Row { perturbation, photos: pairs.len(), hairs: of(|c| c.hairs), units: of(|c| c.units) }
    };
    perturbations.iter().enumerate().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_quarter_turns_and_two_mirrors_bring_the_picture_back() {
        let rgb = Plane::from_fn(7, 5, |x, y| [x as u8, y as u8, 9]);
        let turned = (0..4).fold(rgb.clone(), |p, _| Perturbation::QuarterTurn.apply(&p).unwrap());
        assert_eq!(turned, rgb);
        assert_eq!(Perturbation::QuarterTurn.apply(&rgb).unwrap().get(4, 0), rgb.get(0, 0));
        let twice = (0..2).fold(rgb.clone(), |p, _| Perturbation::Mirrored.apply(&p).unwrap());
        assert_eq!(twice, rgb);
    }

    #[test]
    fn sizes_and_tones_are_what_was_asked_for() {
        let rgb = Plane::filled(40, 30, [100u8, 150, 200]);
        let half = Perturbation::Resized(0.5).apply(&rgb).unwrap();
        assert_eq!((half.width(), half.height(), half.get(3, 3)), (20, 15, [100, 150, 200]));
        assert!(Perturbation::Gamma(0.7).apply(&rgb).unwrap().get(0, 0)[0] > 100);
        assert_eq!(Perturbation::Cast([1.0, 0.5, 2.0]).apply(&rgb).unwrap().get(0, 0), [100, 75, 255]);
        let jpeg = Perturbation::Jpeg(60).apply(&rgb).unwrap();
        assert_eq!((jpeg.width(), jpeg.height()), (40, 30));
        assert!(jpeg.get(20, 15)[1].abs_diff(150) < 6);
    }

    #[test]
    fn changes_are_relative_and_keep_their_sign() {
        let c = |hairs| Counts { hairs, units: 10 };
        let trials: Vec<Trial> =
            [100, 104, 98, 120, 90].map(|n| Trial { plain: c(100), perturbed: vec![Some(c(n))] }).to_vec();
        let row = &summary(&[Perturbation::Mirrored], &trials)[0];
        assert_eq!(row.photos, 5);
        assert!((row.hairs.median - 0.04).abs() < 1e-6 && (row.hairs.bias - 0.024).abs() < 1e-6);
        assert_eq!(row.units.p90, 0.0);
    }
}
