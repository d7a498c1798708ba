//! Strands grown from the scalp: roots by density, a flow field from the whorl or a parting, clumps, curls, gravity.

use super::body::Body;
use super::dice::Dice;
use super::mesh::{CENTRE, HeadMesh};
use super::noise::{fbm, fbm3};
use super::person::Person;
use super::strand::{Kind, Look, Strands};
use super::style::{Cut, Layout};
use super::vec3::{V3, smoothstep, v3};

/// Hairs per cm2 on a full head: 223 (175-300) after Barman 1965; 170-230 by descent after Birnbaum 2018.
pub(crate) const HAIRS_PER_CM2: f32 = 200.0;
/// Calibre of healthy terminal hair, cm: 58-61 um.
const CALIBRE_CM: f32 = 0.006;

/// A point on the skin where a hair leaves it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Root {
    /// Canonical position.
    pub(crate) canonical: V3,
    /// Position on this head.
    pub(crate) position: V3,
    pub(crate) normal: V3,
}

/// `count` random points on the skin triangles whose centre passes, by area; and that area in cm2.
pub(crate) fn scatter(
    mesh: &HeadMesh,
    body: &Body,
    dice: &mut Dice,
    count: f32,
    per_cm2: bool,
    passes: impl Fn(V3) -> bool,
) -> (Vec<Root>, f32) {
    let mut sums = Vec::new();
    let mut chosen = Vec::new();
    let mut total = 0.0f32;
    for &t in &mesh.skin {
        let tri = mesh.triangles[t as usize];
        let c = tri.map(|i| mesh.canonical[i as usize]);
        if !passes((c[0] + c[1] + c[2]) * (1.0 / 3.0)) {
            continue;
        }
        let p = tri.map(|i| body.position[i as usize]);
        total += (p[1] - p[0]).cross(p[2] - p[0]).length() * 0.5;
        sums.push(total);
        chosen.push(t);
    }
    if chosen.is_empty() {
        return (Vec::new(), 0.0);
    }
    let n = if per_cm2 { count * total } else { count } as usize;
    let roots = (0..n)
        .map(|_| {
            let at = dice.unit() * total;
            let k = sums.partition_point(|&s| s < at).min(chosen.len() - 1);
            let tri = mesh.triangles[chosen[k] as usize];
            let (mut a, mut b) = (dice.unit(), dice.unit());
            if a + b > 1.0 {
                (a, b) = (1.0 - a, 1.0 - b);
            }
            let blend = |v: &[V3]| v[tri[0] as usize] * a + v[tri[1] as usize] * b + v[tri[2] as usize] * (1.0 - a - b);
            Root {
                canonical: blend(&mesh.canonical),
                position: blend(&body.position),
                normal: blend(&body.normal).unit(),
            }
        })
        .collect();
    (roots, total)
}

/// How the flow field of one head is laid out.
struct Flow {
    whorl: V3,
    swirl: f32,
    reach: f32,
    seed: u32,
    frequency: f32,
}

impl Flow {
    /// Direction in which a hair lies, tangent and unit.
    fn at(&self, person: &Person, root: &Root) -> V3 {
        let style = &person.style;
        let d = (root.position - CENTRE).unit();
        let cos = d.dot(self.whorl).clamp(-1.0, 1.0);
        let away = (d * cos - self.whorl).unit();
        let turn = self.swirl * (-cos.acos() / self.reach).exp();
        let mut flow = (away * turn.cos() + self.whorl.cross(away) * turn.sin()).unit();
        let top = smoothstep(root.canonical.y, 8.0, 11.0);
        let c = root.canonical;
        let laid = match style.layout {
            Layout::Back => Some(v3(0.0, 0.1, -1.0)),
            Layout::Parted => {
                let side = if c.x > style.part_x { 1.0 } else { -1.0 };
                let long = matches!(style.cut, Cut::Bob | Cut::Long | Cut::Locs);
                Some(v3(side, -0.2, if long { -0.35 } else { 0.25 }))
            }
            Layout::Across(s) => Some(v3(s, 0.0, 0.6)),
            Layout::Forward => Some(v3(0.0, 0.0, 1.0)),
            Layout::Natural | Layout::Up | Layout::Messy => None,
        };
        if let Some(laid) = laid {
            flow = (flow * (1.0 - top) + laid * top).unit();
        }
        if style.fringe.is_some() && in_fringe(root) {
            flow = v3(c.x * 0.04, -0.15, 1.0).unit();
        }
        if let Some(tie) = style.tie
            && !(style.fringe.is_some() && in_fringe(root))
        {
            flow = (tie - c).unit();
        }
        let mess = fbm3(root.position, self.frequency, self.seed, 2) * (1.5 * style.mess);
        flow = (flow + mess).unit();
        (flow - root.normal * flow.dot(root.normal)).unit()
    }
}

