//! How many dots belong where: planned regions laid on the curved scalp, softened behind the hairline.

use crate::findings::{Findings, HeadSurface};
use crate::plan::{Effect, Plan, RegionPlan, Rules};
use crate::plane::{Plane, Point};
use crate::segmentation::Segmentation;

/// Density at the very edge of the hairline's gradient, share of the full one: single dots ahead of the line.
const FRONT_EDGE: f32 = 0.08;
/// Against hair and what is not planned an edge is softened over this depth, mm, from this share: dots thin out among the
/// stubble, and none line up along the border [D].
const OTHER_EDGE: (f32, f32) = (4.0, 0.12);

/// A map of expected dots; covers the photo at the resolution of the segmentation's probabilities.
pub struct Ground {
    /// Region of each px, from 1; 0 for none.
    pub region: Plane<u16>,
    /// Dots expected on each px when all sessions are done.
    pub expected: Plane<f32>,
    /// Px of the photo per px, across and down.
    pub step: (f32, f32),
    /// Whether a line bounds the dots towards the face.
    pub bounded: bool,
}

impl Ground {
    /// Lays the regions out. A px that two regions claim belongs to the first in the order scars, bald and thinning, hairline.
    pub fn new(
        segmentation: &Segmentation,
        findings: &Findings,
        plan: &Plan,
        regions: &[&RegionPlan],
        mm_per_breadth: f64,
        rules: &Rules,
    ) -> Self {
        let p = &segmentation.probability;
        let (w, h) = (p.width(), p.height());
        let tissue = &segmentation.tissue;
        let step = (tissue.width() as f32 / w as f32, tissue.height() as f32 / h as f32);
        let mut ground =
            Self { region: Plane::filled(w, h, 0), expected: Plane::filled(w, h, 0.0), step, bounded: false };
        let Some(surface) = findings.surface else { return ground };
        let depth = rules.value("gradient_depth_mm") as f32;
        let front = Front::of(plan, findings);
        ground.bounded = front.is_some();
        let strip =
            plan.proposed_hairline.as_deref().map(|line| ground.near_line(line, &surface, mm_per_breadth, depth));
        ground.claim(regions, segmentation, front.as_ref(), strip.as_ref());
        let (to_skin, to_other) = ground.edges(segmentation, front.as_ref(), &surface, mm_per_breadth);
        ground.expect(regions, segmentation, &surface, mm_per_breadth, |x, y| {
            let t = (to_skin.get(x, y) / depth.max(0.1)).min(1.0);
            let behind_front = FRONT_EDGE + (1.0 - FRONT_EDGE) * t;
            let (deep, least) = OTHER_EDGE;
            behind_front * (least + (1.0 - least) * (to_other.get(x, y) / deep).min(1.0))
        });
        ground
    }

    /// A px of the map as a point of the photo.
    pub fn to_photo(&self, x: f32, y: f32) -> Point {
        Point::new((x + 0.5) * self.step.0 - 0.5, (y + 0.5) * self.step.1 - 0.5)
    }

    /// A point of the photo on the map.
    pub fn of_photo(&self, p: Point) -> (f32, f32) {
        ((p.x + 0.5) / self.step.0 - 0.5, (p.y + 0.5) / self.step.1 - 0.5)
    }

    fn claim(
        &mut self,
        regions: &[&RegionPlan],
        segmentation: &Segmentation,
        front: Option<&Front>,
        strip: Option<&Plane<bool>>,
    ) {
        let (w, h) = (self.region.width(), self.region.height());
        let mut order: Vec<usize> = (0..regions.len()).collect();
        order.sort_by_key(|&i| match regions[i].effect {
            Effect::ConcealGraftScars | Effect::HideBurnsAndScars => 0,
            Effect::FullCoverage | Effect::AddDensity => 1,
            Effect::RefineHairline => 2,
        });
        for i in order {
            let outline: Vec<Point> = regions[i]
                .outline
                .iter()
                .map(|&p| {
                    let (x, y) = self.of_photo(p);
                    Point::new(x, y)
                })
                .collect();
            let inside = filled(&outline, w, h);
            let hairline = regions[i].effect == Effect::RefineHairline;
            for y in 0..h {
                for x in 0..w {
                    let p = segmentation.probability.get(x, y);
                    let among_hair = hairline && p[2] + p[3] > 0.5 && strip.is_some_and(|s| s.get(x, y));
                    let ahead = front.is_some_and(|f| f.ahead(self.to_photo(x as f32, y as f32)));
                    if (inside.get(x, y) || among_hair) && !ahead && self.region.get(x, y) == 0 && p[0] < 0.5 {
                        self.region.set(x, y, i as u16 + 1);
                    }
                }
            }
        }
    }

