//! Close-ups: the field that can be seen, and hair against scalp in it.
//!
//! All filters run on a *work image*: the photo resampled so that its typical shaft is [`SHAFT_PX`] wide. One set of filters
//! then serves every magnification, and the cost follows the hair, not the camera.

pub mod blur;
pub mod darkness;
pub mod field;
mod flakes;
pub mod polarity;
pub mod resample;
pub mod working_scale;

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use crate::photo::Photo;
use crate::plane::table::Table;
use crate::plane::{Plane, Point};
use crate::segmentation::{Segmentation, Tissue};

use darkness::Contrast;
use polarity::Polarity;
use working_scale::Shafts;

/// Width of the typical shaft in the work image, in px: wide enough that the slit between two touching shafts is seen and that
/// a vellus hair of a third of the calibre still covers two pixels.
pub const SHAFT_PX: f32 = 8.0;

/// Most px of the work image: 6 MP keep a 200 MP photo of thin hair within a few seconds.
const MOST_PX: f32 = 6e6;

/// Least contrast of hair, as a share of the light that it takes away (or adds): the creases of drawn bare skin reach 0.11, the
/// fairest drawn blond hair has 0.13, clipped dark hair in photos 0.4 and more.
const FAINTEST_HAIR: f32 = 0.12;

/// Contrast below which hair is faint: clipped dark hair in photos has 0.4 and more. Dark hair is then looked for by its colour, too.
pub const FAINT_HAIR: f32 = 0.35;

/// Least contrast of hair lighter or greyer than its skin: glints of drawn bare skin reach 0.4, grey hair has 0.6 to 0.83 of the way
/// from skin to grey, pale hair on dark skin as much of the way to white.
const FAINTEST_LIGHT_HAIR: f32 = 0.5;

/// Least contrast by its noise at which fair or grey hair is believed that brightness does not show: the strongest noise of drawn bare
/// skin has 3 to 4 of it, drawn fair hair 6 to 19, grey hair 7 to 40.
const CLEAR_HAIR: f32 = 5.0;

/// Least contrast of fair hair in blue light: drawn fair hair has 0.18 to 0.38 there.
const FAINTEST_BLUE: f32 = 0.15;

/// Least share of what stands out that is strokes, where hair is lighter or greyer than its skin: flakes and glints are so too. Drawn bare
/// skin with flakes has 0 to 0.02, drawn hair 0.3 and more.
const FEWEST_STROKES: f32 = 0.15;

/// The same where brightness shows no hair that is lighter: drawn grey hair has 0.8 to 1.
const SURE_STROKES: f32 = 0.5;

/// Least share of a close-up that strokes cover, to be more than a stray line or the rim of a label: drawn bare skin has less, a single
/// hair has twice as much.
const LEAST_COVER: f32 = 1e-3;

/// Share of a close-up below which dark strokes cover so little of it that they may be letters and rims beside grey hair.
const LITTLE_COVER: f32 = 0.01;

/// How much more of it grey strokes must cover then.
const MUCH_MORE: f32 = 4.0;

/// One value of 0..255 for the colours of a px, in which hair stands out from skin.
trait Channel: Fn([f32; 3]) -> f32 + Copy + Sync {}

impl<F: Fn([f32; 3]) -> f32 + Copy + Sync> Channel for F {}

/// A photo at its own working scale.
#[derive(Debug, Clone)]
pub struct WorkImage {
    /// Where skin can be seen.
    pub field: Plane<bool>,
    /// Contrast of hair against skin.
    pub contrast: Contrast,
    /// How much darker than its skin each px is, where hair was found by another channel: in that the shadows that tell roots from tips
    /// do not show.
    pub shade: Option<Contrast>,
    /// px of the photo for each px of the work image.
    pub factor: f32,
    /// Width of the typical shaft in px of the work image; about [`SHAFT_PX`] unless the photo was too coarse.
    pub shaft: f32,
    /// Share of what stands out that is strokes, 0..1, and share of the work image that they cover, 0..1.
    strokes: f32,
    cover: f32,
}

