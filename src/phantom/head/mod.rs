//! Head phantoms: a head with real extent before a pinhole camera, hair as strands, and the truth of every pixel.

mod background;
mod body;
mod camera;
mod dice;
mod extras;
mod hair;
mod light;
mod marker;
mod mesh;
mod noise;
mod parametric;
mod pattern;
mod person;
mod picture;
mod raster;
mod render;
mod scar;
mod seen;
mod series;
mod shape;
mod skin;
mod strand;
mod style;
#[cfg(test)]
mod tests;
pub mod training;
mod truth;
mod vec3;
mod viewpoint;
mod wear;

pub use marker::DrawnMarker;
pub use mesh::HeadMesh;
pub use pattern::Loss;
pub use picture::{PASSES_FOR_STUBBLE, Picture, label};
pub use seen::{SeenRegion, SeenScar};
pub use series::{Course, SIDES, draw_series};
pub use style::Cut;
pub use truth::{Areas, Line, Pose, Truth};
pub use viewpoint::Side;

use dice::Dice;

use crate::plane::Plane;

/// A drawn head with its background and its truth.
#[derive(Debug, Clone)]
pub struct Phantom {
    /// The photo, sRGB.
    pub photo: Plane<[u8; 3]>,
    /// The head alone, with the truth of each pixel.
    pub picture: Picture,
    /// What is true of it.
    pub truth: Truth,
}

impl HeadMesh {
    /// The built-in head, which needs no file.
    #[must_use]
    pub fn built_in() -> Self {
        parametric::head()
    }
}

/// Draws the head of one seed at `width` x `height` px for training, without a background, sometimes with something worn on it and with
/// skin that years have left their marks on; one thread, always the same picture.
#[must_use]
pub fn draw(mesh: &HeadMesh, seed: u64, width: usize, height: usize) -> Picture {
    let (mut person, view, mut dice) = cast(mesh, seed, width, height);
    person.skin.weather(&mut Dice::new(seed, 14));
    let mut body = body::Body::draw(mesh, &person, view.bow, &mut dice);
    body.dress(mesh, &person, &mut Dice::new(seed, 13));
    picture_of(mesh, &person, &body, &view, &mut dice, width, height)
}

/// Draws the head of one seed with background and truth.
#[must_use]
pub fn draw_phantom(mesh: &HeadMesh, seed: u64, width: usize, height: usize) -> Phantom {
    let (person, view, mut dice) = cast(mesh, seed, width, height);
    phantom_of(mesh, &person, &view, &mut dice, width, height, seed, 0)
}

/// As [`draw_phantom`], with a printed marker of 20 mm beside the head where there is room for it.
#[must_use]
pub fn draw_with_marker(mesh: &HeadMesh, seed: u64, width: usize, height: usize) -> Phantom {
    let mut phantom = draw_phantom(mesh, seed, width, height);
    phantom.truth.marker = marker::lay(&mut phantom, &mut Dice::new(seed, 12));
    phantom
}

fn cast(mesh: &HeadMesh, seed: u64, width: usize, height: usize) -> (person::Person, viewpoint::Viewpoint, Dice) {
    let person = person::Person::draw(mesh, seed);
    let mut dice = Dice::new(seed, 11);
    let portrait = dice.chance(if person.female { 0.6 } else { 0.25 });
    let view = viewpoint::Viewpoint::draw(&mut dice, width, height, portrait);
    (person, view, dice)
}

#[allow(clippy::too_many_arguments)] // what, from where, how large, and two numbers for the truth
fn phantom_of(
    mesh: &HeadMesh,
    person: &person::Person,
    view: &viewpoint::Viewpoint,
    dice: &mut Dice,
    width: usize,
    height: usize,
    seed: u64,
    date: u32,
) -> Phantom {
    let body = body::Body::draw(mesh, person, view.bow, dice);
    let picture = picture_of(mesh, person, &body, view, dice, width, height);
    let truth = truth::of(mesh, person, &body, view, &picture, seed, date);
    let under = background::draw(dice, &picture.alpha);
    let photo = background::composite(&picture.rgb, &picture.alpha, &under, dice);
    Phantom { photo, picture, truth }
}

fn picture_of(
    mesh: &HeadMesh,
    person: &person::Person,
    body: &body::Body,
    view: &viewpoint::Viewpoint,
    dice: &mut Dice,
    width: usize,
    height: usize,
) -> Picture {
    const FACTOR: usize = 2;
    // Strands are a px or so wide: as many as the head's size in px can show.
    let head_px = view.camera.focal * 22.0 / view.distance_cm;
    let detail = (head_px / 300.0).clamp(0.45, 4.0);
    let mut strands = strand::Strands::default();
    hair::grow(mesh, person, body, detail, &mut strands);
    extras::grow(mesh, person, body, detail, &mut strands);
    let camera = view.camera.scaled(FACTOR as f32);
    let mut lights = light::Lights::draw(dice, &camera);
    lights.cast(body, &strands, person.style.cut != Cut::Shaven);
    let cloth = render::Cloth::draw(dice);
    let scene = render::Scene { person, body, strands: &strands, camera, lights: &lights, cloth: &cloth };
    let pixels = render::pixels(&scene, width, height, FACTOR);
    picture::resolve(&pixels, width, height, view.camera.focal, person, dice)
}
