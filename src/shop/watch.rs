//! Tells of edits in a folder of merchant's files soon after they are saved. What is then loaded is the listener's
//! business; nothing is read here.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

/// Quiet for so long, a save is taken to be over: editors write a file in several steps.
const QUIET: Duration = Duration::from_millis(60);

/// The longest an edit waits for quiet.
const LONGEST: Duration = Duration::from_millis(200);

/// A watch that lasts until it is dropped.
#[derive(Debug)]
pub struct Watch {
    _watcher: RecommendedWatcher,
}

/// Why a folder cannot be watched.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// The system refused.
    #[error("cannot watch {path}")]
    Watch {
        /// The folder.
        path: PathBuf,
        /// Why not.
        #[source]
        source: notify::Error,
    },
    /// The thread that waits for quiet did not start.
    #[error("cannot start the watching thread")]
    Thread(#[source] std::io::Error),
}

/// Watches a folder and everything below it. After an edit, `listener` is called within 200 ms, on a thread of its
/// own, with the paths that changed, written as in a [`super::Tree`]; an empty set means that anything may have.
pub fn watch(
    root: &Path,
    listener: impl FnMut(BTreeSet<String>) + Send + 'static,
) -> Result<Watch, WatchError> {
    let failed = |source| WatchError::Watch { path: root.to_owned(), source };
    let (sender, receiver) = channel();
    // Sending fails only when the waiting thread is gone, and then nobody listens.
    let mut watcher = notify::recommended_watcher(move |event| drop(sender.send(event))).map_err(failed)?;
    let folder = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    watcher.watch(&folder, RecursiveMode::Recursive).map_err(failed)?;
    std::thread::Builder::new()
        .name("watch-intents".to_owned())
        .spawn(move || wait(&folder, &receiver, listener))
        .map_err(WatchError::Thread)?;
    Ok(Watch { _watcher: watcher })
}

/// Gathers what changes until it is quiet, again and again, until the watch is dropped.
fn wait(root: &Path, events: &Receiver<notify::Result<Event>>, mut listener: impl FnMut(BTreeSet<String>)) {
    while let Ok(first) = events.recv() {
        let mut changes = Changes::default();
        changes.add(root, first);
        let started = Instant::now();
        while let Some(left) = LONGEST.checked_sub(started.elapsed()) {
            match events.recv_timeout(left.min(QUIET)) {
                Ok(event) => changes.add(root, event),
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
        if changes.anything {
            listener(BTreeSet::new());
        } else if !changes.paths.is_empty() {
            listener(changes.paths);
        }
    }
}

#[derive(Default)]
struct Changes {
    paths: BTreeSet<String>,
    anything: bool,
}

impl Changes {
    fn add(&mut self, root: &Path, event: notify::Result<Event>) {
        let Ok(event) = event else {
            self.anything = true;
            return;
        };
        if event.need_rescan() {
            self.anything = true;
        }
        // Reading a file is no edit; our own loading would wake us forever.
        if !matches!(event.kind, EventKind::Access(_)) {
            self.paths.extend(event.paths.iter().filter_map(|path| name(root, path)));
        }
    }
}

/// The path as in a tree; `None` for what no shop reads, such as an editor's own files.
fn name(root: &Path, path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> =
        path.strip_prefix(root).ok()?.components().map(|part| part.as_os_str().to_str()).collect();
    let parts = parts?;
    let last = parts.last()?;
    let folder_or_known = !last.contains('.') || last.ends_with(".toml") || last.ends_with(".jsonl");
    let hidden = parts.iter().any(|part| part.starts_with('.'));
    (folder_or_known && !hidden).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saved_file_is_told_by_its_path() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let shop = folder.path().join("shops/tea/faq");
        std::fs::create_dir_all(&shop).expect("folders");
        let (sender, receiver) = channel();
        let watch = watch(folder.path(), move |paths| drop(sender.send(paths))).expect("watching");
        std::fs::write(shop.join("notes.txt~"), "no").expect("written");
        std::fs::write(shop.join("tea.toml"), "version = 1").expect("written");
        let mut told = BTreeSet::new();
        while !told.contains("shops/tea/faq/tea.toml") {
            told.extend(receiver.recv_timeout(Duration::from_secs(20)).expect("the edit is told"));
        }
        assert!(!told.iter().any(|path| path.ends_with('~')), "{told:?}");
        drop(watch);
        let end = loop {
            match receiver.recv_timeout(Duration::from_secs(20)) {
                Ok(_) => {}
                Err(end) => break end,
            }
        };
        assert_eq!(end, RecvTimeoutError::Disconnected, "the thread ends with the watch");
    }

    #[test]
    fn only_what_shops_read_is_told() {
        let root = Path::new("/r");
        for (path, expected) in [
            ("/r/shops/a/faq/x.toml", Some("shops/a/faq/x.toml")),
            ("/r/shops/a/catalog/products.jsonl", Some("shops/a/catalog/products.jsonl")),
            ("/r/shops/a/faq", Some("shops/a/faq")),
            ("/r/shops/a/faq/.x.toml.swp", None),
            ("/r/.git/x.toml", None),
            ("/r/shops/a/faq/x.toml~", None),
            ("/r", None),
            ("/elsewhere/x.toml", None),
        ] {
            assert_eq!(name(root, Path::new(path)).as_deref(), expected, "{path}");
        }
    }
}
