//! One picture of one head: visibility, shading, and the truth of each pixel.

use super::body::Body;
use super::camera::{Camera, Projected};
use super::dice::Dice;
use super::light::Lights;
use super::mesh::Material;
use super::noise::{fbm, fbm3};
use super::person::Person;
use super::raster::{LineScale, NONE, Raster};
use super::skin::{self, Grown};
use super::strand::{Kind, Strands};
use super::style::Cut;
use super::vec3::{V3, linear, v3};

/// Colours and patterns of things that are not the person.
#[derive(Debug)]
pub(crate) struct Cloth {
    color: V3,
    prop: V3,
    weave: f32,
    weave_strength: f32,
    stripes: Option<V3>,
    iris: V3,
    seed: u32,
}

impl Cloth {
    pub(crate) fn draw(dice: &mut Dice) -> Self {
        let mut cloth = || {
            let grey = dice.range(5.0, 250.0);
            match dice.weighted(&[(0, 0.45), (1, 0.25), (2, 0.3)]) {
                0 => linear(dice.range(5.0, 60.0), dice.range(5.0, 60.0), dice.range(5.0, 60.0)),
                1 => linear(dice.range(20.0, 240.0), dice.range(20.0, 240.0), dice.range(20.0, 240.0)),
                _ => linear(grey, grey, grey),
            }
        };
        let (color, prop) = (cloth(), cloth());
        let k = dice.range(0.5, 2.2);
        Self {
            color,
            prop,
            weave: dice.range(0.3, 3.0),
            weave_strength: [0.15, 0.3, 0.6][dice.below(3)],
            stripes: dice.chance(0.3).then(|| dice.normal3(1.0) * dice.range(0.5, 4.0)),
            iris: linear(60.0 * k, 40.0 * k, 30.0 * k + dice.range(0.0, 60.0)),
            seed: dice.seed(),
        }
    }

    fn at(&self, p: V3, prop: bool) -> V3 {
        let mut k = 1.0 + self.weave_strength * fbm(p, self.weave, self.seed, 2);
        if let Some(across) = self.stripes {
            k *= if p.dot(across).sin() > 0.0 { 1.4 } else { 0.6 };
        }
        let c = if prop { self.prop } else { self.color } * k;
        v3(c.x.clamp(0.003, 1.0), c.y.clamp(0.003, 1.0), c.z.clamp(0.003, 1.0))
    }
}

/// What one px shows: the mean of its samples, and its first sample for the truth.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pixel {
    /// Linear RGB times the share drawn.
    pub(crate) light: V3,
    /// Share on which anything is drawn, 0..1.
    pub(crate) alpha: f32,
    /// Share hidden by strands of scalp hair, 0..1.
    pub(crate) hair: f32,
    /// Share hidden by brows and beard, 0..1.
    pub(crate) facial: f32,
    /// Share hidden by spectacles, 0..1.
    pub(crate) glasses: f32,
    pub(crate) first: Sample,
}

/// What one of a px's samples shows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) drawn: bool,
    /// Strand in front, if any.
    pub(crate) strand: Option<(Kind, V3)>,
    pub(crate) surface: Option<Surface>,
    pub(crate) depth: f32,
}

/// The surface behind the strands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Surface {
    pub(crate) canonical: V3,
    pub(crate) material: Material,
    /// Cloth covers it.
    pub(crate) cloth: bool,
    pub(crate) skin: Option<Grown>,
    /// Cosine of the angle between the surface and the line of sight.
    pub(crate) cosine: f32,
}

/// Everything that one picture is made of.
pub(crate) struct Scene<'a> {
    pub(crate) person: &'a Person,
    pub(crate) body: &'a Body,
    pub(crate) strands: &'a Strands,
    pub(crate) camera: Camera,
    pub(crate) lights: &'a Lights,
    pub(crate) cloth: &'a Cloth,
}

