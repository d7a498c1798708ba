//! What the outline of the segmented head tells: its width, whether it is there, whole and alone.

use super::Tissue;
use super::classical::prior::Cap;
use super::islands::regions;
use crate::plane::Plane;

/// Least share of a photo that a head fills: 2 % is a head 0.16 of the photo wide, too small to measure anything on.
const LEAST_HEAD_SHARE: f64 = 0.02;
/// Two heads: the second group of hair and scalp has this share of the first's area.
const SECOND_HEAD_SHARE: f64 = 0.25;
/// Cut off: this share of the head's width of hair or scalp lies on the photo's border.
const CUT_SHARE: f64 = 0.2;

/// The largest connected region of true px.
#[must_use]
pub fn largest(mask: &Plane<bool>) -> Plane<bool> {
    let found = regions(mask);
    let best = (0..found.list.len())
        .filter(|i| found.list[*i].label)
        .max_by_key(|&i| (found.list[i].area_px, std::cmp::Reverse(i)));
    found.index.map(|i| Some(i as usize) == best)
}

/// The upper part of the largest region of true px; none where there is none.
#[must_use]
pub fn cap(mask: &Plane<bool>) -> Option<Cap> {
    let head = largest(mask);
    let mut found: Option<Cap> = None;
    for (y, row) in head.rows().enumerate() {
        let (Some(left), Some(right)) = (row.iter().position(|m| *m), row.iter().rposition(|m| *m)) else { continue };
        let width = (right + 1 - left) as f32;
        // A wisp of hair that stands up is not the top of the head.
        if found.is_none() && row.iter().filter(|m| **m).count() * 25 < head.width() {
            continue;
        }
        let here = Cap { centre_x: (left + right + 1) as f32 / 2.0, top_y: y as f32, width };
        let cap = found.get_or_insert(here);
        let depth = y as f32 - cap.top_y;
        // The cap ends 0.6 of its width below its top, at the level of the ears; heads are widest at the parietal bones,
        // some 40 % of the way from the vertex to the chin.
        if depth > 0.6 * cap.width && depth > head.height() as f32 / 50.0 {
            break;
        }
        if width > cap.width {
            *cap = Cap { top_y: cap.top_y, ..here };
        }
    }
    found
}

/// The head's outline, in px of the map it was read from.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline {
    /// Width at the parietal level, none where no head is seen.
    pub head_width_px: Option<f64>,
    /// What a reader must know.
    pub warnings: Vec<String>,
}

fn is_dome(t: Tissue) -> bool {
    matches!(t, Tissue::Hair | Tissue::Scalp)
}

/// Reads the outline off a tissue map.
#[must_use]
pub fn outline(tissue: &Plane<Tissue>) -> Outline {
    let area = (tissue.width() * tissue.height()) as f64;
    let count = |f: fn(Tissue) -> bool| tissue.as_slice().iter().filter(|t| f(**t)).count() as f64;
    let (dome, skin) = (count(is_dome), count(|t| t == Tissue::Skin));
    if dome + skin < LEAST_HEAD_SHARE * area || dome < 0.25 * LEAST_HEAD_SHARE * area {
        let seen =
            if dome + skin < LEAST_HEAD_SHARE * area { "No head was found" } else { "No hair or scalp was found" };
        let warning = format!(
            "{seen}: hair and scalp fill {:.1} %, skin {:.1} % of the photo. Take the photo closer, with the whole head in the frame, on a plain background.",
            100.0 * dome / area,
            100.0 * skin / area
        );
        return Outline { head_width_px: None, warnings: vec![warning] };
    }
    let mut warnings = Vec::new();
    let domes = regions(&tissue.map(is_dome));
    let mut by_size: Vec<_> = domes.list.iter().enumerate().filter(|(_, r)| r.label).collect();
    by_size.sort_by_key(|(_, r)| std::cmp::Reverse(r.area_px));
    let heads = regions(&tissue.map(|t| t != Tissue::Background));
    let head_of = |d: usize| {
        let first = domes.index.as_slice().iter().position(|i| *i as usize == d);
        first.map(|i| heads.index.as_slice()[i])
    };
    if let [(a, first), (b, second), ..] = by_size[..]
        && second.area_px as f64 >= SECOND_HEAD_SHARE * first.area_px as f64
        && head_of(a) != head_of(b)
    {
        warnings.push(format!(
            "A second head may be in the photo: a separate group of hair and scalp has {:.0} % of the first's area. Photograph one person alone.",
            100.0 * second.area_px as f64 / first.area_px as f64
        ));
    }
    let dome_index = by_size.first().map_or(u32::MAX, |(d, _)| *d as u32);
    let width = width(tissue, &domes.index.map(|i| i == dome_index));
    let on_border = border_run(tissue);
    if on_border as f64 > CUT_SHARE * width {
        warnings.push(format!(
            "The head is cut off: hair or scalp touches the photo's border over {:.0} % of the head's width. Step back until the whole head is in the frame.",
            100.0 * on_border as f64 / width
        ));
    }
    Outline { head_width_px: Some(width), warnings }
}

