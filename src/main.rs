//! The `xiaoer` binary: everything it does is in the library.

use std::process::ExitCode;

// The system's allocator keeps what learning needed for a moment: a third more memory after a few saved files.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    give_memory_back_at_once();
    xiaoer::cli::main()
}

/// By default the allocator keeps freed pages for a second and gives them back when next asked for some, which a quiet
/// server may never be: half of its memory would be what learning a shop needed for a moment.
#[expect(unsafe_code, reason = "the allocator's options have no other way in")]
fn give_memory_back_at_once() {
    /// `mi_option_purge_delay`, in milliseconds; the bindings do not name it.
    const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;
    // SAFETY: it sets one number of a table that the allocator reads from any thread.
    unsafe { libmimalloc_sys::mi_option_set(PURGE_DELAY, 0) }
}
