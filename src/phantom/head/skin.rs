//! Skin: colour and fine relief at a canonical position.

use super::mesh::on_ear;
use super::noise::{fbm, fbm3, noise};
use super::person::{Beard, Person, SkinLook, beard_density};
use super::style::Cut;
use super::vec3::{V3, logistic, smoothstep, v3};
use crate::findings::ScarKind;

/// How skin looks at one point.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    /// Linear RGB albedo, stubble included.
    pub(crate) albedo: V3,
    /// To be added to the normal.
    pub(crate) relief: V3,
}

/// What grows on the skin, and where it lies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grown {
    /// Share of skin hidden by the unresolved stubble layer, 0..1.
    pub(crate) stubble: f32,
    /// Signed distance to the original hairline, cm.
    pub(crate) inside: f32,
    /// Density of hair relative to a full head.
    pub(crate) density: f32,
    /// Density of beard, 0..1.
    pub(crate) beard: f32,
    /// Share that is scar, 0..1.
    pub(crate) scar: f32,
    /// How strong stubble is here against the mean, 0..1.4.
    patchy: f32,
}

/// What grows on `person` at canonical `c`.
pub(crate) fn grown(person: &Person, c: V3) -> Grown {
    let inside = person.pattern.inside(c);
    let density = person.pattern.density_at(c, inside);
    let patchy = (0.75 + 0.55 * noise(c, person.stubble_frequency, person.skin.seed.wrapping_add(3))).clamp(0.0, 1.4);
    let under = match person.style.cut {
        Cut::Shaven => 0.62 * person.stubble,
        Cut::Buzz => 0.45 + 0.25 * person.stubble,
        _ => 0.4 + 0.35 * person.skin.blotch,
    };
    Grown {
        stubble: (density * patchy * under).clamp(0.0, 0.93),
        inside,
        density,
        beard: beard_density(person, c),
        scar: person.pattern.scar.as_ref().map_or(0.0, |s| s.cover(c)),
        patchy,
    }
}

/// How the skin of `person` looks at canonical `c` with what grows there; several times the cost of [`grown`].
pub(crate) fn look(person: &Person, c: V3, grown: &Grown) -> Look {
    let look = &person.skin;
    let &Grown { stubble, inside, density, beard, scar, patchy } = grown;
    let coarse = fbm(c, 0.25, look.seed, 3);
    let fine = fbm(c, 2.2, look.seed.wrapping_add(9), 3);
    let mut albedo = look.tone;
    let blotch = v3(0.6, 1.0, 1.1) * (coarse * (0.03 + 0.08 * look.blotch));
    albedo = albedo.times(V3::splat(1.0) + blotch + V3::splat(fine * (0.01 + 0.05 * look.texture)));
    let nose = (-(c - v3(0.0, 0.5, 13.0)).dot(c - v3(0.0, 0.5, 13.0)) / 6.0).exp();
    let red = (nose + if on_ear(c) { 0.7 } else { 0.0 }) * look.flush * 0.35;
    albedo = albedo.times(V3::splat(1.0) + v3(0.3, -0.5, -0.45) * red);
    albedo = albedo.times(V3::splat(1.0) + v3(0.6, 1.0, 1.05) * (smoothstep(inside, -0.5, 1.0) * look.scalp_pale));
    let sun = smoothstep(c.y + 0.3 * c.z, 7.0, 15.0) * look.sunburn;
    albedo = albedo.times(V3::splat(1.0) + v3(0.25, -0.35, -0.35) * sun.min(1.5));
    let spot = (fbm(c, 1.1, look.seed.wrapping_add(77), 1) * 1.6 - look.spots).max(0.0);
    albedo = albedo.times(V3::splat(1.0) - v3(0.35, 0.5, 0.55) * spot.min(1.2));
    if c.z > 7.5 {
        let lip = logistic((1.0 - ((c.x / 2.5).powi(2) + ((c.y + 3.7) / 0.75).powi(2))) / 0.2) * look.lips;
        albedo = albedo.times(V3::splat(1.0) + v3(-0.1, -0.4, -0.35) * lip);
    }
    if c.z > 6.0 {
        let lid = (-((c.x.abs() - 3.1) / 1.8).powi(2) - ((c.y - 3.5) / 1.2).powi(2)).exp();
        albedo = albedo * (1.0 - 0.3 * lid * look.blotch);
    }
    let hair = person.stubble_color();
    albedo = albedo.mix(hair, stubble);
    if let Some(kind) = person.pattern.scar.as_ref().map(|s| s.kind).filter(|_| scar > 0.0) {
        // Graft scars heal pale; burns stay redder and uneven.
        let tint = match kind {
            ScarKind::Patch => v3(0.05, -0.16, -0.14) + V3::splat(0.1 * fine),
            ScarKind::Linear | ScarKind::Dotted => v3(0.1, 0.13, 0.13),
        };
        albedo = albedo.times(V3::splat(1.0) + tint * scar);
    }
    if person.pigment > 0.0 && inside > 0.0 && !on_ear(c) {
        // Healed pigment reads as an even shade: the dots are finer than a px of a whole-head photo.
        let shade = person.pigment * (1.0 - density) * smoothstep(inside, 0.0, 0.4) * patchy;
        albedo = albedo.mix(hair, (0.6 * shade).min(0.9));
    }
    let grown = match person.beard {
        Beard::None => 0.0,
        Beard::Stubble => 0.45,
        _ => 0.6,
    };
    albedo = albedo.mix(hair, (beard * patchy * grown).clamp(0.0, 0.9));
    albedo = v3(albedo.x.clamp(0.002, 1.0), albedo.y.clamp(0.002, 1.0), albedo.z.clamp(0.002, 1.0));
    let mut relief = fbm3(c, 1.3, look.seed.wrapping_add(31), 2) * (look.texture * look.texture * 0.2 + 0.015);
    if c.z > 3.0 && c.x.abs() < 5.5 {
        let brow = (-((c.y - 8.3) / 1.8).powi(2)).exp() * look.wrinkles;
        relief.y += brow * (std::f32::consts::TAU * c.y / look.wrinkle_cm + coarse * 2.0).cos();
    }
    if c.z < -4.0 {
        let nape = (-(c.y / 3.0).powi(2)).exp() * look.nape_folds;
        relief.y += nape * (std::f32::consts::TAU * c.y / 2.6 + coarse * 1.5).cos();
    }
    let (shade, wear) = worn(look, c);
    albedo = albedo.times(shade);
    relief = (relief + wear) * (1.0 - 0.7 * scar);
    Look { albedo, relief }
}

