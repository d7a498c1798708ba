//! The hot path: luminance, dark spots at all scales, dark ridges, separable filters, the convolutions of a net.
//!
//! A spot is a local maximum, in the plane and in scale, of the difference of two Gaussians (Lowe 2004, section 3,
//! doi:10.1023/B:VISI.0000029664.99615.94; Lindeberg 1998, doi:10.1023/A:1008045108935): with a constant ratio of their scales it is
//! the Laplacian normalised for scale, so that a spot answers most at its own size.
//!
//! One walk down the picture computes everything (`cascade`, `maxima`), generic over the vectors of an instruction set (`lanes`), from one
//! register tile (`filter`). `reference` says plainly, value by value, what must come out; one test holds every set against it.
//!
//! This is the only module of the crate with `unsafe` in it. It lies beside the densities that it is named for, and is a layer of its own
//! right after [`crate::plane`], since follicles are filtered with it too, and the net of the segmentation runs on it.

#![allow(unsafe_code)]

mod cascade;
mod convolution;
mod filter;
mod lanes;
mod maxima;
mod reference;
mod ring;
mod separable;
mod spots;
mod taps;
#[cfg(target_arch = "x86_64")]
mod x86;

#[cfg(test)]
mod tests;

pub use convolution::{Convolution, Features};
pub use lanes::{Isa, multiply_adds};
pub use separable::separable;
pub use spots::{Mode, SIGMAS, Spot, dark_ridges, dark_spots, density, give_back};

/// Luminance of Rec. 601 in integers, 0..255: `(77 R + 150 G + 29 B + 128) / 256`.
#[must_use]
pub const fn luminance([r, g, b]: [u8; 3]) -> u8 {
    ((77 * r as u32 + 150 * g as u32 + 29 * b as u32 + 128) >> 8) as u8
}
