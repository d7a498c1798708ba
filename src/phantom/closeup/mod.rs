//! Close-up phantom: a field of scalp whose every unit and hair is known.
//!
//! Units by a hard-core point process (dart throwing with a least distance), one to four hairs a unit, calibres by kind; shafts
//! clipped or long, straight or coily, that lean with the field and cross. The skin has creases, vessels, openings through which
//! the root shows bluish, and what is asked for: moles, flakes, empty openings, dots of pigment, scars. Light and camera follow.

mod camera;
mod lattice;
mod marks;
mod overlay;
mod paint;
mod scar;
mod scatter;
mod skin;
mod spec;
mod stroke;

pub use marks::{DrawnScar, Marks, Spot};
pub use spec::{CloseupSpec, Dots, LOOKS, Light, Overlay};

use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;

use crate::follicle::FollicularUnit;
use crate::plane::Plane;
use crate::segmentation::Tissue;
use crate::units::{MmPerPx, PerCm2};
use scar::ScarShape;

/// A drawn close-up with its truth.
#[derive(Debug, Clone)]
pub struct CloseupPhantom {
    /// The picture, 8-bit sRGB.
    pub rgb: Plane<[u8; 3]>,
    /// Share of each px hidden by hairs, 0..255.
    pub cover: Plane<u8>,
    /// Px hidden by an overlay's graphics; none without an overlay.
    pub graphics: Option<Plane<bool>>,
    /// What was drawn beside hairs.
    pub marks: Marks,
    /// Every unit whose root lies in the picture, with its hairs; shafts end where they leave the picture.
    pub units: Vec<FollicularUnit>,
    /// The scale it was drawn at.
    pub mm_per_px: MmPerPx,
}

impl CloseupPhantom {
    /// Numbers of [`Tissue`]: hair where half a px or more is hidden, else bare scalp; graphics are background.
    #[must_use]
    pub fn tissue(&self) -> Plane<u8> {
        Plane::from_fn(self.cover.width(), self.cover.height(), |x, y| {
            let hidden = self.graphics.as_ref().is_some_and(|g| g.get(x, y));
            match self.cover.get(x, y) {
                _ if hidden => Tissue::Background as u8,
                c if c >= 128 => Tissue::Hair as u8,
                _ => Tissue::Scalp as u8,
            }
        })
    }

    /// Hairs whose root lies in the picture.
    #[must_use]
    pub fn hair_count(&self) -> usize {
        self.units.iter().map(|u| u.hairs.len()).sum()
    }

    /// Area of the picture, cm2.
    #[must_use]
    pub fn area_cm2(&self) -> f64 {
        (self.rgb.width() * self.rgb.height()) as f64 * self.mm_per_px.px_area().get()
    }

    /// True hairs per cm2: roots in the picture by its area.
    #[must_use]
    pub fn hairs_per_cm2(&self) -> PerCm2 {
        PerCm2::new(self.hair_count() as f64 / self.area_cm2()).expect("a count by an area")
    }
}

