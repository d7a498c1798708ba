//! Head phantoms: a head with real extent before a pinhole camera, hair as strands, and the truth of every pixel.

mod body;
mod camera;
mod dice;
mod extras;
mod hair;
mod light;
mod mesh;
mod noise;
mod pattern;
mod person;
mod picture;
mod raster;
mod render;
mod shape;
mod skin;
mod strand;
mod style;
pub mod training;
mod vec3;
mod viewpoint;

pub use mesh::HeadMesh;
pub use pattern::Loss;
pub use picture::{Picture, label};
pub use style::Cut;
pub use viewpoint::Side;

use dice::Dice;

/// Draws the head of one seed at `width` x `height` px, without a background; one thread, always the same picture.
#[must_use]
pub fn draw(mesh: &HeadMesh, seed: u64, width: usize, height: usize) -> Picture {
    let person = person::Person::draw(mesh, seed);
    let dice = &mut Dice::new(seed, 11);
    let portrait = dice.chance(if person.female { 0.6 } else { 0.25 });
    let view = viewpoint::Viewpoint::draw(dice, width, height, portrait);
    picture_of(mesh, &person, &view, dice, width, height)
}

fn picture_of(
    mesh: &HeadMesh,
    person: &person::Person,
    view: &viewpoint::Viewpoint,
    dice: &mut Dice,
    width: usize,
    height: usize,
) -> Picture {
    const FACTOR: usize = 2;
    let body = body::Body::draw(mesh, person, view.bow, dice);
    // Strands are a px or so wide: as many as the head's size in px can show.
    let head_px = view.camera.focal * 22.0 / view.distance_cm;
    let detail = (head_px / 300.0).clamp(0.45, 4.0);
    let mut strands = strand::Strands::default();
    hair::grow(mesh, person, &body, detail, &mut strands);
    extras::grow(mesh, person, &body, detail, &mut strands);
    let camera = view.camera.scaled(FACTOR as f32);
    let mut lights = light::Lights::draw(dice, &camera);
    lights.cast(&body, &strands, person.style.cut != Cut::Shaven);
    let cloth = render::Cloth::draw(dice);
    let scene = render::Scene { person, body: &body, strands: &strands, camera, lights: &lights, cloth: &cloth };
    let samples = render::samples(&scene, width * FACTOR, height * FACTOR);
    picture::resolve(&samples, width, height, FACTOR, camera.focal, person, dice)
}
