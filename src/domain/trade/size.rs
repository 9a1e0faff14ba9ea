//! Size charts: each size with whom it fits.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

/// A size chart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SizeChart {
    /// Sizes from small to large.
    pub rows: Vec<SizeRow>,
}

/// One size: whom it fits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SizeRow {
    /// Its name, in capitals.
    pub size: String,
    /// Ranges by measure (`height`, `weight`, `foot` …) in centimetres and kilograms.
    pub ranges: BTreeMap<String, (Decimal, Decimal)>,
    /// Single measures such as `bust`, as the chart states them.
    pub measures: BTreeMap<String, String>,
}
