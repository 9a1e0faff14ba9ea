//! The best documents of a state of the catalog, without looking at most of the others.
//!
//! Scores are sums of few constants, so most of a large catalog's documents that have a common word score alike and
//! the better sold ones win. Documents lie in the index about by units sold; they are ranked a window at a time, the best
//! sold first. As soon as enough is found, what can't be better is not read: windows whose best could not enter, and the
//! lists of words that alone could bring nobody in (as MaxScore does).

use std::{cmp::Reverse, collections::BinaryHeap, sync::Arc};

use tantivy::{
    SegmentReader, Term,
    postings::BlockSegmentPostings,
    query::DfaWrapper,
    schema::{Field, IndexRecordOption},
};

use super::shelves::{Columns, Snapshot, WINDOW};
use crate::domain::ProductId;

/// Words one letter away from a misspelt one that are looked up, of one field.
const NEAR: usize = 50;
/// A list is looked into, rather than read, where it is so many times longer than the documents in question.
const WORTH_LOOKING: usize = 8;
/// Bounds are compared with some room for rounding.
const ROOM: f32 = 1e-5;

/// A way in which a document may have what is asked for, with what it then counts.
pub(super) enum Way {
    /// It has the term.
    Has(Term, f32),
    /// It has a term that is a letter away from what the automaton was made of.
    Near(Field, Arc<DfaWrapper>, f32),
    /// It has parts: what all of them count, and each where some are missing.
    Parts(Vec<Term>, f32, f32),
}

/// In which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// What fits best; of those that fit alike the best sold.
    Fit,
    /// What fits best; of those that fit alike the cheapest.
    Cheap,
    /// What fits best; of those that fit alike the dearest.
    Dear,
}

/// What to look for.
pub(super) struct Plan<'a> {
    /// The things asked for, each with its ways; the best way of each counts. None at all: everything fits.
    pub(super) concepts: Vec<Vec<Way>>,
    /// A document must have one term of each.
    pub(super) filters: Vec<Vec<Term>>,
    /// Lowest and highest price.
    pub(super) price: Option<(u64, u64)>,
    pub(super) in_stock: bool,
    pub(super) exclude: &'a [ProductId],
    pub(super) order: Order,
    /// What fit and popularity count in the score.
    pub(super) shares: (f32, f32),
    /// What doesn't score more is not found.
    pub(super) floor: f32,
    /// So many at most.
    pub(super) limit: usize,
}

/// A document found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ranked {
    /// What it is ranked by first, and then.
    rank: (f32, u64),
    /// Its place on the shelves.
    pub(super) place: u32,
    /// How much it has of what is asked for.
    pub(super) fit: f32,
}

impl Eq for Ranked {}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let by_rank = self.rank.0.total_cmp(&other.rank.0).then(self.rank.1.cmp(&other.rank.1));
        by_rank.then(other.place.cmp(&self.place))
    }
}

/// The best documents, best first.
pub(super) fn rank(snapshot: &Snapshot, plan: &Plan<'_>) -> tantivy::Result<Vec<Ranked>> {
    let mut best = Best { kept: BinaryHeap::new(), plan };
    let mut pad = Pad::new(plan.concepts.len());
    let mut opened: Vec<Option<Opened<'_>>> = snapshot.columns.iter().map(|_| None).collect();
    for &(segment, window) in &snapshot.windows {
        let columns = &snapshot.columns[segment as usize];
        let most = snapshot.popularity(columns.most_sold[window as usize]);
        let needed = best.needed(most);
        let opened = match &mut opened[segment as usize] {
            Some(opened) => opened,
            place @ None => {
                let reader = snapshot.searcher.segment_reader(segment);
                place.insert(Opened::new(reader, columns, plan)?)
            }
        };
        if best.may_enter(opened.most_fit, most) {
            opened.window(window * WINDOW, needed, &mut pad, &mut best, snapshot);
        }
    }
    let mut found: Vec<Ranked> = best.kept.into_iter().map(|Reverse(ranked)| ranked).collect();
    found.sort_unstable_by(|one, other| other.cmp(one));
    Ok(found)
}

