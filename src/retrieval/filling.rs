//! Filling an index of products from nothing: on all cores, the best sold first.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tantivy::{Index, IndexWriter, TantivyError, indexer::NoMergePolicy};

use super::{
    catalog::{self, Fields},
    listing::{Reader, Terms, Words},
};
use crate::domain::trade::Product;

/// What an index writer needs at least.
pub(super) const LEAST_MEMORY: usize = 15_000_000;
/// Bytes that a product takes while it is indexed.
const OF_A_PRODUCT: usize = 600;
/// And one thread's products at most; what is more becomes another segment.
const MOST_MEMORY: usize = 800_000_000;
/// A catalog up to this is indexed in one thread, always in the same order.
const SMALL: usize = 10_000;
/// Threads at most.
const MOST_THREADS: usize = 8;
/// Products that a thread takes at once.
const TAKEN: usize = 256;

/// Writes all products, by their place, and learns their words.
pub(super) fn fill(
    index: &Index,
    fields: &Fields,
    terms: &Terms,
    products: &[Arc<Product>],
) -> tantivy::Result<Words> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
    let threads = if products.len() <= SMALL { 1 } else { cores };
    let memory = (products.len() * OF_A_PRODUCT / threads).clamp(LEAST_MEMORY, MOST_MEMORY);
    let mut writer: IndexWriter = index.writer_with_num_threads(threads, memory * threads)?;
    writer.set_merge_policy(Box::new(NoMergePolicy));
    let mut order: Vec<u32> = (0..u32::try_from(products.len()).unwrap_or(u32::MAX)).collect();
    order.sort_by_key(|place| std::cmp::Reverse(products[*place as usize].sales));
    let (chunks, next) = (order.chunks(TAKEN).collect::<Vec<_>>(), AtomicUsize::new(0));
    let read = || -> tantivy::Result<Words> {
        let mut reader = Reader::new(terms, Words::default());
        while let Some(chunk) = chunks.get(next.fetch_add(1, Ordering::Relaxed)) {
            for place in *chunk {
                let product = &products[*place as usize];
                writer.add_document(catalog::document(fields, &mut reader, product, *place))?;
            }
        }
        Ok(reader.words)
    };
    let mut words = Words::default();
    std::thread::scope(|scope| -> tantivy::Result<()> {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(read)).collect();
        words.join(read()?);
        for other in others {
            let read = other.join();
            words.join(read.map_err(|_| TantivyError::ErrorInThread("a reader panicked".to_owned()))??);
        }
        Ok(())
    })?;
    writer.commit()?;
    words.bound();
    Ok(words)
}