/// Draws `width` x `height` px, each the mean of `factor` x `factor` samples; the scene's camera sees the samples.
pub(crate) fn pixels(scene: &Scene, width: usize, height: usize, factor: usize) -> Vec<Pixel> {
    let across = width * factor;
    let mut raster = Raster::new(across, height * factor);
    let corners: Vec<Projected> = scene.body.position.iter().map(|&p| scene.camera.project(p)).collect();
    raster.triangles(&corners, &scene.body.triangles);
    let points: Vec<Projected> = scene.strands.points.iter().map(|&p| scene.camera.project(p)).collect();
    raster.strands(scene.strands, &points, LineScale::Perspective { focal: scene.camera.focal }, 1);
    let mut lit = StrandColors { known: vec![None; scene.strands.points.len()] };
    let share = 1.0 / (factor * factor) as f32;
    let mut out = Vec::with_capacity(width * height);
    for y in 0..height {
        for x in 0..width {
            let mut shared = None;
            let mut px = Pixel { light: V3::default(), alpha: 0.0, hair: 0.0, facial: 0.0, glasses: 0.0, first: BLANK };
            for i in 0..factor * factor {
                let k = (y * factor + i / factor) * across + x * factor + i % factor;
                // Of the surface behind a strand only the first sample tells.
                let (sample, color) = sample(scene, &raster, k, i == 0, &mut shared, &mut lit);
                if i == 0 {
                    px.first = sample;
                }
                if !sample.drawn {
                    continue;
                }
                px.light += v3(color.x.clamp(0.0, 6.0), color.y.clamp(0.0, 6.0), color.z.clamp(0.0, 6.0)) * share;
                px.alpha += share;
                match sample.strand {
                    Some((Kind::Hair, _)) => px.hair += share,
                    Some((Kind::Facial, _)) => px.facial += share,
                    Some((Kind::Glasses, _)) => px.glasses += share,
                    None => {}
                }
            }
            out.push(px);
        }
    }
    out
}

const BLANK: Sample = Sample { drawn: false, strand: None, surface: None, depth: f32::INFINITY };

/// Colours of strand segments, lit when first seen: one segment shows in many samples.
struct StrandColors {
    known: Vec<Option<V3>>,
}

/// Farthest that two samples of one px may lie apart, canonical cm, to share their skin and light.
const SHARED_CM: f32 = 0.15;

/// What samples of one px share: skin, cloth and shadows vary slowly and cost more than all else. Edges stay sharp,
/// because each sample has its own surface.
struct Shared {
    canonical: V3,
    material: Material,
    is_cloth: bool,
    skin: Option<Grown>,
    cosine: f32,
    /// None until a sample is shaded.
    color: Option<V3>,
}

fn sample(
    scene: &Scene,
    raster: &Raster,
    k: usize,
    behind: bool,
    shared: &mut Option<Shared>,
    lit: &mut StrandColors,
) -> (Sample, V3) {
    let (triangle, strand) = (raster.triangle[k], raster.strand[k]);
    let (mut out, mut color) = (Sample { depth: raster.depth[k], ..BLANK }, V3::default());
    if triangle == NONE && strand == NONE {
        return (out, color);
    }
    out.drawn = true;
    if triangle != NONE && (behind || strand == NONE) {
        let surface;
        (surface, color) = self::surface(scene, raster, k, strand == NONE, shared);
        out.surface = Some(surface);
    }
    if strand != NONE {
        let i = scene.strands.owner[strand as usize] as usize;
        out.strand = Some((scene.strands.kind[i], scene.strands.root[i]));
        color = *lit.known[strand as usize].get_or_insert_with(|| strand_color(scene, i, strand as usize, strand));
    }
    (out, color)
}

