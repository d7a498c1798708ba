//! Convolutions of many channels, for small nets.
//!
//! Each channel is a plane of lines with a margin of zeros ([`Features`]). Along such a plane every tap of a kernel is the plane itself,
//! shifted: a convolution is a sum of shifted lines, read where they lie. Copying patches out first, as is usual (im2col), takes about as
//! long as the sums where few channels come out.

use super::lanes::{self, Isa, Lanes};

/// Values behind each plane that may be read and written beyond its margin: two of the widest registers.
const BEHIND: usize = 32;
/// Registers along a line in one tile, for each of `R` outputs: 8 sums of AVX2's 16 registers. With a third one AVX2 lacks a single
/// register, and the sum that has to wait in memory makes it a third slower.
const ALONG: usize = 2;
/// The same where tiles are of [`WIDE`] outputs: 24 sums of AVX-512's 32 registers.
const ALONG_WIDE: usize = 3;
/// Outputs of a tile of AVX-512.
const WIDE: usize = lanes::tile_of(Isa::Avx512);
/// Tiles that are computed for some outputs before the next outputs, so that their weights serve more than once; with more of them the
/// lines of all channels no longer fit the first cache.
const TILES: usize = 2;

/// Channels of one size, each with a margin of one px of zeros.
#[derive(Debug, Clone)]
pub struct Features {
    channels: usize,
    width: usize,
    height: usize,
    /// Values from a channel to the next.
    plane: usize,
    data: Vec<f32>,
}

impl Features {
    /// Channels of zeros.
    #[must_use]
    pub fn zeros(channels: usize, width: usize, height: usize) -> Self {
        // Lines share the margin between them: what follows a line's last px precedes the next one's first.
        let needed = 1 + (height + 2) * (width + 1) + BEHIND;
        let plane = needed.next_multiple_of(16);
        // A multiple of 4096 bytes would lay the same px of all channels into the same lines of the cache.
        let plane = if plane.is_multiple_of(1024) { plane + 16 } else { plane };
        Self { channels, width, height, plane, data: vec![0.0; channels * plane] }
    }

    /// Number of channels.
    #[must_use]
    pub const fn channels(&self) -> usize {
        self.channels
    }

    /// Columns of each channel.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Rows of each channel.
    #[must_use]
    pub const fn height(&self) -> usize {
        self.height
    }

    /// Place of a px in its plane; columns and rows of the margin count as -1 and as the width or height.
    fn place(&self, x: isize, y: isize) -> usize {
        ((y + 1) * (self.width as isize + 1) + x + 1) as usize
    }

    /// One row of a channel.
    #[must_use]
    pub fn row(&self, channel: usize, y: usize) -> &[f32] {
        let from = channel * self.plane + self.place(0, y as isize);
        &self.data[from..from + self.width]
    }

    /// One row of a channel, to be changed.
    pub fn row_mut(&mut self, channel: usize, y: usize) -> &mut [f32] {
        let from = channel * self.plane + self.place(0, y as isize);
        &mut self.data[from..from + self.width]
    }

    /// The px of even and odd columns and rows apart: channel `4 c + 2 (y & 1) + (x & 1)` of half the size. An odd last row or column
    /// is left out.
    fn phases(&self) -> Self {
        let mut out = Self::zeros(4 * self.channels, self.width / 2, self.height / 2);
        for channel in 0..self.channels {
            for y in 0..2 * out.height {
                let row = self.row(channel, y);
                for phase in 0..2 {
                    let to = out.row_mut(4 * channel + 2 * (y & 1) + phase, y / 2);
                    to.iter_mut().zip(row.chunks_exact(2)).for_each(|(to, pair)| *to = pair[phase]);
                }
            }
        }
        out
    }
}

/// A convolution with its weights, laid out for an instruction set.
#[derive(Debug, Clone)]
pub struct Convolution {
    isa: Isa,
    inputs: usize,
    outputs: usize,
    /// Side of the kernel: 1 or 3.
    side: usize,
    /// 1, or 2: then it halves the size.
    stride: usize,
    /// For each block of outputs ([`lanes::tile_of`]), each input and each tap the weights of these outputs.
    weights: Vec<f32>,
    /// One for each output, and zeros up to a whole block.
    bias: Vec<f32>,
    /// Whether what comes out below 0 becomes 0.
    pub rectified: bool,
}

