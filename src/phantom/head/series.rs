//! The same head from five sides and at several dates, with the true change.

use super::dice::Dice;
use super::mesh::HeadMesh;
use super::person::Person;
use super::style::Cut;
use super::viewpoint::{Side, Viewpoint};
use super::{Phantom, phantom_of};

/// What happens between the dates of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// Loss goes on, about half a Norwood stage a date.
    Loss,
    /// Hair comes back.
    Regrowth,
    /// Three sessions of scalp micropigmentation, then fading.
    Pigmentation,
}

/// The five consult sides.
pub const SIDES: [Side; 5] = [Side::Front, Side::Top, Side::Left, Side::Right, Side::Back];

/// Pigment after each session, then after years of fading (3-7 years is usual), as shares of full strength.
const PIGMENT: [f32; 5] = [0.0, 0.4, 0.7, 0.9, 0.55];

/// Draws `dates` x 5 pictures: for each date the five [`SIDES`]. Pose, light and hair length differ a little.
#[must_use]
pub fn draw_series(
    mesh: &HeadMesh,
    seed: u64,
    course: Course,
    dates: u32,
    width: usize,
    height: usize,
) -> Vec<Phantom> {
    let mut out = Vec::new();
    for date in 0..dates {
        let mut person = Person::draw(mesh, seed);
        match course {
            Course::Loss => person.pattern.advance(0.5 * date as f32),
            Course::Regrowth => person.pattern.advance(-0.5 * date as f32),
            Course::Pigmentation => {
                // Treated heads are shaven, so that the dots pass for stubble.
                person.style.cut = Cut::Shaven;
                person.style.length = 0.08;
                person.pigment = PIGMENT[(date as usize).min(PIGMENT.len() - 1)];
            }
        }
        let dice = &mut Dice::new(seed, 1000 + u64::from(date));
        person.style.length *= dice.range(0.85, 1.15);
        for side in SIDES {
            let turn = match side {
                Side::Left => [90.0, 5.0, 0.0],
                Side::Right => [-90.0, 5.0, 0.0],
                Side::Back => [180.0, 12.0, 0.0],
                Side::Top => [0.0, 72.0, 0.0],
                _ => [0.0, 12.0, 0.0],
            };
            let turn = turn.map(|d| d + dice.normal(0.0, 4.0));
            let bow = if side == Side::Top { 35.0 } else { 4.0 } + dice.normal(0.0, 4.0);
            let view = Viewpoint::fixed(side, width, height, turn, bow, dice.range(55.0, 80.0), dice.range(0.72, 0.85));
            out.push(phantom_of(mesh, &person, &view, dice, width, height, seed, date));
        }
    }
    out
}