/// The best so far.
struct Best<'a> {
    kept: BinaryHeap<Reverse<Ranked>>,
    plan: &'a Plan<'a>,
}

impl Best<'_> {
    /// How well a document must fit to enter, none being better sold than this.
    fn needed(&self, popularity: f32) -> f32 {
        let (of_fit, of_popularity) = self.plan.shares;
        let floor = (self.plan.floor - of_popularity * popularity) / of_fit;
        let last = self.kept.peek().filter(|_| self.plan.limit <= self.kept.len());
        let last = last.map_or(f32::NEG_INFINITY, |Reverse(last)| match self.plan.order {
            Order::Fit => (last.rank.0 - of_popularity * popularity) / of_fit,
            Order::Cheap | Order::Dear => last.rank.0,
        });
        floor.max(last)
    }

    /// Whether a document that fits so well could enter, being so well sold. Of equals the first stays.
    fn may_enter(&self, fit: f32, popularity: f32) -> bool {
        let (of_fit, of_popularity) = self.plan.shares;
        let score = of_fit * fit + of_popularity * popularity;
        let last = self.kept.peek().filter(|_| self.plan.limit <= self.kept.len());
        let enters = last.is_none_or(|Reverse(last)| match self.plan.order {
            Order::Fit => last.rank.0 < score,
            Order::Cheap | Order::Dear => last.rank.0 <= fit,
        });
        enters && self.plan.floor < score
    }

    fn offer(&mut self, fit: f32, document: usize, columns: &Columns, snapshot: &Snapshot) {
        let (of_fit, of_popularity) = self.plan.shares;
        let score = of_fit * fit + of_popularity * snapshot.popularity(columns.sales[document]);
        if score <= self.plan.floor {
            return;
        }
        let rank = match self.plan.order {
            Order::Fit => (score, 0),
            Order::Cheap => (fit, u64::MAX - columns.price[document]),
            Order::Dear => (fit, columns.price[document]),
        };
        let place = columns.place[document];
        let ranked = Ranked { rank, place, fit };
        let full = self.plan.limit <= self.kept.len();
        if full && self.kept.peek().is_none_or(|Reverse(last)| ranked <= *last) {
            return;
        }
        let Some(product) = snapshot.shelves.get(place) else { return };
        if self.plan.exclude.contains(&product.id) {
            return;
        }
        if full {
            self.kept.pop();
        }
        self.kept.push(Reverse(ranked));
    }
}

/// Room to work in for one window.
struct Pad {
    /// How well each document fits each concept.
    fits: Vec<Vec<f32>>,
    /// How many parts of a way each document has.
    parts: Vec<u8>,
    candidates: Bits,
    allowed: Bits,
}

impl Pad {
    fn new(concepts: usize) -> Self {
        let fits = (0..concepts).map(|_| vec![0.0; WINDOW as usize]).collect();
        Self { fits, parts: vec![0; WINDOW as usize], candidates: Bits::new(), allowed: Bits::new() }
    }
}

/// Some documents of a window.
struct Bits(Vec<u64>);

impl Bits {
    fn new() -> Self {
        Self(vec![0; WINDOW as usize / 64])
    }

    fn clear(&mut self) {
        self.0.fill(0);
    }

    /// The first so many.
    fn fill(&mut self, count: usize) {
        for (at, word) in self.0.iter_mut().enumerate() {
            let left = count.saturating_sub(64 * at);
            *word = if 64 <= left { u64::MAX } else { (1 << left) - 1 };
        }
    }

    fn set(&mut self, at: usize) {
        self.0[at / 64] |= 1 << (at % 64);
    }

    fn keep(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word &= other);
    }

    fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    fn each(&self, mut visit: impl FnMut(usize)) {
        for (at, word) in self.0.iter().enumerate() {
            let mut left = *word;
            while left != 0 {
                visit(64 * at + left.trailing_zeros() as usize);
                left &= left - 1;
            }
        }
    }
}