    /// Distance in mm along the scalp to bare skin or what lies ahead of the proposed hairline, and to all else outside the
    /// regions.
    fn edges(
        &self,
        segmentation: &Segmentation,
        front: Option<&Front>,
        surface: &HeadSurface,
        mm_per_breadth: f64,
    ) -> (Plane<f32>, Plane<f32>) {
        let outside = |x: usize, y: usize| self.region.get(x, y) == 0;
        let ahead = |x: usize, y: usize| front.is_some_and(|f| f.ahead(self.to_photo(x as f32, y as f32)));
        let (w, h) = (self.region.width(), self.region.height());
        let p = &segmentation.probability;
        let skin = Plane::from_fn(w, h, |x, y| outside(x, y) && (p.get(x, y)[1] > 0.5 || ahead(x, y)));
        let other = Plane::from_fn(w, h, |x, y| outside(x, y) && !skin.get(x, y));
        (self.distance(&skin, surface, mm_per_breadth), self.distance(&other, surface, mm_per_breadth))
    }

    /// Distance from each px of a region to the nearest px of a mask, mm through space (a chord; 1 % short at a centimetre).
    fn distance(&self, mask: &Plane<bool>, surface: &HeadSurface, mm_per_breadth: f64) -> Plane<f32> {
        let nearest = nearest(mask);
        Plane::from_fn(mask.width(), mask.height(), |x, y| {
            let Some((nx, ny)) = nearest.get(x, y) else { return f32::INFINITY };
            if self.region.get(x, y) == 0 {
                return 0.0;
            }
            let place = |x: usize, y: usize| surface.place(self.to_photo(x as f32, y as f32)).at;
            let (a, b) = (place(x, y), place(nx as usize, ny as usize));
            let d2: f64 = (0..3).map(|i| (a[i] - b[i]).powi(2)).sum();
            (d2.sqrt() * mm_per_breadth) as f32
        })
    }

    /// Px within `mm` of a line, on the scalp's surface.
    fn near_line(&self, line: &[Point], surface: &HeadSurface, mm_per_breadth: f64, mm: f32) -> Plane<bool> {
        let (w, h) = (self.region.width(), self.region.height());
        let mut mask = Plane::filled(w, h, false);
        for k in line.windows(2) {
            let steps = (k[0].distance(k[1]) / self.step.0.min(self.step.1)).ceil().max(1.0) as usize;
            for i in 0..=steps {
                let t = i as f32 / steps as f32;
                let (x, y) = self.of_photo(Point::new(k[0].x + t * (k[1].x - k[0].x), k[0].y + t * (k[1].y - k[0].y)));
                if (0.0..w as f32).contains(&x) && (0.0..h as f32).contains(&y) {
                    mask.set(x as usize, y as usize, true);
                }
            }
        }
        let nearest = nearest(&mask);
        Plane::from_fn(w, h, |x, y| {
            let Some((nx, ny)) = nearest.get(x, y) else { return false };
            let place = |x: usize, y: usize| surface.place(self.to_photo(x as f32, y as f32)).at;
            // Cheap refusal: what is far in the photo is farther on the surface.
            let flat = ((x as f32 - f32::from(nx)) * self.step.0).hypot((y as f32 - f32::from(ny)) * self.step.1);
            if f64::from(flat) / surface.breadth_px() * mm_per_breadth > f64::from(mm) {
                return false;
            }
            let (a, b) = (place(x, y), place(nx as usize, ny as usize));
            ((0..3).map(|i| (a[i] - b[i]).powi(2)).sum::<f64>().sqrt() * mm_per_breadth) as f32 <= mm
        })
    }

    /// Shares the planned dots of each region out over its px: by surface, by what hair leaves open, and by `softened`.
    fn expect(
        &mut self,
        regions: &[&RegionPlan],
        segmentation: &Segmentation,
        surface: &HeadSurface,
        mm_per_breadth: f64,
        softened: impl Fn(usize, usize) -> f32 + Sync,
    ) {
        let px_cm2 = f64::from(self.step.0 * self.step.1) * (mm_per_breadth / surface.breadth_px()).powi(2) / 100.0;
        let (w, h) = (self.region.width(), self.region.height());
        let region = &self.region;
        let at = |x: usize, y: usize| self.to_photo(x as f32, y as f32);
        let cm2 = Plane::from_fn(w, h, |x, y| {
            if region.get(x, y) == 0 { 0.0 } else { (px_cm2 * surface.place(at(x, y)).stretch()) as f32 }
        });
        let weight = Plane::from_fn(w, h, |x, y| {
            let i = region.get(x, y);
            if i == 0 {
                return 0.0;
            }
            let scar = matches!(regions[i as usize - 1].effect, Effect::ConcealGraftScars | Effect::HideBurnsAndScars);
            let open = if scar { 1.0 } else { 1.0 - segmentation.hidden.get(x, y).clamp(0.0, 0.95) };
            cm2.get(x, y) * open * softened(x, y)
        });
        let mut totals = vec![(0.0f64, 0.0f64); regions.len()];
        for ((&i, &c), &v) in region.as_slice().iter().zip(cm2.as_slice()).zip(weight.as_slice()) {
            if i > 0 {
                totals[i as usize - 1].0 += f64::from(c);
                totals[i as usize - 1].1 += f64::from(v);
            }
        }
        let factor: Vec<f32> = regions
            .iter()
            .zip(&totals)
            .map(|(r, &(area, weight))| {
                let planned = area * f64::midpoint(r.dots_per_cm2.0, r.dots_per_cm2.1);
                if weight > 0.0 { (planned / weight) as f32 } else { 0.0 }
            })
            .collect();
        self.expected = Plane::from_fn(w, h, |x, y| match region.get(x, y) {
            0 => 0.0,
            i => weight.get(x, y) * factor[i as usize - 1],
        });
    }
}

