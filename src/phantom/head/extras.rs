//! Brows, lashes left out, beard, chest hair, and spectacles.

use super::body::Body;
use super::dice::Dice;
use super::hair::scatter;
use super::mesh::HeadMesh;
use super::person::{Beard, Person, beard_density};
use super::strand::{Kind, Look, Strands};
use super::vec3::{V3, interpolate, linear, v3};

/// Adds what is drawn as strands besides the scalp's hair.
pub(crate) fn grow(mesh: &HeadMesh, person: &Person, body: &Body, detail: f32, out: &mut Strands) {
    let dice = &mut Dice::new(person.hair_seed, 22);
    brows(mesh, person, body, dice, out);
    if !matches!(person.beard, Beard::None) {
        beard(mesh, person, body, detail, dice, out);
    }
    if dice.chance(0.12) {
        glasses(dice, out);
    }
    if body.bare_shoulders && !person.female && dice.chance(0.5) {
        chest(person, body, dice, out);
    }
}

/// Hair on a bare chest, which is no hair of the head.
fn chest(person: &Person, body: &Body, dice: &mut Dice, out: &mut Strands) {
    let (count, length) = (dice.range(400.0, 5000.0) as usize, dice.range(0.6, 2.5));
    let width = dice.range(0.012, 0.03);
    for (p, normal) in body.chest(dice, count) {
        let down = body.down;
        let lie = (down - normal * down.dot(normal) + normal * 0.3 + dice.normal3(0.5)).unit();
        let l = length * dice.normal(1.0, 0.3).max(0.2);
        let points = [p, p + lie * (l * 0.5), p + (lie + dice.normal3(0.3)).unit() * l];
        push(person, &points, normal, p, width, dice, out);
    }
}

fn push(person: &Person, points: &[V3], normal: V3, root: V3, width: f32, dice: &mut Dice, out: &mut Strands) {
    let grey = dice.chance(person.grey);
    let color = if grey { person.grey_color } else { person.hair } * dice.normal(1.0, 0.2).clamp(0.4, 1.8);
    out.push(points, Look { kind: Kind::Facial, color, opacity: 1.0, width, normal, root });
}

fn brows(mesh: &HeadMesh, person: &Person, body: &Body, dice: &mut Dice, out: &mut Strands) {
    let half = if person.female { dice.range(0.18, 0.35) } else { dice.range(0.25, 0.5) };
    let (width, length) = (dice.range(0.012, 0.04), dice.range(0.4, 0.9));
    let (roots, _) = scatter(mesh, body, dice, 120.0, true, |c| c.x.abs() < 7.0 && c.y > 4.0 && c.y < 8.0 && c.z > 5.0);
    for root in roots {
        let (x, c) = (root.canonical.x.abs(), root.canonical);
        let ridge = interpolate(x, &[(1.0, 5.7), (2.4, 6.15), (3.8, 6.35), (5.8, 5.3), (6.4, 4.9)]);
        let reach = half * interpolate(x, &[(1.0, 0.8), (2.0, 1.0), (5.0, 0.6), (6.2, 0.2)]);
        if !(1.0..6.3).contains(&x) || (c.y - ridge).abs() > reach {
            continue;
        }
        let lie = (v3(c.x.signum(), 0.3, -0.3) + dice.normal3(0.25)).unit();
        let p = root.position;
        let points = [p, p + (lie + root.normal * 0.35) * (length * 0.5), p + (lie + root.normal * 0.2) * length];
        push(person, &points, root.normal, c, width, dice, out);
    }
}

fn beard(mesh: &HeadMesh, person: &Person, body: &Body, detail: f32, dice: &mut Dice, out: &mut Strands) {
    let length = match person.beard {
        Beard::Stubble => dice.range(0.08, 0.3),
        Beard::Full => dice.range(1.0, 4.0),
        _ => dice.range(0.3, 1.2),
    };
    let per_cm2 = (40.0 * detail).min(60.0);
    let (roots, _) = scatter(mesh, body, dice, per_cm2, true, |c| c.y < 2.0 && c.y > -11.0 && c.z > -1.5);
    for root in roots {
        if dice.unit() > beard_density(person, root.canonical) {
            continue;
        }
        let lie = (v3(0.0, -1.0, 0.1) + dice.normal3(0.3) + root.normal * dice.range(0.3, 0.8)).unit();
        let l = length * dice.normal(1.0, 0.2).max(0.2);
        let p = root.position;
        let points = [p, p + lie * (l * 0.5), p + (lie + v3(0.0, -0.3, 0.0)).unit() * l];
        push(person, &points, root.normal, root.canonical, 0.01 * 60.0 / per_cm2, dice, out);
    }
}

fn glasses(dice: &mut Dice, out: &mut Strands) {
    let grey = [10.0, 25.0, 60.0, 160.0][dice.below(4)];
    let color = linear(grey * dice.range(0.6, 1.3), grey * dice.range(0.6, 1.2), grey * dice.range(0.5, 1.2));
    let width = dice.range(0.12, 0.45);
    let (rx, ry, squareness) = (dice.range(2.1, 2.9), dice.range(1.5, 2.4), dice.range(2.0, 4.5));
    let look =
        Look { kind: Kind::Glasses, color, opacity: 1.0, width, normal: v3(0.0, 0.0, 1.0), root: v3(0.0, 3.6, 10.6) };
    for side in [-1.0, 1.0] {
        let ring: Vec<V3> = (0..=32)
            .map(|k| {
                let (s, c) = (k as f32 / 32.0 * std::f32::consts::TAU).sin_cos();
                let e = 2.0 / squareness;
                let (x, y) = (rx * c.signum() * c.abs().powf(e), ry * s.signum() * s.abs().powf(e));
                v3(side * 3.2 + x, 3.6 + y, 10.9 - 0.1 * (side * x + 2.0).max(0.0))
            })
            .collect();
        out.push(&ring, look);
        out.push(
            &[
                v3(side * 5.9, 4.2, 10.3),
                v3(side * 7.6, 4.1, 8.0),
                v3(side * 8.3, 3.9, -0.5),
                v3(side * 8.2, 2.2, -2.2),
            ],
            look,
        );
    }
    out.push(&[v3(-0.9, 3.9, 10.9), v3(0.0, 4.2, 11.3), v3(0.9, 3.9, 10.9)], look);
}
