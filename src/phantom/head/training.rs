//! Pictures for training, packed as one NumPy array.

use super::picture::Picture;

/// Bytes per pixel: r, g, b, alpha, label, coverage, azimuth, height, signed distance to the original hairline.
pub const CHANNELS: usize = 9;

/// An `.npy` file (version 1.0) of uint8 `[n, height, width, 9]`; all pictures must have the same size.
#[must_use]
pub fn npy(pictures: &[Picture]) -> Vec<u8> {
    let (w, h) = pictures.first().map_or((0, 0), |p| (p.rgb.width(), p.rgb.height()));
    let mut header =
        format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({}, {h}, {w}, {CHANNELS}), }}", pictures.len());
    // The format asks for a newline at the end and a length, magic included, that 64 divides.
    while (10 + header.len() + 1) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    let mut out = b"\x93NUMPY\x01\x00".to_vec();
    out.extend((header.len() as u16).to_le_bytes());
    out.extend(header.as_bytes());
    out.reserve(pictures.len() * w * h * CHANNELS);
    for p in pictures {
        for k in 0..w * h {
            out.extend(p.rgb.as_slice()[k]);
            for plane in [&p.alpha, &p.label, &p.coverage, &p.azimuth, &p.height, &p.inside] {
                out.push(plane.as_slice()[k]);
            }
        }
    }
    out
}