/// A list of documents, read from front to back.
#[derive(Clone)]
struct Cursor {
    blocks: BlockSegmentPostings,
    at: usize,
}

impl Cursor {
    fn open(segment: &SegmentReader, term: &Term) -> tantivy::Result<Option<Self>> {
        let index = segment.inverted_index(term.field())?;
        let blocks = index.read_block_postings(term, IndexRecordOption::Basic)?;
        Ok(blocks.map(|blocks| Self { blocks, at: 0 }))
    }

    /// Goes on to the first document from a number on.
    fn go_to(&mut self, document: u32) {
        let docs = self.blocks.docs();
        let Some(last) = docs.last() else { return };
        if document <= *last {
            self.at += docs[self.at..].partition_point(|other| *other < document);
        } else {
            self.at = self.blocks.seek(document);
        }
    }

    /// Whether it has a document; asked in rising order.
    fn has(&mut self, document: u32) -> bool {
        self.go_to(document);
        self.blocks.docs().get(self.at) == Some(&document)
    }

    /// Visits the documents of a window by their number in it.
    fn each(&mut self, from: u32, mut visit: impl FnMut(usize)) {
        self.go_to(from);
        let end = from + WINDOW;
        loop {
            let docs = self.blocks.docs();
            let Some(left) = docs.get(self.at..).filter(|_| !docs.is_empty()) else { return };
            for document in left {
                if end <= *document {
                    return;
                }
                visit((document - from) as usize);
                self.at += 1;
            }
            self.blocks.advance();
            self.at = 0;
        }
    }

    fn len(&self) -> usize {
        self.blocks.doc_freq() as usize
    }
}

/// A way in one segment.
struct OpenWay {
    concept: usize,
    cursors: Vec<Cursor>,
    /// What having one of the lists counts, or all of them where they are parts.
    counts: f32,
    /// What each part counts where some are missing.
    each: Option<f32>,
    /// Whether what is in one of the lists, or all parts, is a candidate.
    brings: bool,
    /// And whether what has some of the parts is.
    brings_some: bool,
}

impl OpenWay {
    fn open(segment: &SegmentReader, concept: usize, way: &Way) -> tantivy::Result<Option<Self>> {
        let (cursors, counts, each) = match way {
            Way::Has(term, counts) => (Vec::from_iter(Cursor::open(segment, term)?), *counts, None),
            Way::Near(field, automaton, counts) => (near(segment, *field, automaton)?, *counts, None),
            Way::Parts(terms, all, each) => {
                let mut cursors = Vec::with_capacity(terms.len());
                for term in terms {
                    cursors.extend(Cursor::open(segment, term)?);
                }
                // What lacks a part here can have some at most.
                let most = if cursors.len() == terms.len() { *all } else { each * cursors.len() as f32 };
                cursors.sort_by_key(Cursor::len);
                (cursors, most, Some(*each))
            }
        };
        let open = Self { concept, cursors, counts, each, brings: true, brings_some: true };
        Ok((!open.cursors.is_empty()).then_some(open))
    }

    /// What some of the parts count at most.
    fn some(&self) -> f32 {
        self.each.map_or(0.0, |each| each * self.cursors.len().saturating_sub(1) as f32)
    }

    fn len(&self) -> usize {
        self.cursors.iter().map(Cursor::len).sum()
    }

    /// Makes candidates, as far as the way brings any.
    fn bring(&mut self, from: u32, candidates: &mut Bits, fits: &mut [f32], parts: &mut [u8]) {
        let counts = self.counts;
        match self.each {
            None => {
                for cursor in &mut self.cursors {
                    cursor.each(from, |at| {
                        candidates.set(at);
                        fits[at] = fits[at].max(counts);
                    });
                }
            }
            Some(each) if self.brings_some => {
                parts.fill(0);
                let all = self.cursors.len();
                for cursor in &mut self.cursors {
                    cursor.each(from, |at| {
                        candidates.set(at);
                        parts[at] = parts[at].saturating_add(1);
                        let has = usize::from(parts[at]);
                        let counts = if has == all { counts } else { each * has as f32 };
                        fits[at] = fits[at].max(counts);
                    });
                }
            }
            Some(_) => {
                // All parts are where the rarest is; the others are looked at with the rest.
                if let Some(rarest) = self.cursors.first() {
                    rarest.clone().each(from, |at| candidates.set(at));
                }
            }
        }
    }

