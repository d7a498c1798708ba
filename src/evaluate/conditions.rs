//! What a picture was drawn under, and the groups that follow from it.

use serde::Serialize;
use serde_json::Value;

use crate::phantom::head::PASSES_FOR_STUBBLE;
use crate::segmentation::classical::features::lab;

/// Conditions of one phantom; absent where its truth does not say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Conditions {
    /// A field of scalp, not a head.
    pub is_closeup: bool,
    /// Resolution.
    pub px_per_mm: Option<f64>,
    /// Colour of the hair, sRGB.
    pub hair: Option<[u8; 3]>,
    /// Colour of the skin, sRGB.
    pub skin: Option<[u8; 3]>,
    /// Follicular units per cm2.
    pub units_per_cm2: Option<f64>,
    /// Visible length of the hair, mm.
    pub length_mm: Option<f64>,
    /// Deviation of the focus blur, px.
    pub blur_px: Option<f64>,
    /// Deviation of the sensor's noise, 0..255.
    pub noise: Option<f64>,
    /// JPEG quality; none for PNG.
    pub jpeg_quality: Option<u8>,
    /// Kind of light of a close-up, or side of a head.
    pub light_or_view: Option<String>,
    /// Pattern of loss of a head.
    pub loss: Option<String>,
    /// Strength of micropigmentation on a head, 0 none .. 1.
    pub pigment: Option<f64>,
}

/// By what pictures are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // `title` says what each is
pub enum Dimension {
    Resolution,
    HairOnSkin,
    Skin,
    Hair,
    Density,
    Length,
    Blur,
    Noise,
    Jpeg,
    Light,
    View,
    Loss,
}

impl Dimension {
    /// Heading of its table.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Resolution => "px per mm",
            Self::HairOnSkin => "hair on skin",
            Self::Skin => "skin",
            Self::Hair => "colour of the hair",
            Self::Density => "units per cm2",
            Self::Length => "length of the hair",
            Self::Blur => "blur (standard deviation)",
            Self::Noise => "noise (standard deviation, of 255)",
            Self::Jpeg => "JPEG quality",
            Self::Light => "light",
            Self::View => "view",
            Self::Loss => "loss",
        }
    }
}

impl Conditions {
    /// Reads the `phantom` block of a truth; of a result, where it is null, a close-up of unknown conditions.
    #[must_use]
    pub fn of(phantom: &Value) -> Self {
        let number = |key: &str| phantom[key].as_f64();
        let color = |key: &str| {
            let v: Vec<u8> = phantom[key].as_array()?.iter().filter_map(|v| u8::try_from(v.as_u64()?).ok()).collect();
            <[u8; 3]>::try_from(v).ok()
        };
        let text = |key: &str| phantom[key].as_str().map(str::to_owned);
        if phantom["kind"] == "head" {
            return Self {
                is_closeup: false,
                px_per_mm: number("mm_per_px").filter(|v| *v > 0.0).map(|v| 1.0 / v),
                hair: color("hair_srgb"),
                skin: color("skin_srgb"),
                length_mm: number("hair_length_cm").map(|v| 10.0 * v),
                light_or_view: text("view"),
                loss: text("loss"),
                pigment: number("pigment"),
                ..Self::default()
            };
        }
        Self {
            is_closeup: true,
            px_per_mm: number("px_per_mm"),
            hair: color("hair"),
            skin: color("skin"),
            units_per_cm2: number("units_per_cm2"),
            length_mm: number("length_mm"),
            blur_px: number("blur_px"),
            noise: number("noise"),
            jpeg_quality: number("jpeg_quality").map(|q| q as u8),
            light_or_view: text("light"),
            loss: None,
            pigment: None,
        }
    }

    /// Whether the head is pigmented so strongly that nobody can tell its bald scalp from stubble.
    #[must_use]
    pub fn passes_for_stubble(&self) -> bool {
        self.pigment.is_some_and(|p| p > f64::from(PASSES_FOR_STUBBLE))
    }

