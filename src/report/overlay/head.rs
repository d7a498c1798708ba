//! Whole heads: coverage as colour, regions, hairline.

use colorgrad::Gradient;
use rayon::prelude::*;

use super::{Canvas, Frame, Rgb, WHITE, mix};
use crate::analysis::Analysis;
use crate::findings::{BaldRegion, RegionKind};
use crate::plane::resize::FilterType;
use crate::plane::{Plane, Point};
use crate::report::region_label;
use crate::segmentation::Tissue;
use crate::segmentation::working::{cells, neighbours};

/// Vermilion of Okabe and Ito.
const HAIRLINE: Rgb = [213, 94, 0];
/// Sky blue of Okabe and Ito.
const PROPOSED: Rgb = [86, 180, 233];
/// Reddish purple of Okabe and Ito.
const SCAR: Rgb = [204, 121, 167];
const DARK: Rgb = [20, 20, 20];

/// Strongest tint: the skin below stays visible.
const STRONGEST: f32 = 0.5;

/// Share of the scalp's weight below which a px is not coloured.
const LEAST_SEEN: f32 = 0.02;

/// Longest side at which the colours are computed, and the radius of their edges there, px: about 0.3 % of the picture.
const SOFT_SIDE: f32 = 400.0;
const SOFTNESS: f32 = 1.2;

/// Regions smaller than this share of the scalp are outlined but not labelled, and no more than eight labels are drawn.
const LEAST_LABELLED: f64 = 0.005;
const MOST_LABELLED: usize = 8;

/// Colour and strength of the tint for a share hidden, 0..1: bare scalp bright yellow and strong, full hair nearly untouched.
pub(super) fn colour(hidden: f32) -> (Rgb, f32) {
    let [r, g, b, _] = colorgrad::preset::viridis().at(1.0 - hidden).to_rgba8();
    ([r, g, b], STRONGEST * (1.0 - hidden).powf(0.7) + 0.03)
}

/// Lays the coverage's colours over the photo on the canvas, with soft edges.
pub(super) fn tint(canvas: &mut Canvas, frame: &Frame, a: &Analysis) {
    let (w, h) = (frame.width, frame.height);
    let tissue = &a.segmentation.tissue;
    // The colours are soft, so they are blurred small and read between the px.
    let shrink = (w.max(h) as f32 / SOFT_SIDE).max(1.0);
    let small = |v: usize| ((v as f32 / shrink).round() as usize).max(1);
    let (sw, sh) = (small(w), small(h));
    // Every few px of the photo are enough for colours that are softer than that.
    let seen = thinned(tissue, sw, |t| if matches!(t, Tissue::Hair | Tissue::Scalp) { 255 } else { 0 }).resized(
        sw,
        sh,
        FilterType::CatmullRom,
    );
    let cover = thinned(&a.coverage.map, sw, |v| v).resized(sw, sh, FilterType::CatmullRom);
    // Blurred together and divided, so that the scalp's border takes no colour from outside it.
    let weight = seen.map(f32::from).gaussian(SOFTNESS);
    let shares = cover.map(f32::from).gaussian(SOFTNESS);
    let table: Vec<(Rgb, f32)> = (0..=255u16).map(|i| colour(f32::from(i) / 255.0)).collect();
    let columns: Vec<_> = (0..w).map(|x| neighbours(x, w, sw)).collect();
    let cells = cells(&columns);
    canvas.part(frame.left as usize, frame.top as usize, (w, h)).enumerate().with_min_len(16).for_each_init(
        || vec![[0.0f32; 2]; sw],
        |line, (y, row)| {
            let (y0, y1, fy) = neighbours(y, h, sh);
            for (x, between) in line.iter_mut().enumerate() {
                let down = |plane: &Plane<f32>| plane.get(x, y0) + fy * (plane.get(x, y1) - plane.get(x, y0));
                *between = [down(&weight) / 255.0, down(&shares)];
            }
            for cell in &cells {
                let (x0, x1, _) = columns[cell.start];
                let (a, b) = (line[x0], line[x1]);
                if a[0].max(b[0]) <= LEAST_SEEN {
                    continue;
                }
                for (px, &(_, _, fx)) in row[cell.clone()].iter_mut().zip(&columns[cell.clone()]) {
                    let mask = a[0] + fx * (b[0] - a[0]);
                    if mask > LEAST_SEEN {
                        let hidden = ((a[1] + fx * (b[1] - a[1])) / mask).clamp(0.0, 255.0) as usize;
                        let (tint, strength) = table[hidden];
                        let [r, g, b, _] = px;
                        [*r, *g, *b] = mix([*r, *g, *b], tint, strength * mask.min(1.0));
                    }
                }
            }
        },
    );
}

