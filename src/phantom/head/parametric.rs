//! The built-in head: ellipsoids melted into one skin, so that no outside file is needed.
//!
//! Built in canonical cm (see [`super::mesh`]): crown at y = 14.4, glabella near y = 6, chin near y = -8.5.

use super::mesh::{CENTRE, HeadMesh, Material};
use super::vec3::{V3, smoothstep, v3};

/// Centre, half axes: the parts of a head. Widths follow the mean adult: breadth 15.3 cm, length 19 cm.
const PARTS: [(V3, V3); 9] = [
    // Skull, forehead, face, jaw, chin.
    (v3(0.0, 6.2, -0.2), v3(7.65, 8.25, 9.0)),
    (v3(0.0, 7.2, 2.6), v3(6.4, 5.6, 7.4)),
    (v3(0.0, 0.6, 3.0), v3(6.5, 7.6, 7.2)),
    (v3(0.0, -4.6, 2.6), v3(5.4, 3.6, 6.4)),
    (v3(0.0, -6.6, 6.6), v3(2.8, 2.2, 2.9)),
    // Cheekbones, brow.
    (v3(3.9, 1.0, 5.6), v3(2.3, 1.8, 2.9)),
    (v3(-3.9, 1.0, 5.6), v3(2.3, 1.8, 2.9)),
    (v3(0.0, 5.9, 7.2), v3(5.0, 1.1, 3.0)),
    // Neck.
    (v3(0.0, -11.0, -1.6), v3(5.7, 9.5, 5.9)),
];

/// The shape shared by all heads without an outside mesh.
#[must_use]
pub(crate) fn head() -> HeadMesh {
    const ROWS: u32 = 150;
    const COLUMNS: u32 = 200;
    let mut canonical = Vec::new();
    for i in 0..ROWS {
        // Rows run from the neck's open end to the crown.
        let el = (i as f32 / (ROWS - 1) as f32 * 168.0 - 78.0).to_radians();
        for j in 0..COLUMNS {
            let az = (j as f32 / COLUMNS as f32 * 360.0 - 180.0).to_radians();
            let d = v3(el.cos() * az.sin(), el.sin(), el.cos() * az.cos());
            let p = CENTRE + d * surface_distance(d);
            canonical.push(p + face_relief(p));
        }
    }
    let mut triangles = Vec::new();
    for i in 0..ROWS - 1 {
        for j in 0..COLUMNS {
            let k = (j + 1) % COLUMNS;
            let (a, b, c, d) = (i * COLUMNS + j, i * COLUMNS + k, (i + 1) * COLUMNS + j, (i + 1) * COLUMNS + k);
            triangles.push([a, b, c]);
            triangles.push([b, d, c]);
        }
    }
    let mut material = vec![Material::Skin; canonical.len()];
    // The eyeball shows between the lids: its front lies 2 mm before the skin around it.
    let from_eye = |p: &&V3| (p.x - 3.19).hypot(p.y - 3.6);
    let lid =
        canonical.iter().filter(|p| p.z > 4.0).min_by(|a, b| from_eye(a).total_cmp(&from_eye(b))).map_or(8.0, |p| p.z);
    for side in [-1.0, 1.0] {
        // The ear: a shell that leans back, with a hollow.
        add(&mut canonical, &mut triangles, &mut material, Material::Skin, |q| {
            let hollow = 0.5 * (1.0 - smoothstep(q.y.hypot(q.z), 0.25, 0.75)) * f32::from(u8::from(q.x > 0.0));
            let out = 6.7 + 0.7 * (1.0 + q.x * 0.9 - hollow) + 0.4 * smoothstep(-q.z, -0.2, 1.0);
            let lobe = 1.0 - 0.28 * smoothstep(-q.y, 0.0, 1.0);
            v3(side * out, 0.9 + 3.1 * q.y, -0.7 + 1.75 * q.z * lobe - 0.45 * q.y)
        });
        add(&mut canonical, &mut triangles, &mut material, Material::Sclera, |q| {
            v3(side * 3.19, 3.6, lid - 1.0) + q.times(v3(1.5, 1.05, 1.2))
        });
    }
    let identity = shapes(&canonical);
    HeadMesh::assemble(canonical, triangles, material, identity, None, None)
}

