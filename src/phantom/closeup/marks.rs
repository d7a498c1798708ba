//! What lies on and in the skin beside hairs: where it was drawn is part of the truth.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use serde::Serialize;

use super::CloseupSpec;
use super::scar::ScarShape;
use crate::findings::ScarKind;
use crate::phantom::outline::outline;
use crate::plane::Point;

/// A round thing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spot {
    /// Middle, px.
    pub centre_px: Point,
    /// Radius, px.
    pub radius_px: f32,
}

/// A scar.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DrawnScar {
    /// Shape.
    pub kind: ScarKind,
    /// Outline within the picture, px.
    pub polygon_px: Vec<[f64; 2]>,
    /// Share of the picture, 0..1.
    pub share: f64,
}

/// Everything drawn beside hairs.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Marks {
    /// Dots of scalp micropigmentation.
    pub dots: Vec<Spot>,
    /// Openings without a hair.
    pub empty: Vec<Spot>,
    /// Moles.
    pub moles: Vec<Spot>,
    /// Flakes of skin.
    pub flakes: Vec<Spot>,
    /// Spots of glare.
    pub glare: Vec<Spot>,
    /// Scars.
    pub scars: Vec<DrawnScar>,
    /// Ends of the scale bar's longer arm, px.
    pub scale_bar_px: Option<[Point; 2]>,
}

impl Marks {
    /// Draws all but the scale bar, which the overlay places.
    pub(super) fn draw(spec: &CloseupSpec, scar: Option<&ScarShape>, dice: &mut Pcg64Mcg) -> Self {
        let px = spec.px_per_mm as f32;
        let (w, h) = (spec.width as f32, spec.height as f32);
        let cm2 = f64::from(w * h / px / px) / 100.0;
        let mut spots = |n: usize, low_mm: f32, high_mm: f32| {
            let spot = |_| Spot {
                centre_px: Point::new(dice.random_range(0.0..w), dice.random_range(0.0..h)),
                radius_px: px * dice.random_range(low_mm..high_mm),
            };
            (0..n).map(spot).collect::<Vec<_>>()
        };
        let empty = spots((spec.empty_per_cm2 * cm2).round() as usize, 0.06, 0.1);
        let moles = spots(spec.moles, 0.5, 1.2);
        let flakes = spots(spec.flakes, 0.1, 0.35);
        let glare = spots(spec.glare, 0.04, 0.16);
        let dots = spec.dots.map_or_else(Vec::new, |d| {
            // Like needles that keep their distance: half the mean spacing.
            let least = 0.5 * 10.0 / d.per_cm2.sqrt() as f32 * px;
            let mut placed: Vec<Spot> = Vec::new();
            let wanted = (d.per_cm2 * cm2).round() as usize;
            for _ in 0..wanted * 100 {
                if placed.len() == wanted {
                    break;
                }
                let at = Point::new(dice.random_range(0.0..w), dice.random_range(0.0..h));
                if placed.iter().all(|s| s.centre_px.distance(at) >= least) {
                    placed.push(Spot { centre_px: at, radius_px: (d.diameter_mm / 2.0) as f32 * px });
                }
            }
            placed
        });
        let scars = scar.map_or_else(Vec::new, |s| {
            let (w, h) = (spec.width, spec.height);
            let mm = |v: usize| v as f64 / spec.px_per_mm;
            let inside: Vec<usize> = (0..w * h).filter(|k| s.depth(mm(k % w), mm(k / w)) > 0.0).collect();
            let share = inside.len() as f64 / (w * h) as f64;
            vec![DrawnScar { kind: s.kind, polygon_px: outline(w, h, &inside), share }]
        });
        Self { dots, empty, moles, flakes, glare, scars, scale_bar_px: None }
    }
}
