//! What can go wrong, one variant per cause: numbers first, the remedy apart ([`Error::remedy`]), the path last.
//!
//! Paths can identify a patient, so no variant of a pure stage holds one; the edge that touches files adds it.

use crate::units::InvalidQuantity;

/// Any failure of a stage.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file without a byte.
    #[error("the file is empty (0 bytes)")]
    EmptyFile,
    /// The bytes are of no supported image format.
    #[error("not a photo: the first bytes are {found}")]
    NotAPhoto {
        /// What the bytes look like, in words.
        found: String,
    },
    /// A known format whose content is cut short or damaged.
    #[error("the {format} file is damaged or cut short: {detail}")]
    Damaged {
        /// Name of the format.
        format: &'static str,
        /// The decoder's own words.
        detail: String,
    },
    /// A known format in a variety that is not read.
    #[error("this kind of {format} is not supported: {detail}")]
    Unsupported {
        /// Name of the format.
        format: &'static str,
        /// What is not supported.
        detail: String,
    },
    /// More pixels or memory than allowed, found before decoding.
    #[error(
        "the photo is {width} x {height} px ({megapixels:.1} MP, {mebibytes:.0} MiB decoded), above the limit of {limit_megapixels:.0} MP and {limit_mebibytes:.0} MiB"
    )]
    TooLarge {
        /// Width in px as the header says.
        width: u64,
        /// Height in px as the header says.
        height: u64,
        /// Million px.
        megapixels: f64,
        /// Memory that decoding would take.
        mebibytes: f64,
        /// The limit in force.
        limit_megapixels: f64,
        /// The limit in force.
        limit_mebibytes: f64,
    },
    /// Too few pixels to measure anything.
    #[error("the photo is {width} x {height} px; at least {minimum} px on each side are needed")]
    TooSmall {
        /// Width in px.
        width: usize,
        /// Height in px.
        height: usize,
        /// Least side in px.
        minimum: usize,
    },
    /// A scale that was given cannot be used.
    #[error("the scale cannot be used: {detail}")]
    Scale {
        /// What is wrong, with numbers.
        detail: String,
        /// What to do about it.
        remedy: String,
    },
    /// A number that cannot be what it claims.
    #[error(transparent)]
    Quantity(#[from] InvalidQuantity),
    /// `--strict` and a photo whose quality is unusable.
    #[error("the photo is unusable: {problems}")]
    Unusable {
        /// The failed checks with their values.
        problems: String,
        /// What to do about it.
        remedy: String,
    },
    /// The segmentation model could not be loaded or run.
    #[error("the segmentation failed: {detail}")]
    Segmentation {
        /// The runtime's own words.
        detail: String,
    },
    /// Rules of the planner that cannot be read or contradict themselves.
    #[error("the rules are wrong: {detail}")]
    Rules {
        /// Names the rule and the key.
        detail: String,
    },
    /// A client's profile that cannot be read.
    #[error("the profile is wrong: {detail}")]
    Profile {
        /// Names the key and its possible values.
        detail: String,
    },
    /// A picture or document could not be encoded.
    #[error("the {what} could not be written: {detail}")]
    Encode {
        /// Which output.
        what: &'static str,
        /// The encoder's own words.
        detail: String,
    },
}

impl Error {
    /// What the user can do, as a full sentence; none where nothing helps.
    #[must_use]
    pub fn remedy(&self) -> Option<String> {
        Some(match self {
            Self::EmptyFile => "Copy the photo again from the camera or phone.".into(),
            Self::NotAPhoto { .. } => "Give a JPEG, PNG, TIFF, WebP or HEIC file.".into(),
            Self::Damaged { .. } => "Copy the photo again from the camera, or export it as JPEG.".into(),
            Self::Unsupported { .. } => "Export the photo as JPEG or 8-bit PNG.".into(),
            Self::TooLarge { .. } => "Shrink the photo, or raise the limit with --max-megapixels.".into(),
            Self::TooSmall { .. } => "Give the original photo, not a thumbnail.".into(),
            Self::Scale { remedy, .. } | Self::Unusable { remedy, .. } => remedy.clone(),
            Self::Profile { .. } => "Correct the line; a key that is not known can be left out.".into(),
            Self::Rules { .. } => "Check the file with `scalpmap rules --rules FILE`.".into(),
            Self::Quantity(_) | Self::Segmentation { .. } | Self::Encode { .. } => return None,
        })
    }
}
