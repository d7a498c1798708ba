//! A proposed hairline: the measured one, with temples brought forward to a mature recession and no further; on a bald front one
//! that is drawn anew, a hand's breadth above the glabella.
//!
//! Conservative on purpose: clients complain of hairlines too low or too sharp. The line never lies below the measured
//! mid-frontal point, never behind the measured line, and is slightly irregular.

use super::rules::Rules;
use crate::findings::{BREADTH_MM, Findings, Hairline, HeadGeometry, RegionKind};
use crate::plane::Point;
use crate::scale::Scale;

/// A proposed line and the area it encloses with the measured one.
pub struct Design {
    /// Photo's left to right.
    pub line: Vec<Point>,
    /// Outline of the region between measured and proposed line, px; empty where the line only bounds a bald region.
    pub outline: Vec<Point>,
    /// Area between measured and proposed line, px.
    pub area_px: f64,
    /// Length of the proposed line, px.
    pub length_px: f64,
    /// How high it lies and what that rests on.
    pub note: String,
}

/// Proposes a hairline; none where the measured one is not sure enough or needs no change.
pub fn propose(findings: &Findings, scale: Option<&Scale>, rules: &Rules) -> Option<Design> {
    let (low, high) = rules.range("hairline_height_limits_mm");
    let hairline = findings.hairline.as_ref();
    let mid = hairline.and_then(|h| h.mid_frontal);
    let measured = findings
        .surface
        .zip(mid)
        .map(|(surface, mid)| surface.height_above_glabella(findings.glabella, mid) * mm_per_breadth(findings, scale));
    // A line that a person drew is not overruled, nor one that is seen where hairlines usually lie.
    let drawn = hairline.is_some_and(|h| h.confidence >= 1.0);
    let sure = hairline.is_some_and(|h| h.confidence >= LEAST_CONFIDENCE);
    let usual = sure && mid.is_some() && measured.is_none_or(|mm| mm <= high);
    if !drawn && !usual {
        return on_bald_front(findings, scale, rules);
    }
    let (hairline, head) = (hairline?, findings.head.as_ref()?);
    let mut design = forward(hairline, head, rules)?;
    // What is bald skin already is planned as such and counts once.
    design.area_px *= 1.0 - bald_share(&design.outline, findings);
    design.note = match measured {
        Some(mm) => format!(
            "the proposed hairline keeps the measured mid-frontal point, about {mm:.0} mm above the glabella ({}); {low:.0} to {high:.0} mm is usual",
            basis(findings, scale)
        ),
        None => format!(
            "the proposed hairline keeps the measured mid-frontal point; check that it lies {low:.0} to {high:.0} mm above the glabella"
        ),
    };
    Some(design)
}

/// Length of a breadth of the head.
fn mm_per_breadth(findings: &Findings, scale: Option<&Scale>) -> f64 {
    scale.zip(findings.surface).map_or(BREADTH_MM, |(s, surface)| s.mm_per_px.get() * surface.breadth_px())
}

/// What a height above the glabella rests on, in words.
fn basis(findings: &Findings, scale: Option<&Scale>) -> String {
    let brows = if findings.glabella.is_some() { "brows seen" } else { "brows not seen, placed by the model head" };
    match scale {
        Some(_) => format!("{brows}, ± 10 mm"),
        None => format!("{brows}, no scale, a head {BREADTH_MM:.0} mm broad assumed, ± 15 mm"),
    }
}

/// Azimuth within which a line's points are its middle, degrees from the front; from the side a little more of it is looked at.
const MIDDLE: f64 = 15.0;
const MIDDLE_FROM_THE_SIDE: f64 = 40.0;
/// Least seen points of a line.
const LEAST_POINTS: usize = 5;

/// A line on the model head, where the middle of the front is bald.
fn on_bald_front(findings: &Findings, scale: Option<&Scale>, rules: &Rules) -> Option<Design> {
    let surface = findings.surface?;
    let mm = mm_per_breadth(findings, scale);
    let height = rules.value("hairline_height_mm");
    let recession = rules.value("mature_recession_share");
    let seen = surface.hairline(findings.glabella, height / mm, recession);
    if seen.len() < LEAST_POINTS {
        return None;
    }
    let bald = |p: Point| is_bald(findings, p);
    let within = |az: f64| seen.iter().filter(|s| s.0 <= az).collect::<Vec<_>>();
    let middle = within(MIDDLE);
    let middle = if middle.len() < LEAST_POINTS { within(MIDDLE_FROM_THE_SIDE) } else { middle };
    if 2 * middle.iter().filter(|s| bald(s.1)).count() <= middle.len() {
        return None;
    }
    let rough = (0.004 * surface.breadth_px()) as f32;
    let line: Vec<Point> =
        seen.iter().enumerate().map(|(i, s)| Point::new(s.1.x, s.1.y + irregular(i) * rough)).collect();
    let length_px = line.windows(2).map(|w| f64::from(w[0].distance(w[1]))).sum();
    let note = format!(
        "the front is bald, so the hairline is proposed {height:.0} mm above the glabella ({}); the client decides",
        basis(findings, scale)
    );
    Some(Design { line, outline: Vec::new(), area_px: 0.0, length_px, note })
}

