//! Keeps the direction of the pipeline: a stage never imports a later one.

use std::fs;
use std::path::{Path, PathBuf};

/// Modules in order; those in one group may import each other, and everything in groups before.
const LAYERS: &[&[&str]] = &[
    &["units"],
    &["plane"],
    &["kernel"],
    &["error", "fonts"],
    &["photo"],
    &["view", "scale"],
    &["segmentation"],
    &["quality"],
    &["follicle"],
    &["density", "coverage"],
    &["findings"],
    &["plan"],
    &["analysis"],
    &["report"],
    &["phantom"],
    &["evaluate"],
    &["batch"],
    &["cli"],
];

/// What the root re-exports, and the module it comes from.
const ROOT_NAMES: &[(&str, &str)] =
    &[("Analysis", "analysis"), ("Options", "analysis"), ("analyze", "analysis"), ("Error", "error")];

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|group| group.contains(&module))
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("src is readable") {
        let path = entry.expect("entry is readable").path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// Modules named in a line of code by `crate::NAME`, also within `crate::{A, B}`; comments and docs do not count.
fn imports(line: &str) -> Vec<String> {
    let code = line.split("//").next().unwrap_or_default();
    let mut names = Vec::new();
    for part in code.split("crate::").skip(1) {
        if let Some(list) = part.strip_prefix('{') {
            // Only the names at the list's own depth: in `{a::{B, C}, d}` these are `a` and `d`.
            let (mut depth, mut name) = (0, String::new());
            for c in list.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => names.push(std::mem::take(&mut name)),
                    _ if depth == 0 => name.push(c),
                    _ => {}
                }
            }
            names.push(name);
        } else {
            names.push(part.to_owned());
        }
    }
    let first = |n: String| n.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let module = |n: String| ROOT_NAMES.iter().find(|(name, _)| *name == n).map_or(n, |(_, m)| (*m).to_owned());
    names.into_iter().map(first).map(module).collect()
}

fn violations(module: &str, text: &str) -> Vec<String> {
    let own = layer_of(module).unwrap_or_else(|| panic!("module `{module}` is in no layer of this test: add it"));
    // Tests may draw phantoms to have a truth; the pipeline itself must not.
    let code = text.split("#[cfg(test)]\nmod").next().unwrap_or_default();
    let mut found = Vec::new();
    for (number, line) in code.lines().enumerate() {
        for name in imports(line) {
            if layer_of(&name).is_some_and(|layer| layer > own) {
                found.push(format!("line {}: {module} imports {name}", number + 1));
            }
        }
    }
    found
}

#[test]
fn no_stage_imports_a_later_one() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    assert!(files.len() > 10, "the sources are found");
    let mut wrong = Vec::new();
    for file in files {
        let inside = file.strip_prefix(&src).expect("inside src");
        let first = inside.components().next().expect("a name").as_os_str().to_string_lossy().replace(".rs", "");
        // The kernel lies beside the densities that it is named for, and serves stages before them.
        let module = if inside.starts_with("density/kernel") { "kernel".to_owned() } else { first };
        // A file of tests is one `#[cfg(test)] mod tests`, which [`violations`] leaves out where it is inline.
        if module == "lib" || module == "main" || file.ends_with("tests.rs") {
            continue;
        }
        let text = fs::read_to_string(&file).expect("source is text");
        wrong.extend(violations(&module, &text).into_iter().map(|v| format!("{}: {v}", inside.display())));
    }
    assert!(wrong.is_empty(), "imports against the pipeline's direction:\n{}", wrong.join("\n"));
}

#[test]
fn the_check_sees_an_import_against_the_direction() {
    assert_eq!(violations("photo", "use crate::plan::Plan;").len(), 1);
    assert_eq!(violations("photo", "use crate::{error::Error, plan::{Plan, Reason}};").len(), 1);
    assert_eq!(violations("plan", "use crate::photo::Photo; // not crate::report").len(), 0);
    assert_eq!(violations("photo", "let x = crate::analyze(photo, &options);").len(), 1);
}