impl Convolution {
    /// A convolution from its weights, output by output, input by input, row by row, and a bias for each output. None unless kernels are
    /// 1 or 3 px wide, the stride is 1 or 2, the number of weights fits and the CPU has the set.
    #[must_use]
    pub fn new(isa: Isa, weights: &[f32], mut bias: Vec<f32>, side: usize, stride: usize) -> Option<Self> {
        let (outputs, taps) = (bias.len(), side * side);
        let inputs = weights.len() / (outputs * taps).max(1);
        let fits = inputs > 0 && weights.len() == outputs * inputs * taps && isa.is_available();
        if !fits || !matches!((side, stride), (1, 1) | (3, 1 | 2)) {
            return None;
        }
        let block = lanes::tile_of(isa);
        let mut packed = Vec::with_capacity(outputs.next_multiple_of(block) * inputs * taps);
        for kernels in weights.chunks(block * inputs * taps) {
            for tap in 0..inputs * taps {
                let of_outputs = (0..block).map(|o| kernels.get(o * inputs * taps + tap).copied().unwrap_or_default());
                packed.extend(of_outputs);
            }
        }
        bias.resize(outputs.next_multiple_of(block), 0.0);
        Some(Self { isa, inputs, outputs, side, stride, weights: packed, bias, rectified: false })
    }

    /// Channels that go in.
    #[must_use]
    pub const fn inputs(&self) -> usize {
        self.inputs
    }

    /// Whether what comes out has half the size.
    #[must_use]
    pub const fn halves(&self) -> bool {
        self.stride == 2
    }

    /// Channels that come out.
    #[must_use]
    pub const fn outputs(&self) -> usize {
        self.outputs
    }

    /// Convolves the channels of `inputs`, one after another, and adds `residual` to what comes out. Beyond the border lie zeros.
    ///
    /// # Panics
    /// If the inputs differ in size or do not have as many channels as the weights, the residual is not of the output's size, or
    /// an odd size is to be halved.
    #[must_use]
    pub fn apply(&self, inputs: &[&Features], residual: Option<&Features>) -> Features {
        let first = inputs[0];
        let halves = first.width.is_multiple_of(self.stride) && first.height.is_multiple_of(self.stride);
        assert!(halves, "an odd size cannot be halved");
        assert!(inputs.iter().all(|f| (f.width, f.height) == (first.width, first.height)), "inputs differ in size");
        assert_eq!(inputs.iter().map(|f| f.channels).sum::<usize>(), self.inputs, "channels do not fit the weights");
        // With room for each output up to a whole block, so that blocks are written whole.
        let mut out = Features::zeros(self.bias.len(), first.width / self.stride, first.height / self.stride);
        if let Some(r) = residual {
            assert_eq!((r.width, r.height), (out.width, out.height), "the residual has another size");
            assert!(r.data.len() >= out.data.len(), "the residual has too few channels");
        }
        if out.width * out.height == 0 {
            // No line to compute.
        } else if self.isa == Isa::Plain {
            self.plainly(inputs, residual, &mut out);
        } else if self.stride == 2 {
            let phases: Vec<Features> = inputs.iter().map(|f| f.phases()).collect();
            self.sum(&phases.iter().collect::<Vec<_>>(), residual, &mut out);
        } else {
            self.sum(inputs, residual, &mut out);
        }
        out.channels = self.outputs;
        out
    }

    fn sum(&self, inputs: &[&Features], residual: Option<&Features>, out: &mut Features) {
        let (like, reach) = (inputs[0], self.side as isize / 2);
        let shifts = (-reach..=reach).flat_map(|dy| (-reach..=reach).map(move |dx| (dx, dy)));
        let offsets: Vec<usize> = shifts
            .map(|(dx, dy)| match self.stride {
                // Px 2 x + d lies in the columns of the parity of d, at x or, for d = -1, at x - 1; so do rows.
                2 => (2 * (dy & 1) + (dx & 1)) as usize * like.plane + like.place(dx >> 1, dy >> 1),
                _ => like.place(dx, dy),
            })
            .collect();
        let job = Job {
            sources: inputs.iter().map(|f| (f.data.as_slice(), f.channels / (self.stride * self.stride))).collect(),
            step: like.plane * self.stride * self.stride,
            offsets: &offsets,
            weights: &self.weights,
            bias: &self.bias,
            residual: residual.map(|r| r.data.as_slice()),
            rectified: self.rectified,
            origin: out.place(0, 0),
            // Without the margin behind the last line.
            length: out.place(0, out.height as isize) - out.place(0, 0) - 1,
            plane: out.plane,
        };
        // SAFETY: `apply` saw to it that sources, weights, biases, residual and result fit each other. The last value read lies at most a
        // register behind the margin of its plane, the last one written behind the last line, and each plane has BEHIND values there.
        unsafe { lanes::convolve_with(self.isa, &job, &mut out.data) };
        // The lines were computed as one: their margin is to be zero again, and so is what lies behind.
        let (width, height) = (out.width, out.height);
        let (origin, line) = (out.place(0, 0), width + 1);
        for plane in out.data.chunks_exact_mut(out.plane) {
            (0..height).for_each(|y| plane[origin + y * line + width] = 0.0);
            plane[origin + height * line..].fill(0.0);
        }
    }

