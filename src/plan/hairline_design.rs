//! A proposed hairline: the measured one, with temples brought forward to a mature recession and no further; on a bald front one
//! that is drawn anew, a hand's breadth above the glabella.
//!
//! Conservative on purpose: clients complain of hairlines too low or too sharp. The line never lies below the measured
//! mid-frontal point unless the client wishes it, and then not below the limit of the rules; it never lies behind the measured line
//! and is slightly irregular.

use super::planner::polygon_area;
use super::profile::Profile;
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
pub fn propose(findings: &Findings, scale: Option<&Scale>, profile: &Profile, rules: &Rules) -> Option<Design> {
    let (low, high) = rules.range("hairline_height_limits_mm");
    let wish = Wish::of(profile, low);
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
        return on_bald_front(findings, scale, wish.as_ref(), rules);
    }
    if let (Some(wish), Some(mm), false) = (&wish, measured, drawn)
        && wish.mm < mm - LEAST_LOWERING_MM
        && let Some(design) = lowered(findings, scale, wish, mm, rules)
    {
        return Some(design);
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

/// A hairline that the client wishes.
struct Wish {
    /// Height above the glabella, never below the limit.
    mm: f64,
    /// The wish and what became of it, in words.
    words: String,
}

impl Wish {
    fn of(profile: &Profile, least: f64) -> Option<Self> {
        let asked = profile.wished_hairline_mm?;
        let words = if asked < least {
            format!("the client wishes {asked:.0} mm, lower than the limit of {least:.0} mm, which is kept")
        } else {
            format!("the client wishes {asked:.0} mm")
        };
        Some(Self { mm: asked.max(least), words })
    }
}

/// A wish that is nearer to the measured line than this is met by it: the measured height is no better.
const LEAST_LOWERING_MM: f64 = 10.0;

/// The line that the client wishes in front of the measured one, and the skin between both.
fn lowered(findings: &Findings, scale: Option<&Scale>, wish: &Wish, measured: f64, rules: &Rules) -> Option<Design> {
    let (surface, hairline) = (findings.surface?, findings.hairline.as_ref()?);
    let breadth = mm_per_breadth(findings, scale);
    let line = on_model(findings, wish.mm / breadth, rules)?;
    let outline: Vec<Point> = line.iter().map(|s| s.1).chain(hairline.polyline.iter().rev().copied()).collect();
    let line: Vec<Point> = line.into_iter().map(|s| s.1).collect();
    let note = format!(
        "the proposed hairline lies {:.0} mm above the glabella, the measured one {measured:.0} mm: {} ({}); check it with the client in a mirror",
        wish.mm,
        wish.words,
        basis(findings, scale)
    );
    // The outline as the photo shows it, foreshortened; the middle of the strip says how much skin that is.
    let middle = line.get(line.len() / 2)?;
    let area_px = polygon_area(&outline) * (1.0 - bald_share(&outline, findings)) * surface.place(*middle).stretch();
    Some(Design { length_px: length(&line), area_px, line, outline, note })
}

fn length(line: &[Point]) -> f64 {
    line.windows(2).map(|w| f64::from(w[0].distance(w[1]))).sum()
}

/// A slightly irregular line on the model head, its middle `height` breadths above the glabella; with each point its azimuth.
fn on_model(findings: &Findings, height: f64, rules: &Rules) -> Option<Vec<(f64, Point)>> {
    let surface = findings.surface?;
    let seen = surface.hairline(findings.glabella, height, rules.value("mature_recession_share"));
    let rough = (0.004 * surface.breadth_px()) as f32;
    let uneven = |(i, (az, p)): (usize, (f64, Point))| (az, Point::new(p.x, p.y + irregular(i) * rough));
    (seen.len() >= LEAST_POINTS).then(|| seen.into_iter().enumerate().map(uneven).collect())
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
fn on_bald_front(findings: &Findings, scale: Option<&Scale>, wish: Option<&Wish>, rules: &Rules) -> Option<Design> {
    let height = wish.map_or_else(|| rules.value("hairline_height_mm"), |w| w.mm);
    let seen = on_model(findings, height / mm_per_breadth(findings, scale), rules)?;
    let within = |az: f64| seen.iter().filter(|s| s.0 <= az).collect::<Vec<_>>();
    let middle = within(MIDDLE);
    let middle = if middle.len() < LEAST_POINTS { within(MIDDLE_FROM_THE_SIDE) } else { middle };
    if 2 * middle.iter().filter(|s| is_bald(findings, s.1)).count() <= middle.len() {
        return None;
    }
    let note = format!(
        "the front is bald, so the hairline is proposed {height:.0} mm above the glabella ({}); {}",
        basis(findings, scale),
        wish.map_or("the client decides", |w| w.words.as_str())
    );
    let line: Vec<Point> = seen.into_iter().map(|s| s.1).collect();
    Some(Design { outline: Vec::new(), area_px: 0.0, length_px: length(&line), line, note })
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
    let length_px = length(&line);
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
        let pose = Pose { yaw: 0.1, pitch: 0.2, roll: 0.0, centre: (500.0, 700.0), scale: 600.0, near: 0.0 };
        let surface = HeadSurface::new(pose, pose.scale);
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
        let design = propose(&findings, None, &Profile::default(), &Rules::built_in()).expect("a bald front");
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
        let moved = propose(&lower, None, &Profile::default(), &Rules::built_in()).expect("a bald front");
        let (high, low) = (design.line[design.line.len() / 2].y, moved.line[moved.line.len() / 2].y);
        assert!(low > high + 5.0, "{low} against {high}");
    }

    #[test]
    fn a_wish_moves_the_line_but_not_below_the_limit() {
        let (findings, surface) = bald_front();
        let height = |mm: f64| {
            let profile = Profile { wished_hairline_mm: Some(mm), ..Profile::default() };
            let design = propose(&findings, None, &profile, &Rules::built_in()).expect("a bald front");
            let off = |p: &Point| surface.place(*p).at[0].abs();
            let middle = *design.line.iter().min_by(|a, b| off(a).total_cmp(&off(b))).unwrap();
            (surface.height_above_glabella(None, middle) * BREADTH_MM, design.note)
        };
        let (high, note) = height(95.0);
        assert!((high - 95.0).abs() < 4.0 && note.contains("wishes 95 mm"), "{high:.1} mm: {note}");
        let (low, note) = height(40.0);
        assert!((low - 70.0).abs() < 4.0 && note.contains("limit of 70 mm"), "{low:.1} mm: {note}");
    }

    #[test]
    fn a_hairline_higher_than_wished_is_brought_forward_as_a_region() {
        let (mut findings, surface) = bald_front();
        findings.bald_regions.clear();
        let (mut seen, head) = line(10.0);
        let measured = surface.hairline(None, 98.0 / BREADTH_MM, 0.0);
        seen.polyline = measured.iter().map(|s| s.1).collect();
        seen.mid_frontal = measured.iter().min_by(|a, b| a.0.total_cmp(&b.0)).map(|s| s.1);
        (findings.hairline, findings.head) = (Some(seen), Some(head));
        let of = |mm: Option<f64>| {
            propose(&findings, None, &Profile { wished_hairline_mm: mm, ..Profile::default() }, &Rules::built_in())
        };
        let design = of(Some(75.0)).expect("a wish");
        assert!(design.area_px > 5000.0 && design.outline.len() > 20, "{} px", design.area_px);
        // Nearly there already, or behind it: nothing is moved for the wish.
        assert!(of(Some(92.0)).is_none_or(|d| d.note.contains("keeps the measured")));
        assert!(of(None).is_none_or(|d| d.note.contains("keeps the measured")));
    }

    #[test]
    fn a_drawn_hairline_is_not_overruled() {
        let (mut findings, _) = bald_front();
        let (mut drawn, head) = line(10.0);
        drawn.confidence = 1.0;
        (findings.hairline, findings.head) = (Some(drawn), Some(head));
        assert!(propose(&findings, None, &Profile::default(), &Rules::built_in()).is_none());
    }

    #[test]
    fn a_mature_hairline_is_left_alone() {
        let (hairline, head) = line(10.0);
        assert!(forward(&hairline, &head, &Rules::built_in()).is_none());
    }
}
