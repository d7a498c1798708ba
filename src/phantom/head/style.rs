//! Hair styles: length, layout, curl, fringe and ties, drawn at random or given.

use super::dice::Dice;
use super::pattern::Loss;
use super::vec3::{V3, v3};

/// Cuts and styles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Shaven or stubble, up to 2 mm.
    Shaven,
    /// 2 to 10 mm.
    Buzz,
    /// 1 to 3 cm.
    Short,
    /// 3 to 8 cm.
    Medium,
    /// Chin length.
    Bob,
    /// Over the shoulders.
    Long,
    /// Coily hair standing out.
    Afro,
    /// Tied at the back, the tail hanging.
    Ponytail,
    /// Tied into a knot.
    Bun,
    /// Locs or braids.
    Locs,
}

/// How the hair on top is laid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Layout {
    /// As it grows from the whorl.
    Natural,
    Back,
    /// From a parting to both sides.
    Parted,
    /// Across, to one side.
    Across(f32),
    Up,
    Messy,
    Forward,
}

/// A hair style.
#[derive(Debug, Clone)]
pub(crate) struct HairStyle {
    pub(crate) cut: Cut,
    pub(crate) layout: Layout,
    /// Length on top in cm.
    pub(crate) length: f32,
    /// Length at the sides as a share of `length`.
    pub(crate) side_share: f32,
    /// Hair shortens towards its border (a faded cut).
    pub(crate) faded: bool,
    /// 0 straight .. 1 tight; cycles per cm in `curl_frequency`.
    pub(crate) curl: f32,
    pub(crate) curl_frequency: f32,
    pub(crate) part_x: f32,
    /// Fringe over the forehead: its length in cm.
    pub(crate) fringe: Option<f32>,
    /// Canonical position of the tie.
    pub(crate) tie: Option<V3>,
    pub(crate) tail: f32,
    /// Distance in cm between clumps, and how strongly strands gather in them, 0..1.
    pub(crate) clump_cm: f32,
    pub(crate) clump: f32,
    pub(crate) mess: f32,
    pub(crate) lift: f32,
    pub(crate) gravity: f32,
    /// Highlight width and strength.
    pub(crate) gloss_power: f32,
    pub(crate) gloss: f32,
}