fn is_bald(findings: &Findings, p: Point) -> bool {
    let bald = findings.bald_regions.iter().filter(|r| r.kind == RegionKind::Bald);
    bald.into_iter().any(|r| contains(&r.polygon, p))
}

/// Share of a region that lies in bald regions, by a grid of 50 x 50 points over it.
fn bald_share(outline: &[Point], findings: &Findings) -> f64 {
    const N: usize = 50;
    let (mut from, mut to) = (Point::new(f32::MAX, f32::MAX), Point::new(f32::MIN, f32::MIN));
    for p in outline {
        from = Point::new(from.x.min(p.x), from.y.min(p.y));
        to = Point::new(to.x.max(p.x), to.y.max(p.y));
    }
    let at = |a: f32, b: f32, i: usize| a + (b - a) * (i as f32 + 0.5) / N as f32;
    let (mut inside, mut bald) = (0, 0);
    for i in 0..N * N {
        let p = Point::new(at(from.x, to.x, i % N), at(from.y, to.y, i / N));
        if contains(outline, p) {
            inside += 1;
            bald += usize::from(is_bald(findings, p));
        }
    }
    if inside > 0 { bald as f64 / inside as f64 } else { 0.0 }
}

/// A point lies inside a closed line (even-odd).
fn contains(polygon: &[Point], p: Point) -> bool {
    let next = polygon.iter().cycle().skip(1);
    let crossed = polygon
        .iter()
        .zip(next)
        .filter(|(a, b)| (a.y <= p.y) != (b.y <= p.y) && a.x + (p.y - a.y) / (b.y - a.y) * (b.x - a.x) > p.x);
    crossed.count() % 2 == 1
}

/// Least trust in the measured hairline to build on it.
const LEAST_CONFIDENCE: f32 = 0.3;
/// A gap below two percent of the head's width is within the error of two lines (people's lines differ by 0.7-1.25 %).
const LEAST_GAP: f32 = 0.02;

/// Temples brought forward; none where the measured line is not sure enough or needs no change.
fn forward(hairline: &Hairline, head: &HeadGeometry, rules: &Rules) -> Option<Design> {
    let mid = hairline.mid_frontal?;
    if hairline.confidence < LEAST_CONFIDENCE || hairline.polyline.len() < 3 || head.width_px < 1.0 {
        return None;
    }
    let width = head.width_px;
    let limit = rules.value("mature_recession_share") as f32;
    let (sin, cos) = head.tilt.sin_cos();
    // Head axes: `across` to the right of the photo along the head, `up` towards the crown.
    let to_head = |p: Point| {
        let (dx, dy) = (p.x - mid.x, p.y - mid.y);
        (dx * cos + dy * sin, dx * sin - dy * cos)
    };
    let to_photo = |across: f32, up: f32| Point::new(mid.x + across * cos + up * sin, mid.y + across * sin - up * cos);
    // The recession that stays, rising from none at the middle to the limit where the temples start, a third of the width out.
    let stays = |across: f32| {
        let t = (across.abs() / (width / 3.0)).min(1.0);
        limit * width * t * t * (3.0 - 2.0 * t)
    };
    let mut widest = 0.0f32;
    let mut area = 0.0f64;
    let mut line = Vec::with_capacity(hairline.polyline.len());
    let mut before: Option<(f32, f32)> = None;
    for (i, &p) in hairline.polyline.iter().enumerate() {
        let (across, up) = to_head(p);
        let gap = (up - stays(across)).max(0.0);
        widest = widest.max(gap);
        if let Some((a, g)) = before {
            area += f64::from((across - a).abs() * f32::midpoint(gap, g));
        }
        before = Some((across, gap));
        line.push(if gap > 0.0 { to_photo(across, up - gap + irregular(i) * width * 0.004) } else { p });
    }
    let length_px = line.windows(2).map(|w| f64::from(w[0].distance(w[1]))).sum();
    let outline = line.iter().chain(hairline.polyline.iter().rev()).copied().collect();
    (widest > LEAST_GAP * width).then_some(Design { line, outline, area_px: area, length_px, note: String::new() })
}

