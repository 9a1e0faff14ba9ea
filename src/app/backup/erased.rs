//! What was erased after a backup was made must not come back with it.
//!
//! A backup holds what shoppers had erased since. Where the data folder of before is still at hand, its database knows what
//! that was.

use std::path::Path;

/// Erases again in the data folder `restored` what the one of `before` says was erased; how many erasures there were.
///
/// # Errors
/// A database that can't be read or changed.
pub(super) fn erase_again(before: &Path, restored: &Path) -> anyhow::Result<usize> {
    // Nothing is erased yet: no table tells of it.
    let _ = (before, restored);
    Ok(0)
}
