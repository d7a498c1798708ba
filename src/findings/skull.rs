//! A model head and where its camera stands: from a px of the photo to a place on the head.
//!
//! The head is a handful of ellipsoids in units of its own breadth (about 154 mm in men, 147 mm in women): sizes after the
//! anthropometric surveys of the US Army (ANSUR II, 2012: head breadth 154 mm, length 199 mm, menton to vertex 232 mm, tragion to
//! vertex 131 mm, means of men). Origin between the ear canals; `x` to the client's left, `y` up, `z` forward.
//! The camera stands near ([`Pose::near`]): from arm's length the crown appears a sixth larger than the ears beside it, and the limb lies
//! before the skull's widest ring.

use crate::plane::Point;
use crate::segmentation::place;

/// Mm per unit in the sources' mean man; only used to write the model's numbers in mm.
pub const BREADTH_MM: f64 = 154.0;

/// A vector in the head's frame.
pub(super) type V3 = [f64; 3];

pub(super) fn dot(a: V3, b: V3) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// An ellipsoid along the head's axes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ellipsoid {
    pub centre: V3,
    pub axes: V3,
}

const fn mm(centre: V3, axes: V3) -> Ellipsoid {
    let [a, b, c] = centre;
    let [d, e, f] = axes;
    Ellipsoid {
        centre: [a / BREADTH_MM, b / BREADTH_MM, c / BREADTH_MM],
        axes: [d / BREADTH_MM, e / BREADTH_MM, f / BREADTH_MM],
    }
}

/// The skull: 154 mm broad, 196 mm long, its top 131 mm above the ear canals.
pub(super) const CRANIUM: Ellipsoid = mm([0.0, 40.0, 0.0], [77.0, 91.0, 98.0]);
/// Cheeks to chin.
const FACE: Ellipsoid = mm([0.0, -30.0, 42.0], [66.0, 75.0, 60.0]);
const NOSE: Ellipsoid = mm([0.0, -12.0, 105.0], [15.0, 22.0, 18.0]);
const LEFT_EAR: Ellipsoid = mm([80.0, 0.0, -8.0], [9.0, 32.0, 18.0]);
const RIGHT_EAR: Ellipsoid = mm([-80.0, 0.0, -8.0], [9.0, 32.0, 18.0]);
const NECK: Ellipsoid = mm([0.0, -110.0, -28.0], [64.0, 120.0, 60.0]);
const TORSO: Ellipsoid = mm([0.0, -340.0, -40.0], [235.0, 150.0, 130.0]);

/// A line of sight, from the plane of the ear canals towards the camera; its `toward` is 1 long where it runs through the pose's centre.
#[derive(Debug, Clone, Copy)]
struct Ray {
    from: V3,
    toward: V3,
}

impl Ray {
    fn at(&self, t: f64) -> V3 {
        std::array::from_fn(|i| self.from[i] + t * self.toward[i])
    }
}

/// What the model shows at a px.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub(super) enum Part {
    /// Nothing of the client.
    Room = 0,
    /// Scalp that bears or bore hair.
    Dome = 1,
    /// Forehead and face.
    Face = 2,
    /// An ear.
    Ear = 3,
    /// Neck below the nape's hair.
    Neck = 4,
    /// Shoulders, bare or dressed.
    Torso = 5,
}

/// Azimuth about the vertical axis, degrees from the front, 0..180, the same on both sides.
pub(super) fn azimuth(p: V3) -> f64 {
    p[0].abs().atan2(p[2]).to_degrees()
}

/// The skull's normal at a place of it; of no special length.
fn normal(p: V3) -> V3 {
    std::array::from_fn(|i| (p[i] - CRANIUM.centre[i]) / CRANIUM.axes[i].powi(2))
}

/// True for a place inside the scalp's original border.
pub(super) fn is_scalp(p: V3) -> bool {
    p[1] > border_height(azimuth(p))
}

/// The height of the original border at an azimuth, breadths.
pub(super) fn border_height(az: f64) -> f64 {
    place::border_mm(az) / BREADTH_MM
}

/// Arc from the glabella to the border's mid-frontal point, breadths.
const GLABELLA_TO_BORDER: f64 = 75.0 / BREADTH_MM;