/// Most that a row of hair and scalp is lengthened by the skin beside it, at each end, as a share of the row: temples and
/// forehead belong to the head's width, a hand or a wall taken for skin does not.
const MOST_SKIN: f64 = 0.12;

/// Width of the head above the ears: the widest row of `dome`, the head's hair and scalp, with the temples, no lower than 0.6
/// widths below its top (as in [`cap`]); long hair and shoulders are wider further down.
fn width(tissue: &Plane<Tissue>, dome: &Plane<bool>) -> f64 {
    let (mut top, mut widest) = (None, 0usize);
    for (y, row) in dome.rows().enumerate() {
        let (Some(left), Some(right)) = (row.iter().position(|m| *m), row.iter().rposition(|m| *m)) else { continue };
        let depth = (y - *top.get_or_insert(y)) as f64;
        if depth > 0.6 * widest as f64 && depth > dome.height() as f64 / 50.0 {
            break;
        }
        let most = (MOST_SKIN * (right + 1 - left) as f64) as usize;
        let is_skin = |x: &usize| tissue.get(*x, y) == Tissue::Skin;
        let before = (left.saturating_sub(most)..left).rev().take_while(is_skin).count();
        let after = (right + 1..(right + 1 + most).min(dome.width())).take_while(is_skin).count();
        widest = widest.max(right + 1 - left + before + after);
    }
    widest as f64
}

/// Px of the top and side borders that show hair or scalp. The lower border is left out: long hair and necks leave there.
fn border_run(tissue: &Plane<Tissue>) -> usize {
    let (w, h) = (tissue.width(), tissue.height());
    let top = (0..w).filter(|&x| is_dome(tissue.get(x, 0))).count();
    let sides = (0..h).filter(|&y| is_dome(tissue.get(0, y))).count()
        + (0..h).filter(|&y| is_dome(tissue.get(w - 1, y))).count();
    top + sides
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Heads as discs: centre x, centre y, radius; upper half hair, lower half skin.
    fn discs(w: usize, h: usize, discs: &[(f64, f64, f64)]) -> Plane<Tissue> {
        Plane::from_fn(w, h, |x, y| {
            for &(cx, cy, r) in discs {
                if (x as f64 + 0.5 - cx).hypot(y as f64 + 0.5 - cy) < r {
                    return if (y as f64) < cy { Tissue::Hair } else { Tissue::Skin };
                }
            }
            Tissue::Background
        })
    }

    #[test]
    fn one_whole_head() {
        let found = outline(&discs(200, 200, &[(100.0, 100.0, 60.0)]));
        assert!((found.head_width_px.unwrap() - 120.0).abs() < 4.0, "{found:?}");
        assert!(found.warnings.is_empty(), "{found:?}");
    }

    #[test]
    fn shoulders_do_not_widen_the_head() {
        let mut tissue = discs(200, 240, &[(100.0, 80.0, 50.0)]);
        for y in 140..240 {
            for x in 0..200 {
                tissue.set(x, y, Tissue::Skin);
            }
        }
        for y in 120..145 {
            for x in 80..120 {
                tissue.set(x, y, Tissue::Skin);
            }
        }
        assert!((outline(&tissue).head_width_px.unwrap() - 100.0).abs() < 4.0);
    }

    #[test]
    fn a_wall_taken_for_skin_does_not_widen_the_head() {
        let head = discs(300, 200, &[(150.0, 100.0, 60.0)]);
        let mut tissue = head.clone();
        for y in 0..200 {
            for x in 0..300 {
                if head.get(x, y) == Tissue::Background && x < 140 {
                    tissue.set(x, y, Tissue::Skin);
                }
            }
        }
        let width = outline(&tissue).head_width_px.unwrap();
        assert!((118.0..140.0).contains(&width), "{width}");
    }

    #[test]
    fn no_head_two_heads_and_a_cut_head_are_told() {
        let none = outline(&Plane::filled(64, 48, Tissue::Background));
        assert!(none.head_width_px.is_none() && none.warnings[0].contains("No head"));
        let two = outline(&discs(300, 150, &[(75.0, 75.0, 50.0), (220.0, 75.0, 45.0)]));
        assert!(two.warnings[0].contains("second head"), "{two:?}");
        let cut = outline(&discs(150, 150, &[(75.0, 20.0, 60.0)]));
        assert!(cut.warnings[0].contains("cut off"), "{cut:?}");
    }
}
