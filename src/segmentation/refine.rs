//! A coarse probability map becomes a segmentation of the whole photo: borders move to the photo's own borders, islands
//! vanish, the share of hidden scalp is read between hair and skin.
//!
//! Any [`super::Segmenter`] of heads ends here, so each only has to give probabilities of the whole picture at a few hundred
//! px. Nothing of the photo's size is held in f32: the map is refined at [`SIDE`] px and only its labels are brought to the
//! photo's size.

use rayon::prelude::*;

use super::islands::{regions, swallowed_by};
use super::working::{cells, neighbours, resized};
use super::{Segmentation, Tissue, guided, matting, shape};
use crate::photo::Photo;
use crate::plane::Plane;
use crate::plane::resize::size_within;

/// Longer side of the refined map in px. A head that fills the photo is then some 700 px wide, so that a px is 0.15 % of
/// its width.
pub const SIDE: usize = 768;
/// Longer side of the copy on which the guided filter's coefficients are fitted: a net's resolution.
const FIT_SIDE: usize = 320;
/// Radius of the guided filter on a copy of [`FIT_SIDE`] px, about 1.5 % of the picture: a coarse map is wrong by less.
const RADIUS: usize = 5;
/// Variance of the guide below which a window counts as flat: a contrast of some 0.03 of the full range is shading or noise.
const EPSILON: f32 = 1e-3;
/// Regions below this share of the head's area take the label around them (0.15 %: some 6 x 6 mm on a head).
const LEAST_REGION: f64 = 0.0015;
/// Hair or scalp apart from the largest piece of it, and below this share of that, is part of the face if skin is what it mostly
/// touches: brows, nostrils, a frame of glasses, a shadow under the chin. A tuft is joined to the rest or touches the room.
const LEAST_DOME_PIECE: f64 = 0.2;
const LEAST_SKIN_AROUND: f64 = 0.7;
/// Parts apart from the head below this share of its area are taken for background.
const LEAST_PART: f64 = 0.03;

/// Refines a probability map of the whole picture on the photo.
///
/// - `probability`: each tissue in the order of [`Tissue::ALL`], at any size; it need not be normalised.
/// - `hidden`: share of the scalp hidden, 0..1, same size as `probability`; none reads it from the colours.
#[must_use]
pub fn to_photo(photo: &Photo, probability: &Plane<[f32; 4]>, hidden: Option<&Plane<f32>>) -> Segmentation {
    let (w, h) = (photo.rgb.width(), photo.rgb.height());
    let (rw, rh) = size_within(w, h, SIDE);
    let guide = resized(photo.of_side(rw.max(rh)), rw, rh);
    let filtered = filter(&guide, probability, hidden);
    let mut refined = filtered.map(|[skin, hair, scalp, _]| {
        let raw = [1.0 - skin - hair - scalp, skin, hair, scalp].map(|p| p.max(0.0));
        let sum: f32 = raw.iter().sum();
        if sum > 1e-6 { raw.map(|p| p / sum) } else { [1.0, 0.0, 0.0, 0.0] }
    });
    remove_islands(&mut refined);
    let hidden = match hidden {
        Some(_) => filtered.map(|v| v[3].clamp(0.0, 1.0)),
        None => matting::hidden_share(&guide, &refined),
    };
    let outline = shape::outline(&refined.map(likeliest));
    let sure: f64 = refined.as_slice().iter().map(|p| f64::from(p.iter().copied().fold(0.0, f32::max))).sum();
    Segmentation {
        tissue: labels(&refined, w, h),
        confidence: (sure / (rw * rh) as f64) as f32,
        probability: refined,
        hidden,
        canonical: None,
        field: None,
        work_image: None,
        head_width_px: outline.head_width_px.map(|px| px * w as f64 / rw as f64),
        warnings: outline.warnings,
    }
}