fn surface(scene: &Scene, raster: &Raster, k: usize, shade: bool, shared: &mut Option<Shared>) -> (Surface, V3) {
    let body = scene.body;
    let t = body.triangles[raster.triangle[k] as usize];
    let (w0, w1) = raster.weights[k];
    let w2 = 1.0 - w0 - w1;
    let blend = |v: &[V3]| v[t[0] as usize] * w0 + v[t[1] as usize] * w1 + v[t[2] as usize] * w2;
    let canonical = blend(&body.canonical);
    let material = body.material[t[0] as usize];
    let cloth = body.cloth[t[0] as usize] * w0 + body.cloth[t[1] as usize] * w1 + body.cloth[t[2] as usize] * w2;
    let is_cloth = match material {
        Material::Skin | Material::Socket => cloth >= 0.5,
        Material::Torso => !body.bare_shoulders,
        Material::Prop => true,
        _ => false,
    };
    let fits =
        |s: &Shared| s.material == material && s.is_cloth == is_cloth && (s.canonical - canonical).length() < SHARED_CM;
    let place = || {
        let (position, smooth) = (blend(&body.position), blend(&body.normal).unit());
        (position, smooth, (scene.camera.position - position).unit())
    };
    let shared = match shared {
        Some(s) if fits(s) => s,
        other => {
            let skin = (material == Material::Skin && !is_cloth).then(|| skin::grown(scene.person, canonical));
            let (_, smooth, view) = place();
            let cosine = smooth.dot(view).max(0.0);
            other.insert(Shared { canonical, material, is_cloth, skin, cosine, color: None })
        }
    };
    let out = Surface { canonical, material, cloth: is_cloth, skin: shared.skin, cosine: shared.cosine };
    if !shade {
        return (out, V3::default());
    }
    let color = *shared.color.get_or_insert_with(|| {
        let at = Place { canonical, material, is_cloth, skin: shared.skin };
        shaded(scene, &at, place(), k as u32)
    });
    (out, color)
}

/// A point of a surface that is to be lit.
struct Place {
    canonical: V3,
    material: Material,
    is_cloth: bool,
    skin: Option<Grown>,
}

/// Colour of a surface; `position`, its smooth normal, and the direction to the camera.
fn shaded(scene: &Scene, at: &Place, (position, smooth, view): (V3, V3, V3), salt: u32) -> V3 {
    let &Place { canonical, material, is_cloth, skin } = at;
    let person = scene.person;
    let (mut albedo, relief, density) = match (skin, material) {
        (Some(grown), _) => {
            let look = skin::look(person, canonical, &grown);
            (look.albedo, look.relief, grown.density)
        }
        (None, _) if is_cloth => {
            (scene.cloth.at(position, material == Material::Prop), fbm3(position, 0.35, 77, 2) * 0.5, 0.0)
        }
        (None, Material::Sclera | Material::Iris) => (eye(scene.cloth.iris, canonical), V3::default(), 0.0),
        (None, Material::Socket) => (person.skin.tone * 0.5, V3::default(), 0.0),
        (None, _) => (bare_body(person, position), fbm3(position, 1.3, 5, 1) * 0.03, 0.0),
    };
    let mut normal = (smooth + relief).unit();
    if normal.dot(view) < 0.0 {
        normal = (normal + view * 0.3).unit();
    }
    // Under the jaw little sky is seen.
    if matches!(material, Material::Skin | Material::Socket) && canonical.z > -2.0 {
        albedo = albedo * (1.0 - 0.25 * (-((canonical.y + 9.0) / 2.5).powi(2)).exp());
    }
    let skinlike = !is_cloth;
    let mut color = albedo.times(scene.lights.ambient.at(smooth));
    let look = &person.skin;
    let shine = look.shine
        * if is_cloth { 0.1 } else { 1.0 - 0.75 * density }
        * skin.map_or(1.0, |s| 1.0 + look.scalp_shine * super::vec3::smoothstep(s.inside, -4.0, 1.0));
    for lamp in &scene.lights.lamps {
        let facing = normal.dot(lamp.towards);
        let wrapped = ((facing + 0.18) / 1.18).clamp(0.0, 1.0);
        if wrapped <= 0.0 {
            continue;
        }
        let seen = lamp.visible(position + smooth * 0.12, 0.25, 0.35, 1.0, salt);
        // Skin lets light scatter: the terminator is soft, and redder.
        let diffuse = if skinlike {
            let d = wrapped.powf(1.2);
            v3(d.powf(0.85), d.powf(1.05), d.powf(1.1))
        } else {
            V3::splat(facing.max(0.0))
        };
        let half = (lamp.towards + view).unit();
        let spot =
            two_lobes(normal.dot(half).max(0.0), look.roughness) * fresnel(half.dot(view)) * facing.max(0.0) * shine;
        color += lamp.color.times(albedo.times(diffuse) + V3::splat(spot)) * seen;
    }
    color
}

