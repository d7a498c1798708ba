//! `scalpmap marker`: writes the sheet with printed markers.

use std::ffi::OsStr;
use std::path::Path;

use super::End;
use super::args::MarkerArgs;
use super::terminal::Terminal;
use crate::batch::write;
use crate::scale::sheet;

/// Runs the command.
pub fn run(args: &MarkerArgs) -> End {
    let terminal = Terminal::new(0, true);
    let pdf = match sheet::pdf(args.size) {
        Ok(pdf) => pdf,
        Err(e) => {
            terminal.error(&e.to_string(), e.remedy().as_deref(), None);
            return End::Usage;
        }
    };
    let folder = args.out.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = args.out.file_name().unwrap_or(OsStr::new("marker.pdf"));
    match write::whole(folder, name, &pdf) {
        Ok(path) => {
            terminal.out(&format!("{}: print at 100 % and check the ruler on it.\n", path.display()));
            End::Fine
        }
        Err(e) => {
            terminal.error(&e.to_string(), Some("Give a file in a folder that can be written to."), Some(&args.out));
            End::SomeFailed
        }
    }
}
