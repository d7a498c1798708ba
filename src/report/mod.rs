//! An analysis as bytes: JSON, PNG layers, the overlay, PDF. Nothing here touches a file.

pub mod caliber;
pub(crate) mod canvas;
pub mod json;
pub mod overlay;
pub mod pdf;
pub mod png;
pub mod preview;
pub mod summary;
pub mod words;

/// The name of a bald region in the overlay, the JSON and the report: A to Z, then A2 to Z2 and so on.
#[must_use]
pub fn region_label(index: usize) -> String {
    let letter = char::from(b'A' + (index % 26) as u8);
    match index / 26 {
        0 => letter.to_string(),
        round => format!("{letter}{}", round + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::region_label;

    #[test]
    fn labels_never_repeat() {
        assert_eq!([0, 25, 26, 52].map(region_label), ["A", "Z", "A2", "A3"]);
    }
}
