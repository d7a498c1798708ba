//! From which side a photo was taken: close-up or whole head first, then the side of the head.

use serde::Serialize;

use crate::photo::Photo;
use crate::plane::Plane;
use crate::plane::filter::quantile;

/// The side a photo shows. Left and right are the client's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum View {
    /// The face and the frontal hairline.
    Front,
    /// The scalp from above, top-down or with the head bowed.
    Top,
    /// The client's left side.
    Left,
    /// The client's right side.
    Right,
    /// The back of the head.
    Back,
    /// A field of skin millimetres to a few centimetres wide.
    Closeup,
}

/// A view with the trust in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ViewGuess {
    /// The likeliest view.
    pub view: View,
    /// 0..1; 1 where the user said so.
    pub confidence: f32,
}

/// Whether a photo is a close-up, from the photo alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CloseupGuess {
    /// True for a close-up.
    pub is_closeup: bool,
    /// 0.5..1; 0.5 where the photo shows nothing to tell by, such as a wall.
    pub confidence: f32,
}

impl CloseupGuess {
    /// Log-odds beyond which the layout alone is not believed: it takes one drawn head in five for a close-up, whatever it says.
    const MOST: f32 = 2.0;

    /// This guess with a second, independent witness: log-odds for a close-up.
    #[must_use]
    pub fn and(self, log_odds: f32) -> Self {
        let own = (self.confidence / (1.0 - self.confidence).max(1e-6)).ln().clamp(0.0, Self::MOST);
        let sum = log_odds + if self.is_closeup { own } else { -own };
        Self { is_closeup: sum > 0.0, confidence: 1.0 / (1.0 + (-sum.abs()).exp()) }
    }
}

/// Longer side in px of the copy that is looked at: strokes of a close-up survive, single hairs of a head do not.
const COPY_SIDE: usize = 160;

/// Fine contrast (see [`Layout::detail`]) below which a photo has no strokes to tell by: half of what a blurred
/// close-up shows, and twice what sensor noise leaves after shrinking.
const LEAST_DETAIL: f32 = 0.03;

/// A score of this size is right about three times in four.
const SCORE_UNIT: f32 = 0.1;

/// Tells a close-up from a whole head by how the photo is laid out.
///
/// A close-up is one sheet of skin with many narrow strokes on it: bright tone and colour hardly change across the
/// picture once the strokes are filled, and nearly all contrast is fine. A whole head is a figure on a ground: hair,
/// skin and room differ over distances of a quarter of the picture and more. The guess compares the contrast that is
/// left at coarse scales with the contrast at the finest one, both as logarithms of luma, so exposure cancels; a plane
/// is taken out of the coarse tone, so a lamp at the side cancels too. The round mask of a dermatoscope is left out.
#[must_use]
pub fn tell_closeup(photo: &Photo) -> CloseupGuess {
    match Layout::of(&photo.of_side(COPY_SIDE).shrunk(COPY_SIDE)) {
        Some(layout) if layout.detail >= LEAST_DETAIL => {
            let score = layout.score();
            CloseupGuess { is_closeup: score > 0.0, confidence: 1.0 / (1.0 + (-score.abs() / SCORE_UNIT).exp()) }
        }
        _ => CloseupGuess { is_closeup: false, confidence: 0.5 },
    }
}

/// Contrasts of a photo at coarse and fine scales; differences of natural logarithms, so 0.1 is about 10 %.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Layout {
    /// Standard deviation of the tone blurred over a twelfth of the picture.
    tone: f32,
    /// The same with a plane taken out.
    tone_without_slope: f32,
    /// 5th to 95th percentile of the tone with everything dark and narrower than a quarter of the picture filled.
    ground: f32,
    /// The same with a plane taken out.
    ground_without_slope: f32,
    /// Standard deviation of the colour blurred over a twelfth of the picture, a plane taken out.
    colour: f32,
    /// Upper quartile of the relative depth below the filled tone, 0..1: high where dark things cover much.
    depth: f32,
    /// Standard deviation of the tone at the scale of single strokes.
    detail: f32,
}

impl Layout {
    /// Measures a small copy of a photo; none where nearly all of it is masked.
    fn of(copy: &Plane<[u8; 3]>) -> Option<Self> {
        // Added to every value before the logarithm: noise in the dark must not count as contrast.
        const DARK: f32 = 16.0;
        let luma = copy.luma();
        let n = copy.width().max(copy.height()) as f32;
        let field = field(&luma);
        if field.as_slice().iter().filter(|f| **f).count() < 256 {
            return None;
        }
        // Under the mask the mean of the field, so that no blur brings its edge into the field.
        let mean = mean(&pick(&luma, &field));
        let filled =
            Plane::from_fn(luma.width(), luma.height(), |x, y| if field.get(x, y) { luma.get(x, y) } else { mean });

        let log = filled.map(|v| (v + DARK).ln());
        let tone = pick(&log.gaussian(n / 12.0), &field);
        let (fine, finer) = (log.gaussian(n / 40.0), log.gaussian(0.7));
        let detail = Plane::from_fn(log.width(), log.height(), |x, y| finer.get(x, y) - fine.get(x, y));
        let closed = filled.gaussian(1.0).closing((n / 8.0) as usize);
        let depth = Plane::from_fn(log.width(), log.height(), |x, y| {
            ((closed.get(x, y) - filled.get(x, y)) / (closed.get(x, y) + DARK)).clamp(0.0, 1.0)
        });
        let ground = pick(&closed.map(|v| (v + DARK).ln()), &field);
        let colour = [0, 2].map(|channel| {
            let ratio = copy.map(|p| ((f32::from(p[channel]) + DARK) / (f32::from(p[1]) + DARK)).ln());
            deviation(&without_slope(&pick(&ratio.gaussian(n / 12.0), &field), &field))
        });
        Some(Self {
            tone: deviation(&tone),
            tone_without_slope: deviation(&without_slope(&tone, &field)),
            ground: spread(&ground),
            ground_without_slope: spread(&without_slope(&ground, &field)),
            colour: colour[0].hypot(colour[1]),
            depth: quantile(&mut pick(&depth, &field), 0.75),
            detail: deviation(&pick(&detail, &field)),
        })
    }

