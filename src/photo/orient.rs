//! Turns a photo upright as its EXIF orientation says.

use crate::plane::Plane;
use rayon::prelude::*;

/// Side of the blocks that a transposition works on: 64 x 64 px of 3 bytes stay in the first-level cache.
const BLOCK: usize = 64;

/// Applies an EXIF orientation, 1 to 8 (Exif 2.32, tag 0x0112: where the stored row 0 and column 0 belong); any other
/// value leaves the photo as it is.
pub fn upright(mut rgb: Plane<[u8; 3]>, orientation: u16) -> Plane<[u8; 3]> {
    let (w, h) = (rgb.width(), rgb.height());
    match orientation {
        2 => rgb.as_mut_slice().par_chunks_exact_mut(w).for_each(<[_]>::reverse),
        3 => rgb.as_mut_slice().reverse(),
        4 => {
            let (top, bottom) = rgb.as_mut_slice().split_at_mut(h / 2 * w);
            let bottom = bottom.rchunks_exact_mut(w);
            top.chunks_exact_mut(w).zip(bottom).for_each(|(a, b)| a.swap_with_slice(b));
        }
        5 => return transposed(&rgb, |x, y| (y, x)),
        6 => return transposed(&rgb, |x, y| (y, h - 1 - x)),
        7 => return transposed(&rgb, |x, y| (w - 1 - y, h - 1 - x)),
        8 => return transposed(&rgb, |x, y| (w - 1 - y, x)),
        _ => {}
    }
    rgb
}

/// A plane of height x width whose value at `(x, y)` is that of `source(x, y)`.
fn transposed(rgb: &Plane<[u8; 3]>, source: impl Fn(usize, usize) -> (usize, usize) + Sync) -> Plane<[u8; 3]> {
    let (w, h) = (rgb.height(), rgb.width());
    let mut out = vec![[0; 3]; w * h];
    out.par_chunks_mut(w * BLOCK).enumerate().for_each(|(band, rows)| {
        for x0 in (0..w).step_by(BLOCK) {
            for (dy, row) in rows.chunks_exact_mut(w).enumerate() {
                let end = (x0 + BLOCK).min(w);
                for (x, px) in (x0..end).zip(&mut row[x0..end]) {
                    let (sx, sy) = source(x, band * BLOCK + dy);
                    *px = rgb.get(sx, sy);
                }
            }
        }
    });
    Plane::from_vec(w, h, out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 3 x 2 px: `1 2 3 / 4 5 6`.
    fn turned(orientation: u16) -> (usize, Vec<u8>) {
        let p = upright(Plane::from_fn(3, 2, |x, y| [(1 + x + 3 * y) as u8; 3]), orientation);
        (p.width(), p.as_slice().iter().map(|p| p[0]).collect())
    }

    #[test]
    fn all_eight_and_wrong_ones() {
        assert_eq!(turned(1), (3, vec![1, 2, 3, 4, 5, 6]));
        assert_eq!(turned(2), (3, vec![3, 2, 1, 6, 5, 4]));
        assert_eq!(turned(3), (3, vec![6, 5, 4, 3, 2, 1]));
        assert_eq!(turned(4), (3, vec![4, 5, 6, 1, 2, 3]));
        assert_eq!(turned(5), (2, vec![1, 4, 2, 5, 3, 6]));
        assert_eq!(turned(6), (2, vec![4, 1, 5, 2, 6, 3]));
        assert_eq!(turned(7), (2, vec![6, 3, 5, 2, 4, 1]));
        assert_eq!(turned(8), (2, vec![3, 6, 2, 5, 1, 4]));
        assert_eq!(turned(9), turned(1));
    }

    #[test]
    fn blocks_meet_at_odd_sizes() {
        let p = Plane::from_fn(131, 67, |x, y| [x as u8, y as u8, 0]);
        let back = upright(upright(p.clone(), 6), 8);
        assert_eq!(back, p);
        let odd = Plane::from_fn(5, 3, |x, y| [x as u8, y as u8, 0]);
        assert_eq!(upright(upright(odd.clone(), 4), 4), odd);
        assert_eq!(upright(odd, 4).get(1, 0), [1, 2, 0]);
    }
}
