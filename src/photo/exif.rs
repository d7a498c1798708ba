//! What the camera noted. A list of what is kept, not of what is dropped: positions, serial numbers, names of people,
//! comments and maker notes have no field to go to.

use super::Metadata;
use exif::{DateTime, Exif, In, Rational, Reader, Tag, Value};
use std::io::Cursor;

/// Where EXIF is to be found.
pub enum Source<'a> {
    /// In a JPEG, PNG, TIFF or WebP file.
    Container(&'a [u8]),
    /// TIFF-shaped EXIF by itself, as HEIC items hold it.
    Raw(Option<Vec<u8>>),
}

/// Reads the fields of [`Metadata`] and the orientation, 1 to 8; 1 where there is none.
pub fn read(source: Source<'_>, warnings: &mut Vec<String>) -> (Metadata, u16) {
    let Some(exif) = parse(source, warnings) else { return (Metadata::default(), 1) };
    let orientation = exif.get_field(Tag::Orientation, In::PRIMARY).and_then(|f| f.value.get_uint(0));
    let orientation = match orientation {
        Some(v @ 1..=8) => v as u16,
        Some(wrong) => {
            warnings.push(format!(
                "The EXIF orientation {wrong} does not exist (1 to 8 do); the photo is taken as upright."
            ));
            1
        }
        None => 1,
    };
    let meta = Metadata {
        taken_at: [Tag::DateTimeOriginal, Tag::DateTimeDigitized, Tag::DateTime]
            .into_iter()
            .find_map(|t| time(&exif, t)),
        camera: camera(text(&exif, Tag::Make), text(&exif, Tag::Model)),
        lens: text(&exif, Tag::LensModel),
        // From phone cameras (1.5 mm) to the longest telephoto lenses.
        focal_length_mm: rational(&exif, Tag::FocalLength).filter(|mm| (0.5..=2000.0).contains(mm)),
        focal_length_35mm: uint(&exif, Tag::FocalLengthIn35mmFilm)
            .map(f64::from)
            .filter(|mm| (1.0..=5000.0).contains(mm)),
        subject_distance_mm: subject_distance_mm(&exif),
        px_per_mm: px_per_mm(&exif),
        // Exif 2.32, tag 0xA404: a numerator of 0 says that no digital zoom was used.
        digital_zoom: match rational(&exif, Tag::DigitalZoomRatio) {
            Some(0.0) => Some(1.0),
            other => other.filter(|z| (1.0..=1000.0).contains(z)),
        },
        ..Metadata::default()
    };
    (meta, orientation)
}

fn parse(source: Source<'_>, warnings: &mut Vec<String>) -> Option<Exif> {
    let mut reader = Reader::new();
    reader.continue_on_error(true);
    let result = match source {
        Source::Container(bytes) => reader.read_from_container(&mut Cursor::new(bytes)),
        Source::Raw(Some(bytes)) => reader.read_raw(bytes),
        Source::Raw(None) => return None,
    };
    let mut problem = None;
    let exif = match result {
        Err(exif::Error::NotFound(_)) => None,
        Err(e) => e
            .distill_partial_result(|errors| problem = errors.first().map(ToString::to_string))
            .map_err(|e| problem = Some(e.to_string()))
            .ok(),
        Ok(exif) => Some(exif),
    };
    if let Some(problem) = problem {
        warnings.push(format!("The EXIF data is damaged ({problem}); some of what the camera noted is missing."));
    }
    exif
}

/// Text without padding and control characters, at most 80 characters.
fn text(exif: &Exif, tag: Tag) -> Option<String> {
    let Value::Ascii(parts) = &exif.get_field(tag, In::PRIMARY)?.value else { return None };
    let text = String::from_utf8_lossy(parts.first()?);
    let clean: String = text.chars().filter(|c| !c.is_control()).take(80).collect();
    Some(clean.trim().to_owned()).filter(|t| !t.is_empty())
}

/// Maker and model; many models begin with the maker already.
fn camera(make: Option<String>, model: Option<String>) -> Option<String> {
    match (make, model) {
        (Some(make), Some(model)) => {
            let first = make.split_whitespace().next().unwrap_or_default().to_lowercase();
            let named = model.to_lowercase().starts_with(&first);
            Some(if named { model } else { format!("{make} {model}") })
        }
        (make, model) => model.or(make),
    }
}

