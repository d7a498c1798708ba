//! Z-buffer rasteriser: triangles, and strands as thin lines whose partial cover is drawn by chance.

use super::camera::Projected;
use super::dice::hash;
use super::strand::Strands;

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
            let inverse = 1.0 / area;
            for y in y0..y1 {
                let py = y as f32 + 0.5;
                for x in x0..x1 {
                    let px = x as f32 + 0.5;
                    let w0 = ((b.x - px) * (c.y - py) - (b.y - py) * (c.x - px)) * inverse;
                    let w1 = ((c.x - px) * (a.y - py) - (c.y - py) * (a.x - px)) * inverse;
                    let w2 = 1.0 - w0 - w1;
                    if w0 < 0.0 || w1 < 0.0 || w2 < 0.0 {
                        continue;
                    }
                    let (i0, i1, i2) = (w0 / a.depth, w1 / b.depth, w2 / c.depth);
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
            let jitter = hash(id.wrapping_mul(0x9E37_79B9) ^ s.wrapping_mul(31));
            // The fractional part of the width is drawn by chance, so that the mean cover is right.
            let across = wide.floor() as i32 + i32::from((jitter >> 8) as f32 / 16_777_216.0 < wide.fract());
            let first = -(across - 1) / 2 - i32::from(across % 2 == 0 && jitter & 1 == 1);
            for e in 0..across {
                let (xi, yi) = if steep {
                    (x.floor() as i32 + first + e, y.floor() as i32)
                } else {
                    (x.floor() as i32, y.floor() as i32 + first + e)
                };
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
