//! Where a close-up shows skin and hair, and where it shows the microscope's own drawings or nothing.

use std::ops::Range;

use crate::plane::Plane;
use crate::plane::runs::Runs;

/// A pixel of a drawn line or letter: strong and pure colour, as skin, hair and blood do not have it.
fn is_drawn_colour([r, g, b]: [u8; 3]) -> bool {
    let (high, low) = (r.max(g).max(b), r.min(g).min(b));
    high > 100 && u16::from(high - low) * 4 > u16::from(high) * 3 - 10
}

/// Brightness of each px, and the same with columns as rows: what looks for upright lines walks along memory, too.
struct Brightness {
    level: Plane<u8>,
    upright: Plane<u8>,
}

impl Brightness {
    fn of(rgb: &Plane<[u8; 3]>) -> Self {
        let level = rgb.map(|[r, g, b]| ((299 * u32::from(r) + 587 * u32::from(g) + 114 * u32::from(b)) / 1000) as u8);
        Self { upright: level.transposed(), level }
    }

    /// Lines along rows, or along columns.
    fn lines(&self, upright: bool) -> &Plane<u8> {
        if upright { &self.upright } else { &self.level }
    }
}

/// True where skin can be seen.
#[must_use]
pub fn visible(rgb: &Plane<[u8; 3]>) -> Plane<bool> {
    let mut field = Plane::filled(rgb.width(), rgb.height(), true);
    let brightness = Brightness::of(rgb);
    mask_uniform_border(&brightness, &mut field);
    mask_banners(&brightness, &mut field);
    mask_drawn_colours(rgb, &mut field);
    mask_boxes(&brightness, &mut field);
    let bars = mask_hairlines(&brightness, &mut field);
    mask_labels(&brightness, &bars, &mut field);
    mask_vignette(&brightness, &mut field);
    field
}

