//! Outlines of sets of px.

use imageproc::contours::{BorderType, find_contours};

/// The longest outer border of a set of px of a picture `w` x `h`, as `[x, y]`; empty for an empty set.
#[must_use]
pub fn outline(w: usize, h: usize, inside: &[usize]) -> Vec<[f64; 2]> {
    let mut mask = image::GrayImage::new(w as u32, h as u32);
    inside.iter().for_each(|&k| mask.put_pixel((k % w) as u32, (k / w) as u32, image::Luma([255])));
    let borders = find_contours::<i32>(&mask).into_iter().filter(|c| c.border_type == BorderType::Outer);
    let longest = borders.max_by_key(|c| c.points.len());
    longest.map_or_else(Vec::new, |c| c.points.iter().map(|p| [f64::from(p.x), f64::from(p.y)]).collect())
}
