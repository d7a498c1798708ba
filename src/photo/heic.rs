//! HEIC (ISO/IEC 23008-12 with HEVC pictures) through heifer.

use super::exif::Source;
use super::{Decoded, Limits, Samples, color, raster};
use crate::error::Error;
use heifer::heifer_isobmff::boxes::{ColorInfo, Property};
use heifer::heifer_isobmff::{HeifFile, ItemId};

const FORMAT: &str = "HEIC";
/// Derived images may be derived from derived ones; heifer stops at the same depth.
const DEEPEST: u32 = 4;

pub fn decode<'a>(bytes: &[u8], limits: &Limits) -> Result<Decoded<'a>, Error> {
    let file = HeifFile::parse(bytes).map_err(|e| damaged(e.to_string()))?;
    let id = file.primary_id;
    // What the decoder hands over: RGBA of 8 bits.
    match size(&file, id, 0)? {
        Some((width, height)) => limits.check(width, height, 4)?,
        None => return Err(damaged("the size of the picture is missing".into())),
    }
    check_parts(&file, id, limits, 0)?;
    let profile = profile(&file, id)?;
    let exif = file.exif(id).unwrap_or_default();
    let mut warnings = Vec::new();
    let images = file.top_level_image_ids().len();
    if images > 1 {
        warnings.push(format!("The file holds {images} pictures; the primary one is read."));
    }
    let options = heifer::Options {
        max_threads: rayon::current_num_threads(),
        max_pixels: (limits.megapixels * 1e6).max(1.0) as u64,
    };
    // At 8 bits from the start: 10-bit pictures are rounded while their colours are converted, at half the memory.
    let image = heifer::decode_rgba8(bytes, &options).map_err(failure)?;
    let (width, height) = (image.width as usize, image.height as usize);
    // Again, because the file may crop the picture (`clap`).
    limits.check(width as u64, height as u64, 4)?;
    let samples = Samples::Rgb(raster::rgb_of_rgba(image.data));
    // `irot` and `imir` are applied by the decoder, and only they count: in HEIF (ISO/IEC 23008-12) the orientation in
    // EXIF repeats them for readers that know EXIF alone, so turning by it as well would turn twice.
    Ok(Decoded { width, height, samples, profile, exif: Source::Raw(exif), upright: true, px_per_mm: None, warnings })
}

fn damaged(detail: String) -> Error {
    Error::Damaged { format: FORMAT, detail }
}

fn failure(e: heifer::Error) -> Error {
    match e {
        heifer::Error::Unsupported(detail) => Error::Unsupported { format: FORMAT, detail },
        other => damaged(other.to_string()),
    }
}

/// Width and height in px that the file claims for an item, before its own rotation.
fn size(file: &HeifFile<'_>, id: ItemId, depth: u32) -> Result<Option<(u64, u64)>, Error> {
    let item = file.item(id).map_err(|e| damaged(e.to_string()))?;
    if item.item_type.0 == *b"grid" {
        let grid = file.grid(id).map_err(|e| damaged(e.to_string()))?;
        return Ok(Some((grid.output_width.into(), grid.output_height.into())));
    }
    let own = file.image_size(id).map_err(|e| damaged(e.to_string()))?;
    match (own, file.referenced_items(id, b"dimg")) {
        (Some((w, h)), _) => Ok(Some((w.into(), h.into()))),
        (None, [source, ..]) if depth < DEEPEST => size(file, *source, depth + 1),
        _ => Ok(None),
    }
}

/// Overlays decode all their parts before they are joined, so the parts together must fit as well.
fn check_parts(file: &HeifFile<'_>, id: ItemId, limits: &Limits, depth: u32) -> Result<(), Error> {
    let item = file.item(id).map_err(|e| damaged(e.to_string()))?;
    if !matches!(&item.item_type.0, b"iovl" | b"iden") || depth >= DEEPEST {
        return Ok(());
    }
    let mut rows = 0;
    let mut widest = 0;
    for &part in file.referenced_items(id, b"dimg") {
        check_parts(file, part, limits, depth + 1)?;
        if let Some((w, h)) = size(file, part, depth + 1)? {
            rows += h;
            widest = w.max(widest);
        }
    }
    // As one tall picture: the sum of the heights at the greatest width.
    if rows > 0 { limits.check(widest.max(32), rows.max(32), 4) } else { Ok(()) }
}

/// The ICC profile, else the code points of the item or of its first part.
fn profile(file: &HeifFile<'_>, id: ItemId) -> Result<color::Profile, Error> {
    if let Some(icc) = file.icc_profile(id).ok().flatten() {
        return Ok(color::Profile::Icc(icc.to_vec()));
    }
    let mut item = id;
    for _ in 0..=DEEPEST {
        let properties = file.item_properties(item).map_err(|e| damaged(e.to_string()))?;
        for property in properties {
            if let Property::Color(ColorInfo::Nclx { primaries, transfer, .. }) = property {
                // Both are made for screens of 1000 cd/m2 and more; without tone mapping skin would come out dark.
                if let 16 | 18 = transfer {
                    let name = if *transfer == 16 { "PQ" } else { "HLG" };
                    return Err(Error::Unsupported { format: FORMAT, detail: format!("high dynamic range ({name})") });
                }
                return Ok(color::Profile::Cicp { primaries: *primaries, transfer: *transfer });
            }
        }
        match file.referenced_items(item, b"dimg") {
            [first, ..] if *first != item => item = *first,
            _ => break,
        }
    }
    Ok(color::Profile::None)
}
