//! The AprilTag family 36h11: 6 x 6 cells within a black border of one cell, codes at least 11 bits apart.
//!
//! Olson 2011, doi:10.1109/ICRA.2011.5979561. The codes are the first of the family's published table
//! (`tag36h11.c` of AprilRobotics/apriltag, BSD-2-Clause, © 2013-2016 The Regents of The University of Michigan),
//! most significant bit first, row by row from the top left; 1 is white.

/// Cells on a side of the code.
pub const CELLS: usize = 6;

/// Cells on a side of the black square: code and border.
pub const SQUARE: usize = CELLS + 2;

/// The codes whose tags our sheets print; a tag's number is its place here.
const CODES: [u64; 8] = [
    0xd_5d62_8584,
    0xd_97f1_8b49,
    0xd_d280_910e,
    0xe_479e_9c98,
    0xe_bcbc_a822,
    0xf_31da_b3ac,
    0x0_56a5_d085,
    0x1_0652_e1d4,
];

/// Most wrong bits that are corrected: with eight codes in four rotations, a random square passes once in three million.
const MOST_WRONG: u32 = 2;

/// How many tags are known.
pub const TAGS: usize = CODES.len();

/// True where a tag is white; `row` and `column` count the cells of the black square, 0..8.
///
/// # Panics
/// If `tag` is not below [`TAGS`].
#[must_use]
pub fn is_white(tag: usize, row: usize, column: usize) -> bool {
    let inside = |v: usize| (1..=CELLS).contains(&v);
    inside(row) && inside(column) && (CODES[tag] >> (CELLS * CELLS - 1 - ((row - 1) * CELLS + column - 1))) & 1 == 1
}

/// Reads a code in any of its four rotations; gives the tag's number.
#[must_use]
pub fn decode(code: u64) -> Option<usize> {
    let mut turned = code;
    for _ in 0..4 {
        if let Some(tag) = CODES.iter().position(|c| (c ^ turned).count_ones() <= MOST_WRONG) {
            return Some(tag);
        }
        turned = quarter_turn(turned);
    }
    None
}

fn quarter_turn(code: u64) -> u64 {
    let bit = |row: usize, column: usize| (code >> (CELLS * CELLS - 1 - (row * CELLS + column))) & 1;
    (0..CELLS * CELLS).fold(0, |turned, i| (turned << 1) | bit(CELLS - 1 - i % CELLS, i / CELLS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_turned_and_with_two_wrong_bits_but_not_with_five() {
        for (tag, &code) in CODES.iter().enumerate() {
            let mut turned = code;
            for _ in 0..4 {
                assert_eq!(decode(turned), Some(tag));
                assert_eq!(decode(turned ^ (1 << 35) ^ 1), Some(tag));
                assert_eq!(decode(turned ^ 0b1_0110_0101_0000), None);
                turned = quarter_turn(turned);
            }
            assert_eq!(turned, code);
        }
    }

    #[test]
    fn no_two_codes_are_near_in_any_rotation() {
        for (i, &a) in CODES.iter().enumerate() {
            let mut turned = a;
            for turn in 0..4 {
                for (j, &b) in CODES.iter().enumerate().filter(|(j, _)| (*j, turn) != (i, 0)) {
                    assert!((turned ^ b).count_ones() >= 11, "{i} turned {turn} and {j}");
                }
                turned = quarter_turn(turned);
            }
        }
    }
}
