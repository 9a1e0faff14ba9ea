//! The `xiaoer` binary: everything it does is in the library.

use std::process::ExitCode;

// The system's allocator keeps what learning needed for a moment: a third more memory after a few saved files.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    xiaoer::cli::main()
}