    /// Adds what the candidates have of a way that brought none itself.
    fn add(&mut self, from: u32, candidates: &Bits, count: usize, fits: &mut [f32], parts: &mut [u8]) {
        let (counts, all, each) = (self.counts, self.cursors.len(), self.each);
        if each.is_some() {
            parts.fill(0);
        }
        for cursor in &mut self.cursors {
            let mut has = |at: usize| {
                let mut counts = counts;
                if let Some(each) = each {
                    parts[at] = parts[at].saturating_add(1);
                    let has = usize::from(parts[at]);
                    counts = if has == all { counts } else { each * has as f32 };
                }
                fits[at] = fits[at].max(counts);
            };
            if cursor.len() < WORTH_LOOKING * count {
                cursor.each(from, has);
            } else {
                candidates.each(|at| {
                    if cursor.has(from + at as u32) {
                        has(at);
                    }
                });
            }
        }
    }
}

/// The lists of the terms that are a letter away.
fn near(segment: &SegmentReader, field: Field, automaton: &DfaWrapper) -> tantivy::Result<Vec<Cursor>> {
    let index = segment.inverted_index(field)?;
    // Only Latin words are looked for so; of Chinese ones a large catalog has a million.
    let mut found = index.terms().search(automaton).ge([b'a']).lt([b'z' + 1]).into_stream()?;
    let mut cursors = Vec::new();
    while cursors.len() < NEAR && found.advance() {
        let blocks = index.read_block_postings_from_terminfo(found.value(), IndexRecordOption::Basic)?;
        cursors.push(Cursor { blocks, at: 0 });
    }
    Ok(cursors)
}

/// A segment on its way from window to window.
struct Opened<'a> {
    segment: &'a SegmentReader,
    columns: &'a Columns,
    ways: Vec<OpenWay>,
    filters: Vec<Vec<Cursor>>,
    /// How well anything of it can fit.
    most_fit: f32,
    /// What the ways were chosen for.
    chosen_for: f32,
}

impl<'a> Opened<'a> {
    fn new(segment: &'a SegmentReader, columns: &'a Columns, plan: &Plan<'_>) -> tantivy::Result<Self> {
        let mut ways = Vec::new();
        for (concept, of_concept) in plan.concepts.iter().enumerate() {
            for way in of_concept {
                ways.extend(OpenWay::open(segment, concept, way)?);
            }
        }
        let mut filters = Vec::with_capacity(plan.filters.len());
        for terms in &plan.filters {
            let mut cursors = Vec::new();
            for term in terms {
                cursors.extend(Cursor::open(segment, term)?);
            }
            filters.push(cursors);
        }
        let mut most: Vec<f32> = vec![0.0; plan.concepts.len()];
        for way in &ways {
            most[way.concept] = most[way.concept].max(way.counts);
        }
        let most_fit = match () {
            () if filters.iter().any(Vec::is_empty) => f32::NEG_INFINITY,
            () if plan.concepts.is_empty() => 1.0,
            () => most.iter().sum(),
        };
        Ok(Self { segment, columns, ways, filters, most_fit, chosen_for: f32::NEG_INFINITY })
    }

