//! Where the camera stands: the five consult views, portraits, and everything between.

use super::camera::Camera;
use super::dice::Dice;
use super::mesh::CENTRE;
use super::vec3::v3;
use crate::view::View;

/// Side the head is seen from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Side {
    /// The face.
    #[default]
    Front,
    /// The head's left: its nose points to the picture's left.
    Left,
    /// The head's right.
    Right,
    /// The back of the head.
    Back,
    /// From above, or a bowed head.
    Top,
    /// Between front and side.
    ThreeQuarter,
}

impl Side {
    /// Lower case name as in the output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Front => "front",
            Self::Left => "left",
            Self::Right => "right",
            Self::Back => "back",
            Self::Top => "top",
            Self::ThreeQuarter => "three-quarter",
        }
    }

    /// The view of an analysis that fits best.
    #[must_use]
    pub fn view(self) -> View {
        match self {
            Self::Front | Self::ThreeQuarter => View::Front,
            Self::Left => View::Left,
            Self::Right => View::Right,
            Self::Back => View::Back,
            Self::Top => View::Top,
        }
    }
}

/// A camera and how far the head is bowed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Viewpoint {
    pub(crate) side: Side,
    pub(crate) camera: Camera,
    /// Degrees.
    pub(crate) yaw: f32,
    pub(crate) pitch: f32,
    pub(crate) roll: f32,
    /// How far the head is bowed against the body, degrees.
    pub(crate) bow: f32,
    pub(crate) distance_cm: f32,
}

impl Viewpoint {
    /// Draws a view; `portrait` keeps the head upright and smaller in the picture.
    pub(crate) fn draw(dice: &mut Dice, width: usize, height: usize, portrait: bool) -> Self {
        let side = if portrait {
            dice.weighted(&[
                (Side::Front, 0.5),
                (Side::ThreeQuarter, 0.3),
                (Side::Left, 0.07),
                (Side::Right, 0.07),
                (Side::Back, 0.06),
            ])
        } else {
            dice.weighted(&[
                (Side::Front, 0.24),
                (Side::ThreeQuarter, 0.1),
                (Side::Left, 0.14),
                (Side::Right, 0.14),
                (Side::Back, 0.16),
                (Side::Top, 0.22),
            ])
        };
        let sign = if dice.chance(0.5) { 1.0 } else { -1.0 };
        let yaw = match side {
            Side::Front => dice.normal(0.0, 13.0),
            Side::ThreeQuarter => sign * dice.range(25.0, 65.0),
            Side::Left => 90.0 + dice.normal(0.0, 18.0),
            Side::Right => -90.0 + dice.normal(0.0, 18.0),
            Side::Back => 180.0 + dice.normal(0.0, 20.0),
            Side::Top if dice.chance(0.5) => dice.range(-180.0, 180.0),
            Side::Top => dice.normal(0.0, 30.0),
        };
        let pitch = match side {
            _ if portrait => dice.normal(3.0, 9.0),
            Side::Front | Side::ThreeQuarter if dice.chance(0.6) => dice.range(15.0, 60.0),
            Side::Front | Side::ThreeQuarter => dice.range(-10.0, 15.0),
            Side::Left | Side::Right => dice.normal(5.0, 12.0),
            Side::Back if dice.chance(0.5) => dice.range(10.0, 55.0),
            Side::Back => dice.normal(3.0, 10.0),
            Side::Top => dice.range(48.0, 90.0),
        };
        let roll = match side {
            Side::Top if dice.chance(0.4) => dice.range(-180.0, 180.0),
            _ if portrait => dice.normal(0.0, 6.0),
            _ => dice.normal(0.0, 9.0),
        };
        // A head seen from above is mostly a bowed head: the body turns away below it.
        let bow = if pitch > 25.0 { pitch * dice.range(0.0, 0.8) } else { dice.normal(4.0, 8.0) }.min(60.0);
        let distance = if portrait {
            dice.range(70.0f32.ln(), 300.0f32.ln()).exp()
        } else {
            dice.range(32.0f32.ln(), 160.0f32.ln()).exp()
        };
        let fill = if portrait {
            dice.range(0.32, 0.75)
        } else if dice.chance(0.65) {
            dice.range(0.7, 1.05)
        } else {
            dice.range(0.95, 1.3)
        };
        let target = if side == Side::Top {
            CENTRE + dice.normal3(1.0)
        } else {
            CENTRE + v3(0.0, dice.range(-1.0, 2.5), dice.range(-1.0, 1.5))
        };
        let mut out = Self::fixed(side, width, height, [yaw, pitch, roll], bow, distance, fill);
        let placed = Camera::orbit(target, distance, yaw, pitch, roll);
        let side_px = width.min(height) as f32;
        let drop = if portrait { dice.normal(-0.06, 0.07) } else { dice.normal(0.0, 0.05) };
        out.camera.position = placed.position;
        out.camera.principal.0 += dice.normal(0.0, 0.05) * side_px;
        out.camera.principal.1 += drop * side_px;
        out
    }

    /// A view with given yaw, pitch, roll in degrees; the head's 22 cm fill the share `fill` of the shorter side.
    pub(crate) fn fixed(
        side: Side,
        width: usize,
        height: usize,
        turn: [f32; 3],
        bow: f32,
        distance: f32,
        fill: f32,
    ) -> Self {
        let mut camera = Camera::orbit(CENTRE, distance, turn[0], turn[1], turn[2]);
        camera.focal = width.min(height) as f32 * fill / 22.0 * distance;
        camera.principal = (width as f32 / 2.0, height as f32 / 2.0);
        Self { side, camera, yaw: turn[0], pitch: turn[1], roll: turn[2], bow, distance_cm: distance }
    }
}
