//! Colour profiles: everything becomes 8-bit sRGB.

use super::Samples;
use moxcms::{
    CicpColorPrimaries, CicpProfile, ColorProfile, DataColorSpace, Layout, MatrixCoefficients, TransferCharacteristics,
    Transform8BitExecutor, TransformOptions,
};
use rayon::prelude::*;
use std::sync::Arc;

/// Px that one task converts at a time: 192 KiB of RGB, which stays in the second-level cache.
const STRIP: usize = 1 << 16;

/// What a file says about its colours.
pub enum Profile {
    /// Nothing: taken as sRGB.
    None,
    /// An ICC profile.
    Icc(Vec<u8>),
    /// Code points of ITU-T H.273, as HEIC carries them.
    Cicp {
        /// Colour primaries.
        primaries: u16,
        /// Transfer characteristics.
        transfer: u16,
    },
}

impl From<Option<Vec<u8>>> for Profile {
    fn from(icc: Option<Vec<u8>>) -> Self {
        icc.filter(|bytes| !bytes.is_empty()).map_or(Self::None, Self::Icc)
    }
}

impl Profile {
    fn parse(&self, warnings: &mut Vec<String>) -> Option<ColorProfile> {
        match self {
            Self::None => None,
            Self::Icc(bytes) => ColorProfile::new_from_slice(bytes)
                .map_err(|e| warnings.push(format!("The colour profile is damaged ({e}); colours are taken as sRGB.")))
                .ok(),
            // 1/13 is sRGB itself, 2 is "unspecified", and 1, 6, 14 and 15 are video curves that cameras write where they
            // mean sRGB: their pictures are made for screens, and the video curve would darken them.
            Self::Cicp { primaries: 1 | 2, transfer: 1 | 2 | 6 | 13 | 14 | 15 } => None,
            Self::Cicp { primaries, transfer } => {
                let transfer = if matches!(transfer, 1 | 2 | 6 | 14 | 15) { 13 } else { *transfer };
                let code = |v: u16| u8::try_from(v).ok();
                let color_primaries = code(*primaries).and_then(|v| CicpColorPrimaries::try_from(v).ok());
                let transfer_characteristics = code(transfer).and_then(|v| TransferCharacteristics::try_from(v).ok());
                let (Some(color_primaries), Some(transfer_characteristics)) =
                    (color_primaries, transfer_characteristics)
                else {
                    warnings.push(format!(
                        "The file's colour codes (primaries {primaries}, transfer {transfer}) are unknown; colours are taken as sRGB."
                    ));
                    return None;
                };
                Some(ColorProfile::new_from_cicp(CicpProfile {
                    color_primaries,
                    transfer_characteristics,
                    matrix_coefficients: MatrixCoefficients::Identity,
                    full_range: true,
                }))
            }
        }
    }
}

/// Converts to sRGB with the perceptual intent; a profile that cannot be used costs a warning, not the photo.
pub fn to_srgb(samples: Samples, profile: &Profile, warnings: &mut Vec<String>) -> Vec<[u8; 3]> {
    let profile = profile.parse(warnings);
    let space = profile.as_ref().map(|p| p.color_space);
    let transform = |layout| {
        let to = ColorProfile::new_srgb();
        profile
            .as_ref()
            .and_then(|p| p.create_transform_8bit(layout, &to, Layout::Rgb, TransformOptions::default()).ok())
    };
    let unusable = "The colour profile cannot be used for these pixels; colours are taken as sRGB.";
    match (samples, space) {
        (Samples::Rgb(rgb), None) => rgb,
        (Samples::Rgb(mut rgb), Some(DataColorSpace::Rgb)) => {
            match transform(Layout::Rgb) {
                Some(t) if changes_colours(&t) => convert(&t, &mut rgb),
                Some(_) => {}
                None => warnings.push(unusable.into()),
            }
            rgb
        }
        (Samples::Rgb(rgb), Some(_)) => {
            warnings.push(unusable.into());
            rgb
        }
        (Samples::Grey(grey), Some(DataColorSpace::Gray)) => {
            let all: Vec<u8> = (0..=255).collect();
            let mut table = vec![[0; 3]; 256];
            match transform(Layout::Gray).map(|t| t.transform(&all, table.as_flattened_mut())) {
                Some(Ok(())) => grey.par_iter().with_min_len(STRIP).map(|&v| table[usize::from(v)]).collect(),
                _ => {
                    warnings.push(unusable.into());
                    spread(&grey)
                }
            }
        }
        // A grey picture with an RGB profile: the profile's curve holds for equal R, G and B.
        (Samples::Grey(grey), Some(DataColorSpace::Rgb)) => {
            let mut rgb = spread(&grey);
            match transform(Layout::Rgb) {
                Some(t) => convert(&t, &mut rgb),
                None => warnings.push(unusable.into()),
            }
            rgb
        }
        (Samples::Grey(grey), other) => {
            if other.is_some() {
                warnings.push(unusable.into());
            }
            spread(&grey)
        }
        (Samples::Cmyk(cmyk), Some(DataColorSpace::Cmyk)) => match transform(Layout::Rgba) {
            Some(t) => convert_into(&t, &cmyk),
            None => without_profile(&cmyk, warnings),
        },
        (Samples::Cmyk(cmyk), _) => without_profile(&cmyk, warnings),
    }
}

