//! What is worn on the head: caps and woollen hats, headbands, headscarves.

use super::body::{Body, ball};
use super::dice::Dice;
use super::mesh::{CENTRE, HeadMesh, Material};
use super::person::Person;
use super::vec3::{V3, smoothstep, v3};

impl Body {
    /// Sometimes something is worn on the head, in women more often. For training alone: phantoms whose truth is asked for show the hair.
    pub(crate) fn dress(&mut self, mesh: &HeadMesh, person: &Person, dice: &mut Dice) {
        if self.hat.is_some() || !dice.chance(if person.female { 0.14 } else { 0.07 }) {
            return;
        }
        let (band, scarf) = if person.female { (0.45, 0.3) } else { (0.2, 0.05) };
        match dice.unit() {
            u if u < band => self.put_on_band(mesh, person, dice),
            u if u < band + scarf => self.put_on_scarf(mesh, person, dice),
            _ => self.put_on_hat(mesh, person, dice),
        }
    }

    /// A headband or a scarf tied around the hair: a strip of the scalp's surface, swollen over the hair.
    fn put_on_band(&mut self, mesh: &HeadMesh, person: &Person, dice: &mut Dice) {
        let (low, width) = (dice.range(8.0, 11.5), dice.range(1.0, 5.0));
        // Worn level around the forehead, or over the crown and down behind the ears.
        let slope = if dice.chance(0.5) { dice.range(-0.1, 0.25) } else { dice.range(0.6, 1.0) };
        let (middle, thick) = (dice.range(3.0, 6.0), dice.range(0.7, 1.5));
        let worn = |c: V3| (low..low + width).contains(&(c.y + slope * (middle - c.z).max(0.0)));
        self.swell(mesh, person, worn, |_| thick);
    }

    /// A headscarf around all but the face, over hair, ears and neck.
    fn put_on_scarf(&mut self, mesh: &HeadMesh, person: &Person, dice: &mut Dice) {
        let (top, side) = (dice.range(8.0, 11.0), dice.range(5.2, 6.8));
        let (thick, loose) = (dice.range(0.7, 1.6), dice.range(0.5, 2.5));
        let face = |c: V3| c.z > -1.0 && (c.x / side).powi(2) + ((c.y - 1.0) / (top - 1.0)).powi(2) < 1.0;
        self.swell(mesh, person, |c| !face(c), |c| thick + loose * smoothstep(-c.y, 0.0, 8.0));
        self.hat = Some(-30.0);
    }

    /// A cap or woollen hat: the scalp's surface, swollen.
    pub(super) fn put_on_hat(&mut self, mesh: &HeadMesh, person: &Person, dice: &mut Dice) {
        let edge = dice.range(6.8, 9.5);
        let rise = dice.range(0.25, 0.5);
        let thick = dice.range(0.8, 2.0);
        let tall = dice.range(0.0, 2.5);
        let line = |c: V3| edge - rise * (4.0 - c.z) * 0.4;
        self.swell(mesh, person, |c| c.y > line(c), |c| thick + tall * smoothstep(c.y, 9.0, 15.0));
        if dice.chance(0.5) {
            // A peak.
            let (points, triangles) = ball(
                |d| v3(d.x * 7.5, edge + 0.6 + d.y * 0.4 - 0.12 * (d.x * 7.5).powi(2) * 0.1, 7.5 + d.z * 8.0),
                |_| true,
            );
            self.add(&points, &triangles, Material::Prop);
        }
        self.hat = Some(edge - 1.0);
    }

    /// Adds cloth: the part of the skin whose canonical position passes, moved outwards by `by` cm.
    fn swell(&mut self, mesh: &HeadMesh, person: &Person, worn: impl Fn(V3) -> bool, by: impl Fn(V3) -> f32) {
        let points: Vec<V3> =
            mesh.canonical.iter().zip(&person.shape.position).map(|(&c, &p)| p + (p - CENTRE).unit() * by(c)).collect();
        let triangles: Vec<[u32; 3]> = mesh
            .skin
            .iter()
            .map(|&t| mesh.triangles[t as usize])
            .filter(|t| t.iter().all(|&i| worn(mesh.canonical[i as usize])))
            .collect();
        self.add(&points, &triangles, Material::Prop);
    }
}
