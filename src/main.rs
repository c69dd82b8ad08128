//! The program: hands its arguments over to the command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    perfbot::cli::main(std::env::args_os())
}
