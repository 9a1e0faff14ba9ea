//! Size advice (COMMERCE.md, "Size advice uses the product's chart … and says how sure it is").
//!
//! A chart read off at a stated height and weight is wrong more often than it looks: people are a little off about
//! themselves, like their clothes loose or close, and bodies lie between sizes. So every size gets a probability:
//!
//! 1. A body has a *place* on the chart: the row that is nearest to its measures, and how far along that row's
//!    ranges it lies. Row 2 spans the places from 1.5 to 2.5.
//! 2. What was stated is off by a normal error; the chart is read at points around it (`error_of`).
//! 3. Taste moves the place by a normal amount: loose up, close down, and some either way where nothing was said.
//! 4. What was kept, or came back as too big or too small, is evidence by Bayes' rule (`likelihood`).
//!
//! The advice is the median size: no other has a smaller expected error in sizes, and it never falls when a body
//! grows. `benches/sizes.rs` measures how often each certainty is right.

use std::collections::BTreeMap;

use rust_decimal::{Decimal, prelude::ToPrimitive};

use crate::domain::trade::{SizeChart, SizeRow};

/// From this probability on the advice is sure.
const SURE: f64 = 0.8;
/// Two neighbours that have this much between them are the choice there is.
const BETWEEN: f64 = 0.85;
/// Points at which the chart is read around what was stated, in standard deviations, with the weights of a normal
/// density there.
const POINTS: [(f64, f64); 7] =
    [(-2.0, 0.054), (-1.3, 0.171), (-0.65, 0.323), (0.0, 0.399), (0.65, 0.323), (1.3, 0.171), (2.0, 0.054)];
/// Measures read at points of error; more would multiply the work and tell nothing new.
const MEASURES_READ: usize = 3;
/// What taste varies by, in sizes, where it was stated and where it was not.
const TASTE_STATED: f64 = 0.4;
const TASTE_UNSTATED: f64 = 0.3;
/// How far loose and close are from the chart, in sizes.
const TASTE_SHIFT: f64 = 0.5;

/// How clothes shall sit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Habit {
    /// With room.
    Loose,
    /// Close to the body.
    Close,
}

/// What became of a size worn before, on the same chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Experience {
    Kept,
    TooBig,
    TooSmall,
    /// It came back for its size, and nobody said which way.
    Wrong,
}

/// What is known of who shall wear it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wearer {
    /// Measures by their name on the chart, in centimetres and kilograms.
    pub measures: BTreeMap<String, Decimal>,
    /// How they like it, where they said so.
    pub habit: Option<Habit>,
    /// Sizes they had, in capitals, and what became of them.
    pub worn: Vec<(String, Experience)>,
}

/// A size, and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SizeAdvice<'a> {
    /// The size.
    pub row: &'a SizeRow,
    /// How likely it is the right one, from 0 to 1.
    pub probability: f64,
    /// What may be said of it.
    pub certainty: Certainty<'a>,
}

/// What may be said of a size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Certainty<'a> {
    /// It is right about nine times in ten.
    Sure,
    /// It is this one or its neighbour; taste decides.
    Between(&'a SizeRow),
    /// It is a guess.
    Unsure(Doubt),
}

/// Why a size is a guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The body lies outside the chart.
    BeyondChart,
    /// A measure of the chart is not known.
    MeasureMissing,
    /// Height and weight point to different sizes, or the past to another than they do.
    Mixed,
}

/// The size that fits best; `None` where nothing of what is known stands on the chart.
pub fn size_advice<'a>(chart: &'a SizeChart, wearer: &Wearer) -> Option<SizeAdvice<'a>> {
    let reading = Reading::of(chart, &wearer.measures);
    let worn: Vec<(usize, Experience)> =
        wearer.worn.iter().filter_map(|(size, what)| Some((place_of(chart, size)?, *what))).collect();
    if chart.rows.is_empty() || (reading.measures.is_empty() && worn.is_empty()) {
        return None;
    }
    let mut masses = reading.masses(wearer.habit);
    for (place, mass) in masses.iter_mut().enumerate() {
        *mass *= worn.iter().map(|(size, what)| likelihood(*what, place, *size)).product::<f64>();
    }
    let total: f64 = masses.iter().sum();
    masses.iter_mut().for_each(|mass| *mass /= total.max(f64::MIN_POSITIVE));
    let place = median(&masses);
    let certainty = reading.certainty(chart, &masses, place);
    Some(SizeAdvice { row: &chart.rows[place], probability: masses[place], certainty })
}

fn place_of(chart: &SizeChart, size: &str) -> Option<usize> {
    chart.rows.iter().position(|row| row.size.eq_ignore_ascii_case(size))
}

