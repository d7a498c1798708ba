//! A distinct STEM for each photo, so that no result replaces another's.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::Job;

/// The jobs of a list of photos in its order, and what a reader must know about their names.
///
/// The same file given twice is analysed once. Different files with one STEM (from two folders, or `a.jpg` and `a.png`) get
/// `STEM`, `STEM-2`, `STEM-3` in input order. STEMs that differ only in case count as one, because some disks do not tell them apart.
#[must_use]
pub fn jobs(photos: &[PathBuf]) -> (Vec<Job>, Vec<String>) {
    let mut warnings = Vec::new();
    let mut seen = HashSet::new();
    let photos: Vec<&PathBuf> = photos
        .iter()
        .filter(|path| {
            let fresh = seen.insert(path.canonicalize().unwrap_or_else(|_| (*path).clone()));
            if !fresh {
                warnings.push(format!("given more than once, analysed once: {}", path.display()));
            }
            fresh
        })
        .collect();
    let stem = |path: &Path| path.file_stem().unwrap_or(OsStr::new("photo")).to_owned();
    let key = |stem: &OsStr| stem.to_string_lossy().to_lowercase();
    let mut wanted: HashMap<String, usize> = HashMap::new();
    for path in &photos {
        *wanted.entry(key(&stem(path))).or_default() += 1;
    }
    let mut taken: HashSet<String> = HashSet::new();
    let jobs = photos
        .into_iter()
        .map(|path| {
            let natural = stem(path);
            let mut name = natural.clone();
            let mut n = 1;
            // A number that is another photo's own STEM is left to that photo.
            while taken.contains(&key(&name)) || (n > 1 && wanted.contains_key(&key(&name))) {
                n += 1;
                name = OsString::from_iter([natural.as_os_str(), OsStr::new(&format!("-{n}"))]);
            }
            if n > 1 {
                warnings.push(format!(
                    "another photo is named {} too; the results of this one are named {}: {}",
                    natural.display(),
                    name.display(),
                    path.display()
                ));
            }
            taken.insert(key(&name));
            Job { path: path.clone(), stem: name }
        })
        .collect();
    (jobs, warnings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stems(paths: &[&str]) -> (Vec<String>, usize) {
        let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        let (jobs, warnings) = jobs(&paths);
        (jobs.iter().map(|j| j.stem.to_string_lossy().into_owned()).collect(), warnings.len())
    }

    #[test]
    fn equal_stems_are_numbered_in_input_order() {
        assert_eq!(
            stems(&["x/a.jpg", "y/a.jpg", "z/A.PNG", "b.jpg"]),
            (vec!["a".into(), "a-2".into(), "A-3".into(), "b".into()], 2)
        );
    }

    #[test]
    fn a_number_never_takes_another_photos_name() {
        assert_eq!(stems(&["x/a.jpg", "y/a.jpg", "a-2.jpg"]).0, ["a", "a-3", "a-2"]);
    }

    #[test]
    fn the_same_file_is_analysed_once() {
        assert_eq!(stems(&["Cargo.toml", "./Cargo.toml", "src/../Cargo.toml"]), (vec!["Cargo".into()], 2));
    }
}