/// Skin, hair, scalp and hidden share at the guide's size, borders on the guide's borders.
fn filter(guide: &Plane<[u8; 3]>, probability: &Plane<[f32; 4]>, hidden: Option<&Plane<f32>>) -> Plane<[f32; 4]> {
    let (fw, fh) = size_within(guide.width(), guide.height(), FIT_SIDE);
    let small = resized(guide, fw, fh);
    let (pw, ph) = (probability.width(), probability.height());
    let values = Plane::from_fn(fw, fh, |x, y| {
        let (x0, x1, fx) = neighbours(x, fw, pw);
        let (y0, y1, fy) = neighbours(y, fh, ph);
        let mut out = [0.0f32; 4];
        let corners = [
            (x0, y0, (1.0 - fx) * (1.0 - fy)),
            (x1, y0, fx * (1.0 - fy)),
            (x0, y1, (1.0 - fx) * fy),
            (x1, y1, fx * fy),
        ];
        for (u, v, weight) in corners {
            let p = probability.get(u, v);
            let sum = p.iter().sum::<f32>().max(1e-6);
            for k in 0..3 {
                out[k] += weight * p[k + 1] / sum;
            }
            out[3] += weight * hidden.map_or(0.0, |m| m.get_clamped(u as i64, v as i64));
        }
        out
    });
    guided::apply(&guided::fit(&small, &values, RADIUS, EPSILON), guide)
}

/// The likeliest tissue; the first of equals.
#[must_use]
pub fn likeliest(p: [f32; 4]) -> Tissue {
    let mut best = 0;
    for k in 1..4 {
        if p[k] > p[best] {
            best = k;
        }
    }
    Tissue::ALL[best]
}

/// Gives small regions the label around them and parts apart from the head the background, by exchanging two probabilities.
fn remove_islands(probability: &mut Plane<[f32; 4]>) {
    let tissue = probability.map(likeliest);
    let head_px = tissue.as_slice().iter().filter(|t| **t != Tissue::Background).count();
    let least = ((head_px as f64 * LEAST_REGION) as usize).max(1);
    let found = regions(&tissue);
    let change = swallowed_by(&found, &Tissue::ALL, |_| least);
    exchange(probability, |i| change[found.index.as_slice()[i] as usize]);

    let in_face = dome_pieces_in_the_face(&probability.map(likeliest));
    exchange(probability, |i| in_face.as_slice()[i].then_some(Tissue::Skin));

    let parts = regions(&probability.map(|p| likeliest(p) != Tissue::Background));
    let largest = parts.list.iter().filter(|r| r.label).map(|r| r.area_px).max().unwrap_or(0);
    let apart: Vec<bool> =
        parts.list.iter().map(|r| r.label && (r.area_px as f64) < LEAST_PART * largest as f64).collect();
    exchange(probability, |i| apart[parts.index.as_slice()[i] as usize].then_some(Tissue::Background));
}

/// The px of hair and scalp that lie in the face; see [`LEAST_DOME_PIECE`].
fn dome_pieces_in_the_face(tissue: &Plane<Tissue>) -> Plane<bool> {
    let is_dome = |t: Tissue| matches!(t, Tissue::Hair | Tissue::Scalp);
    let pieces = regions(&tissue.map(is_dome));
    let largest = pieces.list.iter().filter(|r| r.label).map(|r| r.area_px).max().unwrap_or(0);
    let (w, h) = (tissue.width(), tissue.height());
    // Px edges of each piece towards skin, and towards everything else, the photo's border included.
    let mut edges = vec![[0usize; 2]; pieces.list.len()];
    for y in 0..h {
        for x in 0..w {
            if !is_dome(tissue.get(x, y)) {
                continue;
            }
            let edge = &mut edges[pieces.index.get(x, y) as usize];
            for (nx, ny) in [(x.wrapping_sub(1), y), (x + 1, y), (x, y.wrapping_sub(1)), (x, y + 1)] {
                match (nx < w && ny < h).then(|| tissue.get(nx, ny)) {
                    Some(Tissue::Skin) => edge[0] += 1,
                    Some(Tissue::Hair | Tissue::Scalp) => {}
                    Some(Tissue::Background) | None => edge[1] += 1,
                }
            }
        }
    }
    let in_face: Vec<bool> = pieces
        .list
        .iter()
        .zip(&edges)
        .map(|(piece, [skin, other])| {
            piece.label
                && (piece.area_px as f64) < LEAST_DOME_PIECE * largest as f64
                && *skin as f64 >= LEAST_SKIN_AROUND * (skin + other) as f64
        })
        .collect();
    pieces.index.map(|i| in_face[i as usize])
}