/// The place of the skull at a signed azimuth (degrees, positive to the client's left) and a height; the top where it is too high.
pub(super) fn at_height(az: f64, y: f64) -> V3 {
    let (e, (s, c)) = (&CRANIUM, az.to_radians().sin_cos());
    let v = ((y - e.centre[1]) / e.axes[1]).clamp(-1.0, 1.0);
    let r = (1.0 - v * v).sqrt() / ((s / e.axes[0]).powi(2) + (c / e.axes[2]).powi(2)).sqrt();
    [r * s, e.centre[1] + v * e.axes[1], r * c]
}

/// The height that lies an arc of `rise` breadths (negative: down) along the meridian from height `y`.
fn raised(az: f64, y: f64, rise: f64) -> f64 {
    const STEP: f64 = 0.002;
    let (mut y, mut left) = (y, rise.abs());
    while left > 0.0 {
        let next = y + STEP.copysign(rise);
        let (p, q) = (at_height(az, y), at_height(az, next));
        left -= (0..3).map(|i| (p[i] - q[i]).powi(2)).sum::<f64>().sqrt().max(STEP);
        y = next;
    }
    y
}

/// How far hair stands off the skull, breadths (some 20 mm), and how far below the original border it may grow on a head whose pose or
/// shape is another than the model's (15 mm).
const STANDS_OFF: f32 = 0.13;
const BELOW: f64 = 0.1;

/// [`Pose::near`] of a consult photo: 77 cm. No photo tells it well enough (left free, or set to each drawn head's own, areas and
/// hairlines came out no better); of 240 drawn heads from 32 to 300 cm, with their true tissues, bald areas are 17 to 18 % off with it
/// and 20 % as seen from far away.
pub(super) const USUAL_NEAR: f64 = 0.2;

/// Where the camera stands and where the head lies in the photo.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pose {
    /// Camera's direction about the vertical axis, radians: 0 faces the client, a quarter turn stands at the client's left.
    pub yaw: f64,
    /// Camera's height above the horizon of the head, radians: a quarter turn looks down on the vertex.
    pub pitch: f64,
    /// Turn of the head in the photo, radians, clockwise.
    pub roll: f64,
    /// The point between the ear canals, px of the photo.
    pub centre: (f64, f64),
    /// Px per breadth of the head, at the distance of the ear canals.
    pub scale: f64,
    /// The head's breadth by the camera's distance from the point between the ear canals; 0 from far away (parallel projection), below 0.5.
    pub near: f64,
}

/// A pose made ready for many px.
#[derive(Debug, Clone, Copy)]
pub(super) struct Camera {
    pose: Pose,
    right: V3,
    up: V3,
    /// From the point between the ear canals towards the camera.
    toward: V3,
    cos: f64,
    sin: f64,
    shapes: [Silhouette; SHAPES.len()],
}

/// A place of the skull from a direction on its own unit sphere, and the area there for each area of that sphere.
pub(super) fn on_sphere(n: V3) -> (V3, f64) {
    let [a, b, c] = CRANIUM.axes;
    let m: f64 = (0..3).map(|k| (n[k] / CRANIUM.axes[k]).powi(2)).sum();
    (std::array::from_fn(|i| CRANIUM.centre[i] + CRANIUM.axes[i] * n[i]), a * b * c * m.sqrt())
}

/// The model's ellipsoids and what each of them is.
const SHAPES: [(Ellipsoid, Part); 7] = [
    (CRANIUM, Part::Dome),
    (FACE, Part::Face),
    (NOSE, Part::Face),
    (LEFT_EAR, Part::Ear),
    (RIGHT_EAR, Part::Ear),
    (NECK, Part::Neck),
    (TORSO, Part::Torso),
];

/// An ellipsoid as one camera sees it: all that does not hang on the px, since a pose is tried on every px.
#[derive(Debug, Clone, Copy)]
struct Silhouette {
    part: Part,
    centre: V3,
    /// Inverse squares of the axes.
    weight: V3,
    /// Where the centre appears, breadths right of and below the pose's centre, and a radius beyond which no ray hits.
    at: (f64, f64),
    reach2: f64,
}

