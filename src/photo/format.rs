//! Tells the format from the first bytes; a file's name is never looked at.

use crate::error::Error;

/// A format that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JPEG: baseline, progressive, grey, CMYK, YCCK.
    Jpeg,
    /// PNG: 1 to 16 bits, grey, palette, alpha.
    Png,
    /// TIFF: 8 and 16 bits, grey, RGB, CMYK.
    Tiff,
    /// WebP: lossy and lossless.
    WebP,
    /// HEIF with HEVC pictures, as phones write it.
    Heic,
}

impl Format {
    /// Name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Tiff => "TIFF",
            Self::WebP => "WebP",
            Self::Heic => "HEIC",
        }
    }
}

/// The format of a file, or what its bytes look like instead.
pub fn tell(bytes: &[u8]) -> Result<Format, Error> {
    Ok(match bytes {
        [0xFF, 0xD8, 0xFF, ..] => Format::Jpeg,
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Format::Png,
        // 42 is TIFF, 43 BigTIFF.
        [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Format::Tiff,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Format::WebP,
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => return tell_iso_media(bytes),
        _ => return Err(Error::NotAPhoto { found: looks_like(bytes) }),
    })
}

/// HEIC among its relatives of ISO base media (ISO/IEC 14496-12), by major and compatible brands.
fn tell_iso_media(bytes: &[u8]) -> Result<Format, Error> {
    let size = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize;
    let brands = bytes.get(8..size.clamp(8, 4096).min(bytes.len())).unwrap_or(&[]).as_chunks::<4>().0;
    // The second word is a version, not a brand; its bytes are never those of a brand.
    let has = |names: &[&[u8; 4]]| brands.iter().any(|b| names.contains(&b));
    if has(&[b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"]) {
        Ok(Format::Heic)
    } else if has(&[b"avif", b"avis"]) {
        Err(Error::Unsupported { format: "HEIF", detail: "its pictures are AV1 (AVIF), not HEVC".into() })
    } else if has(&[b"crx "]) {
        Err(Error::NotAPhoto { found: "a camera raw file (CR3)".into() })
    } else if has(&[b"mif1", b"mif2", b"msf1"]) {
        // A generic brand: the decoder finds out what the pictures are.
        Ok(Format::Heic)
    } else {
        Err(Error::NotAPhoto { found: "a video (MP4 or QuickTime)".into() })
    }
}

/// Other kinds of files that end up among photos, by their first bytes.
const SIGNATURES: [(&[u8], &str); 22] = [
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive (or a document of Word, Excel or Pages)"),
    (b"GIF8", "a GIF picture"),
    (b"BM", "a BMP picture"),
    (b"\xFF\x0A", "a JPEG XL picture"),
    (b"\0\0\0\x0CJXL ", "a JPEG XL picture"),
    (b"\0\0\0\x0CjP  ", "a JPEG 2000 picture"),
    (b"8BPS", "a Photoshop document"),
    (b"FUJIFILMCCD-RAW", "a camera raw file (RAF)"),
    (b"IIRO", "a camera raw file (ORF)"),
    (b"IIU\0", "a camera raw file (RW2)"),
    (b"\x1F\x8B", "a gzip archive"),
    (b"7z\xBC\xAF", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\xD0\xCF\x11\xE0", "an old Office document"),
    (b"RIFF", "a sound or video file (RIFF)"),
    (b"\x1A\x45\xDF\xA3", "a video (Matroska or WebM)"),
    (b"OggS", "a sound or video file (Ogg)"),
    (b"ID3", "a sound file (MP3)"),
    (b"SQLite format 3", "a database"),
    (b"\x7FELF", "a program"),
    (b"MZ", "a program"),
];

fn looks_like(bytes: &[u8]) -> String {
    let head = &bytes[..bytes.len().min(512)];
    if bytes.get(128..132) == Some(b"DICM") {
        return "a DICOM file".into();
    }
    if head.iter().all(|&b| b == 0) {
        return "zeros".into();
    }
    if let Some((_, name)) = SIGNATURES.iter().find(|(signature, _)| head.starts_with(signature)) {
        return (*name).into();
    }
    // A cut in the middle of a character of up to four bytes is still text.
    let text = match std::str::from_utf8(head) {
        Ok(text) => Some(text),
        Err(e) if e.error_len().is_none() => std::str::from_utf8(&head[..e.valid_up_to()]).ok(),
        Err(_) => None,
    };
    match text.map(|t| t.trim_start_matches('\u{FEFF}').trim_start()) {
        Some(t) if t.chars().any(|c| c.is_control() && !c.is_whitespace()) => unknown(head),
        Some(t) if t.starts_with("<svg") || t.starts_with("<?xml") => "an SVG or XML document".into(),
        Some(t) if t.starts_with('<') => "a web page (HTML)".into(),
        Some(_) => "plain text".into(),
        None => unknown(head),
    }
}

fn unknown(head: &[u8]) -> String {
    let hex: Vec<String> = head.iter().take(8).map(|b| format!("{b:02x}")).collect();
    format!("of no image format that is known here ({})", hex.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(bytes: &[u8]) -> String {
        match tell(bytes) {
            Err(Error::NotAPhoto { found }) => found,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn strangers_are_named() {
        assert_eq!(found("Liebe Gr\u{fc}\u{df}e".as_bytes()), "plain text");
        assert_eq!(found(b"%PDF-1.7"), "a PDF");
        assert!(found(b"PK\x03\x04..").starts_with("a ZIP archive"));
        assert_eq!(found(&[0; 4000]), "zeros");
        assert_eq!(found(b"<!DOCTYPE html>"), "a web page (HTML)");
        assert_eq!(found(b"\0\0\0\x18ftypisom\0\0\0\0isommp42"), "a video (MP4 or QuickTime)");
        assert!(found(&[0x12, 0xFE, 0x03]).contains("12 fe 03"));
        let mut dicom = vec![0; 128];
        dicom.extend(b"DICM");
        assert_eq!(found(&dicom), "a DICOM file");
        // Text cut in the middle of a character.
        let mut long = "x".repeat(511);
        long.push('\u{fc}');
        assert_eq!(found(long.as_bytes()), "plain text");
    }

    #[test]
    fn brands_decide_among_iso_media() {
        assert_eq!(tell(b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic").ok(), Some(Format::Heic));
        assert!(matches!(tell(b"\0\0\0\x18ftypavif\0\0\0\0mif1avif"), Err(Error::Unsupported { format: "HEIF", .. })));
        assert!(tell(b"\xFF\xFF\xFF\xFFftyp").is_err());
    }
}