/// Skin of torso, arms and hands: a little redder and blotchier than the face.
fn bare_body(person: &Person, p: V3) -> V3 {
    let look = &person.skin;
    let blotch = fbm(p, 0.12, look.seed.wrapping_add(41), 3) * (0.06 + 0.1 * look.blotch)
        + fbm(p, 1.6, look.seed.wrapping_add(42), 2) * (0.02 + 0.05 * look.texture);
    look.tone.times(V3::splat(1.0) + v3(0.75, 1.05, 1.1) * blotch)
}

/// Pupil, iris and white by the distance from the eye's axis at canonical x = +-3.19, y = 3.6 (iris 11.7 mm across).
fn eye(iris: V3, canonical: V3) -> V3 {
    let r = (canonical.x.abs() - 3.19).hypot(canonical.y - 3.6);
    match r {
        r if r < 0.22 => V3::splat(0.003),
        r if r < 0.6 => iris,
        _ => v3(0.55, 0.5, 0.47),
    }
}

/// Two GGX lobes, narrow and wide, as skin's oily film shows.
fn two_lobes(n_h: f32, roughness: f32) -> f32 {
    let lobe = |r: f32| {
        let a2 = r.powi(4);
        let d = n_h * n_h * (a2 - 1.0) + 1.0;
        a2 / (std::f32::consts::PI * d * d + 1e-6)
    };
    0.6 * (lobe(roughness) + lobe(roughness * 1.7))
}

/// Schlick's approximation for skin (reflectance 0.03 head-on).
fn fresnel(cos: f32) -> f32 {
    0.03 + 0.97 * (1.0 - cos.clamp(0.0, 1.0)).powi(5)
}

/// Kajiya and Kay 1989: diffuse and highlight of a thin cylinder.
fn strand_color(scene: &Scene, i: usize, point: usize, salt: u32) -> V3 {
    let s = scene.strands;
    let (a, b) = (s.points[point], s.points[point + 1]);
    let (position, tangent) = ((a + b) * 0.5, (b - a).unit());
    let (normal, base) = (s.normal[i], s.color[i]);
    let style = &scene.person.style;
    let range = s.range(i);
    let along = (point - range.start) as f32 / (range.len() - 1) as f32;
    let hair = s.kind[i] == Kind::Hair;
    // Roots lie deep in the hair, where less light comes.
    let depth = if hair && style.cut != Cut::Shaven { 0.4 + 0.6 * along.min(0.4) / 0.4 } else { 1.0 };
    let mut color = base.times(scene.lights.ambient.at(normal)) * (1.1 * depth);
    let view = (scene.camera.position - position).unit();
    let gloss = if hair { style.gloss } else { 0.1 };
    let tint = base * (0.5 / (base.max_component() + 1e-3)) + V3::splat(0.5);
    for lamp in &scene.lights.lamps {
        let seen = lamp.visible(position + normal * 0.03, 0.1, 0.45, 1.2, salt);
        let t_l = tangent.dot(lamp.towards);
        let facing = ((normal.dot(lamp.towards) + 0.35) / 1.35).clamp(0.0, 1.0);
        let half = (lamp.towards + view).unit();
        let t_h = tangent.dot(half);
        let diffuse = (1.0 - t_l * t_l).max(0.0).sqrt() * (0.25 + 0.75 * facing) * depth;
        let highlight = gloss * (1.0 - t_h * t_h).max(0.0).powf(style.gloss_power) * facing * 0.12;
        color += lamp.color.times(base * diffuse + tint * highlight) * seen;
    }
    color
}
