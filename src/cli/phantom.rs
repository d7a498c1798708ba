//! `scalpmap phantom`: draws synthetic close-ups and heads whose truth is known.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use rayon::prelude::*;

use super::End;
use crate::follicle::{FollicularUnit, Hair};
use crate::phantom::closeup::{self, CloseupPhantom, CloseupSpec};
use crate::phantom::head::{Course, HeadMesh, Phantom, draw, draw_phantom, draw_series, training};
use crate::plane::Plane;

/// Arguments of `phantom`.
#[derive(Debug, Args)]
pub struct PhantomArgs {
    #[command(subcommand)]
    kind: Kind,
}

#[derive(Debug, Subcommand)]
enum Kind {
    /// Fields of clipped scalp: STEM.png, and STEM.json with every unit and hair; the STEM names the truth.
    Closeup(CloseupArgs),
    /// Whole heads, each another person and view: STEM.png, STEM.label.png, STEM.coverage.png, STEM.json.
    Head(HeadArgs),
    /// The same head from five sides at several dates.
    Series(SeriesArgs),
}

#[derive(Debug, Args)]
struct Common {
    /// How many: heads, or series.
    #[arg(long, default_value_t = 1)]
    count: u64,
    /// First seed; each head takes the next one.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder for the pictures.
    #[arg(long)]
    out: PathBuf,
    /// Width and height in px.
    #[arg(long, value_name = "WxH", default_value = "1024x768", value_parser = parse_size)]
    size: (usize, usize),
    /// Head geometry packed by models/train/prepare_mesh.py [default: the built-in head].
    #[arg(long, value_name = "FILE")]
    mesh: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct CloseupArgs {
    /// How many.
    #[arg(long, default_value_t = 1)]
    count: u64,
    /// First seed; each close-up takes the next one.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder for the pictures.
    #[arg(long)]
    out: PathBuf,
    /// Width and height in px.
    #[arg(long, value_name = "WxH", default_value = "640x512", value_parser = parse_size)]
    size: (usize, usize),
    /// Vary skin, hair, density, calibre, resolution, blur and noise [default: dark hair on light skin at 100 px/mm].
    #[arg(long)]
    vary: bool,
}

#[derive(Debug, Args)]
struct HeadArgs {
    #[command(flatten)]
    common: Common,
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
    /// What happens between the dates.
    #[arg(long, value_enum, default_value_t = CourseArg::Loss)]
    course: CourseArg,
    /// How many dates.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=12))]
    dates: u32,
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
    };
    match result {
        Ok(()) => End::Fine,
        Err(message) => {
            #[allow(clippy::print_stderr)] // the command line's own voice
            {
                eprintln!("error: {message}");
            }
            End::SomeFailed
        }
    }
}

fn make(folder: &Path) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|e| format!("the folder cannot be made: {e}: {}", folder.display()))
}

fn prepare(common: &Common) -> Result<HeadMesh, String> {
    make(&common.out)?;
    let Some(path) = &common.mesh else { return Ok(HeadMesh::built_in()) };
    let bytes = fs::read(path).map_err(|e| format!("the mesh cannot be read: {e}: {}", path.display()))?;
    HeadMesh::from_bytes(&bytes).map_err(|e| format!("{e}: {}", path.display()))
}

fn closeups(args: &CloseupArgs) -> Result<(), String> {
    make(&args.out)?;
    (0..args.count).into_par_iter().try_for_each(|i| {
        let seed = args.seed.wrapping_add(i);
        let look = if args.vary { CloseupSpec::varied(seed) } else { CloseupSpec::default() };
        let spec = CloseupSpec { width: args.size.0, height: args.size.1, ..look };
        let phantom = closeup::draw(&spec, seed);
        let stem = format!(
            "closeup{seed:03}_{}units_{}hairs_{:.0}px-per-mm",
            phantom.units.len(),
            phantom.hair_count(),
            spec.px_per_mm
        );
        let rgb: Vec<u8> = phantom.rgb.as_slice().iter().flatten().copied().collect();
        save(&args.out.join(format!("{stem}.png")), &png(&rgb, args.size, image::ExtendedColorType::Rgb8)?)?;
        let truth =
            serde_json::to_vec(&closeup_truth(&phantom)).map_err(|e| format!("the truth cannot be written: {e}"))?;
        save(&args.out.join(format!("{stem}.json")), &truth)
    })
}