/// Rows and columns at the border that hold one colour only: padding around the picture.
fn mask_uniform_border(brightness: &Brightness, field: &mut Plane<bool>) {
    let (w, h) = (field.width(), field.height());
    let flat = |values: &[u8]| {
        let (mut low, mut high, mut sum) = (u8::MAX, 0, 0.0f64);
        for &v in values {
            (low, high) = (low.min(v), high.max(v));
            if high - low > 12 {
                return false;
            }
            sum += f64::from(v);
        }
        let mean = sum / values.len() as f64;
        !(40.0..=200.0).contains(&mean)
    };
    let flags = |upright| -> Vec<bool> { brightness.lines(upright).rows().map(flat).collect() };
    let ends = |flags: &[bool]| {
        let first = flags.iter().position(|f| !f).unwrap_or(0);
        let last = flags.iter().rposition(|f| !f).map_or(flags.len(), |i| i + 1);
        // The row next to padding is mixed with it by compression.
        (if first > 0 { first + 1 } else { 0 }, if last < flags.len() { last - 1 } else { last })
    };
    let ((top, bottom), (left, right)) = (ends(&flags(false)), ends(&flags(true)));
    for y in 0..h {
        let row = field.row_mut(y);
        if y < top || y >= bottom {
            row.fill(false);
        } else {
            row[..left.min(w)].fill(false);
            row[right.min(w)..].fill(false);
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

/// Runs of marked places along a line that stop at gaps of more than `widest_gap`: first, number of marks, last.
fn runs(marked: &[bool], widest_gap: usize) -> Vec<(usize, usize, usize)> {
    let mut out = Vec::new();
    let (mut start, mut hits, mut last) = (0, 0, 0);
    for (i, _) in marked.iter().enumerate().filter(|(_, m)| **m) {
        if hits == 0 || i - last > widest_gap {
            if hits > 0 {
                out.push((start, hits, last));
            }
            (start, hits) = (i, 0);
        }
        hits += 1;
        last = i;
    }
    if hits > 0 {
        out.push((start, hits, last));
    }
    out
}

/// How sharp an edge is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sharp {
    /// One step along one line.
    OnLine,
    /// Between two lines: compression and noise leave the larger step here on the one, there on the other.
    Between,
}

/// Axis-parallel edges that are `sharp` and at least `shortest` long among the first `lines` lines. Nature draws none; boxes and banners
/// do.
fn straight_edges<'a>(
    line: impl Fn(usize) -> &'a [u8],
    lines: usize,
    sharp: Sharp,
    shortest: usize,
    widest_gap: usize,
    filled: f32,
) -> Vec<Edge> {
    let mut found = Vec::new();
    let mut marked: Vec<bool> = Vec::new();
    // What the line before marked, for either way of an edge.
    let mut before = [const { Vec::new() }; 2];
    for i in 1..lines.saturating_sub(2) {
        let rows = [line(i - 1), line(i), line(i + 1), line(i + 2)];
        for (brighter, before) in [false, true].into_iter().zip(&mut before) {
            let sign: i16 = if brighter { 1 } else { -1 };
            marked.clear();
            marked.extend(rows[0].iter().zip(rows[1]).zip(rows[2]).zip(rows[3]).map(|(((&a, &b), &c), &d)| {
                let [a, b, c, d] = [a, b, c, d].map(i16::from);
                let (before, step, after) = (sign * (b - a), sign * (c - b), sign * (d - c));
                (step >= 6) & (step >= before) & (step >= after)
            }));
            if sharp == Sharp::Between {
                before.resize(marked.len(), false);
                for (own, before) in marked.iter_mut().zip(before) {
                    (*own, *before) = (*own | *before, *own);
                }
            }
            // Most lines hold too few to look at more closely.
            if marked.iter().map(|m| u32::from(*m)).sum::<u32>() < shortest as u32 {
                continue;
            }
            found.extend(runs(&marked, widest_gap).into_iter().filter_map(|(start, hits, last)| {
                let long = hits >= shortest && hits as f32 >= filled * (last + 1 - start) as f32;
                long.then_some(Edge { line: i, from: start, to: last + 1, brighter })
            }));
        }
    }
    found
}

/// Strips along an edge of the photo behind a long straight edge: date and magnification banners, also of a turned photo.
fn mask_banners(brightness: &Brightness, field: &mut Plane<bool>) {
    for (upright, from_start) in [(false, true), (false, false), (true, true), (true, false)] {
        // Lines run along the edge of the photo and are counted from it.
        let lines = brightness.lines(upright);
        let (across, length) = (lines.height(), lines.width());
        let depth = (across / 8).max(8).min(across);
        let counted = |line: usize| if from_start { line } else { across - 1 - line };
        // The edge must be much longer than a hair can be straight and level; hairs that it runs through may interrupt it. Two lines
        // together mark more by chance than one does.
        let mut edges = [(Sharp::OnLine, length / 4, 0.6), (Sharp::Between, length / 2, 0.8)].into_iter().map(
            |(sharp, shortest, filled)| {
                let gap = (length / 16).max(3);
                straight_edges(|line| lines.row(counted(line)), depth, sharp, shortest, gap, filled)
            },
        );
        let Some(edges) = edges.find(|edges| !edges.is_empty()) else { continue };
        let Some(deepest) = edges.iter().map(|e| e.line).max() else { continue };
        let from = edges.iter().map(|e| e.from).min().unwrap_or(0).saturating_sub(length / 8);
        let to = (edges.iter().map(|e| e.to).max().unwrap_or(length) + length / 16).min(length);
        for line in (0..(deepest + 3).min(across)).map(counted) {
            for i in from..to {
                if upright { field.set(line, i, false) } else { field.set(i, line, false) }
            }
        }
    }
}

/// Whether an upright edge, one px sharp, runs near column `x` over most of the `rows`; off the photo there may be one.
fn has_side(brightness: &Brightness, x: usize, rows: &Range<usize>, brighter: bool) -> bool {
    /// The ends of the level edges tell the side to so many px.
    const NEAR: usize = 8;
    let columns = &brightness.upright;
    if x <= NEAR || x + NEAR + 2 >= columns.height() {
        return true;
    }
    let step = |c: usize| {
        let pairs = columns.row(c)[rows.clone()].iter().zip(&columns.row(c + 1)[rows.clone()]);
        pairs.filter(|(a, b)| if brighter { **b >= a.saturating_add(6) } else { **a >= b.saturating_add(6) }).count()
    };
    (x - NEAR..=x + NEAR).any(|c| 10 * step(c) >= 6 * rows.len())
}

/// Boxes of labels: two level edges of the same extent above each other, and a side at either end. Level hairs have the first, too.
fn mask_boxes(brightness: &Brightness, field: &mut Plane<bool>) {
    let (w, h) = (field.width(), field.height());
    let edges = straight_edges(|line| brightness.level.row(line), h, Sharp::OnLine, (w / 20).max(16), 3, 0.8);
    let near = |a: usize, b: usize| a.abs_diff(b) <= (w / 80).max(4);
    for (i, top) in edges.iter().enumerate() {
        for bottom in &edges[i + 1..] {
            let tall = bottom.line.saturating_sub(top.line);
            if tall >= 8
                && tall <= h / 3
                && top.brighter != bottom.brighter
                && near(top.from, bottom.from)
                && near(top.to, bottom.to)
                && has_side(brightness, top.from, &(top.line + 1..bottom.line + 1), top.brighter)
                && has_side(brightness, top.to, &(top.line + 1..bottom.line + 1), !top.brighter)
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
    let (w, h) = (rgb.width(), rgb.height());
    for (y, row) in rgb.rows().enumerate() {
        for (x, _) in row.iter().enumerate().filter(|(_, px)| is_drawn_colour(**px)) {
            for v in y.saturating_sub(2)..(y + 3).min(h) {
                field.row_mut(v)[x.saturating_sub(2)..(x + 3).min(w)].fill(false);
            }
        }
    }
}

/// Masks level and upright lines one or two pixels thin, scale bars, and tells which columns and rows they lie in.
fn mask_hairlines(brightness: &Brightness, field: &mut Plane<bool>) -> Vec<[Range<usize>; 2]> {
    let mut bars = Vec::new();
    let shortest = (field.width().min(field.height()) / 10).max(24);
    let mut marked: Vec<bool> = Vec::new();
    for upright in [false, true] {
        let lines = brightness.lines(upright);
        let length = lines.width();
        for line in 3..lines.height().saturating_sub(3) {
            // Two px off a drawn line the skin is back; an upright hair is wider and has soft sides.
            let edge = |v: i16, near: i16, far: i16| (far - v > 25) & ((near - v) * 10 >= (far - v) * 6);
            let at = |l: usize| lines.row(l)[..length].iter().map(|&v| i16::from(v));
            let before = at(line - 3).zip(at(line - 2));
            let after = at(line + 2).zip(at(line + 3));
            marked.clear();
            marked.extend(
                at(line).zip(before).zip(after).map(|((v, (f0, n0)), (n1, f1))| edge(v, n0, f0) & edge(v, n1, f1)),
            );
            if marked.iter().map(|m| u32::from(*m)).sum::<u32>() < shortest as u32 {
                continue;
            }
            for (start, hits, last) in runs(&marked, 3) {
                if hits >= shortest && hits * 10 >= (last + 1 - start) * 8 {
                    let (along, across) = (start..last + 1, line..line + 1);
                    bars.push(if upright { [across, along] } else { [along, across] });
                    for i in start.saturating_sub(2)..(last + 3).min(length) {
                        for l in line - 2..=line + 2 {
                            if upright { field.set(l, i, false) } else { field.set(i, l, false) }
                        }
                    }
                }
            }
        }
    }
    bars
}

/// Letters along the longer side of the photo, at least.
const LETTERS: usize = 25;

/// Brightness of white letters: skin and hair stay below unless they are overexposed.
const WHITE: u8 = 225;

/// White letters beside scale bars: areas no larger than letters are, as near to a bar as half of its length.
fn mask_labels(brightness: &Brightness, bars: &[[Range<usize>; 2]], field: &mut Plane<bool>) {
    if bars.is_empty() {
        return;
    }
    let (w, h) = (field.width(), field.height());
    for [columns, rows] in Runs::of(&brightness.level, |v| (v >= WHITE).then_some(()), true).boxes() {
        let is_near = bars.iter().any(|[c, r]| {
            let reach = (c.len() + r.len()) / 2;
            let meets = |a: &Range<usize>, b: &Range<usize>| a.start < b.end + reach && b.start < a.end + reach;
            meets(&columns, c) && meets(&rows, r)
        });
        let larger = columns.len().max(rows.len());
        if is_near && larger <= w.max(h) / LETTERS {
            // With the gaps between letters: what is left of a hair there would be bits of one.
            let around = (larger / 2).max(2);
            for y in rows.start.saturating_sub(around)..(rows.end + around).min(h) {
                field.row_mut(y)[columns.start.saturating_sub(around)..(columns.end + around).min(w)].fill(false);
            }
        }
    }
}

/// Dark corners and the black surround of a round field of view: dark blocks that touch the border.
fn mask_vignette(brightness: &Brightness, field: &mut Plane<bool>) {
    let (w, h) = (field.width(), field.height());
    let block = (w.min(h) / 32).max(4);
    let (columns, rows) = (w.div_ceil(block), h.div_ceil(block));
    // The bright end of each block: a hair never fills a block of a thirty-second of the photo.
    let bright = Plane::from_fn(columns, rows, |bx, by| {
        let columns = bx * block..((bx + 1) * block).min(w);
        let rows = by * block..((by + 1) * block).min(h);
        let n = columns.len() * rows.len();
        let mut counts = [0usize; 256];
        for y in rows {
            brightness.level.row(y)[columns.clone()].iter().for_each(|&v| counts[usize::from(v)] += 1);
        }
        let k = (n * 9 / 10).min(n - 1);
        let mut passed = 0;
        let bright = counts.iter().position(|c| {
            passed += c;
            passed > k
        });
        bright.unwrap_or(0) as i32
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
    for by in 0..rows {
        for bx in (0..columns).filter(|&bx| out.any_around(bx, by)) {
            for y in by * block..((by + 1) * block).min(h) {
                field.row_mut(y)[bx * block..((bx + 1) * block).min(w)].fill(false);
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

    /// Grey skin with what `draw` puts over it.
    fn skin(draw: impl Fn(usize, usize) -> Option<u8> + Sync) -> Plane<[u8; 3]> {
        Plane::from_fn(640, 480, |x, y| draw(x, y).map_or([200, 165, 150], |v| [v; 3]))
    }

    #[test]
    fn a_label_is_masked_and_two_level_hairs_above_each_other_are_not() {
        let within =
            |x: usize, y: usize, rim: usize| (200 + rim..320 - rim).contains(&x) && (200 + rim..230 - rim).contains(&y);
        let label = visible(&skin(|x, y| {
            let letter = within(x, y, 5) && (x / 4 + y / 4) % 3 == 0;
            within(x, y, 0).then_some(if letter { 250 } else { 120 })
        }));
        assert!(!label.get(260, 215), "a label with letters");
        // The upper edge of one hair and the lower edge of another bound a strip of skin, which has no sides.
        let hairs = skin(|x, y| {
            let level = (200..320).contains(&x) && ((194..200).contains(&y) || (230..236).contains(&y));
            level.then_some(50)
        });
        let field = visible(&hairs);
        assert!(field.get(260, 215) && field.get(260, 197), "skin between two level hairs, and a hair");
    }
    #[test]
    fn a_banner_that_ends_between_two_lines_is_masked_and_a_level_hair_is_not() {
        // Rows end at 26 here and at 27 there, as compression leaves them.
        let jagged = |x: usize| usize::from((x / 3).is_multiple_of(2));
        let banner = visible(&skin(|x, y| (y < 26 + jagged(x)).then_some(33)));
        assert!(!banner.get(300, 10) && banner.get(300, 40), "a banner");
        let level = |x: usize, y: usize| (100..400).contains(&x) && (14 + jagged(x)..26 + jagged(x)).contains(&y);
        assert!(visible(&skin(|x, y| level(x, y).then_some(33))).get(300, 20), "a hair");
    }

    #[test]
    fn white_letters_are_masked_beside_a_scale_bar_alone() {
        let bar = |x: usize, y: usize| (40..240).contains(&x) && y == 440;
        let letter = |x: usize, y: usize, left: usize, top: usize| {
            (left..left + 12).contains(&x) && (top..top + 16).contains(&y) && (x - left < 3 || y - top < 3)
        };
        let label = |x: usize, y: usize| letter(x, y, 256, 432) || letter(x, y, 274, 432);
        // Long as a hair; and a glint elsewhere.
        let other = |x: usize, y: usize| ((150..240).contains(&x) && (400..406).contains(&y)) || letter(x, y, 500, 100);
        let white = |x: usize, y: usize| (label(x, y) || other(x, y)).then_some(250);
        let with_bar = visible(&skin(|x, y| if bar(x, y) { Some(10) } else { white(x, y) }));
        assert!(!with_bar.get(257, 440) && !with_bar.get(280, 433), "letters");
        assert!(with_bar.get(200, 403) && with_bar.get(501, 108), "a white hair, and a glint far away");
        assert!(visible(&skin(white)).get(257, 440), "without a bar");
    }
}