/// Which side of the proposed hairline a point lies on, in the head's own axes.
struct Front {
    mid: Point,
    sin: f32,
    cos: f32,
    /// Across and up of the line's points, from left to right.
    line: Vec<(f32, f32)>,
}

impl Front {
    fn of(plan: &Plan, findings: &Findings) -> Option<Self> {
        let drawn = findings.hairline.as_ref().filter(|h| h.confidence >= 1.0).map(|h| &h.polyline);
        let (line, head) = (plan.proposed_hairline.as_ref().or(drawn)?, findings.head.as_ref()?);
        let (sin, cos) = head.tilt.sin_cos();
        let mut front = Self { mid: *line.get(line.len() / 2)?, sin, cos, line: Vec::new() };
        front.line = line.iter().map(|&p| front.axes(p)).collect();
        front.line.sort_by(|a, b| a.0.total_cmp(&b.0));
        Some(front)
    }

    fn axes(&self, p: Point) -> (f32, f32) {
        let (dx, dy) = (p.x - self.mid.x, p.y - self.mid.y);
        (dx * self.cos + dy * self.sin, dx * self.sin - dy * self.cos)
    }

    /// Ahead of the line: towards the face.
    fn ahead(&self, p: Point) -> bool {
        let (across, up) = self.axes(p);
        let i = self.line.partition_point(|l| l.0 < across);
        if i == 0 || i == self.line.len() {
            return false;
        }
        let (a, b) = (self.line[i - 1], self.line[i]);
        let t = if b.0 > a.0 { (across - a.0) / (b.0 - a.0) } else { 0.0 };
        up < a.1 + t * (b.1 - a.1)
    }
}

/// Px whose middle lies inside a closed line (even-odd).
pub fn filled(outline: &[Point], width: usize, height: usize) -> Plane<bool> {
    let mut mask = Plane::filled(width, height, false);
    for y in 0..height {
        let v = y as f32;
        let mut crossings: Vec<f32> = (0..outline.len())
            .filter_map(|k| {
                let (a, b) = (outline[k], outline[(k + 1) % outline.len()]);
                ((a.y <= v) != (b.y <= v)).then(|| a.x + (v - a.y) / (b.y - a.y) * (b.x - a.x))
            })
            .collect();
        crossings.sort_by(f32::total_cmp);
        for run in crossings.as_chunks::<2>().0 {
            let (from, to) =
                (run[0].ceil().max(0.0) as usize, (run[1].floor().min(width as f32 - 1.0) + 1.0).max(0.0) as usize);
            if from < to {
                mask.row_mut(y)[from..to].fill(true);
            }
        }
    }
    mask
}

/// The nearest px of a mask for each px; none where the mask is empty.
///
/// Two sweeps that hand the nearest px on to neighbours (Danielsson 1980, doi:10.1016/0146-664X(80)90054-4): off by a fraction of a
/// px at worst.
fn nearest(mask: &Plane<bool>) -> Plane<Option<(u16, u16)>> {
    let (w, h) = (mask.width(), mask.height());
    let mut out: Plane<Option<(u16, u16)>> =
        Plane::from_fn(w, h, |x, y| mask.get(x, y).then_some((x as u16, y as u16)));
    let far = |x: usize, y: usize, p: Option<(u16, u16)>| {
        p.map_or(i64::MAX, |(px, py)| (x as i64 - i64::from(px)).pow(2) + (y as i64 - i64::from(py)).pow(2))
    };
    let mut take = |x: usize, y: usize, near: &[(i64, i64)]| {
        for &(dx, dy) in near {
            let (nx, ny) = (x as i64 + dx, y as i64 + dy);
            if (0..w as i64).contains(&nx) && (0..h as i64).contains(&ny) {
                let other = out.get(nx as usize, ny as usize);
                if far(x, y, other) < far(x, y, out.get(x, y)) {
                    out.set(x, y, other);
                }
            }
        }
    };
    for y in 0..h {
        (0..w).for_each(|x| take(x, y, &[(-1, -1), (0, -1), (1, -1), (-1, 0)]));
        (0..w).rev().for_each(|x| take(x, y, &[(1, 0)]));
    }
    for y in (0..h).rev() {
        (0..w).rev().for_each(|x| take(x, y, &[(-1, 1), (0, 1), (1, 1), (1, 0)]));
        (0..w).for_each(|x| take(x, y, &[(-1, 0)]));
    }
    out
}