/// Whether a root belongs to the fringe; the fringe's far end is ragged, so that no bare stripe opens behind it.
fn in_fringe(root: &Root) -> bool {
    let c = root.canonical;
    let ragged = fbm(root.position, 3.0, 4242, 1);
    c.z > 3.4 + 1.6 * ragged && c.x.abs() < 5.6 + 0.8 * ragged && c.y > 9.0
}

/// Grows the hair of the scalp. `detail` scales the number of strands: 1 for about 300 px of head height.
pub(crate) fn grow(mesh: &HeadMesh, person: &Person, body: &Body, detail: f32, out: &mut Strands) {
    let style = &person.style;
    let dice = &mut Dice::new(person.hair_seed, 21);
    let per_cm2 = detail
        * match style.cut {
            Cut::Shaven => 45.0,
            Cut::Buzz => 80.0,
            Cut::Short | Cut::Afro => 60.0,
            Cut::Medium => 45.0,
            Cut::Bob | Cut::Ponytail | Cut::Bun | Cut::Locs => 36.0,
            Cut::Long => 34.0,
        };
    let per_cm2 = per_cm2.min(HAIRS_PER_CM2);
    let (roots, _) = scatter(mesh, body, dice, per_cm2, true, |c| person.pattern.inside(c) > -1.2 && c.y > -6.5);
    let whorl = v3(dice.range(-1.2, 1.2), dice.range(7.0, 8.8), dice.range(-6.5, -3.0)).unit();
    let swirl = dice.range(0.2, 1.0) * if dice.chance(0.5) { 1.0 } else { -1.0 };
    let flow = Flow { whorl, swirl, reach: dice.range(0.2, 0.5), seed: dice.seed(), frequency: dice.range(0.25, 0.8) };
    let look_seed = dice.seed();
    let (fade_from, fade_to) = (dice.range(1.5, 6.0), dice.range(0.05, 0.25));
    let (side_low, side_high) = (dice.range(5.0, 8.0), dice.range(9.0, 11.5));
    let (spread, stray) = (dice.range(0.05, 0.3), dice.range(0.03, 0.22));
    let shade_spread = dice.range(0.03, 0.16);
    // Real hair is grouped optically: drawn strands carry the width of the hairs they stand for.
    let width = CALIBRE_CM * HAIRS_PER_CM2 / per_cm2 * dice.range(0.8, 1.2);
    let mut grown: Vec<(Vec<V3>, Look)> = Vec::with_capacity(roots.len());
    for root in roots {
        let c = root.canonical;
        if body.covers_root(c) {
            continue;
        }
        let density = person.pattern.density(c);
        if dice.unit() > density * 1.03 {
            continue;
        }
        let side = 1.0 - smoothstep(c.y, side_low, side_high);
        let tuft = fbm(root.position, 0.9, look_seed, 2);
        let mut length = style.length * (1.0 + (style.side_share - 1.0) * side);
        let fringe = style.fringe.filter(|_| in_fringe(&root));
        if let Some(fringe) = fringe {
            length = fringe;
        }
        if style.faded && c.y < 9.0 {
            length *= fade_to + (1.0 - fade_to) * smoothstep(person.pattern.inside(c), -0.3, fade_from);
        }
        // Miniaturised hair is shorter and finer.
        length *= dice.normal(1.0, spread).clamp(0.3, 1.6)
            * (0.45 + 0.55 * density.powf(0.6))
            * (1.0 + 0.25 * tuft).clamp(0.4, 1.6);
        let lay = (flow.at(person, &root) + dice.normal3(stray)).unit();
        let phase = if style.cut == Cut::Afro {
            dice.range(0.0, std::f32::consts::TAU)
        } else {
            tuft * 3.0 + dice.range(0.0, 1.2)
        };
        let tied = style.tie.is_some() && fringe.is_none();
        let points = if tied {
            tied_strand(person, body, &root, dice)
        } else {
            free_strand(person, body, &root, lay, length, phase, dice)
        };
        let grey = dice.chance(person.grey * if c.y < 7.0 { 1.0 } else { 0.7 });
        let shade = (1.0 + shade_spread * dice.normal(0.0, 1.0) + 0.12 * tuft).clamp(0.4, 1.9);
        // A drawn strand stands for several hairs, few of them all grey.
        let color = if grey { person.hair.mix(person.grey_color, dice.range(0.3, 0.9)) } else { person.hair } * shade;
        grown.push((
            points,
            Look {
                kind: Kind::Hair,
                color,
                opacity: 1.0,
                width: width * (0.55 + 0.45 * density),
                normal: root.normal,
                root: c,
            },
        ));
    }
    if style.clump > 0.02 {
        gather(&mut grown, style.clump_cm, style.clump, style.cut == Cut::Locs);
    }
    for (points, look) in grown {
        out.push(&points, look);
    }
    if let (Cut::Bun, Some(tie)) = (style.cut, style.tie) {
        knot(person, body, tie, dice, width, out);
    }
}