/// What wear adds at canonical `c`: a factor of the albedo, and relief.
fn worn(look: &SkinLook, c: V3) -> (V3, V3) {
    let (worn, seed) = (&look.worn, look.seed);
    let (mut shade, mut relief) = (V3::splat(1.0), V3::default());
    if worn.mottle > 0.0 {
        let freckle = (fbm(c, 2.6, seed.wrapping_add(401), 2) - 0.5).max(0.0) * 1.6;
        let uneven = fbm(c, 3.5, seed.wrapping_add(402), 2) * 0.12;
        let patch = fbm(c, 0.4, seed.wrapping_add(403), 2) * 0.1;
        shade = shade
            - (v3(0.35, 0.5, 0.55) * freckle.min(1.0) + V3::splat(uneven) + v3(0.4, 1.0, 1.0) * patch) * worn.mottle;
    }
    if worn.pores > 0.0 {
        relief += fbm3(c, 2.5, seed.wrapping_add(411), 2) * worn.pores;
    }
    if worn.lumps > 0.0 {
        relief += fbm3(c, 0.55, seed.wrapping_add(421), 2) * worn.lumps;
    }
    if worn.furrows > 0.0 && c.z > 2.0 && c.x.abs() < 6.5 {
        // Creases are narrow, bend, and break off.
        let bend = 0.45 * fbm(c, 0.3, seed.wrapping_add(431), 2);
        let unbroken = smoothstep(fbm(c, 0.35, seed.wrapping_add(432), 2), -0.6, 0.3);
        let depth = worn.furrows * unbroken * (-((c.y - 8.8) / 2.4).powi(2)).exp();
        let (sin, cos) = (std::f32::consts::TAU * (c.y + bend) / worn.furrow_cm).sin_cos();
        let valley = (3.0 * (cos - 1.0)).exp();
        relief.y += 1.5 * depth * sin * valley;
        shade = shade * (1.0 - 0.35 * depth * valley);
    }
    (v3(shade.x.max(0.1), shade.y.max(0.1), shade.z.max(0.1)), relief)
}
