//! Outlines of sets of px.

use imageproc::contours::{BorderType, find_contours};

/// The longest outer border of a set of px of a picture `w` x `h`, as `[x, y]`; empty for an empty set.
#[must_use]
pub fn outline(w: usize, h: usize, inside: &[usize]) -> Vec<[f64; 2]> {
    // A margin of one px, because borders are looked for between two px.
    let mut mask = image::GrayImage::new(w as u32 + 2, h as u32 + 2);
    inside.iter().for_each(|&k| mask.put_pixel((k % w) as u32 + 1, (k / w) as u32 + 1, image::Luma([255])));
    let borders = find_contours::<i32>(&mask).into_iter().filter(|c| c.border_type == BorderType::Outer);
    let longest = borders.max_by_key(|c| c.points.len());
    longest.map_or_else(Vec::new, |c| c.points.iter().map(|p| [f64::from(p.x) - 1.0, f64::from(p.y) - 1.0]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_that_touches_the_border_has_an_outline() {
        let inside: Vec<usize> = (0..6 * 4).filter(|k| k % 6 < 3).collect();
        let line = outline(6, 4, &inside);
        assert!(line.contains(&[0.0, 0.0]) && line.contains(&[2.0, 3.0]));
        assert!(line.iter().all(|p| (0.0..=2.0).contains(&p[0]) && (0.0..=3.0).contains(&p[1])));
        assert!(outline(6, 4, &[]).is_empty());
    }
}
