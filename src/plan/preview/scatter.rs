//! Where each dot sits: Poisson disks of shrinking radius on the scalp's surface.
//!
//! Darts are thrown with a radius that shrinks whenever they hardly fit any more (McCool & Fiume 1992, "Hierarchical Poisson disk
//! sampling distributions"): the first dots are already evenly spread, and later ones fall between them, as sessions do. Distances
//! are measured through space, in units of the spacing that is wanted at the place, so that dots keep their spacing on the curved
//! head and thin out where they should.

use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::{Rng, SeedableRng};

use super::ground::Ground;
use crate::findings::HeadSurface;
use crate::plane::Point;

/// Radius in spacings at which the first darts are thrown, and how fast it shrinks. Disks of 0.83 spacings fill the plane to
/// the density wanted when no more fit.
const FIRST_RADIUS: f64 = 2.6;
const SHRINK: f64 = 0.93;
/// So many misses in a row make the radius shrink.
const MISSES: usize = 400;
/// Below this radius dots may touch anything: the count comes before the spacing.
const LEAST_RADIUS: f64 = 0.35;

/// A place for a dot.
#[derive(Debug, Clone, Copy)]
pub struct Site {
    /// Px of the photo.
    pub at: Point,
    /// Index of its region.
    pub region: usize,
    /// Its turn within the region, 0..1: a beginning of the turns is spread as evenly as all.
    pub rank: f32,
    /// Size and strength against the others, about 1: no two dots of a hand are alike.
    pub size: f32,
    /// See `size`.
    pub vigour: f32,
}

struct Dart {
    at: Point,
    place: [f64; 3],
    spacing: f64,
    region: usize,
}

/// Uniform in 0..1.
fn unit(dice: &mut Pcg64Mcg) -> f64 {
    (dice.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

/// Places as many dots as the ground expects; always the same for the same ground.
pub fn scatter(ground: &Ground, surface: &HeadSurface, mm_per_breadth: f64) -> Vec<Site> {
    let (w, h) = (ground.region.width(), ground.region.height());
    // Where the running sum of expected dots passes a random number, a dart is thrown.
    let mut sums = Vec::with_capacity(w * h);
    let mut total = 0.0f64;
    for &e in ground.expected.as_slice() {
        total += f64::from(e);
        sums.push(total);
    }
    let wanted = total.round() as usize;
    let mut dice = Pcg64Mcg::seed_from_u64(0x5ca1_b0a7);
    let px_mm2 = f64::from(ground.step.0 * ground.step.1) * (mm_per_breadth / surface.breadth_px()).powi(2);
    let mut throw = || -> Option<Dart> {
        let aim = unit(&mut dice) * total;
        let i = sums.partition_point(|&s| s <= aim).min(w * h - 1);
        let (dx, dy) = (unit(&mut dice) - 0.5, unit(&mut dice) - 0.5);
        let at = ground.to_photo((i % w) as f32 + dx as f32, (i / w) as f32 + dy as f32);
        let region = ground.region.as_slice()[i].checked_sub(1)?;
        let seen = surface.place(at);
        let density = f64::from(ground.expected.as_slice()[i]) / (px_mm2 * seen.stretch());
        (density > 0.0).then(|| Dart {
            at,
            place: seen.at.map(|v| v * mm_per_breadth),
            spacing: 1.0 / density.sqrt(),
            region: usize::from(region),
        })
    };
    let px_per_mm = surface.breadth_px() / mm_per_breadth;
    // The photo's px of a region hold less surface than there is; the typical spacing need not be exact.
    let px = ground.expected.as_slice().iter().filter(|&&e| e > 0.0).count() as f64;
    let typical = (px * px_mm2 / total.max(1.0)).sqrt();
    let mut darts: Vec<Dart> = Vec::with_capacity(wanted);
    let mut radius = FIRST_RADIUS;
    let mut cells = Cells::default();
    let mut misses = MISSES;
    while darts.len() < wanted {
        if misses >= MISSES {
            misses = 0;
            radius *= SHRINK;
            cells = Cells::new(radius * typical * px_per_mm, ground, &darts);
        }
        let Some(dart) = throw() else {
            misses += 1;
            continue;
        };
        if radius > LEAST_RADIUS && !cells.fits(&dart, radius, &darts) {
            misses += 1;
            continue;
        }
        cells.add(&dart, darts.len());
        darts.push(dart);
        misses = 0;
    }
    let mut count = vec![0usize; ground.region.as_slice().iter().map(|&r| usize::from(r)).max().unwrap_or(0)];
    darts.iter().for_each(|d| count[d.region] += 1);
    let mut turn = vec![0usize; count.len()];
    darts
        .iter()
        .map(|d| {
            let rank = (turn[d.region] as f32 + 0.5) / count[d.region] as f32;
            turn[d.region] += 1;
            let mut about_one = |spread: f64| (1.0 + spread * (unit(&mut dice) + unit(&mut dice) - 1.0)) as f32;
            Site { at: d.at, region: d.region, rank, size: about_one(0.35), vigour: about_one(0.2).min(1.0) }
        })
        .collect()
}

/// Darts by cell of the photo. The photo shortens distances and never lengthens them, so that what is near on the surface is near
/// in the photo.
#[derive(Default)]
struct Cells {
    side: f32,
    columns: usize,
    rows: usize,
    held: Vec<Vec<u32>>,
}

impl Cells {
    /// Places sparser than usual are looked at less far than they ask for: a close pair there is one of single dots.
    fn new(side: f64, ground: &Ground, darts: &[Dart]) -> Self {
        let side = (1.2 * side as f32).max(1.0);
        let size = |n: usize, step: f32| (n as f32 * step / side) as usize + 1;
        let (columns, rows) = (size(ground.region.width(), ground.step.0), size(ground.region.height(), ground.step.1));
        let mut cells = Self { side, columns, rows, held: vec![Vec::new(); columns * rows] };
        darts.iter().enumerate().for_each(|(i, d)| cells.add(d, i));
        cells
    }

    fn cell(&self, at: Point) -> (usize, usize) {
        let place = |v: f32, n: usize| ((v / self.side).max(0.0) as usize).min(n - 1);
        (place(at.x, self.columns), place(at.y, self.rows))
    }

    fn add(&mut self, dart: &Dart, index: usize) {
        let (x, y) = self.cell(dart.at);
        self.held[y * self.columns + x].push(index as u32);
    }

    /// No other dart lies within `radius` of the mean spacing of the two.
    fn fits(&self, dart: &Dart, radius: f64, darts: &[Dart]) -> bool {
        let (x, y) = self.cell(dart.at);
        (y.saturating_sub(1)..(y + 2).min(self.rows)).all(|cy| {
            (x.saturating_sub(1)..(x + 2).min(self.columns)).all(|cx| {
                self.held[cy * self.columns + cx].iter().all(|&i| {
                    let other = &darts[i as usize];
                    let d2: f64 = (0..3).map(|k| (dart.place[k] - other.place[k]).powi(2)).sum();
                    let apart = radius * f64::midpoint(dart.spacing, other.spacing);
                    d2 >= apart * apart
                })
            })
        })
    }
}
