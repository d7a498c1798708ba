//! Places on the head as the net tells them ([`super::net::Maps::canonical`]): heights in mm, and where hair grows.

/// The net's height 0 lies so many mm above the ear canals, and so many mm are a unit: chin -0.92 at 101 mm below the ear canals,
/// crown 0.92 at 131 mm above them.
const ZERO_MM: f64 = 15.0;
const UNIT_MM: f64 = 126.0;

/// Height of the original border of the hair above the ear canals, mm, by azimuth from the front, degrees. The mid-frontal point
/// lies 75 mm of arc above the glabella (7-10 cm, 8 usual, in mature men; 6.4 cm in Korean women).
const HAIR_BORDER: [(f64, f64); 13] = [
    (0.0, 94.0),
    (20.0, 94.0),
    (38.0, 88.0),
    (50.0, 72.0),
    (60.0, 48.0),
    (68.0, 22.0),
    (76.0, -4.0),
    (84.0, 6.0),
    (90.0, 28.0),
    (100.0, 28.0),
    (110.0, -2.0),
    (135.0, -50.0),
    (180.0, -60.0),
];

/// The net's height of what lies so many mm above the ear canals.
#[must_use]
pub fn height_of(mm: f64) -> f64 {
    (mm - ZERO_MM) / UNIT_MM
}

/// Mm above the ear canals of the net's height: the inverse of [`height_of`].
#[must_use]
pub fn mm_of(height: f64) -> f64 {
    height * UNIT_MM + ZERO_MM
}

/// Height of the original border of the hair at an azimuth (0 to 180 degrees from the front, the same on both sides), mm above the ear
/// canals.
#[must_use]
pub fn border_mm(azimuth: f64) -> f64 {
    let k = HAIR_BORDER.windows(2).find(|k| azimuth <= k[1].0).unwrap_or(&HAIR_BORDER[11..]);
    k[0].1 + (azimuth - k[0].0) / (k[1].0 - k[0].0) * (k[1].1 - k[0].1)
}

/// Whether a place (sine and cosine of the azimuth, height) lies below where hair grows at its azimuth: on neck, ears or face.
#[must_use]
pub fn is_below_the_border([sine, cosine, height]: [f32; 3]) -> bool {
    f64::from(height) < height_of(border_mm(f64::from(sine.abs().atan2(cosine).to_degrees())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heights_and_mm_are_each_others_inverse() {
        for mm in [-101.0, 0.0, 46.5, 131.0] {
            assert!((mm_of(height_of(mm)) - mm).abs() < 1e-9);
        }
        assert!((height_of(131.0) - 0.92).abs() < 0.001, "the crown's");
    }

    #[test]
    fn what_hangs_below_the_border_is_told_from_the_scalp() {
        // Degrees from the front and mm above the ear canals: crown, forelock, occiput; then brow, cheek, nape.
        let is_below = |azimuth: f32, mm: f64| {
            let (sine, cosine) = azimuth.to_radians().sin_cos();
            is_below_the_border([sine, cosine, height_of(mm) as f32])
        };
        for (azimuth, mm) in [(30.0, 131.0), (0.0, 100.0), (180.0, -20.0)] {
            assert!(!is_below(azimuth, mm) && !is_below(-azimuth, mm), "{azimuth} {mm}");
        }
        for (azimuth, mm) in [(0.0, 30.0), (50.0, -40.0), (180.0, -90.0)] {
            assert!(is_below(azimuth, mm) && is_below(-azimuth, mm), "{azimuth} {mm}");
        }
    }
}