/// The truth in the keys of an analysis.
fn closeup_truth(phantom: &CloseupPhantom) -> serde_json::Value {
    let hair = |h: &Hair| {
        serde_json::json!({
            "root_px": h.root, "midpoint_px": h.midpoint, "tip_px": h.tip, "caliber_um": h.caliber, "kind": h.kind, "confidence": 1.0,
        })
    };
    let unit = |u: &FollicularUnit| serde_json::json!({ "root_px": u.root, "hairs": u.hairs.iter().map(hair).collect::<Vec<_>>() });
    serde_json::json!({
        "scale": { "mm_per_px": phantom.mm_per_px },
        "area_cm2": phantom.area_cm2(),
        "hairs_per_cm2": phantom.hairs_per_cm2(),
        "follicular_units": phantom.units.iter().map(unit).collect::<Vec<_>>(),
    })
}

fn png(bytes: &[u8], (w, h): (usize, usize), color: image::ExtendedColorType) -> Result<Vec<u8>, String> {
    use image::ImageEncoder;
    let mut out = Vec::new();
    image::codecs::png::PngEncoder::new(&mut out)
        .write_image(bytes, w as u32, h as u32, color)
        .map_err(|e| format!("a picture cannot be encoded: {e}"))?;
    Ok(out)
}

fn heads(args: &HeadArgs) -> Result<(), String> {
    let mesh = prepare(&args.common)?;
    let (w, h) = args.common.size;
    (0..args.common.count).into_par_iter().try_for_each(|i| {
        let seed = args.common.seed.wrapping_add(i);
        let phantom = draw_phantom(&mesh, seed, w, h);
        let stem = format!("head{seed:06}_{}_{}", phantom.truth.loss, phantom.truth.view);
        write(&args.common.out, &stem, &phantom)
    })
}

fn series(args: &SeriesArgs) -> Result<(), String> {
    let mesh = prepare(&args.common)?;
    let (w, h) = args.common.size;
    let course = match args.course {
        CourseArg::Loss => Course::Loss,
        CourseArg::Regrowth => Course::Regrowth,
        CourseArg::Pigmentation => Course::Pigmentation,
    };
    (0..args.common.count).into_par_iter().try_for_each(|i| {
        let seed = args.common.seed.wrapping_add(i);
        draw_series(&mesh, seed, course, args.dates, w, h).iter().try_for_each(|phantom| {
            let stem = format!("series{seed:06}_date{}_{}", phantom.truth.date, phantom.truth.view);
            write(&args.common.out, &stem, phantom)
        })
    })
}

fn shards(args: &HeadArgs) -> Result<(), String> {
    let mesh = prepare(&args.common)?;
    let (w, h) = args.common.size;
    let mut done = 0;
    while done < args.common.count {
        let n = args.shard.min(args.common.count - done);
        let first = args.common.seed.wrapping_add(done);
        let pictures: Vec<_> = (0..n).into_par_iter().map(|i| draw(&mesh, first.wrapping_add(i), w, h)).collect();
        save(&args.common.out.join(format!("heads_{first:08}.npy")), &training::npy(&pictures))?;
        done += n;
    }
    Ok(())
}

fn write(folder: &Path, stem: &str, phantom: &Phantom) -> Result<(), String> {
    let rgb: Vec<u8> = phantom.photo.as_slice().iter().flatten().copied().collect();
    let size = |p: &Plane<u8>| (p.width(), p.height());
    let truth = serde_json::to_vec_pretty(&phantom.truth).map_err(|e| format!("the truth cannot be written: {e}"))?;
    let picture = &phantom.picture;
    let photo_size = (phantom.photo.width(), phantom.photo.height());
    save(&folder.join(format!("{stem}.png")), &png(&rgb, photo_size, image::ExtendedColorType::Rgb8)?)?;
    for (name, plane) in [("label", &picture.label), ("coverage", &picture.coverage)] {
        save(
            &folder.join(format!("{stem}.{name}.png")),
            &png(plane.as_slice(), size(plane), image::ExtendedColorType::L8)?,
        )?;
    }
    save(&folder.join(format!("{stem}.json")), &truth)
}

/// Writes under a temporary name first, so that a stop leaves no half file.
fn save(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    fs::write(&part, bytes)
        .and_then(|()| fs::rename(&part, path))
        .map_err(|e| format!("{} bytes cannot be written: {e}: {}", bytes.len(), path.display()))
}
