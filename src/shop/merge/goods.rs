//! Products held against each other and against their size charts.

use std::collections::{BTreeSet, HashMap};

use super::sameness;
use crate::domain::trade::SizeChart;
use crate::shop::document::Located;
use crate::shop::files::products::ProductEntry;
use crate::shop::problem::{Problem, kinds};

/// Notes products that cannot be told apart by name, and charts that no product or no variant goes with.
pub(super) fn check(
    entries: Option<&[ProductEntry]>,
    charts: &[(Located<String>, SizeChart)],
    problems: &mut Vec<Problem>,
) {
    let Some(entries) = entries else { return };
    check_names(entries, problems);
    for (id, _) in charts {
        let uses = |entry: &ProductEntry| entry.chart.as_ref().is_some_and(|chart| chart.value == id.value);
        if !entries.iter().any(uses) {
            problems.push(id.at.problem(&kinds::SIZE_UNUSED, &[&id.value]));
        }
    }
    for entry in entries {
        check_sizes(entry, charts, problems);
    }
}

fn check_names(entries: &[ProductEntry], problems: &mut Vec<Problem>) {
    let mut titles: HashMap<String, &ProductEntry> = HashMap::new();
    for entry in entries {
        match titles.get(&sameness(&entry.product.title.zh)) {
            Some(earlier) if earlier.id.value != entry.id.value => {
                let arguments = [earlier.id.value.as_str(), &earlier.id.at.name()];
                problems.push(entry.id.at.problem(&kinds::PRODUCT_TITLE_REPEATED, &arguments));
            }
            Some(_) => {}
            None => {
                titles.insert(sameness(&entry.product.title.zh), entry);
            }
        }
    }
    let mut names: HashMap<String, &ProductEntry> = titles;
    for entry in entries {
        for alias in &entry.aliases {
            let owner = *names.entry(sameness(&alias.value)).or_insert(entry);
            if owner.id.value != entry.id.value {
                let arguments = [alias.value.as_str(), owner.id.value.as_str()];
                problems.push(alias.at.problem(&kinds::PRODUCT_ALIAS, &arguments));
            }
        }
    }
}

/// A product with options none of which is a size of its chart: `XL` may stand in a longer name, such as `XL（175）`.
fn check_sizes(entry: &ProductEntry, charts: &[(Located<String>, SizeChart)], problems: &mut Vec<Problem>) {
    let Some((at, (id, chart))) = entry.chart.as_ref().and_then(|named| {
        let found = charts.iter().find(|(id, chart)| id.value == named.value && !chart.rows.is_empty());
        found.map(|(id, chart)| (&named.at, (id, chart)))
    }) else {
        return;
    };
    let options = entry.product.variants.iter().flat_map(|variant| &variant.options);
    let written: BTreeSet<String> = options.map(|(_, value)| value.to_uppercase()).collect();
    let is_there = |size: &str| written.iter().any(|value| value.contains(size));
    if !written.is_empty() && !chart.rows.iter().any(|row| is_there(&row.size)) {
        problems.push(at.problem(&kinds::SIZE_NO_VARIANT, &[&entry.id.value, &id.value]));
    }
}
