//! Sizes as a careful person reads the chart, and what holds of any chart and body.

use proptest::prelude::*;

use super::*;

fn chart() -> SizeChart {
    let row = |size: &str, height: (i64, i64), weight: (i64, i64)| SizeRow {
        size: size.into(),
        ranges: [("height", height), ("weight", weight)]
            .map(|(name, (from, to))| (name.to_owned(), (from.into(), to.into())))
            .into(),
        ..SizeRow::default()
    };
    SizeChart {
        rows: vec![
            row("S", (153, 160), (42, 49)),
            row("M", (158, 165), (49, 56)),
            row("L", (163, 170), (56, 63)),
            row("XL", (165, 175), (63, 72)),
        ],
    }
}

fn wearer(height: Option<i64>, weight: Option<i64>) -> Wearer {
    let measures = [("height", height), ("weight", weight)];
    let known =
        measures.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Decimal::from(value?))));
    Wearer { measures: known.collect(), ..Wearer::default() }
}

fn place(size: &str) -> usize {
    place_of(&chart(), size).unwrap()
}

#[test]
fn the_chart_is_read_as_a_careful_person_reads_it() {
    for (height, weight, size, certainty) in [
        (Some(162), Some(52), "M", "sure"),
        (Some(156), Some(45), "S", "sure"),
        (Some(164), Some(56), "M", "between"),
        (Some(167), None, "L", "missing"),
        (Some(165), Some(90), "XL", "beyond"),
        (Some(190), Some(70), "XL", "beyond"),
    ] {
        let chart = chart();
        let advice = size_advice(&chart, &wearer(height, weight)).unwrap();
        let said = match advice.certainty {
            Certainty::Sure => "sure",
            Certainty::Between(_) => "between",
            Certainty::Unsure(Doubt::MeasureMissing) => "missing",
            Certainty::Unsure(Doubt::BeyondChart) => "beyond",
            Certainty::Unsure(Doubt::Mixed) => "mixed",
        };
        assert_eq!((advice.row.size.as_str(), said), (size, certainty), "{height:?} {weight:?} {advice:?}");
    }
    assert!(size_advice(&chart(), &Wearer::default()).is_none());
    assert!(size_advice(&SizeChart::default(), &wearer(Some(160), None)).is_none());
}

#[test]
fn taste_and_the_past_move_the_size() {
    let chart = chart();
    let size = |wearer: &Wearer| size_advice(&chart, wearer).unwrap().row.size.clone();
    let body = wearer(Some(164), Some(56));
    assert_eq!(size(&Wearer { habit: Some(Habit::Loose), ..body.clone() }), "L");
    assert_eq!(size(&Wearer { habit: Some(Habit::Close), ..body.clone() }), "M");
    for (what, expected) in [
        ([("M", Experience::TooSmall)].as_slice(), "L"),
        (&[("L", Experience::TooBig)], "M"),
        (&[("L", Experience::Kept)], "L"),
        (&[("M", Experience::Kept)], "M"),
        (&[("M", Experience::Wrong)], "L"),
        (&[("38", Experience::Kept)], size(&body).as_str()),
    ] {
        let worn = what.iter().map(|(size, what)| ((*size).to_owned(), *what)).collect();
        assert_eq!(size(&Wearer { worn, ..body.clone() }), expected, "{what:?}");
    }
    let nothing_else = Wearer { worn: vec![("M".to_owned(), Experience::Kept)], ..Wearer::default() };
    assert_eq!(size(&nothing_else), "M");
}

#[test]
fn the_normal_distribution_is_that_of_the_tables() {
    for (x, below) in [(0.0, 0.5), (1.0, 0.841_345), (-1.96, 0.024_998), (3.0, 0.998_650)] {
        assert!((normal_below(x) - below).abs() < 1e-6, "{x}");
    }
}

fn experience() -> impl Strategy<Value = (String, Experience)> {
    let what = prop_oneof![
        Just(Experience::Kept),
        Just(Experience::TooBig),
        Just(Experience::TooSmall),
        Just(Experience::Wrong)
    ];
    (prop_oneof![Just("S"), Just("M"), Just("L"), Just("XL"), Just("36")], what)
        .prop_map(|(size, what)| (size.to_owned(), what))
}

proptest! {
    #[test]
    fn who_is_heavier_or_taller_never_gets_a_smaller_size(
        height in 140_i64..195,
        weight in 35_i64..110,
        taller in 0_i64..20,
        heavier in 0_i64..20,
        habit in prop_oneof![Just(None), Just(Some(Habit::Loose)), Just(Some(Habit::Close))],
    ) {
        let chart = chart();
        let size = |height, weight| {
            let wearer = Wearer { habit, ..wearer(Some(height), Some(weight)) };
            place(&size_advice(&chart, &wearer).unwrap().row.size)
        };
        prop_assert!(size(height, weight) <= size(height, weight + heavier));
        prop_assert!(size(height, weight) <= size(height + taller, weight));
    }

    #[test]
    fn loose_is_never_smaller_and_close_never_larger(height in 140_i64..195, weight in 35_i64..110) {
        let chart = chart();
        let size = |habit| {
            let wearer = Wearer { habit, ..wearer(Some(height), Some(weight)) };
            place(&size_advice(&chart, &wearer).unwrap().row.size)
        };
        prop_assert!(size(Some(Habit::Close)) <= size(None) && size(None) <= size(Some(Habit::Loose)));
    }

    #[test]
    fn too_big_never_leads_to_a_larger_size(
        height in 150_i64..180,
        weight in 40_i64..80,
        worn in prop_oneof![Just("S"), Just("M"), Just("L"), Just("XL")],
    ) {
        let chart = chart();
        let size = |what: Option<Experience>| {
            let worn = what.map(|what| (worn.to_owned(), what)).into_iter().collect();
            place(&size_advice(&chart, &Wearer { worn, ..wearer(Some(height), Some(weight)) }).unwrap().row.size)
        };
        prop_assert!(size(Some(Experience::TooBig)) <= size(None));
        prop_assert!(size(None) <= size(Some(Experience::TooSmall)));
    }

    #[test]
    fn it_is_total_and_states_a_probability(
        height in prop::option::of(-1000_i64..100_000),
        weight in prop::option::of(-1000_i64..100_000),
        rows in prop::collection::vec((0_i64..300, 0_i64..300, prop::bool::ANY), 0..6),
        worn in prop::collection::vec(experience(), 0..6),
    ) {
        let rows = rows.into_iter().enumerate().map(|(number, (from, width, whole))| {
            let range = (Decimal::from(from), Decimal::from(from + width));
            let names: &[&str] = if whole { &["height", "weight"] } else { &["weight"] };
            SizeRow {
                size: ["S", "M", "L", "XL", "2XL", "3XL"][number].into(),
                ranges: names.iter().map(|name| ((*name).to_owned(), range)).collect(),
                ..SizeRow::default()
            }
        });
        let chart = SizeChart { rows: rows.collect() };
        let wearer = Wearer { worn, ..wearer(height, weight) };
        if let Some(advice) = size_advice(&chart, &wearer) {
            prop_assert!((0.0..=1.0 + 1e-9).contains(&advice.probability), "{advice:?}");
        }
    }
}
