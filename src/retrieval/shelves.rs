//! One state of a catalog as searches see it: the index as of one commit, the products that it speaks of, and what
//! ranking needs of each document at hand. It never changes; an update makes the next one, which shares all that
//! stayed.

use std::sync::Arc;

use tantivy::{
    DocSet, Searcher, SegmentReader, TERMINATED, Term, index::SegmentId, schema::IndexRecordOption,
};

use super::catalog::{Fields, columns};
use crate::{
    domain::{ProductId, trade::Product},
    encoder::Vector,
};

/// Products of one board.
const BOARD: usize = 1024;
/// Documents that are ranked at once.
pub(super) const WINDOW: u32 = 4096;

type Board = Arc<Vec<Option<Arc<Product>>>>;

/// Products by their place. A copy shares every board until it is changed.
#[derive(Clone, Default)]
pub(super) struct Shelves {
    boards: Vec<Board>,
    /// Places taken or freed so far.
    places: u32,
    free: Vec<u32>,
    count: usize,
}

impl Shelves {
    pub(super) fn new(products: &[Arc<Product>]) -> Self {
        let board = |some: &[Arc<Product>]| Arc::new(some.iter().cloned().map(Some).collect::<Vec<_>>());
        let places = u32::try_from(products.len()).unwrap_or(u32::MAX);
        let boards = products.chunks(BOARD).map(board).collect();
        Self { boards, places, free: Vec::new(), count: products.len() }
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// Places are numbers below this.
    pub(super) fn places(&self) -> u32 {
        self.places
    }

    pub(super) fn get(&self, place: u32) -> Option<&Arc<Product>> {
        let place = place as usize;
        self.boards.get(place / BOARD)?.get(place % BOARD)?.as_ref()
    }

    /// Every product, in the order of their places.
    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<Product>> {
        self.boards.iter().flat_map(|board| board.iter()).flatten()
    }

    /// Puts a product in a place that is free.
    pub(super) fn add(&mut self, product: Arc<Product>) -> u32 {
        let place = self.free.pop().unwrap_or(self.places);
        self.places = self.places.max(place.saturating_add(1));
        self.count += 1;
        self.put(place, Some(product));
        place
    }

    /// Puts another product in the place of one.
    pub(super) fn replace(&mut self, place: u32, product: Arc<Product>) {
        self.put(place, Some(product));
    }

    /// Takes a product away.
    pub(super) fn remove(&mut self, place: u32) {
        if self.get(place).is_some() {
            self.put(place, None);
            self.count -= 1;
            self.free.push(place);
        }
    }

    fn put(&mut self, place: u32, product: Option<Arc<Product>>) {
        let (board, slot) = (place as usize / BOARD, place as usize % BOARD);
        while self.boards.len() <= board {
            self.boards.push(Arc::default());
        }
        let board = Arc::make_mut(&mut self.boards[board]);
        if board.len() <= slot {
            board.resize(slot + 1, None);
        }
        board[slot] = product;
    }
}

/// What ranking reads of the documents of one segment, by their number.
pub(super) struct Columns {
    segment: SegmentId,
    pub(super) place: Vec<u32>,
    pub(super) price: Vec<u64>,
    pub(super) in_stock: Vec<bool>,
    pub(super) sales: Vec<u32>,
    /// For each window the most units sold of any document from there on.
    pub(super) most_sold: Vec<u32>,
}

impl Columns {
    fn of(segment: &SegmentReader) -> tantivy::Result<Self> {
        let column = |name: &str| -> tantivy::Result<Vec<u64>> {
            let column = segment.fast_fields().u64(name)?;
            Ok((0..segment.max_doc()).map(|document| column.first(document).unwrap_or_default()).collect())
        };
        let small = |name: &str| -> tantivy::Result<Vec<u32>> {
            Ok(column(name)?.into_iter().map(|value| u32::try_from(value).unwrap_or(u32::MAX)).collect())
        };
        let sales = small(columns::SALES)?;
        let mut most_sold: Vec<u32> = sales
            .chunks(WINDOW as usize)
            .map(|window| window.iter().copied().max().unwrap_or_default())
            .collect();
        for window in (1..most_sold.len()).rev() {
            most_sold[window - 1] = most_sold[window - 1].max(most_sold[window]);
        }
        Ok(Self {
            segment: segment.segment_id(),
            place: small(columns::PLACE)?,
            price: column(columns::PRICE)?,
            in_stock: column(columns::STOCK)?.into_iter().map(|stock| 0 < stock).collect(),
            sales,
            most_sold,
        })
    }
}

/// One state of the catalog.
pub(super) struct Snapshot {
    pub(super) searcher: Searcher,
    /// For each segment.
    pub(super) columns: Vec<Arc<Columns>>,
    /// Segment and number of every window, those with the best sold first.
    pub(super) windows: Vec<(u32, u32)>,
    pub(super) shelves: Shelves,
    /// The most units sold of any product, at least 1.
    pub(super) most: u32,
    /// Vectors by place.
    pub(super) vectors: Arc<Vec<(usize, Vector)>>,
}

impl Snapshot {
    /// A state, with what the one before has read of the segments that are still there.
    pub(super) fn new(
        searcher: Searcher,
        shelves: Shelves,
        vectors: Arc<Vec<(usize, Vector)>>,
        before: Option<&Self>,
    ) -> tantivy::Result<Self> {
        let known = |segment: &SegmentReader| {
            let known = before.into_iter().flat_map(|before| &before.columns);
            known.into_iter().find(|columns| columns.segment == segment.segment_id()).cloned()
        };
        let mut columns = Vec::new();
        for segment in searcher.segment_readers() {
            columns.push(match known(segment) {
                Some(columns) => columns,
                None => Arc::new(Columns::of(segment)?),
            });
        }
        let mut windows: Vec<(u32, u32)> = Vec::new();
        for (segment, columns) in (0_u32..).zip(&columns) {
            windows.extend((0_u32..).zip(&columns.most_sold).map(|(window, _)| (segment, window)));
        }
        let most_sold =
            |&(segment, window): &(u32, u32)| columns[segment as usize].most_sold[window as usize];
        // A segment's windows stay in their order, for no later one has more.
        windows.sort_by_key(|window| std::cmp::Reverse(most_sold(window)));
        let most = windows.first().map_or(0, most_sold).max(1);
        Ok(Self { searcher, columns, windows, shelves, most, vectors })
    }

    /// The same with other vectors.
    pub(super) fn with_vectors(&self, vectors: Arc<Vec<(usize, Vector)>>) -> Self {
        Self {
            searcher: self.searcher.clone(),
            columns: self.columns.clone(),
            windows: self.windows.clone(),
            shelves: self.shelves.clone(),
            most: self.most,
            vectors,
        }
    }

    /// From 0 to 1 by units sold.
    pub(super) fn popularity(&self, sales: u32) -> f32 {
        sales as f32 / self.most as f32
    }

    /// Where a product stands.
    pub(super) fn place(&self, fields: &Fields, id: &ProductId) -> tantivy::Result<Option<u32>> {
        let term = Term::from_field_text(fields.id, id.as_str());
        for (segment, columns) in self.searcher.segment_readers().iter().zip(&self.columns) {
            let index = segment.inverted_index(fields.id)?;
            let Some(mut found) = index.read_postings(&term, IndexRecordOption::Basic)? else { continue };
            while found.doc() != TERMINATED {
                if !segment.is_deleted(found.doc()) {
                    return Ok(columns.place.get(found.doc() as usize).copied());
                }
                found.advance();
            }
        }
        Ok(None)
    }
}
