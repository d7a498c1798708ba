//! Where units and hairs lie.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use super::CloseupSpec;
use super::paint::TAPER;
use super::scar::ScarShape;
use crate::follicle::{FollicularUnit, Hair, HairKind};
use crate::plane::Point;
use crate::units::Micrometre;

/// Least distance of two units as a share of the mean spacing 1/sqrt(density): units keep apart, but on no grid.
const HARD_CORE: f64 = 0.45;
/// Points of a shaft's path: at least so many, and so many more for each mm.
const PATH_POINTS: usize = 8;
const POINTS_PER_MM: f64 = 4.0;

/// A number of a normal distribution, by the polar method's plain cousin (Box and Muller 1958).
pub(super) fn normal(dice: &mut Pcg64Mcg) -> f64 {
    let (u, v): (f64, f64) = (dice.random_range(1e-12..1.0), dice.random());
    (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

/// Units of the picture and of a margin around it, so that shafts also enter from outside.
pub(super) fn units(spec: &CloseupSpec, scar: Option<&ScarShape>, dice: &mut Pcg64Mcg) -> Vec<FollicularUnit> {
    let px = spec.px_per_mm;
    let margin = spec.length_mm * px;
    let (w, h) = (spec.width as f64 + 2.0 * margin, spec.height as f64 + 2.0 * margin);
    let spacing_px = 10.0 / spec.units_per_cm2.sqrt() * px;
    let least = HARD_CORE * spacing_px;
    let wanted = (w * h / (spacing_px * spacing_px)).round() as usize;
    let mut roots: Vec<(f64, f64)> = Vec::with_capacity(wanted);
    // A hard core of 0.45 spacings fills at most a third of what fits, so the darts end soon; the bound is for odd specs.
    for _ in 0..wanted * 200 {
        if roots.len() == wanted {
            break;
        }
        let dart = (dice.random_range(0.0..w) - margin, dice.random_range(0.0..h) - margin);
        if roots.iter().all(|r| (r.0 - dart.0).hypot(r.1 - dart.1) >= least) {
            roots.push(dart);
        }
    }
    let lean: f64 = dice.random_range(0.0..std::f64::consts::TAU);
    let (fx, fy, phase) = (dice.random_range(0.3..0.9), dice.random_range(0.3..0.9), dice.random_range(0.0..6.0));
    // Drawn and then left out, so that the others are the same with and without a scar.
    let grows =
        |u: &FollicularUnit| scar.is_none_or(|s| s.depth(f64::from(u.root.x) / px, f64::from(u.root.y) / px) < 0.0);
    let mut list: Vec<FollicularUnit> = roots
        .into_iter()
        .map(|(x, y)| {
            // The direction field: one lean that turns slowly over the field.
            let turn = 0.35 * (fx * x / px / 3.0 + phase).sin() + 0.35 * (fy * y / px / 3.0).cos();
            unit(spec, (x, y), lean + turn + 0.12 * normal(dice), dice)
        })
        .filter(grows)
        .collect();
    list.sort_by(|a, b| a.root.y.total_cmp(&b.root.y).then(a.root.x.total_cmp(&b.root.x)));
    list
}

fn unit(spec: &CloseupSpec, (x, y): (f64, f64), direction: f64, dice: &mut Pcg64Mcg) -> FollicularUnit {
    let sum: f64 = spec.hairs_per_unit.iter().sum();
    let mut pick = dice.random_range(0.0..sum.max(1e-9));
    let mut count = 1;
    for (i, share) in spec.hairs_per_unit.iter().enumerate() {
        count = i + 1;
        pick -= share;
        if pick <= 0.0 {
            break;
        }
    }
    // Hairs of a unit leave the skin within about a tenth of a millimetre of each other and fan out.
    let hairs: Vec<Hair> = (0..count)
        .map(|i| {
            let fan = (i as f64 - (count - 1) as f64 / 2.0) * dice.random_range(0.02..0.3);
            let aside = (i as f64 - (count - 1) as f64 / 2.0) * dice.random_range(0.06..0.11) * spec.px_per_mm;
            let back = dice.random_range(-0.06..0.06) * spec.px_per_mm;
            let (s, c) = direction.sin_cos();
            let (nx, ny) = (-s * aside + c * back, c * aside + s * back);
            hair(spec, (x + nx, y + ny), direction + fan + 0.04 * normal(dice), dice)
        })
        .collect();
    let n = hairs.len() as f32;
    let root =
        Point::new(hairs.iter().map(|h| h.root.x).sum::<f32>() / n, hairs.iter().map(|h| h.root.y).sum::<f32>() / n);
    FollicularUnit { root, hairs }
}

fn hair(spec: &CloseupSpec, (x, y): (f64, f64), direction: f64, dice: &mut Pcg64Mcg) -> Hair {
    let vellus = dice.random::<f64>() < spec.vellus_share;
    let um = if vellus { 22.0 + 3.5 * normal(dice) } else { spec.caliber_um * (1.0 + 0.13 * normal(dice)) }
        .clamp(12.0, 130.0);
    // The calibre of a hair is the mean along its shaft.
    let um = um * (1.0 - f64::from(TAPER) / 2.0);
    let length =
        spec.length_mm * spec.px_per_mm * (1.0 + 0.12 * normal(dice)).clamp(0.5, 1.5) * if vellus { 0.7 } else { 1.0 };
    let curve = 0.25 * normal(dice);
    // Coils: the direction swings to and fro along the shaft, over 5 mm in wavy and 2 mm in coily hair.
    let (swing, pitch) = (1.3 * spec.curl * dice.random_range(0.7..1.2), (5.0 - 3.0 * spec.curl) * spec.px_per_mm);
    let phase = dice.random_range(0.0..std::f64::consts::TAU);
    let n = PATH_POINTS + (POINTS_PER_MM * (1.0 + spec.curl) * spec.length_mm) as usize;
    let step = length / (n - 1) as f64;
    let (mut px, mut py) = (x, y);
    let mut path = vec![Point::new(x as f32, y as f32)];
    for i in 1..n {
        let along = step * i as f64;
        let coil = swing * ((std::f64::consts::TAU * along / pitch + phase).sin() - phase.sin());
        let angle = direction + curve * (along / length) + coil;
        (px, py) = (px + step * angle.cos(), py + step * angle.sin());
        path.push(Point::new(px as f32, py as f32));
    }
    Hair {
        root: path[0],
        midpoint: halfway(&path),
        tip: path[n - 1],
        path,
        width_px: (um / 1000.0 * spec.px_per_mm) as f32,
        caliber: Micrometre::new(um).ok(),
        // Cuts as for measured hairs: vellus < 30 um, terminal > 40 um.
        kind: Some(match um {
            u if u < 30.0 => HairKind::Vellus,
            u if u > 40.0 => HairKind::Terminal,
            _ => HairKind::Intermediate,
        }),
        confidence: 1.0,
    }
}

/// The point halfway along a path.
fn halfway(path: &[Point]) -> Point {
    let lengths: Vec<f32> = path.windows(2).map(|s| s[0].distance(s[1])).collect();
    let mut left = lengths.iter().sum::<f32>() / 2.0;
    for (s, l) in path.windows(2).zip(lengths) {
        if l >= left {
            let t = left / l.max(1e-6);
            return Point::new(s[0].x + t * (s[1].x - s[0].x), s[0].y + t * (s[1].y - s[0].y));
        }
        left -= l;
    }
    path[path.len() - 1]
}

/// Ends a hair where it first leaves a picture of `w` x `h` px; its root lies inside, or just beside it.
pub(super) fn cut_to_field(hair: &mut Hair, w: f32, h: f32) {
    let inside = |p: &Point| (0.0..=w).contains(&p.x) && (0.0..=h).contains(&p.y);
    let Some(start) = hair.path.iter().position(inside) else {
        // A hair of a unit at the border that lies wholly beside the picture: nothing of it is seen.
        hair.path.truncate(2);
        (hair.midpoint, hair.tip) = (halfway(&hair.path), hair.path[1]);
        return;
    };
    let Some(i) = hair.path[start..].iter().position(|p| !inside(p)).map(|k| k + start).filter(|&i| i > start) else {
        return;
    };
    let (a, b) = (hair.path[i - 1], hair.path[i]);
    // The share of the last step that lies inside.
    let within = |from: f32, to: f32, most: f32| match to {
        v if v < 0.0 => from / (from - to),
        v if v > most => (most - from) / (to - from),
        _ => 1.0,
    };
    let t = within(a.x, b.x, w).min(within(a.y, b.y, h)).clamp(0.0, 1.0);
    hair.path.truncate(i);
    hair.path.push(Point::new(a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)));
    hair.midpoint = halfway(&hair.path);
    hair.tip = hair.path[hair.path.len() - 1];
}
