//! The program as its users call it: good photos, bad photos, wrong usage.
//!
//! Photos are made here, so that the tests need nothing but the program.

mod bad_input;
mod evaluate;
mod outputs;
mod usage;
mod visit;

use std::path::{Path, PathBuf};

use assert_cmd::Command;

/// A folder for one test, and the program run in it.
pub struct Bench {
    dir: tempfile::TempDir,
}

impl Bench {
    /// An empty folder.
    pub fn empty() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a file and gives its path.
    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// The program, in the folder, without the colours and the bar of a terminal.
    pub fn scalpmap(&self, args: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("scalpmap"));
        command.current_dir(self.dir.path()).env("NO_COLOR", "1").args(args);
        command
    }

    /// A JSON file.
    pub fn json(&self, name: &str) -> serde_json::Value {
        serde_json::from_slice(&std::fs::read(self.path(name)).unwrap()).unwrap()
    }

    /// Names of the files in a folder, sorted.
    pub fn names(&self, folder: &str) -> Vec<String> {
        names(&self.path(folder))
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// An image in a format.
pub fn encoded(image: &image::RgbImage, format: image::ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A face-like oval with dark hair above, before a grey wall.
pub fn head() -> Vec<u8> {
    let picture = image::RgbImage::from_fn(240, 240, |x, y| {
        let (dx, dy) = ((f64::from(x) - 120.0) / 70.0, (f64::from(y) - 120.0) / 95.0);
        let grain = ((x * 7 + y * 13) % 11) as u8;
        image::Rgb(match (dx * dx + dy * dy < 1.0, dy < -0.45) {
            (true, true) => [40 + grain, 30 + grain, 25 + grain],
            (true, false) => [205 - grain, 160 - grain, 135 - grain],
            _ => [128, 130, 133],
        })
    });
    encoded(&picture, image::ImageFormat::Jpeg)
}

/// Pale skin with dark shafts, as a dermatoscope sees clipped hair.
pub fn closeup() -> Vec<u8> {
    let picture = image::RgbImage::from_fn(256, 256, |x, y| {
        let (cx, cy) = (x % 64, y % 64);
        let shaft = (20..44).contains(&cy) && (28 + cy / 8..33 + cy / 8).contains(&cx);
        image::Rgb(if shaft { [45, 35, 30] } else { [222, 186, 165] })
    });
    encoded(&picture, image::ImageFormat::Png)
}

/// One colour all over.
pub fn plain(width: u32, height: u32, colour: [u8; 3]) -> Vec<u8> {
    encoded(&image::RgbImage::from_pixel(width, height, image::Rgb(colour)), image::ImageFormat::Png)
}
