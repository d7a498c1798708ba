//! Files and folders as named by the user to a list of photos.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Endings of the names that a folder is searched for; a file that is named itself is read whatever it is called.
const PHOTO_ENDINGS: [&str; 10] = ["jpg", "jpeg", "jpe", "png", "tif", "tiff", "webp", "heic", "heif", "hif"];

/// Endings of the pictures that this program writes; a folder that holds results and photos is searched for photos only.
const OUTPUT_ENDINGS: [&str; 11] = [
    ".tissue.png",
    ".coverage.png",
    ".overlay.png",
    ".caliber.png",
    ".density.png",
    ".scale.png",
    ".session1.png",
    ".session2.png",
    ".session3.png",
    ".session4.png",
    ".healed.png",
];

/// All photos: named files as they are, folders searched with their subfolders in the order of names, hidden files left out.
/// A folder that cannot be read stays in the list, so that it fails by name when its turn comes.
#[must_use]
pub fn photos(named: &[PathBuf]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in named {
        if path.is_dir() {
            walk(path, &mut found);
        } else {
            found.push(path.clone());
        }
    }
    found
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        found.push(folder.to_owned());
        return;
    };
    let mut entries: Vec<_> = entries.flatten().collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        if name.as_encoded_bytes().starts_with(b".") {
            continue;
        }
        // A link to a folder is not followed: it may lead back up.
        match entry.file_type() {
            Ok(t) if t.is_dir() => walk(&entry.path(), found),
            Ok(_) if looks_like_photo(&name) && entry.path().is_file() => found.push(entry.path()),
            _ => {}
        }
    }
}

fn looks_like_photo(name: &OsStr) -> bool {
    let lower = name.to_string_lossy().to_lowercase();
    let ending = lower.rsplit_once('.').map_or("", |(_, e)| e);
    PHOTO_ENDINGS.contains(&ending) && !OUTPUT_ENDINGS.iter().any(|e| lower.ends_with(e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_gives_its_photos_in_order_without_results() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("b")).unwrap();
        for name in
            ["c.JPG", "a.heic", "b/z.png", ".hidden.jpg", "a.overlay.png", "a.session1.png", "a.json", "notes.txt"]
        {
            std::fs::write(dir.path().join(name), b"x").unwrap();
        }
        let found = photos(&[dir.path().to_owned()]);
        let names: Vec<_> = found.iter().map(|p| p.strip_prefix(dir.path()).unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["a.heic", "b/z.png", "c.JPG"]);
    }

    #[test]
    fn a_named_file_is_kept_whatever_its_ending() {
        assert_eq!(photos(&[PathBuf::from("no such file")]), [PathBuf::from("no such file")]);
    }
}