    /// Value by value.
    fn plainly(&self, inputs: &[&Features], residual: Option<&Features>, out: &mut Features) {
        let reach = self.side as isize / 2;
        let channels: Vec<(&Features, usize)> =
            inputs.iter().flat_map(|f| (0..f.channels).map(move |c| (*f, c))).collect();
        let (block, taps) = (lanes::tile_of(self.isa), self.side * self.side);
        for output in 0..self.outputs {
            let own = output / block * block * self.inputs * taps + output % block;
            for y in 0..out.height {
                for x in 0..out.width {
                    let mut sum = self.bias[output];
                    for (i, (f, c)) in channels.iter().enumerate() {
                        for tap in 0..taps {
                            let at = |i: usize, d: usize| (i * self.stride + d) as isize - reach;
                            let place = f.place(at(x, tap % self.side), at(y, tap / self.side));
                            sum += self.weights[own + (i * taps + tap) * block] * f.data[c * f.plane + place];
                        }
                    }
                    sum += residual.map_or(0.0, |r| r.row(output, y)[x]);
                    out.row_mut(output, y)[x] = if self.rectified { sum.max(0.0) } else { sum };
                }
            }
        }
    }
}

/// One convolution as sums of shifted lines.
pub(super) struct Job<'a> {
    /// Planes and how many channels they hold.
    sources: Vec<(&'a [f32], usize)>,
    /// Values from one channel of a source to the next.
    step: usize,
    /// For each tap where its line starts in a channel.
    offsets: &'a [usize],
    weights: &'a [f32],
    bias: &'a [f32],
    residual: Option<&'a [f32]>,
    rectified: bool,
    /// Where the line starts in each plane that comes out.
    origin: usize,
    length: usize,
    /// Values from one plane that comes out to the next, and of the residual.
    plane: usize,
}

/// Computes all outputs of a job.
///
/// # Safety
/// The caller is compiled for the instruction set of `L`. From each offset `job.length + N` values can be read in every channel, and as many
/// from `job.origin` in every plane of `out` and of the residual, one plane for each bias; the biases are a multiple of `R`.
#[inline(always)]
pub(super) unsafe fn run<L: Lanes<R>, const R: usize>(job: &Job<'_>, out: &mut [f32]) {
    let wide = if R == WIDE { ALONG_WIDE } else { ALONG } * L::N;
    let mut from = 0;
    while from < job.length {
        let to = (from + TILES * wide).min(job.length);
        for block in 0..job.bias.len() / R {
            let mut at = from;
            // SAFETY: by contract; the last register starts before `length`.
            unsafe {
                while at + wide <= to {
                    if R == WIDE {
                        tile::<L, R, ALONG_WIDE>(job, block, at, out.as_mut_ptr());
                    } else {
                        tile::<L, R, ALONG>(job, block, at, out.as_mut_ptr());
                    }
                    at += wide;
                }
                while at < to {
                    tile::<L, R, 1>(job, block, at, out.as_mut_ptr());
                    at += L::N;
                }
            }
        }
        from = to;
    }
}