fn free_strand(
    person: &Person,
    body: &Body,
    root: &Root,
    lay: V3,
    length: f32,
    phase: f32,
    dice: &mut Dice,
) -> Vec<V3> {
    let style = &person.style;
    let steps = match style.cut {
        Cut::Shaven => 2,
        Cut::Buzz => 3,
        Cut::Short => 6,
        Cut::Medium => 8,
        Cut::Afro => 9,
        _ => 18,
    };
    let step = length / steps as f32;
    let mut points = Vec::with_capacity(steps + 1);
    let mut p = root.position - root.normal * 0.03;
    points.push(p);
    let across = root.normal.cross(lay).unit();
    let mut dir = (root.normal * style.lift + lay).unit();
    let loft = dice.range(0.6, 1.4);
    let long = matches!(style.cut, Cut::Bob | Cut::Long | Cut::Locs);
    for k in 1..=steps {
        let f = k as f32 / steps as f32;
        let travelled = step * k as f32;
        let keep = if long { (1.0 - travelled / 12.0).max(0.0) } else { 1.0 };
        let mut t = dir * 0.65 + lay * (0.35 * keep) + body.down * (style.gravity * step.min(2.5) * (0.6 + f * 1.6));
        if style.curl > 0.0 {
            let a = phase + std::f32::consts::TAU * style.curl_frequency * travelled;
            let strength = style.curl * if long { smoothstep(travelled, 2.0, 14.0) } else { 1.0 };
            t += (across * a.cos() + root.normal * a.sin()) * strength;
        }
        t = t.unit();
        p += t * step;
        let clearance = (0.03 + 0.02 * travelled.min(8.0) * loft).min(0.9 * loft);
        p = body.push_out(&person.shape, p, clearance);
        points.push(p);
        dir = (p - points[k - 1]).unit();
    }
    points
}

