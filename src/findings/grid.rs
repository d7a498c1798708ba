//! The tissues of a photo on a small grid: fractions instead of labels, so that borders lie between px.

use super::skull::Camera;
use crate::plane::runs::Runs;
use crate::plane::{Plane, Point};
use crate::segmentation::place::is_below_the_border;
use crate::segmentation::{Segmentation, Tissue};

/// Longest side of the grid. A head that fills half the photo is 160 px wide here, and borders are read off fractions to a
/// fifth of a px: 0.1 % of the head's width, far below the 1 % on which people agree.
const LONGEST_SIDE: usize = 320;

/// How sure the net must be of a place before it overrules what is seen there: the length of its sine and cosine of the azimuth.
pub(super) const SURE_PLACE: f32 = 0.5;

/// Tissue fractions on a grid of at most 320 px.
#[derive(Debug, Clone)]
pub(super) struct Grid {
    /// Px of the photo per px of the grid.
    pub step: f32,
    /// Share of each grid px that is skin, hair, scalp, 0..1.
    pub skin: Plane<f32>,
    /// See `skin`.
    pub hair: Plane<f32>,
    /// See `skin`.
    pub scalp: Plane<f32>,
    /// Share of the scalp hidden, 0..1; meaningful where there is hair or scalp.
    pub hidden: Plane<f32>,
}

impl Grid {
    /// Averages the labels of the photo over the px of the grid.
    pub fn new(segmentation: &Segmentation) -> Self {
        let t = &segmentation.tissue;
        let longest = t.width().max(t.height());
        let step = (longest as f32 / LONGEST_SIDE as f32).max(1.0);
        let side = |n: usize| ((n as f32 / step).round() as usize).max(1);
        let (w, h) = (side(t.width()), side(t.height()));
        let span = |i: usize, of: usize, n: usize| {
            let a = i * of / n;
            (a, ((i + 1) * of / n).max(a + 1))
        };
        let shares = Plane::from_fn(w, h, |x, y| {
            let ((x0, x1), (y0, y1)) = (span(x, t.width(), w), span(y, t.height(), h));
            // Four counts in one number: counts in memory would each wait for the one before.
            const ONE: [u64; 4] = [1, 1 << 16, 1 << 32, 1 << 48];
            let mut n = [0u32; 4];
            for row in y0..y1 {
                for part in t.row(row)[x0..x1].chunks(usize::from(u16::MAX)) {
                    let counts = part.iter().map(|&label| ONE[label as usize]).sum::<u64>();
                    n.iter_mut().enumerate().for_each(|(k, n)| *n += (counts >> (16 * k)) as u32 & 0xffff);
                }
            }
            let all = n.iter().sum::<u32>() as f32;
            n.map(|v| v as f32 / all)
        });
        let of = |tissue: Tissue| shares.map(move |s| s[tissue as usize]);
        let from = &segmentation.hidden;
        let hidden = Plane::from_fn(w, h, |x, y| {
            let at = |i: usize, of: usize, n: usize| (i as f32 + 0.5) * of as f32 / n as f32 - 0.5;
            from.sample(at(x, from.width(), w), at(y, from.height(), h))
        });
        Self { step, skin: of(Tissue::Skin), hair: of(Tissue::Hair), scalp: of(Tissue::Scalp), hidden }
    }

    /// The grid without hair that hangs beside the scalp: over shoulders, neck and face, or so far from the skull that no scalp lies behind
    /// it. What shows through there, and how thin it is, tells nothing of the scalp. `places` are the net's.
    pub fn rooted(&self, camera: &Camera, places: Option<&Plane<[f32; 3]>>) -> Self {
        let (w, h) = self.size();
        let hangs = |x: usize, y: usize| {
            let told = places.map(|p| p.get_scaled((x, y), (w, h)));
            told.is_some_and(|at| at[0].hypot(at[1]) > SURE_PLACE && is_below_the_border(at))
                || camera.is_beside_the_scalp(self.to_photo(x as f32, y as f32))
        };
        let hair = Plane::from_fn(w, h, |x, y| match self.hair.get(x, y) {
            hair if hair > 0.0 && hangs(x, y) => 0.0,
            hair => hair,
        });
        Self { hair, ..self.clone() }
    }

    /// Columns and rows.
    pub fn size(&self) -> (usize, usize) {
        (self.hair.width(), self.hair.height())
    }

    /// [`Camera::depth`] of the hair and scalp seen, in the mean; 1 where none is.
    pub fn scalp_depth(&self, camera: &Camera) -> f64 {
        /// It changes slowly: every so many px along both axes are asked.
        const EVERY: usize = 4;
        let (w, h) = self.size();
        let (mut sum, mut count) = (0.0, 0.0);
        for y in (0..h).step_by(EVERY) {
            for x in (0..w).step_by(EVERY) {
                if self.hair.get(x, y) + self.scalp.get(x, y) > 0.5 {
                    sum += camera.depth(camera.place(self.to_photo(x as f32, y as f32)).0);
                    count += 1.0;
                }
            }
        }
        if count > 0.0 { sum / count } else { 1.0 }
    }

    /// A position on the grid as a point of the photo.
    pub fn to_photo(&self, x: f32, y: f32) -> Point {
        Point::new((x + 0.5) * self.step - 0.5, (y + 0.5) * self.step - 0.5)
    }

    /// A point of the photo as a position on the grid.
    pub fn of_photo(&self, p: Point) -> (f32, f32) {
        ((p.x + 0.5) / self.step - 0.5, (p.y + 0.5) / self.step - 0.5)
    }

    /// Share of hair and bare scalp together.
    pub fn dome(&self) -> Plane<f32> {
        let (w, h) = self.size();
        Plane::from_fn(w, h, |x, y| self.hair.get(x, y) + self.scalp.get(x, y))
    }
}

/// Connected parts (by edges) of a mask: a number for each px, 0 outside, and the size of each part in the order of its number.
pub(super) fn components(mask: &Plane<bool>) -> (Plane<u32>, Vec<usize>) {
    let runs = Runs::of(mask, |inside| inside.then_some(()), false);
    let mut number = vec![0u32; runs.list.len()];
    let mut label = Plane::filled(mask.width(), mask.height(), 0u32);
    let mut sizes = Vec::new();
    for (i, (run, part)) in runs.with_parts().enumerate() {
        if part == i {
            sizes.push(0);
            number[i] = sizes.len() as u32;
        }
        label.row_mut(run.row)[run.columns.clone()].fill(number[part]);
        sizes[number[part] as usize - 1] += run.columns.len();
    }
    (label, sizes)
}