/// A fixed irregular sequence within -1..1: the golden ratio's multiples, folded.
fn irregular(i: usize) -> f32 {
    (((i as f64 * 0.618_033_988_75).fract() * 2.0) - 1.0) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{BaldRegion, HeadSurface, Pose, Zone};
    use crate::view::{View, ViewGuess};

    fn line(recession: f32) -> (Hairline, HeadGeometry) {
        let polyline = (0..=40)
            .map(|i| {
                let x = 100.0 + i as f32 * 5.0;
                let t = ((x - 200.0).abs() / 70.0).min(1.0);
                Point::new(x, 200.0 - recession * t)
            })
            .collect();
        let hairline = Hairline {
            polyline,
            mid_frontal: Some(Point::new(200.0, 200.0)),
            recession_left: None,
            recession_right: None,
            recession_left_mm: None,
            recession_right_mm: None,
            asymmetry: None,
            irregularity: 0.0,
            softness: None,
            confidence: 0.9,
        };
        let head = HeadGeometry {
            view: ViewGuess { view: View::Front, confidence: 1.0 },
            centre: Point::new(200.0, 300.0),
            half_axes: (120.0, 160.0),
            tilt: 0.0,
            width_px: 240.0,
        };
        (hairline, head)
    }

    #[test]
    fn deep_temples_come_forward_and_never_below_the_middle() {
        let (hairline, head) = line(70.0);
        let design = forward(&hairline, &head, &Rules::built_in()).expect("deep temples");
        assert!(design.area_px > 1000.0);
        for (p, q) in design.line.iter().zip(&hairline.polyline) {
            assert!(p.y >= q.y - 1.0, "never behind the measured line");
            assert!(p.y <= 201.0, "never below the middle: {}", p.y);
        }
    }

    /// A bald head from the front, 600 px broad.
    fn bald_front() -> (Findings, HeadSurface) {
        let pose = Pose { yaw: 0.1, pitch: 0.2, roll: 0.0, centre: (500.0, 700.0), scale: 600.0 };
        let surface = HeadSurface::new(pose);
        let at = |x: f32, y: f32| Point::new(x, y);
        let region = BaldRegion {
            polygon: vec![at(200.0, 200.0), at(800.0, 200.0), at(800.0, 520.0), at(200.0, 520.0)],
            area_px: 1.0,
            area: None,
            share_of_scalp: 1.0,
            mean_hidden: 0.0,
            kind: RegionKind::Bald,
            zone: Zone::Frontal,
            near_limb: false,
        };
        let findings = Findings { surface: Some(surface), bald_regions: vec![region], ..Findings::default() };
        (findings, surface)
    }

    #[test]
    fn a_bald_front_gets_a_line_eight_centimetres_above_the_glabella() {
        let (findings, surface) = bald_front();
        let design = propose(&findings, None, &Rules::built_in()).expect("a bald front");
        let middle = design.line.iter().min_by(|a, b| {
            let off = |p: &Point| surface.place(*p).at[0].abs();
            off(a).total_cmp(&off(b))
        });
        let mm = surface.height_above_glabella(None, *middle.unwrap()) * BREADTH_MM;
        assert!((mm - 80.0).abs() < 4.0, "{mm:.1} mm above the glabella");
        assert!(design.outline.is_empty() && design.note.contains("80 mm"), "{}", design.note);
        assert!(design.line.windows(2).all(|w| w[0].distance(w[1]) < 60.0), "the line has no jump");
        // Brows seen lower in the photo bring the line down with them.
        let lower = Findings { glabella: Some(surface.project([0.0, 0.02, 0.63])), ..findings };
        let moved = propose(&lower, None, &Rules::built_in()).expect("a bald front");
        let (high, low) = (design.line[design.line.len() / 2].y, moved.line[moved.line.len() / 2].y);
        assert!(low > high + 5.0, "{low} against {high}");
    }

    #[test]
    fn a_drawn_hairline_is_not_overruled() {
        let (mut findings, _) = bald_front();
        let (mut drawn, head) = line(10.0);
        drawn.confidence = 1.0;
        (findings.hairline, findings.head) = (Some(drawn), Some(head));
        assert!(propose(&findings, None, &Rules::built_in()).is_none());
    }

    #[test]
    fn a_mature_hairline_is_left_alone() {
        let (hairline, head) = line(10.0);
        assert!(forward(&hairline, &head, &Rules::built_in()).is_none());
    }
}