/// Makes the tissue `f` names the likeliest at each px.
fn exchange(probability: &mut Plane<[f32; 4]>, f: impl Fn(usize) -> Option<Tissue>) {
    for (i, p) in probability.as_mut_slice().iter_mut().enumerate() {
        if let Some(tissue) = f(i) {
            let now = likeliest(*p);
            p.swap(now as usize, tissue as usize);
        }
    }
}

/// The likeliest tissue of the bilinearly enlarged probabilities.
fn labels(probability: &Plane<[f32; 4]>, width: usize, height: usize) -> Plane<Tissue> {
    let small = probability.map(likeliest);
    if (width, height) == (small.width(), small.height()) {
        return small;
    }
    let columns: Vec<_> = (0..width).map(|x| neighbours(x, width, small.width())).collect();
    let cells = cells(&columns);
    let mut out = Plane::filled(width, height, Tissue::Background);
    out.as_mut_slice().par_chunks_mut(width).enumerate().with_min_len(16).for_each(|(y, row)| {
        let (y0, y1, fy) = neighbours(y, height, small.height());
        let (upper, lower) = (small.row(y0), small.row(y1));
        let (above, below) = (probability.row(y0), probability.row(y1));
        // Px from `filled` on have the label of the cells passed last.
        let (mut filled, mut last) = (0, upper[0]);
        for cell in &cells {
            let (x0, x1, _) = columns[cell.start];
            let corner = upper[x0];
            // A mean of four that agree agrees with them; only cells on a border are computed.
            let agree = (upper[x1] == corner) & (lower[x0] == corner) & (lower[x1] == corner);
            if agree && corner == last {
                continue;
            }
            row[filled..cell.start].fill(last);
            (filled, last) = (cell.start, corner);
            if agree {
                continue;
            }
            filled = cell.end;
            for (label, &(_, _, fx)) in row[cell.clone()].iter_mut().zip(&columns[cell.clone()]) {
                *label = likeliest(std::array::from_fn(|k| {
                    let top = above[x0][k] + fx * (above[x1][k] - above[x0][k]);
                    let bottom = below[x0][k] + fx * (below[x1][k] - below[x0][k]);
                    top + fy * (bottom - top)
                }));
            }
        }
        row[filled..].fill(last);
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn photo(w: usize, h: usize, f: impl Fn(f32, f32) -> [u8; 3] + Sync) -> Photo {
        let rgb = Plane::from_fn(w, h, |x, y| f((x as f32 + 0.5) / w as f32, (y as f32 + 0.5) / h as f32));
        Photo::of(rgb)
    }

    /// A head as a disc of radius 0.35 around the middle: hair above, skin below. `u`, `v` 0..1.
    fn head(u: f32, v: f32) -> Tissue {
        match ((u - 0.5).hypot(v - 0.5) < 0.35, v < 0.5) {
            (false, _) => Tissue::Background,
            (true, true) => Tissue::Hair,
            (true, false) => Tissue::Skin,
        }
    }

    fn colour(t: Tissue) -> [u8; 3] {
        match t {
            Tissue::Background => [60, 90, 160],
            Tissue::Skin => [205, 160, 140],
            Tissue::Hair => [45, 35, 30],
            Tissue::Scalp => [215, 180, 165],
        }
    }

    fn sure(t: Tissue) -> [f32; 4] {
        let mut p = [0.05; 4];
        p[t as usize] = 0.85;
        p
    }

    #[test]
    fn coarse_borders_become_the_photos_own() {
        let picture = photo(1500, 1200, |u, v| colour(head(u, v)));
        let coarse = Plane::from_fn(80, 64, |x, y| sure(head((x as f32 + 0.5) / 80.0, (y as f32 + 0.5) / 64.0)));
        let found = to_photo(&picture, &coarse, None);
        assert_eq!((found.tissue.width(), found.tissue.height()), (1500, 1200));
        let wrong = (0..1200 * 1500)
            .filter(|i| {
                let (x, y) = (i % 1500, i / 1500);
                found.tissue.get(x, y) != head((x as f32 + 0.5) / 1500.0, (y as f32 + 0.5) / 1200.0)
            })
            .count();
        // The outline and the hairline are some 3 700 px long; the nearest-px enlargement of the coarse map is wrong at about 20 000.
        assert!(wrong < 6000, "{wrong} px wrong");
        assert!((found.head_width_px.unwrap() - 0.7 * 1500.0).abs() < 25.0, "{:?}", found.head_width_px);
        assert!(found.warnings.is_empty(), "{:?}", found.warnings);
    }

    #[test]
    fn islands_and_far_parts_vanish_and_probabilities_sum_to_one() {
        let picture = photo(400, 400, |u, v| colour(head(u, v)));
        let coarse = Plane::from_fn(200, 200, |x, y| match (x, y) {
            (100..103, 70..73) => sure(Tissue::Scalp),
            (2..8, 2..8) => sure(Tissue::Skin),
            _ => sure(head((x as f32 + 0.5) / 200.0, (y as f32 + 0.5) / 200.0)),
        });
        let found = to_photo(&picture, &coarse, None);
        assert_eq!(found.tissue.get(203, 143), Tissue::Hair);
        assert_eq!(found.tissue.get(10, 10), Tissue::Background);
        for p in found.probability.as_slice() {
            assert!((p.iter().sum::<f32>() - 1.0).abs() < 1e-4);
        }
    }

    #[test]
    fn brows_belong_to_the_face_and_a_tuft_at_the_outline_does_not() {
        let picture = photo(400, 400, |u, v| colour(head(u, v)));
        let coarse = Plane::from_fn(200, 200, |x, y| match (x, y) {
            (85..115, 130..138) => sure(Tissue::Hair),
            // Across the head's lower edge, which lies at row 170 in the middle.
            (92..108, 158..176) => sure(Tissue::Hair),
            _ => sure(head((x as f32 + 0.5) / 200.0, (y as f32 + 0.5) / 200.0)),
        });
        let found = to_photo(&picture, &coarse, None);
        assert_eq!(found.tissue.get(200, 268), Tissue::Skin, "the brow");
        assert_eq!(found.tissue.get(200, 340), Tissue::Hair, "the tuft");
        assert_eq!(found.tissue.get(200, 120), Tissue::Hair, "the hair above");
    }

    #[test]
    fn a_given_hidden_share_is_kept() {
        let picture = photo(300, 200, |_, _| [150, 120, 100]);
        let coarse = Plane::filled(30, 20, [0.0, 0.0, 0.5, 0.5]);
        let found = to_photo(&picture, &coarse, Some(&Plane::filled(30, 20, 0.4)));
        assert!(found.hidden.as_slice().iter().all(|v| (v - 0.4).abs() < 0.01));
    }

    #[test]
    fn tiny_photos_do_not_panic() {
        for (w, h) in [(1, 1), (2, 500), (3, 2)] {
            let found = to_photo(&photo(w, h, |_, _| [0; 3]), &Plane::filled(4, 4, [1.0, 0.0, 0.0, 0.0]), None);
            assert_eq!((found.tissue.width(), found.tissue.height()), (w, h));
            assert!(found.head_width_px.is_none());
        }
    }
}
