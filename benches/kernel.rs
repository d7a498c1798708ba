//! The kernel as a worker for `benches/peers/peers.py`, which times it from outside, interleaved with its peers.
//!
//! Reads `TASK TIMES` lines and answers each with what was found, once the task has run that often: see [`Picture::run`].
#![allow(clippy::print_stdout, missing_docs)]

use std::io::{BufRead, Write};
use std::sync::{Arc, LazyLock};

use image::{ImageBuffer, Luma};
use scalpmap::kernel::{self, Isa, Mode, SIGMAS, Spot};
use scalpmap::photo::Photo;
use scalpmap::plane::Plane;
use scalpmap::segmentation::net::Net;

/// Least response of a spot, grey levels.
const FLOOR: f32 = 2.0;

struct Picture {
    rgb: Vec<[u8; 3]>,
    width: usize,
    height: usize,
    isa: Isa,
    photo: Photo,
}

/// The same net, run by another runtime.
static PEER: LazyLock<rten::Model> =
    LazyLock::new(|| rten::Model::load_file("models/head-seg.onnx").expect("benches run in the repository's root"));

impl Picture {
    fn spots(&self, mode: Mode) -> Vec<Spot> {
        let spots = kernel::dark_spots(&self.rgb, self.width, self.height, FLOOR, mode, self.isa);
        std::hint::black_box(kernel::density(&spots, self.width, self.height, 2.0));
        spots
    }

    /// Does a task and says what came out: a number for the tasks that are timed, a file for those that are compared.
    fn run(&self, task: &str) -> String {
        let write = |name: &str, values: Vec<f32>| {
            let path = std::env::temp_dir().join(format!("scalpmap-bench-{}-{name}.f32", std::process::id()));
            let bytes: Vec<u8> = values.into_iter().flat_map(f32::to_le_bytes).collect();
            std::fs::write(&path, bytes).expect("the folder for temporary files can be written to");
            path.display().to_string()
        };
        let rows = |spots: &[Spot]| spots.iter().flat_map(|s| [s.x, s.y, f32::from(s.scale), s.response]).collect();
        match task {
            "exact" => self.spots(Mode::Exact).len().to_string(),
            "decimated" => self.spots(Mode::Decimated).len().to_string(),
            "ridges" => {
                let ridges = kernel::dark_ridges(&self.rgb, self.width, self.height, &SIGMAS[..5], self.isa);
                let middle = ridges[ridges.len() / 2].to_string();
                kernel::give_back(ridges);
                middle
            }
            "imageproc" => self.imageproc().to_string(),
            "libblur" => self.libblur().to_string(),
            "net" => Net::embedded().expect("the net loads").maps(&self.photo).hidden.get(0, 0).to_string(),
            "rten" => Self::rten().to_string(),
            "peak" => kernel::multiply_adds(self.isa, 1 << 22).to_string(),
            "write-exact" => write("exact", rows(&self.spots(Mode::Exact))),
            "write-decimated" => write("decimated", rows(&self.spots(Mode::Decimated))),
            "write-ridges" => {
                write("ridges", kernel::dark_ridges(&self.rgb, self.width, self.height, &SIGMAS[..5], self.isa))
            }
            other => format!("unknown task {other}"),
        }
    }

    /// The luminance and what each level's variance lacks from the next.
    fn to_blur(&self) -> (Vec<f32>, Vec<f32>) {
        let grey = self.rgb.iter().map(|&px| f32::from(kernel::luminance(px))).collect();
        let mut last = 0.0f32;
        let steps = SIGMAS.map(|sigma| (sigma * sigma - std::mem::replace(&mut last, sigma).powi(2)).sqrt());
        (grey, steps.to_vec())
    }

    /// The levels alone, by libblur's exact Gaussian, with the kernel's windows.
    fn libblur(&self) -> f32 {
        use libblur::{BlurImage, BlurImageMut, EdgeMode, EdgeMode2D, FastBlurChannels};
        let (mut level, steps) = self.to_blur();
        let (w, h) = (self.width as u32, self.height as u32);
        let mut next = vec![0.0f32; level.len()];
        for sigma in steps {
            let parameters =
                libblur::GaussianBlurParams::new(2 * (3.0 * sigma - 1e-3).ceil() as u32 + 1, f64::from(sigma));
            libblur::gaussian_blur_f32(
                &BlurImage::borrow(&level, w, h, FastBlurChannels::Plane),
                &mut BlurImageMut::borrow(&mut next, w, h, FastBlurChannels::Plane),
                parameters,
                EdgeMode2D::new(EdgeMode::Reflect101),
                libblur::ThreadingPolicy::Single,
                libblur::IeeeBinaryConvolutionMode::Normal,
            )
            .expect("both planes have the photo's size");
            std::mem::swap(&mut level, &mut next);
        }
        level[0]
    }

    /// The graph alone for the two looks that the net takes at this photo, without their making and averaging.
    fn rten() -> f32 {
        let mut options = rten::RunOptions::default();
        options.thread_pool = Some(Arc::new(rten::ThreadPool::with_num_threads(1)));
        let looks = [[1, 3, 192, 256], [1, 3, 256, 320]].map(|shape: [usize; 4]| {
            let grey = rten::Value::from_shape(shape, vec![0.1f32; shape.iter().product()]).expect("as many as px");
            let answer = PEER.run_one(grey.into(), Some(options.clone())).expect("the net runs");
            answer.into_shape_vec::<f32, 4>().expect("four axes").1[0]
        });
        looks[0] + looks[1]
    }

    /// The levels alone, without responses and maxima.
    fn imageproc(&self) -> f32 {
        let (grey, steps) = self.to_blur();
        let (w, h) = (self.width as u32, self.height as u32);
        let mut level: ImageBuffer<Luma<f32>, Vec<f32>> = ImageBuffer::from_raw(w, h, grey).expect("as many as pixels");
        for sigma in steps {
            level = imageproc::filter::gaussian_blur_f32(&level, sigma);
        }
        level.as_raw()[0]
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|a| a != "--bench");
    let Some(path) = arguments.next() else {
        println!("usage: kernel PHOTO; `benches/run` calls it");
        return;
    };
    // One thread, this one: what is measured is work, not waiting.
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global();
    one.expect("no thread pool was used before");
    let image = image::open(path).expect("the photo can be read").into_rgb8();
    let (width, height) = (image.width() as usize, image.height() as usize);
    let rgb = image.as_raw().as_chunks::<3>().0.to_vec();
    let photo = Photo::of(Plane::from_vec(width, height, rgb.clone()));
    let picture = Picture { rgb, width, height, isa: Isa::chosen(), photo };
    let mut out = std::io::stdout();
    let mut say = |line: &str| writeln!(out, "{line}").and_then(|()| out.flush()).expect("the caller listens");
    say(picture.isa.name());
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("the caller writes text");
        let (task, times) = line.split_once(' ').unwrap_or((&line, "1"));
        let mut answer = String::new();
        for _ in 0..times.parse().unwrap_or(1) {
            answer = picture.run(task);
        }
        say(&answer);
    }
}