/// Whether a transform moves any colour of a coarse grid by more than rounding; profiles that are sRGB under another
/// name need no pass over the pixels.
fn changes_colours(transform: &Arc<Transform8BitExecutor>) -> bool {
    let levels = [0u8, 16, 48, 96, 128, 176, 224, 255];
    let grid: Vec<[u8; 3]> =
        levels.iter().flat_map(|&r| levels.iter().flat_map(move |&g| levels.map(|b| [r, g, b]))).collect();
    let mut out = vec![[0; 3]; grid.len()];
    transform.transform(grid.as_flattened(), out.as_flattened_mut()).is_ok()
        && grid.as_flattened().iter().zip(out.as_flattened()).any(|(a, b)| a.abs_diff(*b) > 1)
}

/// Converts RGB to RGB strip by strip, with one strip of scratch memory per thread.
fn convert(transform: &Arc<Transform8BitExecutor>, rgb: &mut [[u8; 3]]) {
    rgb.par_chunks_mut(STRIP).for_each_init(Vec::new, |scratch: &mut Vec<[u8; 3]>, strip| {
        scratch.clear();
        scratch.extend_from_slice(strip);
        // The only error is a mismatch of lengths, which are equal here.
        let _ = transform.transform(scratch.as_flattened(), strip.as_flattened_mut());
    });
}

fn convert_into(transform: &Arc<Transform8BitExecutor>, cmyk: &[[u8; 4]]) -> Vec<[u8; 3]> {
    let mut rgb = vec![[0; 3]; cmyk.len()];
    rgb.par_chunks_mut(STRIP).zip(cmyk.par_chunks(STRIP)).for_each(|(out, strip)| {
        let _ = transform.transform(strip.as_flattened(), out.as_flattened_mut());
    });
    rgb
}

fn spread(grey: &[u8]) -> Vec<[u8; 3]> {
    grey.par_iter().with_min_len(STRIP).map(|&v| [v; 3]).collect()
}

/// R = (1 - C)(1 - K) and so on: ideal inks. Colours come out more vivid than print.
fn without_profile(cmyk: &[[u8; 4]], warnings: &mut Vec<String>) -> Vec<[u8; 3]> {
    warnings.push(
        "The photo is in print colours (CMYK) without a usable profile; colours are approximate. Export it as RGB."
            .into(),
    );
    cmyk.par_iter().with_min_len(STRIP).map(|&[c, m, y, k]| [c, m, y].map(|ink| product(255 - ink, 255 - k))).collect()
}

