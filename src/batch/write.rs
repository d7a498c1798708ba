//! Files that appear whole or not at all: a temporary name in the same folder, then a rename.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use sha2::Digest;

/// Temporary files that are being written, so that an interrupt can remove them.
static UNFINISHED: Mutex<Option<HashSet<PathBuf>>> = Mutex::new(None);

fn unfinished() -> MutexGuard<'static, Option<HashSet<PathBuf>>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes every temporary file and calls `end`, which ends the program. Nothing new is begun meanwhile.
pub fn discard_unfinished(end: impl FnOnce()) {
    // Held until the program ends: a thread that wants to begin or to finish a file waits here.
    let mut files = unfinished();
    for path in files.take().unwrap_or_default() {
        let _ = std::fs::remove_file(path);
    }
    end();
    drop(files);
}

/// Writes `bytes` under `name` in `folder`, replacing what was there.
///
/// # Errors
/// What the file system says; then nothing is left behind.
pub fn whole(folder: &Path, name: &OsStr, bytes: &[u8]) -> io::Result<PathBuf> {
    let target = folder.join(name);
    let mut builder = tempfile::Builder::new();
    builder.prefix(".scalpmap-").suffix(".tmp");
    #[cfg(unix)]
    {
        // A temporary file is private by default; results are as readable as any new file.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut temporary = {
        let mut files = unfinished();
        let temporary = builder.tempfile_in(folder)?;
        files.get_or_insert_default().insert(temporary.path().to_owned());
        temporary
    };
    let path = temporary.path().to_owned();
    let written = temporary.write_all(bytes).and_then(|()| temporary.as_file().sync_data());
    let mut files = unfinished();
    let done = match written {
        Ok(()) => temporary.persist(&target).map(|_| target).map_err(|e| e.error),
        Err(e) => Err(e),
    };
    if let Some(files) = files.as_mut() {
        files.remove(&path);
    }
    done
}

/// Whether a JSON file holds the results of another photo than the one with this SHA-256. A file that cannot be understood is another's.
#[must_use]
pub fn holds_another(json: &Path, sha256: &str) -> bool {
    let Ok(bytes) = std::fs::read(json) else { return json.exists() };
    let held = serde_json::from_slice::<serde_json::Value>(&bytes).ok();
    held.as_ref().and_then(|v| v["photo"]["sha256"].as_str()) != Some(sha256)
}

/// SHA-256 as lower-case hex.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    sha2::Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_replaces_the_old_one_and_leaves_no_temporary() {
        let dir = tempfile::tempdir().unwrap();
        for text in [b"one", b"two"] {
            whole(dir.path(), OsStr::new("a.json"), text).unwrap();
        }
        assert_eq!(std::fs::read(dir.path().join("a.json")).unwrap(), b"two");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_name_that_is_taken_by_a_folder_leaves_no_temporary() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("a.json")).unwrap();
        assert!(whole(dir.path(), OsStr::new("a.json"), b"x").is_err());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn only_the_same_photo_may_replace_its_results() {
        let dir = tempfile::tempdir().unwrap();
        let json = dir.path().join("a.json");
        assert!(!holds_another(&json, "00"));
        std::fs::write(&json, br#"{"photo": {"sha256": "00"}}"#).unwrap();
        assert!(!holds_another(&json, "00"));
        assert!(holds_another(&json, "11"));
        std::fs::write(&json, b"my own notes").unwrap();
        assert!(holds_another(&json, "00"));
    }
}
