//! The head on its body: neck bend, torso, clothes, hats and hoods, and what hair collides with.

use super::dice::Dice;
use super::mesh::{CENTRE, HeadMesh, Material};
use super::noise::fbm;
use super::person::Person;
use super::shape::{HeadShape, normals};
use super::vec3::{V3, smoothstep, v3};

/// Pivot of the neck in canonical cm.
const NECK: V3 = v3(0.0, -5.0, -3.0);

/// All surfaces of one scene, head first, vertex for vertex as in the mesh.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) position: Vec<V3>,
    pub(crate) normal: Vec<V3>,
    pub(crate) canonical: Vec<V3>,
    pub(crate) triangles: Vec<[u32; 3]>,
    pub(crate) material: Vec<Material>,
    /// 0 skin .. 1 cloth.
    pub(crate) cloth: Vec<f32>,
    /// Unit vector of gravity in the head's frame.
    pub(crate) down: V3,
    pub(crate) bare_shoulders: bool,
    /// Height in canonical cm above which a hat covers the roots.
    pub(crate) hat: Option<f32>,
    /// Centre, half axes; for collisions, in the head's frame.
    torso: (V3, V3),
    tilt: Tilt,
}

/// The body's turn against the head, about the neck.
#[derive(Debug, Clone, Copy)]
struct Tilt {
    axis: V3,
    angle: f32,
}

impl Tilt {
    fn apply(self, p: V3, share: f32) -> V3 {
        NECK + (p - NECK).turned(self.axis, self.angle * share)
    }

    fn undo(self, p: V3) -> V3 {
        NECK + (p - NECK).turned(self.axis, -self.angle)
    }
}

/// Share of the body's turn that a point of the head follows: 0 on the head, 1 at the collar.
fn neck_share(c: V3) -> f32 {
    let jaw = -4.5 - 0.4 * (c.z + 4.0).max(0.0);
    smoothstep(jaw - c.y, 0.0, 7.0)
}

impl Body {
    /// Builds the scene's surfaces. `bow` is how far the head is bowed against the body, degrees.
    pub(crate) fn draw(mesh: &HeadMesh, person: &Person, bow: f32, dice: &mut Dice) -> Self {
        let axis = v3(-1.0, dice.normal(0.0, 0.15), dice.normal(0.0, 0.2)).unit();
        let tilt = Tilt { axis, angle: bow.to_radians() };
        let nv = mesh.canonical.len();
        let mut position: Vec<V3> =
            person.shape.position.iter().zip(&mesh.canonical).map(|(&p, &c)| tilt.apply(p, neck_share(c))).collect();
        let mut cloth = vec![0.0; nv];
        // Consult photos are often taken at home, before a mirror or at arm's length, without a shirt.
        let bare = dice.chance(if person.female { 0.25 } else { 0.4 });
        let collar = if dice.chance(0.5) { dice.range(-16.0, -12.5) } else { dice.range(-13.5, -9.0) };
        let (seed, slope, thick) = (dice.seed(), dice.range(0.0, 0.18), dice.range(0.3, 1.3));
        if !bare {
            for i in 0..nv {
                let c = mesh.canonical[i];
                let edge = collar + fbm(c, 0.1, seed, 1) - slope * c.z;
                cloth[i] = ((edge - c.y) * 2.0 + 0.5).clamp(0.0, 1.0);
                position[i] += person.shape.normal[i] * (cloth[i] * thick);
            }
        }
        let mut body = Self {
            normal: normals(&position, &mesh.triangles),
            position,
            canonical: mesh.canonical.clone(),
            triangles: mesh.triangles.clone(),
            material: mesh.material.clone(),
            cloth,
            down: v3(0.0, -1.0, 0.0).turned(axis, tilt.angle),
            bare_shoulders: bare,
            hat: None,
            torso: (
                v3(0.0, -25.0 + dice.range(-2.0, 1.0), -2.0),
                v3(dice.range(18.0, 24.0), dice.range(9.0, 12.0), dice.range(9.0, 12.0))
                    * if person.female { 0.88 } else { 1.0 },
            ),
            tilt,
        };
        let (centre, axes) = body.torso;
        body.add_ellipsoid(centre, axes, Material::Torso, tilt);
        body.add_shoulders(axes, dice);
        if dice.chance(0.5) {
            let at = v3(dice.range(-6.0, 6.0), -50.0, dice.range(5.0, 20.0));
            let axes = v3(dice.range(12.0, 22.0), 10.0, dice.range(15.0, 25.0));
            body.add_ellipsoid(at, axes, Material::Prop, tilt);
        }
        match dice.below(30) {
            0 => body.put_on_hat(mesh, person, dice),
            1 => body.add_hood(dice),
            2 => body.add_hand(person, dice),
            _ => {}
        }
        body
    }