impl WorkImage {
    /// Finds the working scale of a photo. None where nothing in it looks like a shaft: no lines of one
    /// polarity, or none that stand out from the skin.
    ///
    /// Hair darker than its skin is seen by its brightness. Where that shows none, or little, hair is looked for by its colour too:
    /// grey and white hair is greyer than skin and may be as bright, so that the gaps between hairs are the darker lines; fair hair is
    /// yellower, and bright along its middle, so that each shaft would be two lines. The channel in which it stands out more is taken. The
    /// fairest shows in blue light alone.
    #[must_use]
    pub fn of(photo: &Photo, field: &Plane<bool>) -> Option<Self> {
        let (polarity, by_brightness) = Self::seen_in(darkness::channel, photo, field, None);
        let shown = by_brightness.as_ref();
        let Some(dark) = shown.filter(|image| !image.contrast.light_hair) else {
            let faint = shown.is_none() && polarity == Polarity::DarkHair;
            let fair = || faint.then(|| Self::fair(photo, field)).flatten();
            return Self::grey(photo, field, polarity, shown).or_else(fair).or(by_brightness);
        };
        let (is_faint, is_little) = (dark.contrast.hair < FAINT_HAIR, dark.cover < LITTLE_COVER);
        if !is_faint && !is_little {
            return by_brightness;
        }
        let grey = Self::grey(photo, field, polarity, None);
        if is_little && grey.as_ref().is_some_and(|grey| grey.cover > MUCH_MORE * dark.cover) {
            return grey;
        }
        if !is_faint {
            return by_brightness;
        }
        let (_, by_colour) = Self::seen_in(darkness::greyness, photo, field, Some(Polarity::DarkHair));
        let by_colour = by_colour.filter(|image| image.clearness() > dark.clearness());
        let by_colour = by_colour.map(|image| image.shaded(photo, field));
        let looks = [by_brightness, by_colour, grey].into_iter().flatten();
        looks.max_by(|a, b| a.clearness().total_cmp(&b.clearness()))
    }

    /// Hair greyer than its skin, where it stands out more than the light hair that brightness may have shown.
    fn grey(photo: &Photo, field: &Plane<bool>, by_brightness: Polarity, shown: Option<&Self>) -> Option<Self> {
        let (_, grey) = Self::seen_in(darkness::greyness, photo, field, Some(Polarity::LightHair));
        // Grey hair that is brighter than its skin, too, is taken as such: a doubt about its greyness counts less then.
        let bright = by_brightness == Polarity::LightHair;
        grey.filter(|image| image.contrast.light_hair)
            .filter(|image| bright || (image.clearness() >= CLEAR_HAIR && image.strokes >= SURE_STROKES))
            .filter(|image| shown.is_none_or(|shown| image.contrast.hair > shown.contrast.hair))
    }

    /// Fair hair on fair skin, whose dark lines are too faint to be believed by their brightness.
    fn fair(photo: &Photo, field: &Plane<bool>) -> Option<Self> {
        let (_, fair) = Self::seen_in(darkness::blue, photo, field, Some(Polarity::DarkHair));
        fair.filter(|image| !image.contrast.light_hair && image.contrast.hair >= FAINTEST_BLUE)
            .filter(|image| image.clearness() >= CLEAR_HAIR && image.cover >= LEAST_COVER)
            .map(|image| image.shaded(photo, field))
    }

    /// With the shade that another channel leaves out.
    fn shaded(mut self, photo: &Photo, field: &Plane<bool>) -> Self {
        let brightness = Resampled::of(darkness::channel, photo, field, self.factor);
        self.shade = Some(darkness::contrast(&brightness.plane, &brightness.field, self.shaft, false));
        self
    }

    /// How far hair stands out of what skin without hair shows.
    fn clearness(&self) -> f32 {
        self.contrast.hair / self.contrast.noise.max(1e-3)
    }

