//! `scalpmap phantom`: draws synthetic close-ups and heads whose truth is known.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use rayon::prelude::*;

use super::End;
use super::terminal::Terminal;
use crate::batch::write;
use crate::phantom::closeup::{self, CloseupSpec};
use crate::phantom::file;
use crate::phantom::head::{Course, HeadMesh, Phantom, draw, draw_phantom, draw_series, draw_with_marker, training};
use crate::phantom::sheet;
use crate::phantom::truth::{self, PictureFile, TruthDocument};
use crate::plane::Plane;
use crate::report::png;

/// Size of a head's picture, px.
const HEAD_SIZE: (usize, usize) = (1024, 768);

/// Arguments of `phantom`.
#[derive(Debug, Args)]
pub struct PhantomArgs {
    #[command(subcommand)]
    kind: Kind,
}

#[derive(Debug, Subcommand)]
enum Kind {
    /// Fields of scalp, every unit and hair known; the STEM names the truth.
    ///
    /// Writes STEM.png or .jpg, STEM.tissue.png, STEM.coverage.png, and STEM.json: the truth in the keys of an analysis, and what
    /// was drawn under `phantom`.
    Closeup(CloseupArgs),
    /// Whole heads, each another person and view; the same files.
    ///
    /// STEM.tissue.png has, beside the numbers of an analysis, 4 for thin hair and 5 for brows and beard. STEM.density.png: hairs on
    /// each cm2 of the skin seen, under longer hair too, 0 to 255. STEM.scale.png, 16 bits: um of the surface for each px.
    Head(HeadArgs),
    /// The same head from five sides at several dates; the same files.
    Series(SeriesArgs),
    /// One picture that shows many phantoms, as in the README.
    Sheet(SheetArgs),
}

#[derive(Debug, Args)]
struct Common {
    /// How many.
    #[arg(long, default_value_t = 1)]
    count: u64,
    /// First seed; each phantom takes the next one.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder for the files; made where it does not exist.
    #[arg(long, short)]
    out: PathBuf,
    /// Width and height in px [default: 640x512 for close-ups, 1024x768 for heads].
    #[arg(long, value_name = "WxH", value_parser = parse_size)]
    size: Option<(usize, usize)>,
    /// Write JPEG of this quality, 1 to 100, instead of PNG.
    #[arg(long, value_name = "QUALITY", value_parser = clap::value_parser!(u8).range(1..=100))]
    jpeg: Option<u8>,
}