    pub(super) fn add(&mut self, points: &[V3], triangles: &[[u32; 3]], material: Material) {
        let base = self.position.len() as u32;
        self.normal.extend(normals(points, triangles));
        self.position.extend_from_slice(points);
        self.canonical.extend_from_slice(points);
        self.material.resize(self.position.len(), material);
        self.cloth.resize(self.position.len(), if material == Material::Hand { 0.0 } else { 1.0 });
        self.triangles.extend(triangles.iter().map(|t| t.map(|i| i + base)));
    }

    fn add_ellipsoid(&mut self, centre: V3, axes: V3, material: Material, tilt: Tilt) {
        let (points, triangles) = ball(|d| tilt.apply(centre + d.times(axes), 1.0), |_| true);
        self.add(&points, &triangles, material);
    }

    /// Trapezius, shoulders and upper arms: of the torso's kind, or bare arms out of short sleeves.
    fn add_shoulders(&mut self, torso: V3, dice: &mut Dice) {
        let (tilt, thick) = (self.tilt, dice.range(4.2, 6.5));
        let sleeves = dice.chance(0.4);
        let arm = if sleeves { Material::Hand } else { Material::Torso };
        // One in five holds the camera, or an arm up to the head.
        let raised = dice.chance(0.2).then(|| if dice.chance(0.5) { 1.0 } else { -1.0 });
        for side in [-1.0, 1.0] {
            let neck = v3(side * 4.0, -11.5, -3.5);
            let joint = v3(side * (torso.x - 3.0), -20.5 + dice.range(-1.0, 1.0), -3.0);
            self.add_limb(neck, joint, thick * 0.85, Material::Torso, tilt);
            let reach = if raised == Some(side) {
                v3(side * dice.range(-2.0, 9.0), dice.range(-6.0, 10.0), dice.range(18.0, 28.0))
            } else {
                v3(side * dice.range(1.0, 9.0), -dice.range(20.0, 28.0), dice.range(-4.0, 12.0))
            };
            self.add_limb(joint, joint + reach * 0.35, thick, Material::Torso, tilt);
            self.add_limb(joint + reach * 0.3, joint + reach, thick * 0.85, arm, tilt);
        }
    }

    /// An ellipsoid of revolution from `from` to `to`, rounded beyond both by its radius.
    fn add_limb(&mut self, from: V3, to: V3, radius: f32, material: Material, tilt: Tilt) {
        let along = (to - from).unit();
        let across = along.cross(v3(0.3, 0.2, 1.0)).unit();
        let third = along.cross(across);
        let half = (to - from).length() * 0.5 + radius * 0.8;
        let middle = from.mix(to, 0.5);
        let place =
            |d: V3| tilt.apply(middle + across * (d.x * radius) + along * (d.y * half) + third * (d.z * radius), 1.0);
        let (points, triangles) = ball(place, |_| true);
        self.add(&points, &triangles, material);
    }

    /// Roots over the front of the chest, where the torso is bare: positions and normals, about evenly.
    pub(crate) fn chest(&self, dice: &mut Dice, count: usize) -> Vec<(V3, V3)> {
        let (centre, axes) = self.torso;
        let turned = |v: V3| v.turned(self.tilt.axis, self.tilt.angle);
        (0..count)
            .map(|_| {
                let (x, y) = (dice.normal(0.0, 0.3), dice.range(-0.2, 0.75));
                let d = v3(x, y, 1.0).unit();
                let normal = turned(v3(d.x / axes.x, d.y / axes.y, d.z / axes.z).unit());
                (NECK + turned(centre + d.times(axes) - NECK), normal)
            })
            .collect()
    }