/// ISO 8601 without a zone; absent where the date does not exist (cameras without a set clock write zeros).
fn time(exif: &Exif, tag: Tag) -> Option<String> {
    let Value::Ascii(parts) = &exif.get_field(tag, In::PRIMARY)?.value else { return None };
    let t = DateTime::from_ascii(parts.first()?).ok()?;
    let exists = (1900..=2200).contains(&t.year)
        && (1..=12).contains(&t.month)
        && (1..=31).contains(&t.day)
        && t.hour < 24
        && t.minute < 60
        && t.second < 61;
    exists.then(|| format!("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", t.year, t.month, t.day, t.hour, t.minute, t.second))
}

fn uint(exif: &Exif, tag: Tag) -> Option<u32> {
    exif.get_field(tag, In::PRIMARY)?.value.get_uint(0)
}

fn rational(exif: &Exif, tag: Tag) -> Option<f64> {
    match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Rational(v) => v.first().filter(|r| r.denom != 0).map(Rational::to_f64),
        Value::SRational(v) => v.first().filter(|r| r.denom != 0).map(exif::SRational::to_f64),
        _ => None,
    }
}

/// Exif 2.32, tag 0x9206: metres; a numerator of 0 is "unknown", of 0xFFFFFFFF "infinity". Scalps lie within 100 m.
fn subject_distance_mm(exif: &Exif) -> Option<f64> {
    let Value::Rational(v) = &exif.get_field(Tag::SubjectDistance, In::PRIMARY)?.value else { return None };
    let r = v.first().filter(|r| r.num != 0 && r.num != u32::MAX && r.denom != 0)?;
    Some(r.to_f64() * 1000.0).filter(|mm| (1.0..=100_000.0).contains(mm))
}

/// Resolution from the tags XResolution and YResolution, where both agree and have a unit (2: inch, 3: cm).
fn px_per_mm(exif: &Exif) -> Option<f64> {
    let unit_mm = match uint(exif, Tag::ResolutionUnit).unwrap_or(2) {
        2 => 25.4,
        3 => 10.0,
        _ => return None,
    };
    let x = rational(exif, Tag::XResolution)?;
    square_resolution(x, rational(exif, Tag::YResolution).unwrap_or(x), unit_mm)
}

/// Px per mm where both directions agree within 1 %; between 1 px per m and 1 px per 10 nm.
pub fn square_resolution(x: f64, y: f64, unit_mm: f64) -> Option<f64> {
    let px_per_mm = x / unit_mm;
    ((x - y).abs() <= 0.01 * x && (1e-3..=1e5).contains(&px_per_mm)).then_some(px_per_mm)
}

#[cfg(test)]
mod tests {
    use super::*;
    use exif::Field;
    use exif::experimental::Writer;

    fn ascii(s: &str) -> Value {
        Value::Ascii(vec![s.as_bytes().to_vec()])
    }

    fn ratio(num: u32, denom: u32) -> Value {
        Value::Rational(vec![Rational { num, denom }])
    }

    fn blob(fields: &[(Tag, Value)]) -> Vec<u8> {
        let fields: Vec<Field> =
            fields.iter().map(|(tag, value)| Field { tag: *tag, ifd_num: In::PRIMARY, value: value.clone() }).collect();
        let mut writer = Writer::new();
        fields.iter().for_each(|f| writer.push_field(f));
        let mut out = Cursor::new(Vec::new());
        writer.write(&mut out, true).unwrap();
        out.into_inner()
    }

    fn meta(fields: &[(Tag, Value)]) -> Metadata {
        let mut warnings = Vec::new();
        let meta = read(Source::Raw(Some(blob(fields))), &mut warnings).0;
        assert_eq!(warnings, Vec::<String>::new());
        meta
    }