/// Distance from [`CENTRE`] to the outermost skin along `d`: a smooth maximum over the parts.
fn surface_distance(d: V3) -> f32 {
    const SHARPNESS: f32 = 2.2;
    let mut sum = 0.0;
    for (centre, axes) in PARTS {
        let over = |v: V3| v3(v.x / axes.x, v.y / axes.y, v.z / axes.z);
        let (o, u) = (over(CENTRE - centre), over(d));
        let (a, b, c) = (u.dot(u), o.dot(u), o.dot(o) - 1.0);
        let inner = b * b - a * c;
        if inner > 0.0 {
            let t = (-b + inner.sqrt()) / a;
            if t > 0.0 {
                sum += (SHARPNESS * (t - 9.0)).exp();
            }
        }
    }
    9.0 + sum.max(1e-9).ln() / SHARPNESS
}

/// Nose, eye sockets, lips: displacements of the front of the face.
fn face_relief(p: V3) -> V3 {
    if p.z < 4.0 {
        return V3::default();
    }
    let bump = |x: f32, y: f32, rx: f32, ry: f32| (-((p.x - x) / rx).powi(2) - ((p.y - y) / ry).powi(2)).exp();
    let ridge = smoothstep(-(p.y - 5.2), 0.0, 4.6) * (1.0 - smoothstep(-p.y, 0.2, 1.6));
    let nose = 2.7 * ridge * (-(p.x / (0.75 + 0.5 * ridge)).powi(2)).exp();
    let sockets = 0.7 * (bump(3.1, 3.7, 1.8, 1.1) + bump(-3.1, 3.7, 1.8, 1.1));
    let lips = 0.5 * (bump(0.0, -3.0, 2.2, 0.45) + bump(0.0, -4.2, 1.9, 0.5)) - 0.35 * bump(0.0, -3.6, 2.4, 0.18);
    let under = -0.5 * bump(0.0, -5.2, 2.2, 0.6);
    v3(0.0, 0.0, nose - sockets + lips + under)
}

fn add(
    canonical: &mut Vec<V3>,
    triangles: &mut Vec<[u32; 3]>,
    material: &mut Vec<Material>,
    kind: Material,
    place: impl Fn(V3) -> V3,
) {
    let (points, faces) = super::body::ball(place, |_| true);
    let base = canonical.len() as u32;
    canonical.extend(points);
    material.resize(canonical.len(), kind);
    triangles.extend(faces.iter().map(|t| t.map(|i| i + base)));
}

/// Smooth warps that vary the face and skull: jaw width, face length, nose, brow, occiput, cheeks, forehead slope.
fn shapes(canonical: &[V3]) -> Vec<Vec<V3>> {
    type Warp = fn(V3) -> V3;
    const WARPS: [Warp; 8] = [
        |p| v3(p.x * 0.05 * smoothstep(-p.y, -2.0, 5.0) * smoothstep(p.z, -1.0, 3.0), 0.0, 0.0),
        |p| v3(0.0, -0.35 * smoothstep(-p.y, -4.0, 7.0) * smoothstep(p.z, -2.0, 4.0), 0.0),
        |p| v3(0.0, 0.0, 0.3 * (-(p.x / 1.2).powi(2) - ((p.y - 1.2) / 2.2).powi(2)).exp() * smoothstep(p.z, 7.0, 9.0)),
        |p| v3(0.0, 0.0, 0.2 * (-((p.y - 6.0) / 1.1).powi(2)).exp() * smoothstep(p.z, 5.0, 8.0)),
        |p| v3(0.0, 0.0, -0.35 * smoothstep(-p.z, 2.0, 8.0) * smoothstep(p.y, -2.0, 3.0)),
        |p| v3(p.x * 0.035 * (-((p.y - 0.5) / 2.5).powi(2)).exp() * smoothstep(p.z, 1.0, 5.0), 0.0, 0.0),
        |p| v3(0.0, 0.0, -0.06 * (p.y - 6.0).max(0.0) * smoothstep(p.z, 2.0, 7.0)),
        |p| v3(0.0, 0.25 * smoothstep(p.y, 8.0, 14.0), 0.0),
    ];
    WARPS.iter().map(|w| canonical.iter().map(|&p| w(p)).collect()).collect()
}