/// a b / 255, rounded.
fn product(a: u8, b: u8) -> u8 {
    ((u32::from(a) * u32::from(b) + 127) / 255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use moxcms::{LutDataType, LutStore, LutType, LutWarehouse, Matrix3d, ProfileClass};

    fn icc(profile: &ColorProfile) -> Profile {
        Profile::Icc(profile.encode().unwrap())
    }

    fn rgb(p: [u8; 3], profile: &Profile) -> ([u8; 3], Vec<String>) {
        let mut warnings = Vec::new();
        (to_srgb(Samples::Rgb(vec![p; 3]), profile, &mut warnings)[2], warnings)
    }

    fn near(a: [u8; 3], b: [u8; 3]) -> bool {
        a.iter().zip(b).all(|(a, b)| a.abs_diff(b) <= 2)
    }

    #[test]
    fn display_p3_and_adobe_rgb() {
        let p3 = icc(&ColorProfile::new_display_p3());
        // A skin tone; expected by the matrices of SMPTE EG 432-1 and IEC 61966-2-1, computed apart.
        assert!(near(rgb([200, 150, 130], &p3).0, [209, 147, 126]), "{:?}", rgb([200, 150, 130], &p3));
        // The green primary of P3 lies outside of sRGB.
        assert!(near(rgb([0, 255, 0], &p3).0, [0, 255, 0]));
        // Adobe RGB (1998) has the gamma 563/256 and a wider green.
        let adobe = icc(&ColorProfile::new_adobe_rgb());
        assert!(near(rgb([200, 150, 130], &adobe).0, [217, 151, 130]), "{:?}", rgb([200, 150, 130], &adobe));
        for v in [0, 60, 128, 255] {
            assert!(near(rgb([v; 3], &p3).0, [v; 3]), "greys stay grey");
        }
    }

    #[test]
    fn srgb_profile_changes_nothing() {
        let srgb = icc(&ColorProfile::new_srgb());
        assert_eq!(rgb([12, 200, 99], &srgb), ([12, 200, 99], vec![]));
    }

    #[test]
    fn cicp_codes_of_phones() {
        let p3 = Profile::Cicp { primaries: 12, transfer: 13 };
        assert!(near(rgb([200, 150, 130], &p3).0, [209, 147, 126]));
        assert_eq!(rgb([200, 150, 130], &Profile::Cicp { primaries: 1, transfer: 1 }), ([200, 150, 130], vec![]));
        assert_eq!(rgb([9, 9, 9], &Profile::Cicp { primaries: 700, transfer: 13 }).1.len(), 1);
    }

    #[test]
    fn grey_with_a_gamma_of_its_own() {
        let linear = icc(&ColorProfile::new_gray_with_gamma(1.0));
        let mut warnings = Vec::new();
        let out = to_srgb(Samples::Grey(vec![0, 55, 255]), &linear, &mut warnings);
        // 55/255 in linear light is 0.2157, in sRGB 0.5017 (IEC 61966-2-1): 128.
        assert!(near(out[1], [128; 3]), "{out:?} {warnings:?}");
        assert_eq!((out[0], warnings.len()), ([0; 3], 0));
    }

    #[test]
    fn wrong_and_damaged_profiles_warn() {
        assert_eq!(rgb([1, 2, 3], &Profile::Icc(vec![7; 200])).0, [1, 2, 3]);
        assert_eq!(rgb([1, 2, 3], &Profile::Icc(vec![7; 200])).1.len(), 1);
        assert_eq!(rgb([1, 2, 3], &icc(&ColorProfile::new_gray_with_gamma(2.2))).1.len(), 1);
    }

    #[test]
    fn ideal_inks() {
        let mut warnings = Vec::new();
        let inks = vec![[0, 0, 0, 0], [0, 255, 255, 0], [0, 0, 0, 255], [128, 0, 0, 128]];
        let out = to_srgb(Samples::Cmyk(inks), &Profile::None, &mut warnings);
        assert_eq!(out, [[255; 3], [255, 0, 0], [0; 3], [63, 127, 127]]);
        assert!(warnings[0].contains("CMYK"));
    }

    /// A print profile of 2 x 2 x 2 x 2 grid points: lightness 100 without black ink, 0 under full black, other inks
    /// without colour.
    fn black_ink_only() -> ColorProfile {
        // Lab in the 16-bit coding of lut16Type (ICC.1:2022, 6.3.4.2): L* 100 is 0xFF00, a* = b* = 0 is 0x8000.
        let clut = (0..16).flat_map(|i| [if i % 2 == 0 { 0xFF00 } else { 0 }, 0x8000, 0x8000]).collect();
        let ramp = |channels| LutStore::Store16([0, 0xFFFF].repeat(channels));
        let mut profile = ColorProfile::default();
        profile.color_space = DataColorSpace::Cmyk;
        profile.pcs = DataColorSpace::Lab;
        profile.profile_class = ProfileClass::OutputDevice;
        profile.lut_a_to_b_perceptual = Some(LutWarehouse::Lut(LutDataType {
            num_input_channels: 4,
            num_output_channels: 3,
            num_clut_grid_points: 2,
            matrix: Matrix3d::IDENTITY,
            num_input_table_entries: 2,
            num_output_table_entries: 2,
            input_table: ramp(4),
            clut_table: LutStore::Store16(clut),
            output_table: ramp(3),
            lut_type: LutType::Lut16,
        }));
        profile
    }

    #[test]
    fn inks_with_a_profile() {
        let mut warnings = Vec::new();
        let inks = vec![[0; 4], [0, 0, 0, 128], [0, 0, 0, 255]];
        let out = to_srgb(Samples::Cmyk(inks), &icc(&black_ink_only()), &mut warnings);
        assert_eq!(warnings, Vec::<String>::new());
        // L* 49.8 is Y 0.183 (CIE 15:2018), in sRGB 118; ideal inks would give 127.
        for (found, expected) in out.iter().zip([[255; 3], [118; 3], [0; 3]]) {
            assert!(near(*found, expected), "{out:?}");
        }
    }

    #[test]
    fn strips_meet() {
        let p3 = icc(&ColorProfile::new_display_p3());
        let many = vec![[200, 150, 130]; 2 * STRIP + 5];
        let out = to_srgb(Samples::Rgb(many), &p3, &mut Vec::new());
        assert!(out.iter().all(|&p| p == out[0]) && out[0] != [200, 150, 130]);
    }
}
