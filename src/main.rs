//! The command line program.

fn main() -> std::process::ExitCode {
    scalpmap::cli::main()
}