    /// Offers the documents of a window that fit well enough.
    fn window(&mut self, from: u32, needed: f32, pad: &mut Pad, best: &mut Best<'_>, snapshot: &Snapshot) {
        let plan = best.plan;
        let Pad { fits, parts, candidates, allowed } = pad;
        let length = (self.segment.max_doc() - from).min(WINDOW) as usize;
        for (number, filter) in self.filters.iter_mut().enumerate() {
            let into = if number == 0 { &mut *allowed } else { &mut *candidates };
            into.clear();
            filter.iter_mut().for_each(|cursor| cursor.each(from, |at| into.set(at)));
            if 0 < number {
                allowed.keep(candidates);
            }
        }
        if !self.filters.is_empty() && allowed.count() == 0 {
            return;
        }
        if plan.concepts.is_empty() {
            candidates.fill(length);
        } else {
            if self.chosen_for + 0.01 < needed || self.chosen_for == f32::NEG_INFINITY {
                choose(&mut self.ways, plan.concepts.len(), needed - ROOM);
                self.chosen_for = needed;
            }
            candidates.clear();
            fits.iter_mut().for_each(|fits| fits.fill(0.0));
            for way in self.ways.iter_mut().filter(|way| way.brings) {
                way.bring(from, candidates, &mut fits[way.concept], parts);
            }
        }
        if !self.filters.is_empty() {
            candidates.keep(allowed);
        }
        let count = candidates.count();
        if count == 0 {
            return;
        }
        let windows = self.columns.most_sold.len();
        for way in self.ways.iter_mut().filter(|way| !way.brings || (way.each.is_some() && !way.brings_some))
        {
            way.add(from, candidates, count * windows, &mut fits[way.concept], parts);
        }
        candidates.each(|at| {
            let document = from as usize + at;
            let fit = if fits.is_empty() { 1.0 } else { fits.iter().map(|fits| fits[at]).sum() };
            let price = self.columns.price[document];
            let fits = needed <= fit + ROOM
                && plan.price.is_none_or(|(least, most)| least <= price && price <= most)
                && (!plan.in_stock || self.columns.in_stock[document])
                && !self.segment.is_deleted(document as u32);
            if fits {
                best.offer(fit, document, self.columns, snapshot);
            }
        });
    }
}

/// Chooses the ways that bring candidates: what is in none of their lists fits less well than needed. The longest lists
/// are left out first.
fn choose(ways: &mut [OpenWay], concepts: usize, needed: f32) {
    // What each step up leaves out of one concept, the least first: its bound, the way, and whether all of it.
    let mut steps: Vec<Vec<(f32, usize, bool)>> = vec![Vec::new(); concepts];
    for (number, way) in ways.iter_mut().enumerate() {
        (way.brings, way.brings_some) = (true, way.each.is_some());
        if way.each.is_some() {
            steps[way.concept].push((way.some().min(way.counts), number, false));
        }
        steps[way.concept].push((way.counts, number, true));
    }
    for steps in &mut steps {
        steps.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.2.cmp(&other.2)));
    }
    let mut left_out = vec![0_usize; concepts];
    let mut bounds = vec![0.0_f32; concepts];
    loop {
        let sum: f32 = bounds.iter().sum();
        let mut best: Option<(f32, usize, usize)> = None;
        for (concept, steps) in steps.iter().enumerate() {
            let mut spared = 0;
            for (at, (bound, way, all)) in steps.iter().enumerate().skip(left_out[concept]) {
                let costs = (bound - bounds[concept]).max(0.0);
                if needed < sum + costs {
                    break;
                }
                // Leaving out what has some parts spares all lists but the rarest.
                let shortest = ways[*way].cursors.first().map_or(0, Cursor::len);
                spared += match (ways[*way].each, all) {
                    (Some(_), false) => ways[*way].len() - shortest,
                    (Some(_), true) => shortest,
                    (None, _) => ways[*way].len(),
                };
                let worth = spared as f32 / (costs + 1e-6);
                if best.is_none_or(|(most, _, _)| most < worth) {
                    best = Some((worth, concept, at + 1));
                }
            }
        }
        let Some((_, concept, until)) = best else { break };
        for (bound, way, all) in &steps[concept][left_out[concept]..until] {
            bounds[concept] = bounds[concept].max(*bound);
            if *all {
                (ways[*way].brings, ways[*way].brings_some) = (false, false);
            } else {
                ways[*way].brings_some = false;
            }
        }
        left_out[concept] = until;
    }
}