/// `V` registers along the lines of `R` outputs.
///
/// # Safety
/// As [`run`]; `at` is before `job.length` and `V - 1` registers behind it, too.
#[inline(always)]
#[allow(clippy::needless_range_loop)]
unsafe fn tile<L: Lanes<R>, const R: usize, const V: usize>(job: &Job<'_>, block: usize, at: usize, out: *mut f32) {
    // Indices and not iterators: only so do all sums stay in registers.
    // SAFETY: by contract.
    unsafe {
        let mut sums = [[L::splat(0.0); V]; R];
        for r in 0..R {
            sums[r] = [L::splat(*job.bias.as_ptr().add(block * R + r)); V];
        }
        let mut weight = job.weights.as_ptr().add(job.weights.len() / job.bias.len() * block * R);
        for &(data, channels) in &job.sources {
            let mut plane = data.as_ptr().add(at);
            for _ in 0..channels {
                for &offset in job.offsets {
                    let line = plane.add(offset);
                    let mut values = [L::splat(0.0); V];
                    for j in 0..V {
                        values[j] = L::load(line.add(j * L::N));
                    }
                    for r in 0..R {
                        let w = L::splat(*weight.add(r));
                        for j in 0..V {
                            sums[r][j] = L::fma(values[j], w, sums[r][j]);
                        }
                    }
                    weight = weight.add(R);
                }
                plane = plane.wrapping_add(job.step);
            }
        }
        let zero = L::splat(0.0);
        for r in 0..R {
            let place = (block * R + r) * job.plane + job.origin + at;
            for j in 0..V {
                let mut sum = sums[r][j];
                if let Some(residual) = job.residual {
                    sum = L::add(sum, L::load(residual.as_ptr().add(place + j * L::N)));
                }
                L::store(out.add(place + j * L::N), if job.rectified { L::max(sum, zero) } else { sum });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Channels with values of both signs that repeat nowhere near.
    fn features(channels: usize, width: usize, height: usize, seed: usize) -> Features {
        let mut f = Features::zeros(channels, width, height);
        for c in 0..channels {
            for y in 0..height {
                for (x, v) in f.row_mut(c, y).iter_mut().enumerate() {
                    *v = ((x * 7 + y * 13 + c * 31 + seed * 17) % 101) as f32 / 50.0 - 1.0;
                }
            }
        }
        f
    }

    fn all(f: &Features) -> Vec<f32> {
        (0..f.channels()).flat_map(|c| (0..f.height()).flat_map(move |y| f.row(c, y).to_vec())).collect()
    }

    #[test]
    fn every_instruction_set_computes_what_the_definition_says() {
        // Sides below and above a tile, outputs that fill no block, one and two inputs.
        for (inputs, outputs, width, height, side, stride) in [
            (&[3][..], 16, 64, 20, 3, 2),
            (&[5, 2], 9, 10, 6, 3, 1),
            (&[16], 9, 33, 4, 1, 1),
            (&[2, 7], 24, 90, 7, 3, 1),
            (&[4], 8, 6, 8, 3, 2),
            (&[1], 1, 1, 1, 3, 1),
            (&[1], 1, 0, 4, 3, 1),
            (&[1], 1, 4, 0, 3, 1),
        ] {
            let planes: Vec<Features> =
                inputs.iter().enumerate().map(|(i, c)| features(*c, width, height, i)).collect();
            let given: Vec<&Features> = planes.iter().collect();
            let count = outputs * inputs.iter().sum::<usize>() * side * side;
            let weights: Vec<f32> = (0..count).map(|i| ((i * 37) % 89) as f32 / 44.0 - 1.0).collect();
            let bias: Vec<f32> = (0..outputs).map(|i| i as f32 * 0.1 - 0.3).collect();
            for (rectified, adds) in [(false, false), (true, true)] {
                let results: Vec<Features> = Isa::available()
                    .into_iter()
                    .map(|isa| {
                        let mut convolution =
                            Convolution::new(isa, &weights, bias.clone(), side, stride).expect("fits");
                        convolution.rectified = rectified;
                        let residual = features(outputs.next_multiple_of(16), width / stride, height / stride, 9);
                        convolution.apply(&given, adds.then_some(&residual))
                    })
                    .collect();
                let plain = all(&results[0]);
                assert_eq!(plain.len(), outputs * (width / stride) * (height / stride));
                for (isa, result) in Isa::available().iter().zip(&results).skip(1) {
                    let off = all(result).iter().zip(&plain).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                    assert!(off < 1e-4, "{isa:?}, {width} x {height}, side {side}, stride {stride}: {off}");
                }
            }
        }
    }

    #[test]
    fn margins_stay_zero() {
        for isa in Isa::available() {
            let convolution = Convolution::new(isa, &[1.0; 8 * 9], vec![1.0; 8], 3, 1).expect("fits");
            let out = convolution.apply(&[&features(1, 21, 5, 0)], None);
            let inside: f32 = all(&out).iter().map(|v| v.abs()).sum();
            let whole: f32 = out.data[..8 * out.plane].iter().map(|v| v.abs()).sum();
            assert!(inside > 0.0 && (whole - inside).abs() < 1e-3 * inside, "{isa:?}: {inside} of {whole}");
        }
    }

    #[test]
    fn weights_that_do_not_fit_are_refused() {
        assert!(Convolution::new(Isa::Portable, &[0.0; 10], vec![0.0], 3, 1).is_none());
        assert!(Convolution::new(Isa::Portable, &[0.0; 25], vec![0.0], 5, 1).is_none());
        assert!(Convolution::new(Isa::Portable, &[0.0; 9], vec![0.0], 3, 3).is_none());
        assert!(Convolution::new(Isa::Portable, &[], vec![], 3, 1).is_none());
    }
}