    /// A hood: a shell with an opening for the face.
    fn add_hood(&mut self, dice: &mut Dice) {
        let opening = dice.range(0.15, 0.55);
        let axes = v3(dice.range(10.5, 12.5), dice.range(12.5, 15.0), dice.range(10.5, 13.0));
        let back = dice.range(-3.0, 0.0);
        let down = if dice.chance(0.5) { 0.0 } else { -14.0 };
        let tilt = Tilt { axis: v3(1.0, 0.0, 0.0), angle: 0.0 };
        let (points, triangles) =
            ball(|d| tilt.apply(v3(0.0, 3.0 + down, back) + d.times(axes), 1.0), |d| d.z < opening);
        self.add(&points, &triangles, Material::Prop);
    }

    /// Fingers laid on or before the head.
    fn add_hand(&mut self, person: &Person, dice: &mut Dice) {
        let (az, el) = (dice.range(-180.0, 180.0f32).to_radians(), dice.range(-10.0, 80.0f32).to_radians());
        let d = v3(el.cos() * az.sin(), el.sin(), el.cos() * az.cos());
        let across = d.cross(dice.normal3(1.0)).unit();
        let along = across.cross(d);
        let base = CENTRE + d * (person.shape.radius(d) + dice.range(0.5, 1.2));
        for k in 0..4 {
            let centre = base
                + across * (k as f32 * 1.9 - 2.8)
                + along * (dice.range(-0.4, 0.4) - 0.3 * (k as f32 - 1.5).powi(2));
            let (points, triangles) =
                ball(|q| centre + across * (q.x * 0.9) + d * (q.y * 0.85) + along * (q.z * 4.4), |_| true);
            self.add(&points, &triangles, Material::Hand);
        }
        let palm = base - along * 7.0 + d * 0.6;
        let (points, triangles) =
            ball(|q| palm + across * (q.x * 4.4) + d * (q.y * 1.6) + along * (q.z * 5.4), |_| true);
        self.add(&points, &triangles, Material::Hand);
    }

    /// Whether a hat sits on this root.
    pub(crate) fn covers_root(&self, canonical: V3) -> bool {
        self.hat.is_some_and(|edge| canonical.y > edge + 1.5)
    }

    /// Moves a point of a strand out of head, neck and torso, `clearance` cm above the skin.
    pub(crate) fn push_out(&self, shape: &HeadShape, p: V3, clearance: f32) -> V3 {
        let mut p = p;
        let d = p - CENTRE;
        let distance = d.length();
        if p.y > -3.0 && distance < 14.0 {
            let unit = d * (1.0 / (distance + 1e-6));
            let least = shape.radius(unit) + clearance;
            if distance < least {
                p = CENTRE + unit * least;
            }
        } else {
            // Neck: a cylinder 6 cm in radius; torso: its ellipsoid, in the body's frame.
            let mut q = self.tilt.undo(p);
            let r = q.x.hypot(q.z + 1.0);
            if r < 6.2 + clearance && q.y > -22.0 {
                let k = (6.2 + clearance) / r.max(0.1);
                q = v3(q.x * k, q.y, (q.z + 1.0) * k - 1.0);
            }
            let (centre, axes) = self.torso;
            let e = q - centre;
            let axes = axes + V3::splat(0.4 + clearance);
            let n = v3(e.x / axes.x, e.y / axes.y, e.z / axes.z).length();
            if n < 1.0 {
                q = centre + e * (1.0 / n.max(0.05));
            }
            p = NECK + (q - NECK).turned(self.tilt.axis, self.tilt.angle);
        }
        p
    }
}

/// A latitude-longitude ball; `place` puts unit vectors in space, `keep` opens holes.
pub(crate) fn ball(place: impl Fn(V3) -> V3, keep: impl Fn(V3) -> bool) -> (Vec<V3>, Vec<[u32; 3]>) {
    const N: u32 = 24;
    let columns = 2 * N;
    let unit = |i: u32, j: u32| {
        let b = (i as f32 / (N - 1) as f32 - 0.5) * std::f32::consts::PI;
        let a = j as f32 / columns as f32 * std::f32::consts::TAU;
        v3(b.cos() * a.cos(), b.sin(), b.cos() * a.sin())
    };
    let points = (0..N * columns).map(|k| place(unit(k / columns, k % columns))).collect();
    let mut triangles = Vec::new();
    for i in 0..N - 1 {
        for j in 0..columns {
            if keep(unit(i, j)) {
                let k = (j + 1) % columns;
                triangles.push([i * columns + j, (i + 1) * columns + j, i * columns + k]);
                triangles.push([i * columns + k, (i + 1) * columns + j, (i + 1) * columns + k]);
            }
        }
    }
    (points, triangles)
}
