//! Z-buffer rasteriser: triangles, and strands as thin lines whose partial cover is drawn by chance.

use super::camera::Projected;
use super::dice::hash;
use super::strand::Strands;
use super::vec3::floor;

/// Marks a pixel nothing was drawn on.
pub(crate) const NONE: u32 = u32::MAX;

/// Depth, and which triangle or strand point is nearest, per pixel.
#[derive(Debug)]
pub(crate) struct Raster {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Depth in cm of the nearest thing.
    pub(crate) depth: Vec<f32>,
    /// Nearest triangle, or [`NONE`].
    pub(crate) triangle: Vec<u32>,
    /// Barycentric weights of the triangle's first two corners.
    pub(crate) weights: Vec<(f32, f32)>,
    /// First point of the nearest strand segment, or [`NONE`] where no strand lies in front.
    pub(crate) strand: Vec<u32>,
}

impl Raster {
    pub(crate) fn new(width: usize, height: usize) -> Self {
        let n = width * height;
        Self {
            width,
            height,
            depth: vec![f32::INFINITY; n],
            triangle: vec![NONE; n],
            weights: vec![(0.0, 0.0); n],
            strand: vec![NONE; n],
        }
    }

    /// Draws triangles with perspective-correct weights; triangles with a corner behind the camera are dropped.
    pub(crate) fn triangles(&mut self, corners: &[Projected], triangles: &[[u32; 3]]) {
        for (id, t) in triangles.iter().enumerate() {
            let [a, b, c] = t.map(|i| corners[i as usize]);
            if a.depth < 0.0 || b.depth < 0.0 || c.depth < 0.0 {
                continue;
            }
            let area = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
            if area.abs() < 1e-9 {
                continue;
            }
            let x0 = a.x.min(b.x).min(c.x).floor().max(0.0) as usize;
            let y0 = a.y.min(b.y).min(c.y).floor().max(0.0) as usize;
            let x1 = (a.x.max(b.x).max(c.x).ceil().min(self.width as f32)).max(0.0) as usize;
            let y1 = (a.y.max(b.y).max(c.y).ceil().min(self.height as f32)).max(0.0) as usize;
            // Each weight over its corner's depth is linear across the picture.
            let inverse = 1.0 / area;
            let (left, top) = (x0 as f32, y0 as f32);
            let plane = |p: Projected, q: Projected, depth: f32| {
                let k = inverse / depth;
                // Counted from the triangle's own corner: products of large coordinates lose the digits that matter.
                let (px, py, qx, qy) = (p.x - left, p.y - top, q.x - left, q.y - top);
                ((py - qy) * k, (qx - px) * k, (px * qy - qx * py) * k)
            };
            let (e0, e1, e2) = (plane(b, c, a.depth), plane(c, a, b.depth), plane(a, b, c.depth));
            for y in y0..y1 {
                let py = (y - y0) as f32 + 0.5;
                let at = |e: (f32, f32, f32)| e.1 * py + e.2;
                let (r0, r1, r2) = (at(e0), at(e1), at(e2));
                for x in x0..x1 {
                    let px = (x - x0) as f32 + 0.5;
                    let (i0, i1, i2) = (e0.0 * px + r0, e1.0 * px + r1, e2.0 * px + r2);
                    if i0 < 0.0 || i1 < 0.0 || i2 < 0.0 {
                        continue;
                    }
                    let depth = 1.0 / (i0 + i1 + i2);
                    let k = y * self.width + x;
                    if depth < self.depth[k] {
                        self.depth[k] = depth;
                        self.triangle[k] = id as u32;
                        self.weights[k] = (i0 * depth, i1 * depth);
                    }
                }
            }
        }
    }

    /// Draws strands in front of what is there; `points` are the projected points of `strands`, `px_per_cm` at depth
    /// 1 cm (the focal length), or the fixed scale of a parallel projection when `parallel`.
    pub(crate) fn strands(&mut self, strands: &Strands, points: &[Projected], scale: LineScale, every: usize) {
        for i in (0..strands.count()).step_by(every) {
            let range = strands.range(i);
            let opacity = strands.opacity[i];
            for k in range.start..range.end - 1 {
                self.segment(k as u32, i as u32, points[k], points[k + 1], strands.width[i], opacity, scale);
            }
        }
    }

    #[allow(clippy::too_many_arguments)] // one call site; a struct would only rename the same seven values
    fn segment(&mut self, id: u32, strand: u32, a: Projected, b: Projected, cm: f32, opacity: f32, scale: LineScale) {
        if a.depth < 0.0 || b.depth < 0.0 {
            return;
        }
        let (dx, dy) = (b.x - a.x, b.y - a.y);
        let steep = dy.abs() > dx.abs();
        let steps = dx.abs().max(dy.abs()).ceil().max(1.0);
        if steps > 4000.0 || a.x.max(b.x) < 0.0 || a.y.max(b.y) < 0.0 {
            return;
        }
        if a.x.min(b.x) > self.width as f32 || a.y.min(b.y) > self.height as f32 {
            return;
        }
        // A slanted line covers more across the minor axis than across itself.
        let slant = (dx.hypot(dy) / dx.abs().max(dy.abs()).max(1e-6)).min(1.5);
        // A segment seen end-on is a dot, not a full px of line.
        let short = dx.hypot(dy).clamp(0.25, 1.0);
        let px = match scale {
            LineScale::Perspective { focal } => cm * focal / a.depth,
            LineScale::Parallel { px_per_cm } => cm * px_per_cm,
        } * slant;
        let wide = px.max(1.0);
        let chance = (opacity * px.min(1.0) * if steps <= 1.0 { short } else { 1.0 }).min(1.0);
        let threshold = (chance * 16_777_216.0) as u32;
        for s in 0..steps as u32 {
            let t = (s as f32 + 0.5) / steps;
            let (x, y, depth) = (a.x + t * dx, a.y + t * dy, a.depth + t * (b.depth - a.depth));
            // The fractional part of the width is drawn by chance, so that the mean cover is right.
            let (across, first) = if wide > 1.0 {
                let jitter = hash(id.wrapping_mul(0x9E37_79B9) ^ s.wrapping_mul(31));
                let across = wide as i32 + i32::from((jitter >> 8) as f32 / 16_777_216.0 < wide.fract());
                (across, -(across - 1) / 2 - i32::from(across % 2 == 0 && jitter & 1 == 1))
            } else {
                (1, 0)
            };
            for e in 0..across {
                let (xi, yi) = if steep { (floor(x) + first + e, floor(y)) } else { (floor(x), floor(y) + first + e) };
                if xi < 0 || yi < 0 || xi >= self.width as i32 || yi >= self.height as i32 {
                    continue;
                }
                let k = yi as usize * self.width + xi as usize;
                if depth < self.depth[k] && hash(strand.wrapping_mul(0x85EB_CA6B) ^ k as u32) >> 8 < threshold {
                    self.depth[k] = depth;
                    self.strand[k] = id;
                }
            }
        }
    }
}

/// How a strand's width in cm becomes px.
#[derive(Debug, Clone, Copy)]
pub(crate) enum LineScale {
    /// `focal` px at 1 cm depth.
    Perspective { focal: f32 },
    /// The same everywhere, for shadow maps.
    Parallel { px_per_cm: f32 },
}