/// Every few px of a plane: some three for each px that a copy of `width` px has.
fn thinned<T: Copy + Sync>(plane: &Plane<T>, width: usize, f: impl Fn(T) -> u8 + Sync) -> Plane<u8> {
    let step = (plane.width() / (3 * width)).clamp(1, plane.width().min(plane.height()).max(1));
    Plane::from_fn(plane.width() / step, plane.height() / step, |x, y| {
        f(plane.get(x * step + step / 2, y * step + step / 2))
    })
}

/// Outlines, labels, hairlines.
pub(super) fn marks(canvas: &mut Canvas, frame: &Frame, a: &Analysis) {
    let thin = frame.text / 9.0;
    for region in &a.findings.bald_regions {
        let dash = (region.kind == RegionKind::Thinning).then_some([thin * 4.0, thin * 3.0]);
        canvas.haloed(&frame.all(&region.polygon), true, DARK, WHITE, thin, dash);
    }
    for scar in &a.findings.scars {
        canvas.haloed(&frame.all(&scar.polygon), true, SCAR, WHITE, thin, None);
    }
    if let Some(line) = &a.plan.proposed_hairline {
        canvas.haloed(&frame.all(line), false, PROPOSED, DARK, thin * 1.3, Some([thin * 5.0, thin * 4.0]));
    }
    if let Some(hairline) = &a.findings.hairline {
        canvas.haloed(&frame.all(&hairline.polyline), false, HAIRLINE, WHITE, thin * 1.8, None);
    }
    if let Some(follicles) = &a.follicles {
        for unit in &follicles.units {
            canvas.disc(frame.at(unit.root), (frame.text / 10.0).max(1.2), PROPOSED);
        }
    }
    let labelled = a.findings.bald_regions.iter().enumerate().filter(|(_, r)| r.share_of_scalp >= LEAST_LABELLED);
    for (i, region) in labelled.take(MOST_LABELLED) {
        let size = match &region.area {
            Some(area) => format!("{:.0} cm²", area.value.get()),
            None => format!("{:.0} %", region.share_of_scalp * 100.0),
        };
        let text = format!("{} {size}", region_label(i));
        canvas.plate(frame.at(inside(region)), &text, frame.text * 0.95, (frame.top, frame.bottom()));
    }
}

/// A point well inside the polygon: the middle of its longest run along the rows of a coarse grid.
/// The centroid of a crescent would lie outside it.
fn inside(region: &BaldRegion) -> Point {
    let polygon = &region.polygon;
    let (top, bottom) = polygon.iter().fold((f32::MAX, f32::MIN), |(t, b), p| (t.min(p.y), b.max(p.y)));
    let mut best = (f32::MIN, polygon.first().copied().unwrap_or_default());
    for i in 1..16u8 {
        let y = top + (bottom - top) * f32::from(i) / 16.0;
        let mut crossings: Vec<f32> = (0..polygon.len())
            .filter_map(|k| {
                let (a, b) = (polygon[k], polygon[(k + 1) % polygon.len()]);
                ((a.y <= y) != (b.y <= y)).then(|| a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x))
            })
            .collect();
        crossings.sort_by(f32::total_cmp);
        for run in crossings.as_chunks::<2>().0 {
            // Rows near the middle win over equal ones at the ends.
            let length = (run[1] - run[0]) * (1.0 - 0.3 * (f32::from(i) - 8.0).abs() / 8.0);
            if length > best.0 {
                best = (length, Point::new(f32::midpoint(run[0], run[1]), y));
            }
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Zone;

    #[test]
    fn bare_scalp_is_tinted_strongly_and_full_hair_hardly() {
        assert!(colour(0.0).1 > 0.45 && colour(1.0).1 < 0.1);
    }

    #[test]
    fn the_label_of_a_crescent_lies_inside_it() {
        let at = |x: f32, y: f32| Point::new(x, y);
        let polygon =
            vec![at(0.0, 0.0), at(10.0, 0.0), at(10.0, 90.0), at(100.0, 90.0), at(100.0, 100.0), at(0.0, 100.0)];
        let region = BaldRegion {
            polygon,
            area_px: 1900.0,
            area: None,
            share_of_scalp: 0.1,
            mean_hidden: 0.0,
            kind: RegionKind::Bald,
            zone: Zone::Vertex,
            near_limb: false,
        };
        let p = inside(&region);
        assert!((p.x < 10.0 && p.y < 90.0) || (90.0..=100.0).contains(&p.y), "{p:?}");
    }
}