impl Silhouette {
    /// The distance along the line of sight to the near surface, for a ray `right` and `below` of the pose's centre.
    fn hit(&self, right: f64, below: f64, ray: &Ray) -> Option<f64> {
        if (right - self.at.0).powi(2) + (below - self.at.1).powi(2) > self.reach2 {
            return None;
        }
        let q: V3 = std::array::from_fn(|i| ray.from[i] - self.centre[i]);
        let along: V3 = std::array::from_fn(|i| ray.toward[i] * self.weight[i]);
        let (square, b) = (dot(along, ray.toward), dot(along, q));
        let c: f64 = (0..3).map(|i| q[i] * q[i] * self.weight[i]).sum::<f64>() - 1.0;
        let d = b * b - square * c;
        (d >= 0.0).then(|| (d.sqrt() - b) / square)
    }
}

impl Camera {
    pub fn new(pose: Pose) -> Self {
        let (sy, cy) = pose.yaw.sin_cos();
        let (sp, cp) = pose.pitch.sin_cos();
        let toward = [sy * cp, sp, cy * cp];
        let right = [cy, 0.0, -sy];
        let up = [
            toward[1] * right[2] - toward[2] * right[1],
            toward[2] * right[0] - toward[0] * right[2],
            toward[0] * right[1] - toward[1] * right[0],
        ];
        let (sin, cos) = pose.roll.sin_cos();
        let shapes = SHAPES.map(|(e, part)| {
            let weight = e.axes.map(|a| 1.0 / (a * a));
            let (a, b) = (dot(e.centre, right), -dot(e.centre, up));
            // A point of the ball about the ellipsoid lies `most` off the centre in the picture and in depth at most.
            let most = e.axes.iter().fold(0.0, |most: f64, a| most.max(*a));
            let depth = 1.0 - pose.near * dot(e.centre, toward);
            let nearest = (depth - pose.near * most).max(0.05);
            let reach = most * (depth + pose.near * a.hypot(b)) / (depth * nearest);
            Silhouette { part, centre: e.centre, weight, at: (a / depth, b / depth), reach2: reach * reach }
        });
        Self { pose, right, up, toward, cos, sin, shapes }
    }

    /// Right and up in the photo of an upright head, in the head's frame.
    pub fn axes(&self) -> (V3, V3) {
        (self.right, self.up)
    }

    /// A point of the photo in breadths right of and below the pose's centre, in the head's own upright.
    fn upright(&self, x: f64, y: f64) -> (f64, f64) {
        let (dx, dy) = ((x - self.pose.centre.0) / self.pose.scale, (y - self.pose.centre.1) / self.pose.scale);
        (self.cos * dx + self.sin * dy, -self.sin * dx + self.cos * dy)
    }

    fn ray(&self, (right, below): (f64, f64)) -> Ray {
        let from: V3 = std::array::from_fn(|i| right * self.right[i] - below * self.up[i]);
        Ray { from, toward: std::array::from_fn(|i| self.toward[i] - self.pose.near * from[i]) }
    }

    /// How far a place is from the camera, along its axis, by the distance of the point between the ear canals.
    pub fn depth(&self, p: V3) -> f64 {
        1.0 - self.pose.near * dot(p, self.toward)
    }

    /// From a place towards the camera, of length 1.
    fn sight(&self, p: V3) -> V3 {
        let v: V3 = std::array::from_fn(|i| self.toward[i] - self.pose.near * p[i]);
        let length = dot(v, v).sqrt();
        v.map(|x| x / length)
    }

    /// Right of and below the pose's centre, in the head's own upright, as lengths of the photo's axes.
    fn turned(&self, (right, below): (f64, f64)) -> (f64, f64) {
        (right * self.cos - below * self.sin, right * self.sin + below * self.cos)
    }

    /// Where a place of the head appears, px of the photo.
    pub fn project(&self, p: V3) -> Point {
        let depth = self.depth(p);
        let (dx, dy) = self.turned((dot(p, self.right) / depth, -dot(p, self.up) / depth));
        Point::new(
            (self.pose.centre.0 + self.pose.scale * dx) as f32,
            (self.pose.centre.1 + self.pose.scale * dy) as f32,
        )
    }

    /// What the model shows at a point of the photo.
    pub fn part(&self, x: f64, y: f64) -> Part {
        self.seen(x, y).0
    }

    /// What the model shows at a point of the photo, and which place of its surface; without meaning for [`Part::Room`].
    pub fn seen(&self, x: f64, y: f64) -> (Part, V3) {
        let (right, below) = self.upright(x, y);
        let ray = self.ray((right, below));
        let mut best = (f64::NEG_INFINITY, Part::Room);
        for shape in &self.shapes {
            if let Some(t) = shape.hit(right, below, &ray)
                && t > best.0
            {
                best = (t, shape.part);
            }
        }
        if best.1 == Part::Room {
            return (Part::Room, [0.0; 3]);
        }
        let place = ray.at(best.0);
        let part = match best.1 {
            Part::Dome if !is_scalp(place) => Part::Face,
            Part::Neck if is_scalp(place) => Part::Dome,
            part => part,
        };
        (part, place)
    }