    /// More than 0 for a close-up: the weighted mean of the cues' logarithms, each against the value half way between
    /// what close-ups and heads usually show.
    fn score(&self) -> f32 {
        // No cue decides alone; fine contrast counts more because it is the only one that speaks for a close-up.
        let cues = [
            (-1.0, self.tone, 0.19),
            (-1.0, self.tone_without_slope, 0.14),
            (-1.0, self.ground, 0.51),
            (-1.0, self.ground_without_slope, 0.34),
            (-1.0, self.colour, 0.064),
            (-1.0, self.depth, 0.18),
            (1.5, self.detail, 0.094),
        ];
        // Contrast below a hundredth is a matter of the camera, not of the scene.
        let sum: f32 = cues.iter().map(|(weight, value, usual)| weight * ((value + 0.01) / usual).ln()).sum();
        sum / cues.iter().map(|(weight, ..)| weight.abs()).sum::<f32>()
    }
}

/// False under the round mask of a dermatoscope: darkness that fills at least three corners and ends on a circle.
fn field(luma: &Plane<f32>) -> Plane<bool> {
    // Luma of a mask after JPEG; scalp and hair are rarely so dark over a whole corner.
    const MASK: f32 = 28.0;
    let (w, h) = (luma.width(), luma.height());
    let mut field = Plane::filled(w, h, true);
    let corners = [(0, 0), (w - 1, 0), (0, h - 1), (w - 1, h - 1)];
    let mut stack: Vec<(usize, usize)> = corners.into_iter().filter(|&(x, y)| luma.get(x, y) < MASK).collect();
    if stack.len() < 3 {
        return field;
    }
    let mut rim = Vec::new();
    while let Some((x, y)) = stack.pop() {
        if !field.get(x, y) {
            continue;
        }
        field.set(x, y, false);
        for (nx, ny) in [(x.wrapping_sub(1), y), (x + 1, y), (x, y.wrapping_sub(1)), (x, y + 1)] {
            if nx < w && ny < h && field.get(nx, ny) {
                if luma.get(nx, ny) < MASK {
                    stack.push((nx, ny));
                } else {
                    rim.push((nx as f32 - w as f32 / 2.0).hypot(ny as f32 - h as f32 / 2.0));
                }
            }
        }
    }
    // The rim of a head before a dark wall is no circle about the middle of the picture.
    let round = rim.len() > w.min(h) / 2 && deviation(&rim) < 0.05 * mean(&rim);
    if round { field } else { Plane::filled(w, h, true) }
}

/// The values where the mask is set, row after row.
fn pick(plane: &Plane<f32>, mask: &Plane<bool>) -> Vec<f32> {
    plane.as_slice().iter().zip(mask.as_slice()).filter(|(_, m)| **m).map(|(v, _)| *v).collect()
}

fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len().max(1) as f32
}

/// Standard deviation.
fn deviation(values: &[f32]) -> f32 {
    let m = mean(values);
    mean(&values.iter().map(|v| (v - m) * (v - m)).collect::<Vec<_>>()).sqrt()
}

/// 5th to 95th percentile.
fn spread(values: &[f32]) -> f32 {
    let mut sorted = values.to_vec();
    quantile(&mut sorted, 0.95) - quantile(&mut sorted, 0.05)
}

/// Takes the least-squares plane out of the values that lie where the mask is set.
fn without_slope(values: &[f32], mask: &Plane<bool>) -> Vec<f32> {
    let places: Vec<(f32, f32)> = (0..mask.height())
        .flat_map(|y| (0..mask.width()).map(move |x| (x, y)))
        .filter(|&(x, y)| mask.get(x, y))
        .map(|(x, y)| (x as f32, y as f32))
        .collect();
    let (mx, my) =
        (mean(&places.iter().map(|p| p.0).collect::<Vec<_>>()), mean(&places.iter().map(|p| p.1).collect::<Vec<_>>()));
    let mv = mean(values);
    let (mut xx, mut xy, mut yy, mut xv, mut yv) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (&(x, y), &v) in places.iter().zip(values) {
        let (x, y, v) = (f64::from(x - mx), f64::from(y - my), f64::from(v - mv));
        xx += x * x;
        xy += x * y;
        yy += y * y;
        xv += x * v;
        yv += y * v;
    }
    let determinant = xx * yy - xy * xy;
    if determinant <= f64::EPSILON {
        return values.to_vec();
    }
    let (a, b) = ((xv * yy - yv * xy) / determinant, (yv * xx - xv * xy) / determinant);
    places.iter().zip(values).map(|((x, y), v)| v - (a as f32 * (x - mx) + b as f32 * (y - my))).collect()
}

#[cfg(test)]
mod tests;