impl HairStyle {
    /// Draws a style that people of this sex and loss wear.
    pub(crate) fn draw(dice: &mut Dice, female: bool, loss: Loss) -> Self {
        use Cut::{Afro, Bob, Bun, Buzz, Locs, Long, Medium, Ponytail, Shaven, Short};
        let cut = if female {
            dice.weighted(&[
                (Long, 0.38),
                (Bob, 0.16),
                (Ponytail, 0.11),
                (Bun, 0.1),
                (Medium, 0.08),
                (Short, 0.05),
                (Afro, 0.06),
                (Locs, 0.03),
                (Buzz, 0.02),
                (Shaven, 0.01),
            ])
        } else if matches!(loss, Loss::Horseshoe | Loss::LowHorseshoe | Loss::Bald) {
            dice.weighted(&[(Shaven, 0.36), (Buzz, 0.34), (Short, 0.22), (Medium, 0.05), (Bob, 0.02), (Long, 0.01)])
        } else {
            dice.weighted(&[
                (Shaven, 0.16),
                (Buzz, 0.22),
                (Short, 0.33),
                (Medium, 0.17),
                (Afro, 0.05),
                (Bob, 0.02),
                (Long, 0.02),
                (Ponytail, 0.01),
                (Bun, 0.01),
                (Locs, 0.01),
            ])
        };
        let length = match cut {
            Shaven => dice.range(0.03, 0.18),
            Buzz => dice.range(0.2, 1.0),
            Short => dice.range(1.0, 3.2),
            Medium => dice.range(3.0, 8.0),
            Bob => dice.range(14.0, 21.0),
            Long => dice.range(24.0, 50.0),
            Afro => dice.range(0.8, 7.0),
            Ponytail | Bun => 15.0,
            Locs => dice.range(6.0, 35.0),
        };
        let long = matches!(cut, Bob | Long | Ponytail | Bun);
        let across = if dice.chance(0.5) { 1.0 } else { -1.0 };
        let layout = match cut {
            Bob | Long => dice.weighted(&[(Layout::Parted, 0.75), (Layout::Back, 0.12), (Layout::Natural, 0.13)]),
            Locs => dice.weighted(&[(Layout::Parted, 0.5), (Layout::Back, 0.25), (Layout::Natural, 0.25)]),
            _ => dice.weighted(&[
                (Layout::Natural, 0.36),
                (Layout::Back, 0.15),
                (Layout::Parted, 0.12),
                (Layout::Across(across), 0.1),
                (Layout::Up, 0.08),
                (Layout::Messy, 0.12),
                (Layout::Forward, 0.07),
            ]),
        };
        let middle = dice.chance(0.5);
        let part_x = if middle { dice.normal(0.0, 0.3) } else { dice.range(1.2, 3.8) * across };
        let curl = match cut {
            Afro => dice.range(0.5, 1.2),
            Locs => dice.range(0.0, 0.2),
            Shaven | Buzz => 0.0,
            Bob | Long | Ponytail | Bun => {
                dice.weighted(&[(0.0, 0.38), (0.25, 0.27), (0.55, 0.22), (0.95, 0.13)]) * dice.range(0.7, 1.3)
            }
            _ => dice.weighted(&[(0.0, 0.5), (0.22, 0.28), (0.5, 0.15), (0.85, 0.07)]) * dice.range(0.7, 1.3),
        };
        let fringe_chance = if matches!(cut, Bob | Long | Ponytail | Bun) { 0.28 } else { 0.0 };
        let fringe = dice.chance(fringe_chance).then(|| dice.range(5.0, 9.0));
        let tie = matches!(cut, Ponytail | Bun).then(|| {
            let height = dice.range(-15.0, 75.0f32).to_radians();
            let side = dice.normal(0.0, 0.12);
            v3(side.sin() * 8.0, 5.0 + 9.6 * height.sin(), -0.3 - 8.9 * height.cos())
        });
        Self {
            cut,
            layout,
            length,
            side_share: if long { dice.range(0.85, 1.0) } else { dice.range(0.25, 1.0) },
            faded: matches!(cut, Short | Medium | Buzz | Afro) && dice.chance(0.45),
            curl,
            curl_frequency: if cut == Afro { dice.range(0.5, 1.4) } else { dice.range(0.1, 0.4) },
            part_x,
            fringe,
            tie,
            tail: dice.range(12.0, 40.0),
            clump_cm: match cut {
                Locs => dice.range(0.8, 1.6),
                Afro => dice.range(0.4, 0.9),
                _ => dice.range(0.5, 1.3),
            },
            clump: match cut {
                Locs => dice.range(0.85, 0.95),
                Shaven | Buzz => 0.0,
                Afro => dice.range(0.1, 0.7),
                Ponytail | Bun => dice.range(0.0, 0.4),
                // Long hair lies in sheets and broad locks; strings show what lies behind.
                Bob | Long => dice.range(0.0, 0.5),
                _ => dice.range(0.1, 0.75),
            },
            mess: if layout == Layout::Messy { dice.range(0.5, 0.9) } else { dice.range(0.08, 0.4) }
                * if long { 0.45 } else { 1.0 },
            lift: match (cut, layout) {
                (Shaven | Buzz, _) => dice.range(0.5, 1.8),
                (Afro, _) => dice.range(1.5, 3.0),
                (_, Layout::Up) => dice.range(0.9, 2.0),
                (Bob | Long | Locs, _) => dice.range(0.15, 0.5),
                (Ponytail | Bun, _) => 0.12,
                _ => dice.range(0.15, 0.9),
            },
            gravity: match cut {
                Bob | Long | Locs => dice.range(0.13, 0.28),
                Medium => dice.range(0.03, 0.12),
                Afro | Shaven => 0.0,
                _ => dice.range(0.01, 0.06),
            },
            gloss_power: dice.range(1.5, 4.5).exp(),
            gloss: dice.normal(-1.1, 0.8).exp() * if female { 1.3 } else { 1.0 },
        }
    }
}