/// Draws a close-up; the same spec and seed give the same picture on any machine and number of threads.
#[must_use]
pub fn draw(spec: &CloseupSpec, seed: u64) -> CloseupPhantom {
    let mut dice = Pcg64Mcg::seed_from_u64(seed);
    let mm = |px: usize| px as f64 / spec.px_per_mm;
    // Streams of their own, so that a scar or a mole leaves the hairs where they are.
    let mut of_marks = Pcg64Mcg::seed_from_u64(seed ^ 0x3a4b_5c6d);
    let scar = spec.scar.map(|kind| ScarShape::draw(kind, (mm(spec.width), mm(spec.height)), &mut of_marks));
    let mut marks = Marks::draw(spec, scar.as_ref(), &mut of_marks);
    let all = scatter::units(spec, scar.as_ref(), &mut dice);
    let (light, cover) = paint::picture(spec, &all, &marks, scar.as_ref(), &mut dice);
    let mut rgb = camera::take(spec, light, &mut dice);
    let mut graphics = None;
    if let Some(overlay) = spec.overlay {
        let (hidden, bar) = overlay::lay(&mut rgb, overlay, spec.px_per_mm);
        graphics = Some(hidden);
        marks.scale_bar_px = bar;
    }
    let (w, h) = (spec.width as f32, spec.height as f32);
    let inside = |u: &FollicularUnit| (0.0..w).contains(&u.root.x) && (0.0..h).contains(&u.root.y);
    let mut units: Vec<FollicularUnit> = all.into_iter().filter(inside).collect();
    units.iter_mut().flat_map(|u| &mut u.hairs).for_each(|hair| scatter::cut_to_field(hair, w, h));
    CloseupPhantom {
        rgb,
        cover,
        graphics,
        units,
        marks,
        mm_per_px: MmPerPx::new(1.0 / spec.px_per_mm).expect("a positive resolution"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::ScarKind;

    #[test]
    fn the_same_seed_draws_the_same() {
        let spec = CloseupSpec { width: 200, height: 160, ..CloseupSpec::default() };
        let (a, b) = (draw(&spec, 3), draw(&spec, 3));
        assert_eq!(a.rgb, b.rgb);
        assert_eq!(a.units, b.units);
        assert_ne!(a.rgb, draw(&spec, 4).rgb);
    }

    #[test]
    fn density_is_what_was_asked_for_and_units_keep_their_distance() {
        let spec = CloseupSpec { px_per_mm: 60.0, width: 900, height: 900, ..CloseupSpec::default() };
        let drawn: f64 = (0..6).map(|s| draw(&spec, s)).map(|p| p.units.len() as f64 / p.area_cm2()).sum::<f64>() / 6.0;
        assert!((drawn - 75.0).abs() < 6.0, "{drawn} units/cm2");
        let units = draw(&spec, 1).units;
        let least = 0.45 * 10.0 / 75f32.sqrt() * 60.0;
        for (i, a) in units.iter().enumerate() {
            assert!(units[..i].iter().all(|b| a.root.distance(b.root) > least * 0.8), "two units nearly touch");
        }
    }

    #[test]
    fn nothing_grows_on_a_scar_and_its_outline_is_true() {
        for kind in [ScarKind::Linear, ScarKind::Dotted, ScarKind::Patch] {
            let spec = CloseupSpec { scar: Some(kind), px_per_mm: 60.0, ..CloseupSpec::default() };
            let p = draw(&spec, 12);
            let scar = &p.marks.scars[0];
            assert_eq!(scar.kind, kind);
            assert!(scar.share > 0.005 && scar.share < 0.7, "{kind:?} covers {:.2}", scar.share);
            assert!(scar.polygon_px.len() > 8);
            let bare = draw(&CloseupSpec { scar: None, ..spec }, 12);
            assert!(p.units.len() <= bare.units.len());
            assert!(p.units.iter().all(|u| bare.units.iter().any(|b| b.root == u.root)), "the other hairs stay");
        }
    }

    #[test]
    fn dots_have_the_density_and_size_asked_for() {
        let dots = Dots { per_cm2: 80.0, diameter_mm: 0.1, strength: 0.6 };
        let spec = CloseupSpec { dots: Some(dots), units_per_cm2: 1.0, px_per_mm: 50.0, ..CloseupSpec::default() };
        let p = draw(&spec, 4);
        let drawn = p.marks.dots.len() as f64 / p.area_cm2();
        assert!((drawn / 80.0 - 1.0).abs() < 0.02, "{drawn} dots/cm2");
        assert!(p.marks.dots.iter().all(|d| (d.radius_px - 2.5).abs() < 1e-4));
        let plain = draw(&CloseupSpec { dots: None, ..spec }, 4);
        let darker = p.marks.dots.iter().filter(|d| {
            let at = |q: &CloseupPhantom| q.rgb.get_clamped(d.centre_px.x as i64, d.centre_px.y as i64)[1];
            at(&p) + 10 < at(&plain)
        });
        assert!(darker.count() * 10 > p.marks.dots.len() * 9, "dots show");
    }

    #[test]
    fn long_hairs_end_where_they_leave_the_picture() {
        let p = draw(&CloseupSpec { length_mm: 15.0, curl: 0.5, width: 300, height: 240, ..CloseupSpec::default() }, 2);
        for hair in p.units.iter().flat_map(|u| &u.hairs) {
            // Hairs of a unit at the border may leave the skin up to 0.3 mm beside it, outside the picture.
            let near = |q: &crate::plane::Point| (-30.0..330.0).contains(&q.x) && (-30.0..270.0).contains(&q.y);
            assert!(hair.path.iter().all(near), "{:?}", hair.path);
            assert!(hair.path.len() >= 2);
        }
    }

    #[test]
    fn graphics_are_background_and_the_bar_has_its_length() {
        let overlay = Overlay { banner: true, circle: true, scale_bar_mm: Some(1.0) };
        let p = draw(&CloseupSpec { overlay: Some(overlay), ..CloseupSpec::default() }, 2);
        let [a, b] = p.marks.scale_bar_px.expect("a bar");
        assert!((a.distance(b) - 100.0).abs() < 1e-3);
        assert_eq!(p.tissue().get(30, 4), Tissue::Background as u8);
    }

    #[test]
    fn every_kind_of_light_and_camera_draws_the_same_twice() {
        for seed in 0..12 {
            let spec = CloseupSpec { width: 120, height: 96, ..CloseupSpec::varied(seed) };
            assert_eq!(draw(&spec, seed).rgb, draw(&spec, seed).rgb);
        }
    }

    #[test]
    fn hairs_are_darker_than_the_skin_beside_them() {
        let p = draw(&CloseupSpec { noise: 0.0, ..CloseupSpec::default() }, 9);
        let luma = |x: f32, y: f32| {
            let [r, g, b] = p.rgb.get_clamped(x as i64, y as i64);
            f32::from(r) * 0.3 + f32::from(g) * 0.6 + f32::from(b) * 0.1
        };
        let terminal = p.units.iter().flat_map(|u| &u.hairs).filter(|h| h.caliber.is_some_and(|c| c.get() > 45.0));
        let inside =
            |h: &&crate::follicle::Hair| (20.0..620.0).contains(&h.midpoint.x) && (20.0..490.0).contains(&h.midpoint.y);
        let (mut dark, mut all) = (0, 0);
        for h in terminal.filter(inside) {
            all += 1;
            dark += usize::from(luma(h.midpoint.x, h.midpoint.y) < 110.0);
        }
        assert!(all > 10 && dark * 10 >= all * 9, "{dark} of {all} shafts are dark");
    }
}