/// Hair pulled over the skull to the tie; the tail of a ponytail falls from there.
fn tied_strand(person: &Person, body: &Body, root: &Root, dice: &mut Dice) -> Vec<V3> {
    let style = &person.style;
    let Some(tie) = style.tie else { return vec![root.position; 2] };
    let tie = body.push_out(&person.shape, CENTRE + (tie - CENTRE) * 0.9, 0.4);
    let mut p = root.position;
    let mut points = vec![p];
    let loft = dice.range(0.1, 0.5);
    for _ in 0..11 {
        let left = tie - p;
        let step = left.length().min(2.2);
        if step < 0.25 {
            break;
        }
        p = body.push_out(&person.shape, p + left.unit() * step, loft * 0.6);
        points.push(p);
    }
    if style.cut == Cut::Ponytail {
        let out = (tie - CENTRE).unit();
        let mut dir = (out + body.down * 0.3 + dice.normal3(0.22)).unit();
        let sway = dice.normal3(0.06);
        let tail = style.tail * dice.range(0.6, 1.0);
        for k in 0..9 {
            let a = std::f32::consts::TAU * style.curl_frequency * tail * k as f32 / 9.0;
            let curl = v3(a.cos(), 0.0, a.sin()) * (style.curl * 0.5);
            dir = (dir * 0.8 + body.down * 0.45 + sway + curl).unit();
            p = body.push_out(&person.shape, p + dir * (tail / 9.0), 0.3);
            points.push(p);
        }
    }
    if points.len() < 2 {
        points.push(p + root.normal * 0.1);
    }
    points
}

/// A knot of hair: great-circle arcs on a ball behind the tie.
fn knot(person: &Person, body: &Body, tie: V3, dice: &mut Dice, width: f32, out: &mut Strands) {
    let radius = dice.range(1.8, 3.6);
    let base = body.push_out(&person.shape, CENTRE + (tie - CENTRE) * 0.9, 0.4);
    let centre = base + (base - CENTRE).unit() * (radius * 0.7);
    let flat = dice.range(0.6, 1.0);
    for _ in 0..2600 {
        let axis = (dice.normal3(0.5) + (base - CENTRE).unit()).unit();
        let start = axis.cross(dice.normal3(1.0)).unit();
        let r = radius * dice.range(0.86, 1.04);
        let points: Vec<V3> = (0..8)
            .map(|k| {
                let q = (start.turned(axis, k as f32 * 0.22) + axis * 0.25).unit() * r;
                let along = (base - CENTRE).unit();
                centre + q - along * (q.dot(along) * (1.0 - flat))
            })
            .collect();
        let shade = dice.normal(1.0, 0.12).clamp(0.5, 1.6);
        let look = Look {
            kind: Kind::Hair,
            color: person.hair * shade,
            opacity: 1.0,
            width: width * 1.5,
            normal: (points[3] - centre).unit(),
            root: tie,
        };
        out.push(&points, look);
    }
}

/// Pulls strands towards the first strand of their cell, more towards the tips: tufts, or locs.
fn gather(grown: &mut [(Vec<V3>, Look)], cell_cm: f32, strength: f32, locs: bool) {
    use std::collections::HashMap;
    let cell = |p: V3| ((p.x / cell_cm).floor() as i32, (p.y / cell_cm).floor() as i32, (p.z / cell_cm).floor() as i32);
    let mut guides: HashMap<(i32, i32, i32), usize> = HashMap::new();
    for i in 0..grown.len() {
        let guide = *guides.entry(cell(grown[i].0[0])).or_insert(i);
        if guide == i {
            continue;
        }
        let target = grown[guide].0.clone();
        let points = &mut grown[i].0;
        let last = points.len() - 1;
        for (k, p) in points.iter_mut().enumerate().skip(1) {
            let f = k as f32 / last as f32;
            let w = strength * if locs { (f * 6.0).min(1.0) } else { f.powf(1.3) };
            *p = p.mix(target[k.min(target.len() - 1)], w);
        }
    }
}