    /// The group of each dimension that it belongs to; names sort in the order in which they are shown.
    #[must_use]
    pub fn groups(&self) -> Vec<(Dimension, String)> {
        let mut out = Vec::new();
        if let Some(v) = self.px_per_mm.filter(|_| self.is_closeup) {
            out.push((Dimension::Resolution, bin(v, &[40.0, 60.0, 100.0, 150.0], "")));
        }
        if let (Some(hair), Some(skin)) = (self.hair, self.skin) {
            // Strokes are seen by their contrast to the skin; on a head each colour is met by the net for itself.
            if self.is_closeup {
                out.push((Dimension::HairOnSkin, format!("{} on {}", hair_class(hair), skin_class(skin))));
            } else {
                out.push((Dimension::Skin, skin_class(skin).into()));
                out.push((Dimension::Hair, hair_class(hair).into()));
            }
        }
        if let Some(v) = self.units_per_cm2 {
            out.push((Dimension::Density, bin(v, &[40.0, 70.0, 100.0], "")));
        }
        if let Some(v) = self.length_mm {
            let ends: &[f64] = if self.is_closeup { &[1.5, 5.0] } else { &[2.0, 10.0, 80.0] };
            out.push((Dimension::Length, bin(v, ends, " mm")));
        }
        if let Some(v) = self.blur_px {
            out.push((Dimension::Blur, bin(v, &[1.0, 1.5], " px")));
        }
        if let Some(v) = self.noise {
            out.push((Dimension::Noise, bin(v, &[2.5, 5.0], "")));
        }
        if self.is_closeup {
            let name = self.jpeg_quality.map_or("none (PNG)".into(), |q| bin(f64::from(q), &[60.0, 80.0, 92.0], ""));
            out.push((Dimension::Jpeg, name));
        }
        if let Some(name) = &self.light_or_view {
            out.push((if self.is_closeup { Dimension::Light } else { Dimension::View }, name.clone()));
        }
        if let Some(name) = &self.loss {
            out.push((Dimension::Loss, name.clone()));
        }
        out
    }
}

/// Name of the bin between two of `ends`.
fn bin(v: f64, ends: &[f64], unit: &str) -> String {
    let i = ends.iter().filter(|e| v >= **e).count();
    match (i.checked_sub(1).map(|k| ends[k]), ends.get(i)) {
        (None, Some(high)) => format!("below {high}{unit}"),
        (Some(low), Some(high)) => format!("{low} to {high}{unit}"),
        (Some(low), None) => format!("from {low}{unit}"),
        (None, None) => String::new(),
    }
}

/// Colour of hair in a word, by CIE L* and chroma of its base colour.
#[must_use]
pub fn hair_class(rgb: [u8; 3]) -> &'static str {
    let [l, a, b] = lab(rgb);
    match (l, a.hypot(b)) {
        (l, _) if l < 14.0 => "black",
        (l, c) if l < 36.0 && c >= 4.0 => "brown",
        (l, _) if l < 36.0 => "black",
        (_, c) if c < 12.0 => "grey or white",
        _ => "fair or red",
    }
}

/// Skin by its individual typology angle, ITA = atan((L* - 50) / b*) in degrees: very light above 55, light above 41,
/// intermediate above 28, tan above 10, brown above -30, else dark (Chardon 1991, doi:10.1111/j.1467-2494.1991.tb00561.x).
#[must_use]
pub fn skin_class(rgb: [u8; 3]) -> &'static str {
    let [l, _, b] = lab(rgb);
    match (l - 50.0).atan2(b).to_degrees() {
        a if a > 55.0 => "very light skin",
        a if a > 41.0 => "light skin",
        a if a > 28.0 => "intermediate skin",
        a if a > 10.0 => "tan skin",
        a if a > -30.0 => "brown skin",
        _ => "dark skin",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_follow_from_the_phantoms_own_words() {
        let phantom = serde_json::json!({
            "kind": "closeup", "px_per_mm": 100.0, "hair": [30, 24, 22], "skin": [98, 66, 50], "jpeg_quality": 85
        });
        let groups = Conditions::of(&phantom).groups();
        assert!(groups.contains(&(Dimension::Resolution, "100 to 150".into())));
        assert!(groups.contains(&(Dimension::HairOnSkin, "black on dark skin".into())));
        assert!(groups.contains(&(Dimension::Jpeg, "80 to 92".into())));
        assert!(!groups.iter().any(|(d, _)| *d == Dimension::Blur));
    }

    #[test]
    fn strong_pigment_passes_for_stubble() {
        let head = |pigment: f64| Conditions::of(&serde_json::json!({ "kind": "head", "pigment": pigment }));
        assert!(head(0.6).passes_for_stubble() && !head(0.0).passes_for_stubble());
        assert!(!Conditions::of(&serde_json::json!({ "kind": "closeup", "pigment": 0.6 })).passes_for_stubble());
    }

    #[test]
    fn heads_are_grouped_by_each_colour_for_itself() {
        let phantom = serde_json::json!({ "kind": "head", "hair_srgb": [30, 24, 22], "skin_srgb": [98, 66, 50] });
        let groups = Conditions::of(&phantom).groups();
        assert!(
            groups.contains(&(Dimension::Skin, "dark skin".into()))
                && groups.contains(&(Dimension::Hair, "black".into()))
        );
    }

    #[test]
    fn colours_have_the_names_that_people_give_them() {
        assert_eq!(hair_class([225, 224, 222]), "grey or white");
        assert_eq!(hair_class([196, 165, 120]), "fair or red");
        assert_eq!(hair_class([58, 38, 25]), "brown");
        assert_eq!(skin_class([248, 220, 205]), "very light skin");
        assert_eq!(skin_class([58, 38, 30]), "dark skin");
    }
}
