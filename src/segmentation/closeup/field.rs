//! Where a close-up shows skin and hair, and where it shows the microscope's own drawings or nothing.

use crate::plane::Plane;

/// A pixel of a drawn line or letter: strong and pure colour, as skin, hair and blood do not have it.
fn is_drawn_colour([r, g, b]: [u8; 3]) -> bool {
    let (high, low) = (r.max(g).max(b), r.min(g).min(b));
    high > 100 && u16::from(high - low) * 4 > u16::from(high) * 3 - 10
}

fn luma([r, g, b]: [u8; 3]) -> i32 {
    (299 * i32::from(r) + 587 * i32::from(g) + 114 * i32::from(b)) / 1000
}

/// True where skin can be seen.
#[must_use]
pub fn visible(rgb: &Plane<[u8; 3]>) -> Plane<bool> {
    let mut field = Plane::filled(rgb.width(), rgb.height(), true);
    mask_uniform_border(rgb, &mut field);
    mask_banners(rgb, &mut field);
    mask_drawn_colours(rgb, &mut field);
    mask_boxes(rgb, &mut field);
    mask_hairlines(rgb, &mut field);
    mask_vignette(rgb, &mut field);
    field
}

/// Rows and columns at the border that hold one colour only: padding around the picture.
fn mask_uniform_border(rgb: &Plane<[u8; 3]>, field: &mut Plane<bool>) {
    let (w, h) = (rgb.width(), rgb.height());
    let flat = |values: &mut dyn Iterator<Item = i32>| {
        let (mut n, mut low, mut high, mut sum) = (0, i32::MAX, i32::MIN, 0.0f64);
        for v in values {
            (n, low, high, sum) = (n + 1, low.min(v), high.max(v), sum + f64::from(v));
        }
        n > 0 && high - low <= 24 && (sum / f64::from(n) > 200.0 || sum / f64::from(n) < 40.0) && high - low <= 12
    };
    let rows: Vec<bool> = (0..h).map(|y| flat(&mut rgb.row(y).iter().map(|&p| luma(p)))).collect();
    let columns: Vec<bool> = (0..w).map(|x| flat(&mut (0..h).map(|y| luma(rgb.get(x, y))))).collect();
    let ends = |flags: &[bool]| {
        let first = flags.iter().position(|f| !f).unwrap_or(0);
        let last = flags.iter().rposition(|f| !f).map_or(flags.len(), |i| i + 1);
        // The row next to padding is mixed with it by compression.
        (if first > 0 { first + 1 } else { 0 }, if last < flags.len() { last - 1 } else { last })
    };
    let ((top, bottom), (left, right)) = (ends(&rows), ends(&columns));
    for y in 0..h {
        for x in 0..w {
            if y < top || y >= bottom || x < left || x >= right {
                field.set(x, y, false);
            }
        }
    }
}

/// A sharp, straight, axis-parallel edge: `[from, to)` along the line, the line it lies after, and whether it gets brighter.
#[derive(Debug, Clone, Copy)]
struct Edge {
    line: usize,
    from: usize,
    to: usize,
    brighter: bool,
}

/// Axis-parallel edges that are one pixel sharp and at least `shortest` long. Nature draws none; boxes and banners do.
fn straight_edges(
    at: &dyn Fn(usize, usize) -> i32,
    lines: usize,
    length: usize,
    shortest: usize,
    widest_gap: usize,
    filled: f32,
) -> Vec<Edge> {
    let mut found = Vec::new();
    for line in 1..lines.saturating_sub(2) {
        for brighter in [false, true] {
            let sign = if brighter { 1 } else { -1 };
            let is_edge = |i: usize| {
                let step = sign * (at(line + 1, i) - at(line, i));
                let before = sign * (at(line, i) - at(line - 1, i));
                let after = sign * (at(line + 2, i) - at(line + 1, i));
                step >= 6 && step >= before && step >= after
            };
            let (mut start, mut hits, mut last) = (0usize, 0usize, 0usize);
            let mut close = |start: usize, hits: usize, last: usize| {
                if hits >= shortest && hits as f32 >= filled * (last + 1 - start) as f32 {
                    found.push(Edge { line, from: start, to: last + 1, brighter });
                }
            };
            for i in 0..length {
                if is_edge(i) {
                    if hits == 0 || i - last > widest_gap {
                        close(start, hits, last);
                        (start, hits) = (i, 0);
                    }
                    hits += 1;
                    last = i;
                }
            }
            close(start, hits, last);
        }
    }
    found
}

