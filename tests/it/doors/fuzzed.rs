//! What the fuzzer is fed, without a fuzzer: every seed, every case that once was a fault, and changes of them that come
//! the same each time. `XIAOER_FUZZ_SECONDS` gives each reader that long instead of a fixed number of changes.

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

#[expect(unreachable_pub, reason = "the fuzzer's programs are another crate")]
#[path = "../../fuzz/src/targets.rs"]
pub(crate) mod targets;

/// Changes tried of each reader where no time is given.
const CHANGES: usize = 400;
/// What means something to one reader or another.
const PIECES: [&[u8]; 14] = [
    b"\"",
    b"[",
    b"]",
    b"{",
    b"}",
    b"=",
    b",",
    b"\n",
    b"\0",
    b"\xff\xfe",
    b"-1",
    b"99999999999999999999",
    b"1e400",
    "店".as_bytes(),
];

/// Everything below one of the folders of `tests/fuzz` for a reader.
fn inputs(folder: &str, target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = targets::root().join("tests/fuzz").join(folder).join(target);
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<_> = entries
        .map(|entry| entry.expect("it can be read").path())
        .map(|path| (path.display().to_string(), fs::read(&path).expect("it can be read")))
        .collect();
    found.sort();
    found
}

/// Numbers that come the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound.max(1) as u64).expect("it is below the bound")
    }
}

fn changed(numbers: &mut Numbers, seeds: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = seeds[numbers.below(seeds.len())].1.clone();
    for _ in 0..=numbers.below(6) {
        let at = numbers.below(bytes.len() + 1);
        let until = at + numbers.below((bytes.len() - at).min(64) + 1);
        match numbers.below(6) {
            0 => bytes.get_mut(at).into_iter().for_each(|byte| *byte ^= 1 << numbers.below(8)),
            1 => bytes.insert(at, u8::try_from(numbers.below(256)).expect("a byte")),
            2 => drop(bytes.drain(at..until)),
            3 => {
                let piece = PIECES[numbers.below(PIECES.len())];
                drop(bytes.splice(at..until, piece.iter().copied()));
            }
            4 => {
                let again: Vec<u8> = bytes[at..until].repeat(1 + numbers.below(20));
                drop(bytes.splice(at..at, again));
            }
            _ => {
                let other = &seeds[numbers.below(seeds.len())].1;
                let from = numbers.below(other.len() + 1);
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
        }
        bytes.truncate(16 * 1024);
    }
    bytes
}

#[test]
fn no_reader_of_outside_data_is_brought_down() {
    let given = std::env::var("XIAOER_FUZZ_SECONDS").ok();
    let given = given.map(|seconds| Duration::from_secs(seconds.parse().expect("seconds")));
    for (name, target) in targets::TARGETS {
        let (seeds, cases) = (inputs("seeds", name), inputs("cases", name));
        assert!(!seeds.is_empty(), "{name} has no seeds");
        for (path, bytes) in seeds.iter().chain(&cases) {
            assert!(catch_unwind(|| target(bytes)).is_ok(), "{path}");
        }
        let (mut numbers, begun, mut tried) = (Numbers(20_261_129), Instant::now(), 0);
        while given.map_or(tried < CHANGES, |time| begun.elapsed() < time) {
            let bytes = changed(&mut numbers, &seeds);
            let fine = catch_unwind(AssertUnwindSafe(|| target(&bytes))).is_ok();
            assert!(fine, "{name} falls by {:?}", String::from_utf8_lossy(&bytes));
            tried += 1;
        }
    }
}

/// The folders and the fuzzer's programs are those of the list.
#[test]
fn every_reader_has_its_program() {
    let manifest = fs::read_to_string(targets::root().join("tests/fuzz/Cargo.toml")).expect("it can be read");
    for (name, _) in targets::TARGETS {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
    }
    assert_eq!(manifest.matches("[[bin]]").count(), targets::TARGETS.len());
}