    #[test]
    fn everything_that_is_kept_and_nothing_else() {
        let m = meta(&[
            (Tag::Make, ascii("Apple")),
            (Tag::Model, ascii("iPhone 15 Pro\0\0")),
            (Tag::DateTimeOriginal, ascii("2026:05:01 10:30:00")),
            (Tag::LensModel, ascii("back camera 6.86mm f/1.78")),
            (Tag::FocalLength, ratio(686, 100)),
            (Tag::FocalLengthIn35mmFilm, Value::Short(vec![24])),
            (Tag::SubjectDistance, ratio(45, 100)),
            (Tag::XResolution, ratio(300, 1)),
            (Tag::YResolution, ratio(300, 1)),
            (Tag::ResolutionUnit, Value::Short(vec![2])),
            (Tag::DigitalZoomRatio, ratio(3, 2)),
            (Tag::GPSLatitude, Value::Rational(vec![Rational { num: 48, denom: 1 }; 3])),
            (Tag::GPSLatitudeRef, ascii("N")),
            (Tag::BodySerialNumber, ascii("SERIAL-4711")),
            (Tag::LensSerialNumber, ascii("SERIAL-4712")),
            (Tag::CameraOwnerName, ascii("Erika Mustermann")),
            (Tag::Artist, ascii("Erika Mustermann")),
            (Tag::Copyright, ascii("Erika Mustermann")),
            (Tag::ImageDescription, ascii("Erika Mustermann, crown")),
            (Tag::UserComment, Value::Undefined(b"ASCII\0\0\0Mustermann".to_vec(), 0)),
            (Tag::ImageUniqueID, ascii("SERIAL-4713")),
        ]);
        let expected = Metadata {
            taken_at: Some("2026-05-01T10:30:00".into()),
            camera: Some("Apple iPhone 15 Pro".into()),
            lens: Some("back camera 6.86mm f/1.78".into()),
            focal_length_mm: Some(6.86),
            focal_length_35mm: Some(24.0),
            subject_distance_mm: Some(450.0),
            px_per_mm: Some(300.0 / 25.4),
            digital_zoom: Some(1.5),
            ..Metadata::default()
        };
        assert_eq!(m, expected);
        let shown = format!("{m:?}");
        for private in ["SERIAL", "Mustermann", "48", "GPS"] {
            assert!(!shown.contains(private), "{private} in {shown}");
        }
    }

    #[test]
    fn values_that_mean_nothing_are_absent() {
        let m = meta(&[
            (Tag::DateTimeOriginal, ascii("0000:00:00 00:00:00")),
            (Tag::FocalLength, ratio(5, 0)),
            (Tag::FocalLengthIn35mmFilm, Value::Short(vec![0])),
            (Tag::SubjectDistance, ratio(0, 1)),
            (Tag::XResolution, ratio(72, 1)),
            (Tag::YResolution, ratio(144, 1)),
            (Tag::DigitalZoomRatio, ratio(0, 1)),
            (Tag::Make, ascii("  ")),
        ]);
        assert_eq!(m, Metadata { digital_zoom: Some(1.0), ..Metadata::default() });
        assert_eq!(meta(&[(Tag::SubjectDistance, ratio(u32::MAX, 1))]).subject_distance_mm, None);
        assert_eq!(meta(&[(Tag::DateTime, ascii("2020:13:01 00:00:00"))]).taken_at, None);
        assert_eq!(
            meta(&[(Tag::XResolution, ratio(40, 1)), (Tag::ResolutionUnit, Value::Short(vec![3]))]).px_per_mm,
            Some(4.0)
        );
        assert_eq!(
            meta(&[(Tag::XResolution, ratio(1, 1)), (Tag::ResolutionUnit, Value::Short(vec![1]))]).px_per_mm,
            None
        );
    }

    #[test]
    fn makers_are_named_once() {
        let name = |make: &str, model: &str| camera(Some(make.into()), Some(model.into())).unwrap();
        assert_eq!(name("Canon", "Canon EOS R5"), "Canon EOS R5");
        assert_eq!(name("NIKON CORPORATION", "NIKON Z 6"), "NIKON Z 6");
        assert_eq!(name("samsung", "SM-S928B"), "samsung SM-S928B");
        assert_eq!(camera(None, None), None);
    }

    #[test]
    fn orientation_is_read_or_doubted() {
        let turn = |v: u16| {
            let mut warnings = Vec::new();
            let bytes = blob(&[(Tag::Orientation, Value::Short(vec![v]))]);
            (read(Source::Raw(Some(bytes)), &mut warnings).1, warnings.len())
        };
        for v in 1..=8 {
            assert_eq!(turn(v), (v, 0));
        }
        for v in [0, 9, 77, 65535] {
            assert_eq!(turn(v), (1, 1));
        }
    }

    #[test]
    fn damage_costs_a_warning_and_keeps_the_rest() {
        let good = blob(&[(Tag::Make, ascii("Apple")), (Tag::LensModel, ascii("a lens with a long name"))]);
        for n in 0..good.len() {
            let mut warnings = Vec::new();
            read(Source::Raw(Some(good[..n].to_vec())), &mut warnings);
        }
        let mut warnings = Vec::new();
        let (m, _) = read(Source::Raw(Some(good[..good.len() - 10].to_vec())), &mut warnings);
        assert_eq!((m.camera.as_deref(), warnings.len()), (Some("Apple"), 1));
        let mut warnings = Vec::new();
        read(Source::Raw(Some(vec![1, 2, 3])), &mut warnings);
        assert_eq!(warnings.len(), 1);
    }
}