/// The first place up to which at least half of the mass lies.
fn median(masses: &[f64]) -> usize {
    let mut sum = 0.0;
    let reaches = masses.iter().position(|mass| {
        sum += mass;
        0.5 <= sum
    });
    reaches.unwrap_or(masses.len() - 1)
}

/// How likely an experience with one size is for somebody whose size is another, up to a factor. Labels differ by a size
/// between goods about once in seven, which is why nothing here is 0.
fn likelihood(what: Experience, right: usize, worn: usize) -> f64 {
    let apart = right.abs_diff(worn);
    match what {
        Experience::Kept => [1.0, 0.15, 0.02][apart.min(2)],
        Experience::TooBig if right < worn => 1.0,
        Experience::TooSmall if worn < right => 1.0,
        Experience::TooBig | Experience::TooSmall => [0.12, 0.03, 0.03][apart.min(2)],
        Experience::Wrong => [0.12, 1.0, 1.0][apart.min(2)],
    }
}

/// By how much people are off about a measure of their own, as a standard deviation in its unit.
fn error_of(measure: &str, value: f64) -> f64 {
    match measure {
        "height" => 1.3,
        "weight" => 1.8,
        "foot" => 0.2,
        _ => 0.02 * value,
    }
}

/// What a measure counts beside others. Weight follows the girth of a body, and girth decides whether clothes close;
/// height only decides how long they are.
fn weight_of(measure: &str) -> f64 {
    if measure == "height" { 1.0 } else { 2.0 }
}

/// What not knowing a measure of the chart adds to the spread of the place, in sizes: as much as the measures that are
/// known leave open.
fn spread_without(measure: &str) -> f64 {
    if measure == "height" { 0.4 } else { 1.0 }
}

/// A measure that is known and stands on the chart.
struct Measured {
    value: f64,
    /// What it counts beside the others.
    weight: f64,
    error: f64,
    /// Each row's range; of a row that has none, its neighbour's before it.
    ranges: Vec<(f64, f64)>,
    /// A usual width of a range, so that kilograms and centimetres weigh alike.
    width: f64,
}

impl Measured {
    fn of(chart: &SizeChart, name: &str, value: Decimal) -> Option<Self> {
        let number = |value: Decimal| value.to_f64();
        let mut ranges: Vec<(f64, f64)> = Vec::with_capacity(chart.rows.len());
        let first = chart.rows.iter().find_map(|row| row.ranges.get(name))?;
        for row in &chart.rows {
            let range = row.ranges.get(name).map(|(from, to)| Some((number(*from)?, number(*to)?)));
            let before = || ranges.last().copied().or_else(|| Some((number(first.0)?, number(first.1)?)));
            ranges.push(range.flatten().or_else(before)?);
        }
        let value = number(value)?;
        let width = ranges.iter().map(|(from, to)| to - from).sum::<f64>() / ranges.len() as f64;
        Some(Self {
            value,
            weight: weight_of(name),
            error: error_of(name, value),
            ranges,
            width: width.max(f64::EPSILON),
        })
    }

    /// How far a value lies outside a row, in usual widths by weight.
    fn outside(&self, row: usize, value: f64) -> f64 {
        let (from, to) = self.ranges[row];
        self.weight * ((from - value).max(value - to)).max(0.0) / self.width
    }

    /// How far it lies from a row's middle, in usual widths by weight.
    fn off_middle(&self, row: usize, value: f64) -> f64 {
        let (from, to) = self.ranges[row];
        self.weight * (value - f64::midpoint(from, to)).abs() / self.width
    }

    /// How far along a row it lies, from 0 to its weight.
    fn along(&self, row: usize, value: f64) -> f64 {
        let (from, to) = self.ranges[row];
        self.weight * ((value - from) / (to - from).max(f64::EPSILON)).clamp(0.0, 1.0)
    }

    fn is_beyond(&self) -> bool {
        let least = self.ranges.iter().map(|(from, _)| *from).fold(f64::INFINITY, f64::min);
        let most = self.ranges.iter().map(|(_, to)| *to).fold(f64::NEG_INFINITY, f64::max);
        self.value < least - self.error || most + self.error < self.value
    }
}

/// A chart with what is known of a body.
struct Reading {
    rows: usize,
    measures: Vec<Measured>,
    /// Measures of the chart that are not known.
    missing: usize,
    /// The variance that not knowing them adds.
    unknown: f64,
}

impl Reading {
    fn of(chart: &SizeChart, known: &BTreeMap<String, Decimal>) -> Self {
        let mut names: Vec<&str> =
            chart.rows.iter().flat_map(|row| row.ranges.keys()).map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        let measure = |name: &&str| Measured::of(chart, name, *known.get(*name)?);
        let measures: Vec<Measured> = names.iter().filter_map(measure).take(MEASURES_READ).collect();
        let missing = names.len().saturating_sub(measures.len());
        let unknown = names.iter().filter(|name| !known.contains_key(**name));
        let unknown = unknown.map(|name| spread_without(name).powi(2)).sum();
        Self { rows: chart.rows.len(), measures, missing, unknown }
    }