/// Strips along an edge of the photo behind a long straight edge: date and magnification banners, also of a turned photo.
fn mask_banners(rgb: &Plane<[u8; 3]>, field: &mut Plane<bool>) {
    for (upright, from_start) in [(false, true), (false, false), (true, true), (true, false)] {
        // Lines run along the edge of the photo and are counted from it.
        let (across, length) = if upright { (rgb.width(), rgb.height()) } else { (rgb.height(), rgb.width()) };
        let depth = (across / 8).max(8).min(across);
        let px = |line: usize, i: usize| {
            let line = if from_start { line } else { across - 1 - line };
            if upright { (line, i) } else { (i, line) }
        };
        let at = |line: usize, i: usize| {
            let (x, y) = px(line, i);
            luma(rgb.get(x, y))
        };
        // The edge must be much longer than a hair can be straight and level; hairs that it runs through may interrupt it.
        let edges = straight_edges(&at, depth, length, length / 4, (length / 16).max(3), 0.6);
        let Some(deepest) = edges.iter().map(|e| e.line).max() else { continue };
        let from = edges.iter().map(|e| e.from).min().unwrap_or(0).saturating_sub(length / 8);
        let to = (edges.iter().map(|e| e.to).max().unwrap_or(length) + length / 16).min(length);
        for line in 0..(deepest + 3).min(across) {
            for i in from..to {
                let (x, y) = px(line, i);
                field.set(x, y, false);
            }
        }
    }
}

/// Boxes of labels: two level edges of the same extent above each other.
fn mask_boxes(rgb: &Plane<[u8; 3]>, field: &mut Plane<bool>) {
    let (w, h) = (rgb.width(), rgb.height());
    let at = |line: usize, x: usize| luma(rgb.get(x, line));
    let edges = straight_edges(&at, h, w, (w / 20).max(16), 3, 0.8);
    let near = |a: usize, b: usize| a.abs_diff(b) <= (w / 80).max(4);
    for (i, top) in edges.iter().enumerate() {
        for bottom in &edges[i + 1..] {
            let tall = bottom.line.saturating_sub(top.line);
            if tall >= 8
                && tall <= h / 3
                && top.brighter != bottom.brighter
                && near(top.from, bottom.from)
                && near(top.to, bottom.to)
            {
                for y in top.line.saturating_sub(1)..(bottom.line + 3).min(h) {
                    for x in top.from.min(bottom.from).saturating_sub(3)..(top.to.max(bottom.to) + 3).min(w) {
                        field.set(x, y, false);
                    }
                }
            }
        }
    }
}

/// Letters, circles and lines in pure colours, with the colour that compression smears around them.
fn mask_drawn_colours(rgb: &Plane<[u8; 3]>, field: &mut Plane<bool>) {
    let (w, h) = (rgb.width() as i64, rgb.height() as i64);
    for y in 0..h {
        for x in 0..w {
            if is_drawn_colour(rgb.get(x as usize, y as usize)) {
                for (u, v) in (-2..=2).flat_map(|dy| (-2..=2).map(move |dx| (x + dx, y + dy))) {
                    if u >= 0 && v >= 0 && u < w && v < h {
                        field.set(u as usize, v as usize, false);
                    }
                }
            }
        }
    }
}