#[derive(Debug, Args)]
struct MeshArgs {
    /// Head geometry packed by models/train/prepare_mesh.py [default: the built-in head].
    #[arg(long, value_name = "FILE")]
    mesh: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct CloseupArgs {
    #[command(flatten)]
    common: Common,
    /// Vary skin, hair, density, calibre, resolution, blur and noise [default: dark hair on light skin at 100 px/mm].
    #[arg(long)]
    vary: bool,
}

#[derive(Debug, Args)]
struct HeadArgs {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    mesh: MeshArgs,
    /// Lay a printed marker of 20 mm beside the head, in the plane of its middle.
    #[arg(long, conflicts_with = "training")]
    marker: bool,
    /// Write NumPy shards for training instead: uint8 [n, H, W, 9], see the manual of models/train.
    #[arg(long)]
    training: bool,
    /// Pictures per shard.
    #[arg(long, default_value_t = 250, value_parser = clap::value_parser!(u64).range(1..=4000))]
    shard: u64,
}

#[derive(Debug, Args)]
struct SeriesArgs {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    mesh: MeshArgs,
    /// What happens between the dates.
    #[arg(long, value_enum, default_value_t = CourseArg::Loss)]
    course: CourseArg,
    /// How many dates.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=12))]
    dates: u32,
}

#[derive(Debug, Args)]
struct SheetArgs {
    /// File to write: .png, or .jpg, which is a fifth of the size.
    #[arg(long, short, value_name = "FILE", default_value = "gallery.jpg")]
    out: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CourseArg {
    /// Loss goes on.
    Loss,
    /// Hair comes back.
    Regrowth,
    /// Three sessions of scalp micropigmentation, then fading.
    Pigmentation,
}

fn parse_size(s: &str) -> Result<(usize, usize), String> {
    let (w, h) = s.split_once('x').ok_or("give it as WIDTHxHEIGHT, for example 1024x768")?;
    let side = |v: &str| match v.parse::<usize>() {
        Ok(n) if (32..=4096).contains(&n) => Ok(n),
        _ => Err(format!("{v:?} is not a whole number from 32 to 4096")),
    };
    Ok((side(w)?, side(h)?))
}

/// Draws what was asked for.
pub(super) fn run(args: &PhantomArgs) -> End {
    let result = match &args.kind {
        Kind::Closeup(a) => closeups(a),
        Kind::Head(a) if a.training => shards(a),
        Kind::Head(a) => heads(a),
        Kind::Series(a) => series(a),
        Kind::Sheet(a) => sheet(&a.out),
    };
    match result {
        Ok(()) => End::Fine,
        Err(message) => {
            Terminal::new(0, true).error(&message, None, None);
            End::SomeFailed
        }
    }
}

fn prepare(common: &Common) -> Result<(), String> {
    fs::create_dir_all(&common.out).map_err(|e| format!("the folder cannot be made: {e}: {}", common.out.display()))
}

fn mesh(path: Option<&Path>) -> Result<HeadMesh, String> {
    let Some(path) = path else { return Ok(HeadMesh::built_in()) };
    let bytes = fs::read(path).map_err(|e| format!("the mesh cannot be read: {e}: {}", path.display()))?;
    HeadMesh::from_bytes(&bytes).map_err(|e| format!("{e}: {}", path.display()))
}

/// Draws `count` phantoms in parallel, each from its seed, with a bar on a terminal.
fn each(common: &Common, draw: impl Fn(u64) -> Result<(), String> + Sync) -> Result<(), String> {
    prepare(common)?;
    let terminal = Terminal::new(common.count as usize, false);
    let done = (0..common.count).into_par_iter().try_for_each(|i| {
        draw(common.seed.wrapping_add(i))?;
        terminal.step();
        Ok(())
    });
    terminal.finish();
    done
}

fn closeups(args: &CloseupArgs) -> Result<(), String> {
    let common = &args.common;
    each(common, |seed| {
        let look = if args.vary { CloseupSpec::varied(seed) } else { CloseupSpec::default() };
        let (width, height) = common.size.unwrap_or((640, 512));
        let jpeg_quality = common.jpeg.or(look.jpeg_quality);
        let spec = CloseupSpec { width, height, jpeg_quality, ..look };
        let phantom = closeup::draw(&spec, seed);
        let stem = format!(
            "closeup{seed:03}_{}units_{}hairs_{:.0}px-per-mm",
            phantom.units.len(),
            phantom.hair_count(),
            spec.px_per_mm
        );
        let picture = Picture { rgb: &phantom.rgb, jpeg_quality, tissue: phantom.tissue(), cover: &phantom.cover };
        picture.save(common, &stem, |file| truth::closeup(&phantom, &spec, seed, file))
    })
}

fn heads(args: &HeadArgs) -> Result<(), String> {
    let mesh = mesh(args.mesh.mesh.as_deref())?;
    let (w, h) = args.common.size.unwrap_or(HEAD_SIZE);
    each(&args.common, |seed| {
        let draw = if args.marker { draw_with_marker } else { draw_phantom };
        let phantom = draw(&mesh, seed, w, h);
        let stem = format!("head{seed:06}_{}_{}", phantom.truth.loss, phantom.truth.view);
        save_head(&args.common, &stem, &phantom)
    })
}

fn series(args: &SeriesArgs) -> Result<(), String> {
    let mesh = mesh(args.mesh.mesh.as_deref())?;
    let (w, h) = args.common.size.unwrap_or(HEAD_SIZE);
    let course = match args.course {
        CourseArg::Loss => Course::Loss,
        CourseArg::Regrowth => Course::Regrowth,
        CourseArg::Pigmentation => Course::Pigmentation,
    };
    each(&args.common, |seed| {
        draw_series(&mesh, seed, course, args.dates, w, h).iter().try_for_each(|phantom| {
            let stem = format!("series{seed:06}_date{}_{}", phantom.truth.date, phantom.truth.view);
            save_head(&args.common, &stem, phantom)
        })
    })
}

fn shards(args: &HeadArgs) -> Result<(), String> {
    let common = &args.common;
    prepare(common)?;
    let mesh = mesh(args.mesh.mesh.as_deref())?;
    let (w, h) = common.size.unwrap_or(HEAD_SIZE);
    let mut done = 0;
    while done < common.count {
        let n = args.shard.min(common.count - done);
        let first = common.seed.wrapping_add(done);
        let pictures: Vec<_> = (0..n).into_par_iter().map(|i| draw(&mesh, first.wrapping_add(i), w, h)).collect();
        save(common, &format!("heads_{first:08}.npy"), &training::npy(&pictures))?;
        done += n;
    }
    Ok(())
}

fn save_head(common: &Common, stem: &str, phantom: &Phantom) -> Result<(), String> {
    let (tissue, cover) = (phantom.picture.label.clone(), &phantom.picture.coverage);
    let picture = Picture { rgb: &phantom.photo, jpeg_quality: common.jpeg, tissue, cover };
    let failed = |e: crate::error::Error| e.to_string();
    let density = png::grey8("density map", &phantom.picture.hairs_per_cm2).map_err(failed)?;
    let scale = phantom.picture.mm_per_px.map(|mm| (1000.0 * mm + 0.5) as u16);
    save(common, &format!("{stem}.density.png"), &density)?;
    save(common, &format!("{stem}.scale.png"), &png::grey16("scale map", &scale).map_err(failed)?)?;
    picture.save(common, stem, |file| truth::head(&phantom.truth, file))
}

/// What is written of one phantom.
struct Picture<'a> {
    rgb: &'a Plane<[u8; 3]>,
    jpeg_quality: Option<u8>,
    tissue: Plane<u8>,
    cover: &'a Plane<u8>,
}

impl Picture<'_> {
    /// Writes the picture, its layers, and last its truth, so that a phantom with a truth has all its files.
    fn save(
        &self,
        common: &Common,
        stem: &str,
        truth: impl FnOnce(&PictureFile) -> TruthDocument,
    ) -> Result<(), String> {
        let bytes = file::encode(self.rgb, self.jpeg_quality).map_err(|e| e.to_string())?;
        let name = format!("{stem}.{}", file::ending(self.jpeg_quality));
        let format = if self.jpeg_quality.is_some() { "JPEG" } else { "PNG" };
        let truth = truth(&PictureFile { name: name.clone(), sha256: write::sha256(&bytes), format });
        let json = serde_json::to_vec(&truth).map_err(|e| format!("the truth cannot be written: {e}"))?;
        save(common, &name, &bytes)?;
        for (layer, plane) in [("tissue", &self.tissue), ("coverage", self.cover)] {
            save(common, &format!("{stem}.{layer}.png"), &png::coverage(plane).map_err(|e| e.to_string())?)?;
        }
        save(common, &format!("{stem}.json"), &json)
    }
}

fn sheet(out: &Path) -> Result<(), String> {
    let jpeg = out.extension().is_some_and(|e| e == "jpg" || e == "jpeg");
    let bytes = file::encode(&sheet::draw(), jpeg.then_some(82)).map_err(|e| e.to_string())?;
    let folder = out.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    whole(folder, out.file_name().unwrap_or(OsStr::new("gallery.jpg")), &bytes)
}

fn save(common: &Common, name: &str, bytes: &[u8]) -> Result<(), String> {
    whole(&common.out, OsStr::new(name), bytes)
}

fn whole(folder: &Path, name: &OsStr, bytes: &[u8]) -> Result<(), String> {
    write::whole(folder, name, bytes)
        .map(|_| ())
        .map_err(|e| format!("{} bytes cannot be written: {e}: {}", bytes.len(), folder.join(name).display()))
}