    /// The place on the skull seen at a point of the photo, and how steeply it is seen: the cosine between the surface's normal
    /// and the line of sight, 0 at the limb. Beyond the limb (hair stands off the skull) the nearest place on the limb, cosine 0.
    pub fn place(&self, p: Point) -> (V3, f64) {
        let ray = self.ray(self.upright(f64::from(p.x), f64::from(p.y)));
        let e = &CRANIUM;
        let q: V3 = std::array::from_fn(|i| (ray.from[i] - e.centre[i]) / e.axes[i]);
        let v: V3 = std::array::from_fn(|i| ray.toward[i] / e.axes[i]);
        // In the skull's own unit sphere the ray passes the centre at distance m.
        let vv = dot(v, v);
        let t = -dot(q, v) / vv;
        let foot: V3 = std::array::from_fn(|i| q[i] + t * v[i]);
        let m2 = dot(foot, foot);
        let on_sphere: V3 = if m2 < 1.0 {
            let dt = ((1.0 - m2) / vv).sqrt();
            std::array::from_fn(|i| foot[i] + dt * v[i])
        } else {
            foot.map(|f| f / m2.sqrt())
        };
        let place = std::array::from_fn(|i| e.centre[i] + e.axes[i] * on_sphere[i]);
        let normal = normal(place);
        let cosine = dot(normal, ray.toward) / (dot(normal, normal) * dot(ray.toward, ray.toward)).sqrt();
        (place, cosine.clamp(0.0, 1.0))
    }

    /// Whether no scalp is seen at a point of the photo, but for what hair stands off the skull and the pose may err.
    pub fn is_beside_the_scalp(&self, p: Point) -> bool {
        let (place, _) = self.place(p);
        let away = self.project(place).distance(p) / self.pose.scale as f32;
        away > STANDS_OFF || place[1] < border_height(azimuth(place)) - BELOW
    }

    /// Direction of the photo, of length 1, along which the surface appears shortened at a place of the skull.
    fn shortened(&self, p: V3) -> (f32, f32) {
        let normal = normal(p);
        let sight = self.sight(p);
        let facing = dot(normal, sight);
        let aside: V3 = std::array::from_fn(|i| normal[i] - facing * sight[i]);
        let (dx, dy) = self.turned((dot(aside, self.right), -dot(aside, self.up)));
        let length = dx.hypot(dy);
        if length > 1e-9 { ((dx / length) as f32, (dy / length) as f32) } else { (1.0, 0.0) }
    }

    /// Half axes of the skull's outline in the photo, px, across and along the mid-line, and its centre.
    pub fn outline(&self) -> (Point, (f64, f64)) {
        let half = |axis: V3| {
            let s: f64 = (0..3).map(|i| (axis[i] * CRANIUM.axes[i]).powi(2)).sum();
            // As of a ball of this radius: its limb lies before its widest ring.
            let depth = self.depth(CRANIUM.centre);
            (s / (depth * depth - self.pose.near.powi(2) * s)).sqrt() * self.pose.scale
        };
        (self.project(CRANIUM.centre), (half(self.right), half(self.up)))
    }
}

/// The scalp's surface as the photo shows it: the model head at the pose found. Lengths are in breadths of the head.
#[derive(Debug, Clone, Copy)]
pub struct HeadSurface {
    camera: Camera,
    /// See [`super::head::Fit`].
    breadth_px: f64,
}

/// A place on the scalp's surface.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Left, up, forward of the point between the ear canals, breadths of the head.
    pub at: [f64; 3],
    /// Cosine between the surface's normal and the line of sight, 0 at the limb to 1.
    pub cosine: f64,
    /// Direction of the photo along which the surface appears shortened.
    pub shortened: (f32, f32),
}

impl Place {
    /// Surface per area of the photo, 1 where it is faced; not blown up further near the limb than by areas of regions.
    #[must_use]
    pub fn stretch(&self) -> f64 {
        1.0 / self.cosine.max(super::zones::LEAST_COSINE)
    }
}