    /// The polarity that one channel shows and the working scale by it; `known` is the polarity that lines of it are enough for.
    fn seen_in(
        channel: impl Channel,
        photo: &Photo,
        field: &Plane<bool>,
        known: Option<Polarity>,
    ) -> (Polarity, Option<Self>) {
        let side = photo.rgb.width().max(photo.rgb.height()) as f32;
        let first = Resampled::of(channel, photo, field, (side / 1000.0).max(1.0));
        let by_colour = || {
            let grey = resample::resampled_as(&photo.rgb, first.factor, darkness::greyness);
            polarity::by_colour(&grey, &first.plane, &first.field)
        };
        let (polarity, fills) = polarity::tell(&first.plane, &first.field, known, by_colour);
        let image = match polarity {
            Polarity::Nothing => None,
            polarity => Self::scaled(channel, photo, field, first, polarity == Polarity::LightHair)
                .filter(|image| !fills || image.contrast.hair >= FAINT_HAIR),
        };
        (polarity, image)
    }

    /// The photo at the scale at which its typical shaft is [`SHAFT_PX`] wide, starting from the `first` look.
    fn scaled(
        channel: impl Channel,
        photo: &Photo,
        field: &Plane<bool>,
        first: Resampled,
        light_hair: bool,
    ) -> Option<Self> {
        let mut factor = first.factor;
        // First guess: a fortieth of the shorter side; the background window it sets must only exceed the hair's width.
        let shorter = photo.rgb.width().min(photo.rgb.height()) as f32;
        let mut guess = (shorter / factor / 40.0).max(4.0);
        let mut image = Self::at(first, guess, light_hair)?;
        for _ in 0..3 {
            let most = (photo.rgb.as_slice().len() as f32 / MOST_PX).sqrt();
            // Enlarging more than 2.5 times only enlarges blur.
            let next = (image.shaft * factor / SHAFT_PX).max(0.4).max(most);
            if (next / factor - 1.0).abs() < 0.08 && (guess / image.shaft - 1.0).abs() < 0.3 {
                break;
            }
            guess = image.shaft * factor / next;
            factor = next;
            // Its memory serves the next one.
            drop(image);
            image = Self::at(Resampled::of(channel, photo, field, factor), guess, light_hair)?;
        }
        let believed = if light_hair {
            image.contrast.hair >= FAINTEST_LIGHT_HAIR && image.strokes >= FEWEST_STROKES && image.cover >= LEAST_COVER
        } else {
            image.contrast.hair >= FAINTEST_HAIR
        };
        if believed && light_hair {
            flakes::remove(&mut image.contrast, image.shaft);
        }
        believed.then_some(image)
    }

    /// A point of the work image in px of the photo.
    #[must_use]
    pub fn to_photo(&self, p: Point) -> Point {
        // Both count from pixel centres.
        Point::new((p.x + 0.5) * self.factor - 0.5, (p.y + 0.5) * self.factor - 0.5)
    }

    fn at(Resampled { field, plane, factor }: Resampled, width: f32, light_hair: bool) -> Option<Self> {
        let contrast = darkness::contrast(&plane, &field, width, light_hair);
        drop(plane);
        let Shafts { width: shaft, strokes, cover } = working_scale::typical_width(&contrast, &field, 5.0 * width)?;
        Some(Self { field, contrast, shade: None, factor, shaft, strokes, cover })
    }
}

/// A photo at another scale.
struct Resampled {
    field: Plane<bool>,
    /// The channel in which hair is looked for, graphics filled from their surroundings.
    plane: Plane<f32>,
    factor: f32,
}

impl Resampled {
    fn of(channel: impl Channel, photo: &Photo, field: &Plane<bool>, factor: f32) -> Self {
        let mut plane = resample::resampled_as(&photo.rgb, factor, channel);
        let field = shrink_field(field, plane.width(), plane.height(), factor);
        darkness::inpaint(&mut plane, &field);
        Self { field, plane, factor }
    }
}

/// A work pixel is in the field if all photo pixels at its centre and corners are.
fn shrink_field(field: &Plane<bool>, width: usize, height: usize, factor: f32) -> Plane<bool> {
    if field.rows().all(darkness::is_whole) {
        return Plane::filled(width, height, true);
    }
    Plane::from_fn(width, height, |x, y| {
        [(0.5, 0.5), (0.1, 0.1), (0.9, 0.1), (0.1, 0.9), (0.9, 0.9)]
            .iter()
            .all(|(dx, dy)| field.get_clamped(((x as f32 + dx) * factor) as i64, ((y as f32 + dy) * factor) as i64))
    })
}

