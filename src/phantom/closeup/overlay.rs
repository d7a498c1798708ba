//! Graphics that a microscope's program draws over its picture.

use super::Overlay;
use crate::plane::{Plane, Point};
use crate::report::canvas::{Canvas, WHITE, Weight};

/// Ink of measuring circles and of the scale bar.
const RED: [u8; 3] = [235, 40, 40];
const BLACK: [u8; 3] = [10, 10, 10];

/// Draws the graphics; gives the px that they hide and the ends of the scale bar's longer arm.
pub(super) fn lay(rgb: &mut Plane<[u8; 3]>, overlay: Overlay, px_per_mm: f64) -> (Plane<bool>, Option<[Point; 2]>) {
    let (w, h) = (rgb.width(), rgb.height());
    let before = rgb.clone();
    let mut canvas = Canvas::new(w as u32, h as u32, WHITE);
    canvas.place(&before, 0, 0);
    let size = (h as f32 / 28.0).max(9.0);
    if overlay.banner {
        canvas.rect(0.0, 0.0, 0.92 * w as f32, 1.5 * size, BLACK, 0.75);
        let text = format!("A001  {w}x{h}  unit: mm  70x");
        canvas.text(0.5 * size, 1.1 * size, &text, size, Weight::Regular, WHITE);
    }
    if overlay.circle {
        canvas.ring(Point::new(0.62 * w as f32, 0.55 * h as f32), 0.4 * h as f32, RED, 1.5);
    }
    let mut bar = None;
    // A bar that does not fit is left out by such programs too.
    if let Some(mm) = overlay.scale_bar_mm.filter(|mm| mm * px_per_mm < 0.8 * w as f64) {
        let length = (mm * px_per_mm) as f32;
        let (x, y) = (0.03 * w as f32, 0.95 * h as f32);
        let corner = Point::new(x, y);
        let end = Point::new(x + length, y);
        canvas.line(&[Point::new(x, y - length.min(0.8 * h as f32)), corner, end], false, BLACK, 1.0, 1.4, None);
        canvas.text(x + length + 0.5 * size, y + 0.3 * size, &format!("{mm:.1} mm"), size, Weight::Regular, WHITE);
        bar = Some([corner, end]);
    }
    let drawn = canvas.into_rgb();
    for (to, from) in rgb.as_mut_slice().iter_mut().zip(drawn.as_chunks::<3>().0) {
        *to = *from;
    }
    let hidden = Plane::from_fn(w, h, |x, y| {
        let (a, b) = (rgb.get(x, y), before.get(x, y));
        (0..3).any(|k| a[k].abs_diff(b[k]) > 12)
    });
    (hidden, bar)
}