    /// The probability of each size by the measures and the taste alone; all alike where there are no measures.
    fn masses(&self, habit: Option<Habit>) -> Vec<f64> {
        if self.measures.is_empty() {
            return vec![1.0; self.rows];
        }
        let taste = if habit.is_some() { TASTE_STATED } else { TASTE_UNSTATED };
        let shift = match habit {
            Some(Habit::Loose) => TASTE_SHIFT,
            Some(Habit::Close) => -TASTE_SHIFT,
            None => 0.0,
        };
        let spread = (taste.powi(2) + self.unknown).sqrt();
        let mut masses = vec![0.0; self.rows];
        for (values, weight) in self.points() {
            let place = self.place(&values) + shift;
            let below = |edge: usize| normal_below((edge as f64 + 0.5 - place) / spread);
            for (row, mass) in masses.iter_mut().enumerate() {
                let lower = if row == 0 { 0.0 } else { below(row - 1) };
                let upper = if row + 1 == self.rows { 1.0 } else { below(row) };
                *mass += weight * (upper - lower);
            }
        }
        masses
    }

    /// What the body may really measure, with weights that sum to about 1.
    fn points(&self) -> Vec<(Vec<f64>, f64)> {
        let total: f64 = POINTS.iter().map(|(_, weight)| weight).sum();
        let mut points = vec![(Vec::new(), 1.0)];
        for measured in &self.measures {
            points = points
                .into_iter()
                .flat_map(|(values, weight): (Vec<f64>, f64)| {
                    POINTS.map(|(at, density)| {
                        let value = measured.value + at * measured.error;
                        ([values.as_slice(), &[value]].concat(), weight * density / total)
                    })
                })
                .collect();
        }
        points
    }

    /// Where a body of these measures lies on the chart. The nearest row, of several the one whose middles are nearest,
    /// and the weighted mean of how far along its ranges the measures are.
    fn place(&self, values: &[f64]) -> f64 {
        let sum = |of: &dyn Fn(&Measured, f64) -> f64| -> f64 {
            self.measures.iter().zip(values).map(|(measured, value)| of(measured, *value)).sum()
        };
        let nearness = |row: usize| {
            (
                sum(&|measured, value| measured.outside(row, value)),
                sum(&|measured, value| measured.off_middle(row, value)),
            )
        };
        let nearer = |a: &usize, b: &usize| {
            let (a, b) = (nearness(*a), nearness(*b));
            a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
        };
        let row = (0..self.rows).min_by(nearer).unwrap_or_default();
        let along = sum(&|measured, value| measured.along(row, value))
            / self.measures.iter().map(|measured| measured.weight).sum::<f64>();
        row as f64 - 0.5 + along
    }

    /// What may be said of the size at a place.
    fn certainty<'a>(&self, chart: &'a SizeChart, masses: &[f64], place: usize) -> Certainty<'a> {
        if self.measures.iter().any(Measured::is_beyond) {
            return Certainty::Unsure(Doubt::BeyondChart);
        }
        // What was worn before tells of other goods: without a measure it stays a guess.
        if SURE <= masses[place] && !self.measures.is_empty() {
            return Certainty::Sure;
        }
        if 0 < self.missing {
            return Certainty::Unsure(Doubt::MeasureMissing);
        }
        let neighbours = [place.checked_sub(1), Some(place + 1)].into_iter().flatten();
        let likelier =
            neighbours.filter(|other| *other < self.rows).max_by(|a, b| masses[*a].total_cmp(&masses[*b]));
        match likelier.filter(|other| BETWEEN <= masses[place] + masses[*other]) {
            Some(other) => Certainty::Between(&chart.rows[other]),
            None => Certainty::Unsure(Doubt::Mixed),
        }
    }
}

/// The standard normal distribution function, by the approximation 26.2.17 of Abramowitz and Stegun (error below 1e-7).
fn normal_below(x: f64) -> f64 {
    const FACTORS: [f64; 5] = [0.319_381_530, -0.356_563_782, 1.781_477_937, -1.821_255_978, 1.330_274_429];
    let t = 1.0 / (1.0 + 0.231_641_9 * x.abs());
    let tail: f64 = FACTORS.iter().rev().fold(0.0, |sum, factor| (sum + factor) * t);
    let tail = tail * (-x * x / 2.0).exp() / std::f64::consts::TAU.sqrt();
    if 0.0 < x { 1.0 - tail } else { tail }
}

#[cfg(test)]
mod tests;