/// Level and upright lines one or two pixels thin: scale bars.
fn mask_hairlines(rgb: &Plane<[u8; 3]>, field: &mut Plane<bool>) {
    let (w, h) = (rgb.width(), rgb.height());
    let shortest = (w.min(h) / 10).max(24);
    for upright in [false, true] {
        let (lines, length) = if upright { (w, h) } else { (h, w) };
        let at = |line: usize, i: usize| luma(if upright { rgb.get(line, i) } else { rgb.get(i, line) });
        for line in 3..lines.saturating_sub(3) {
            // Two px off a drawn line the skin is back; an upright hair is wider and has soft sides.
            let edge = |v: i32, near: i32, far: i32| far - v > 25 && (near - v) * 10 >= (far - v) * 6;
            let dark = |i: usize| {
                let v = at(line, i);
                edge(v, at(line - 2, i), at(line - 3, i)) && edge(v, at(line + 2, i), at(line + 3, i))
            };
            let (mut start, mut hits, mut last) = (0usize, 0usize, 0usize);
            let mut runs = Vec::new();
            for i in 0..length {
                if dark(i) {
                    if hits == 0 || i - last > 3 {
                        runs.push((start, hits, last));
                        (start, hits) = (i, 0);
                    }
                    hits += 1;
                    last = i;
                }
            }
            runs.push((start, hits, last));
            for (start, hits, last) in runs {
                if hits >= shortest && hits * 10 >= (last + 1 - start) * 8 {
                    for i in start.saturating_sub(2)..(last + 3).min(length) {
                        for l in line - 2..=line + 2 {
                            if upright { field.set(l, i, false) } else { field.set(i, l, false) }
                        }
                    }
                }
            }
        }
    }
}

/// Dark corners and the black surround of a round field of view: dark blocks that touch the border.
fn mask_vignette(rgb: &Plane<[u8; 3]>, field: &mut Plane<bool>) {
    let (w, h) = (rgb.width(), rgb.height());
    let block = (w.min(h) / 32).max(4);
    let (columns, rows) = (w.div_ceil(block), h.div_ceil(block));
    // The bright end of each block: a hair never fills a block of a thirty-second of the photo.
    let bright = Plane::from_fn(columns, rows, |bx, by| {
        let mut values: Vec<i32> = (by * block..((by + 1) * block).min(h))
            .flat_map(|y| (bx * block..((bx + 1) * block).min(w)).map(move |x| (x, y)))
            .map(|(x, y)| luma(rgb.get(x, y)))
            .collect();
        let k = (values.len() * 9 / 10).min(values.len() - 1);
        *values.select_nth_unstable(k).1
    });
    let mut all = bright.as_slice().to_vec();
    let typical = *all.select_nth_unstable(columns * rows / 2).1;
    let is_dark = |x: usize, y: usize| bright.get(x, y) * 4 < typical;
    let mut out = Plane::filled(columns, rows, false);
    let mut open: Vec<(usize, usize)> = (0..columns)
        .flat_map(|x| [(x, 0), (x, rows - 1)])
        .chain((0..rows).flat_map(|y| [(0, y), (columns - 1, y)]))
        .filter(|&(x, y)| is_dark(x, y))
        .collect();
    let mut size = 0;
    while let Some((x, y)) = open.pop() {
        if out.get(x, y) {
            continue;
        }
        out.set(x, y, true);
        size += 1;
        let neighbours = [(x.wrapping_sub(1), y), (x + 1, y), (x, y.wrapping_sub(1)), (x, y + 1)];
        open.extend(
            neighbours.into_iter().filter(|&(u, v)| u < columns && v < rows && is_dark(u, v) && !out.get(u, v)),
        );
    }
    // A single dark block at the border is a clump of hair.
    if size * 100 < columns * rows * 2 {
        return;
    }
    let ring = |bx: usize, by: usize| {
        (by.saturating_sub(1)..=(by + 1).min(rows - 1))
            .any(|y| (bx.saturating_sub(1)..=(bx + 1).min(columns - 1)).any(|x| out.get(x, y)))
    };
    for y in 0..h {
        for x in 0..w {
            if ring(x / block, y / block) {
                field.set(x, y, false);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Skin with an upright stroke at column 100 from row 60 to 180, `half` px to each side, with soft sides.
    fn stroke(half: f32) -> Plane<[u8; 3]> {
        Plane::from_fn(320, 240, |x, y| {
            let inside = (half - (x as f32 - 100.0).abs() + 1.0).clamp(0.0, 1.0);
            let on = if (60..180).contains(&y) { inside } else { 0.0 };
            [205.0, 165.0, 145.0].map(|c: f32| (c - on * (c - 55.0)) as u8)
        })
    }

    #[test]
    fn a_drawn_line_is_masked_and_an_upright_hair_is_not() {
        assert!(!visible(&stroke(0.5)).get(100, 120), "a scale bar of one px");
        assert!(visible(&stroke(2.5)).get(100, 120), "a hair 5 px wide");
    }
}