/// Probabilities of the tissues in cells of a quarter of a shaft, or coarser: finer would repeat the photo. `seen` is the work image with the
/// contrast of its typical shaft; `field` has the photo's size.
fn probability(seen: Option<(&WorkImage, f32)>, field: &Plane<bool>) -> Plane<[f32; 4]> {
    let (w, h) = (field.width(), field.height());
    let step = seen.map_or(4.0, |(image, _)| (image.factor * 2.0).max(1.0));
    let cells = |all: usize| ((all as f32 / step) as usize).max(1);
    let (width, height) = (cells(w), cells(h));
    let part = |i: usize, n: usize, all: usize| (i * all / n)..((i + 1) * all / n).max(i * all / n + 1).min(all);
    let across: Vec<Range<usize>> = (0..width).map(|i| part(i, width, w)).collect();
    // A logistic of the distance to the border of a shaft.
    let by_contrast = Table::of(-1.5..1.5, |over| 1.0 / (1.0 + (-12.0 * over).exp()));
    let contrast =
        seen.map(|(image, typical)| (resample::Enlarged::of(&image.contrast.plane, image.factor, w, h), typical));
    let mut out = Plane::filled(width, height, [0.0f32; 4]);
    out.as_mut_slice().par_chunks_exact_mut(width).enumerate().with_min_len(16).for_each_init(
        Vec::new,
        |line, (y, row)| {
            for v in part(y, height, h).step_by(2) {
                if let Some((contrast, _)) = &contrast {
                    contrast.line(v, line);
                }
                let field = field.row(v);
                for (p, across) in row.iter_mut().zip(&across) {
                    for u in across.clone().step_by(2) {
                        if field[u] {
                            let hair = contrast.as_ref().map_or(0.0, |(contrast, typical)| {
                                by_contrast.at(contrast.on_line(line, u) / typical - 0.5)
                            });
                            p[2] += hair;
                            p[3] += 1.0 - hair;
                        } else {
                            p[0] += 1.0;
                        }
                    }
                }
            }
            for p in row {
                let n: f32 = p.iter().sum();
                *p = p.map(|v| v / n.max(1.0));
            }
        },
    );
    out
}

/// Hair and scalp of a close-up; background where graphics or vignette cover the field.
#[must_use]
pub fn segment(photo: &Photo) -> Segmentation {
    let (w, h) = (photo.rgb.width(), photo.rgb.height());
    let field = field::visible(&photo.rgb);
    let mut warnings = Vec::new();
    let share = field.rows().map(|row| row.iter().map(|f| u32::from(*f)).sum::<u32>() as usize).sum::<usize>() as f32
        / (w * h) as f32;
    if share < 0.7 {
        warnings.push(format!(
            "Only {:.0} % of the close-up shows skin; overlay graphics or the border hide the rest.",
            100.0 * share
        ));
    }
    let image = WorkImage::of(photo, &field);
    // Without a shaft all of the field is bare scalp. Half of the typical contrast is the border of a shaft.
    let seen = image.as_ref().map(|image| (image, image.contrast.hair.max(0.05)));
    let tissue = match seen {
        Some((image, typical)) => {
            resample::enlarged(&image.contrast.plane, image.factor, w, h, |y, values, row: &mut [Tissue]| {
                for ((tissue, v), inside) in row.iter_mut().zip(values).zip(field.row(y)) {
                    let hair = if v / typical - 0.5 > 0.0 { Tissue::Hair } else { Tissue::Scalp };
                    *tissue = if *inside { hair } else { Tissue::Background };
                }
            })
        }
        None => field.map(|inside| if inside { Tissue::Scalp } else { Tissue::Background }),
    };
    let probability = probability(seen, &field);
    let hidden = probability.map(|p| if p[2] + p[3] > 0.0 { p[2] / (p[2] + p[3]) } else { 0.0 });
    let sure: f64 = probability.as_slice().iter().map(|p| f64::from(p.iter().fold(0.0f32, |a, b| a.max(*b)))).sum();
    let confidence = (sure / probability.as_slice().len() as f64) as f32;
    Segmentation {
        tissue,
        probability,
        hidden,
        canonical: None,
        field: Some(field),
        head_width_px: None,
        confidence,
        warnings,
        work_image: image.map(Arc::new),
    }
}