impl HeadSurface {
    pub(crate) fn new(pose: Pose, breadth_px: f64) -> Self {
        Self { camera: Camera::new(pose), breadth_px }
    }

    /// Px of the photo per breadth of the head where the scalp is seen: there a photo's scale holds, too.
    #[must_use]
    pub fn breadth_px(&self) -> f64 {
        self.breadth_px
    }

    /// What a point of the photo shows; beyond the limb the nearest place on it.
    #[must_use]
    pub fn place(&self, p: Point) -> Place {
        let (at, cosine) = self.camera.place(p);
        Place { at, cosine, shortened: self.camera.shortened(at) }
    }

    /// Where a place appears, px of the photo.
    #[must_use]
    pub fn project(&self, at: [f64; 3]) -> Point {
        self.camera.project(at)
    }

    /// Height of the glabella, breadths above the ear canals: of the one seen, else the model's.
    fn glabella(&self, seen: Option<Point>) -> f64 {
        let model = raised(0.0, border_height(0.0), -GLABELLA_TO_BORDER);
        // A pose that is wrong by more says nothing of the place.
        seen.map_or(model, |p| self.place(p).at[1].clamp(model - 0.2, model + 0.2))
    }

    /// Arc from the glabella up to a point of the photo near the mid-line, breadths of the head.
    #[must_use]
    pub fn height_above_glabella(&self, glabella: Option<Point>, p: Point) -> f64 {
        let (from, to) = (self.glabella(glabella), self.place(p).at[1]);
        let n = 40;
        let at = |i: i32| at_height(0.0, from + (to - from) * f64::from(i) / f64::from(n));
        let arc: f64 = (0..n)
            .map(|i| {
                let (p, q) = (at(i), at(i + 1));
                (0..3).map(|k| (p[k] - q[k]).powi(2)).sum::<f64>().sqrt()
            })
            .sum();
        arc.copysign(to - from)
    }

    /// The part that is seen of a hairline drawn on the model head, photo's left to right: its middle `height` above the glabella,
    /// its temples `recession` behind the original border, meeting it again at the sideburns. Breadths of the head. With each point its azimuth, degrees from the front.
    #[must_use]
    pub fn hairline(&self, glabella: Option<Point>, height: f64, recession: f64) -> Vec<(f64, Point)> {
        /// Azimuths of the deepest recession, half its width, and of the sideburn.
        const TEMPLE: f64 = 46.0;
        const TEMPLE_WIDTH: f64 = 17.0;
        const SIDEBURN: f64 = 76.0;
        let border = border_height(0.0);
        let model = raised(0.0, border, -GLABELLA_TO_BORDER);
        // The whole line moves with the glabella seen and the height wished, less towards the sideburns.
        let lift = Self::height_between(model, self.glabella(glabella)) + height - GLABELLA_TO_BORDER;
        let mut line: Vec<(f64, Point)> = (-38..=38)
            .filter_map(|i| {
                let az = f64::from(i) * SIDEBURN / 38.0;
                let a = az.abs();
                let near = |from: f64, to: f64| ((a - from) / (to - from)).clamp(0.0, 1.0);
                let soft = |t: f64| t * t * (3.0 - 2.0 * t);
                let deep = (-((a - TEMPLE) / TEMPLE_WIDTH).powi(2)).exp();
                let rise = lift * (1.0 - soft(near(30.0, SIDEBURN))) + recession * deep;
                let p = at_height(az, raised(az, border_height(a), rise));
                let at = self.camera.project(p);
                (self.cosine(p) > 0.1).then_some((a, at))
            })
            .collect();
        if line.first().zip(line.last()).is_some_and(|(a, b)| a.1.x > b.1.x) {
            line.reverse();
        }
        line
    }

    /// Arc along the mid-line between two heights, positive upward.
    fn height_between(from: f64, to: f64) -> f64 {
        let (p, q) = (at_height(0.0, from), at_height(0.0, to));
        (0..3).map(|k| (p[k] - q[k]).powi(2)).sum::<f64>().sqrt().copysign(to - from)
    }

    /// Cosine between the surface's normal at a place of the skull and the line of sight; negative on the far side.
    #[must_use]
    pub fn cosine(&self, p: [f64; 3]) -> f64 {
        let normal = normal(p);
        dot(normal, self.camera.sight(p)) / dot(normal, normal).sqrt()
    }
}
