//! Size advice on a drawn population: how often it is right, and whether its certainty is honest.
//!
//! `cargo bench --bench sizes`. Bodies are drawn with a height and a body mass index (women 161 ± 5.6 cm, 21.8 ± 2.8; men
//! 172 ± 6.2 cm, 23.8 ± 3.0), for the demo shop's four adult charts. Nobody's true size is made by the method under test:
//! it is the row that a tailor would choose for the body without error (the weight decides within the rows that suit the
//! height), and then what the person likes: one in five goes up a size, one in seven down, the more easily the nearer
//! the body is to that size. What they say is off by up to 2 cm and 3 kg, some leave out a measure, some say how they
//! like their clothes, some have bought before. `--seed N` draws another population.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use rand::{RngExt, SeedableRng, rngs::StdRng};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use xiaoer::{
    app::offline,
    domain::trade::SizeChart,
    engine::SystemClock,
    trade::size::{Certainty, Experience, Habit, Wearer, size_advice},
};

/// People drawn for each chart.
const PEOPLE: usize = 5_000;
const CHARTS: [(&str, bool); 4] =
    [("women-tops", true), ("women-bottoms", true), ("men-tops", false), ("men-bottoms", false)];

fn main() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let which = offline::Which { shop: "demo".to_owned(), intents: PathBuf::from("intents"), models: None };
    let opened = runtime.block_on(offline::open(&which, Arc::new(SystemClock)))?;
    let arguments: Vec<String> = std::env::args().collect();
    let seed = arguments.windows(2).find(|pair| pair[0] == "--seed").and_then(|pair| pair[1].parse().ok());
    let mut random = StdRng::seed_from_u64(seed.unwrap_or(1));
    let mut cases = Vec::new();
    for (id, is_woman) in CHARTS {
        let chart = &opened.assistant.shop.sizes[id];
        cases.extend(
            (0..PEOPLE).filter_map(|_| draw(&mut random, chart, is_woman).map(|person| (chart, person))),
        );
    }
    println!(
        "{} people on {} charts ({} drawn lie outside them)",
        cases.len(),
        CHARTS.len(),
        4 * PEOPLE - cases.len()
    );
    let judged: Vec<Judged> = cases.iter().filter_map(|(chart, person)| judge(chart, person)).collect();
    report("all", &judged, |_| true);
    report("both measures, no more", &judged, |it| it.both && !it.habit && !it.history);
    report("one measure", &judged, |it| !it.both && !it.history);
    report("with a stated habit", &judged, |it| it.habit);
    report("with a history", &judged, |it| it.history);
    report("on the border of two sizes", &judged, |it| it.border);
    for certainty in ["sure", "between", "unsure"] {
        let some: Vec<&Judged> = judged.iter().filter(|it| it.certainty == certainty).collect();
        let either = share(some.iter().map(|it| it.right || it.neighbour_right));
        println!(
            "{certainty}: {:.1} % of all, right {:.1} %, it or the size named with it {:.1} %",
            100.0 * some.len() as f64 / judged.len() as f64,
            100.0 * share(some.iter().map(|it| it.right)),
            100.0 * either
        );
    }
    println!("stated probability → right:");
    for tenth in 0..10 {
        let some: Vec<&Judged> = judged.iter().filter(|it| bin(it.probability) == tenth).collect();
        if !some.is_empty() {
            let stated = some.iter().map(|it| it.probability).sum::<f64>() / some.len() as f64;
            println!("  {stated:.3} → {:.3} ({} people)", share(some.iter().map(|it| it.right)), some.len());
        }
    }
    Ok(())
}

/// Somebody, what they say, and what would fit them.
struct Person {
    wearer: Wearer,
    right: usize,
    /// The body without error lies within a tenth of a size of another row.
    border: bool,
    stated: (f64, f64),
}

/// Advice held against the truth.
struct Judged {
    right: bool,
    within_one: bool,
    neighbour_right: bool,
    lookup_right: bool,
    probability: f64,
    certainty: &'static str,
    both: bool,
    habit: bool,
    history: bool,
    border: bool,
}

fn normal(random: &mut StdRng, mean: f64, deviation: f64) -> f64 {
    let (a, b): (f64, f64) = (random.random_range(f64::EPSILON..1.0), random.random_range(0.0..1.0));
    mean + deviation * (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
}

fn decimal(value: f64, step: f64) -> Decimal {
    Decimal::try_from((value / step).round() * step).unwrap_or_default()
}

fn range(chart: &SizeChart, row: usize, measure: &str) -> (f64, f64) {
    let (from, to) = chart.rows[row].ranges[measure];
    (from.to_f64().unwrap_or_default(), to.to_f64().unwrap_or_default())
}

fn outside((from, to): (f64, f64), value: f64) -> f64 {
    (from - value).max(value - to).max(0.0)
}

/// The row a tailor would choose: nearest by height and weight (3 kg weigh as 5 cm), of several the nearest by weight. And
/// how far along its weights the body lies, from 0 to 1.
fn tailored(chart: &SizeChart, height: f64, weight: f64) -> (usize, f64) {
    let cost = |row: usize| {
        let (of_height, of_weight) = (range(chart, row, "height"), range(chart, row, "weight"));
        let middle = f64::midpoint(of_weight.0, of_weight.1);
        (outside(of_height, height) / 5.0 + outside(of_weight, weight) / 3.0, (weight - middle).abs())
    };
    let nearer = |a: &usize, b: &usize| {
        let (a, b) = (cost(*a), cost(*b));
        a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
    };
    let row = (0..chart.rows.len()).min_by(nearer).unwrap_or_default();
    let (from, to) = range(chart, row, "weight");
    (row, ((weight - from) / (to - from)).clamp(0.0, 1.0))
}

fn draw(random: &mut StdRng, chart: &SizeChart, is_woman: bool) -> Option<Person> {
    let (tall, tall_by, index, index_by) =
        if is_woman { (161.0, 5.6, 21.8, 2.8) } else { (172.0, 6.2, 23.8, 3.0) };
    let height = normal(random, tall, tall_by);
    let weight = normal(random, index, index_by).max(15.0) * (height / 100.0).powi(2);
    let last = chart.rows.len() - 1;
    let beyond = |measure: &str, value: f64, by: f64| {
        value < range(chart, 0, measure).0 - by || range(chart, last, measure).1 + by < value
    };
    if beyond("height", height, 2.0) || beyond("weight", weight, 3.0) {
        return None;
    }
    let (row, along) = tailored(chart, height, weight);
    let taste = random.random_range(0.0..1.0);
    let (right, habit) = if taste < 0.20 {
        let up = random.random_range(0.0..0.7) < along;
        ((row + usize::from(up)).min(last), Some(Habit::Loose))
    } else if taste < 0.34 {
        let down = along < random.random_range(0.3..1.0);
        (row.saturating_sub(usize::from(down)), Some(Habit::Close))
    } else {
        (row, None)
    };
    let stated_height = height + random.random_range(-2.0..2.0);
    let stated_weight = weight + random.random_range(-3.0..3.0);
    let mut measures: BTreeMap<String, Decimal> = BTreeMap::new();
    let left_out = random.random_range(0.0..1.0);
    if 0.08 < left_out {
        measures.insert("height".to_owned(), decimal(stated_height, 1.0));
    }
    if left_out < 0.92 {
        measures.insert("weight".to_owned(), decimal(stated_weight, 0.5));
    }
    let worn = if random.random_range(0.0..1.0) < 0.35 { history(random, chart, right) } else { Vec::new() };
    let habit = habit.filter(|_| random.random_range(0.0..1.0) < 0.6);
    let border = tailored(chart, height, weight - 0.8).0 != tailored(chart, height, weight + 0.8).0;
    Some(Person {
        wearer: Wearer { measures, habit, worn },
        right,
        border,
        stated: (stated_height, stated_weight),
    })
}

/// One or two things bought before: six in ten in the right size, one in eight cut a size larger or smaller than it says.
fn history(random: &mut StdRng, chart: &SizeChart, right: usize) -> Vec<(String, Experience)> {
    let last = chart.rows.len() - 1;
    let one = |random: &mut StdRng| {
        let size = match random.random_range(0..10) {
            0..6 => right,
            6 | 7 => (right + 1).min(last),
            _ => right.saturating_sub(1),
        };
        let cut = match random.random_range(0..16) {
            0 => 1,
            1 => -1,
            _ => 0,
        };
        let fits = size as i64 + cut - right as i64;
        let told = random.random_range(0..10) < 6;
        let what = match fits.signum() {
            0 => Experience::Kept,
            _ if !told => Experience::Wrong,
            1 => Experience::TooBig,
            _ => Experience::TooSmall,
        };
        (chart.rows[size].size.clone(), what)
    };
    let count = random.random_range(1..3);
    (0..count).map(|_| one(random)).collect()
}

fn judge(chart: &SizeChart, person: &Person) -> Option<Judged> {
    let advice = size_advice(chart, &person.wearer)?;
    let place = |size: &str| chart.rows.iter().position(|row| row.size == size);
    let advised = place(&advice.row.size)?;
    let neighbour = match advice.certainty {
        Certainty::Between(other) => place(&other.size),
        _ => None,
    };
    let (lookup, _) = tailored(chart, person.stated.0, person.stated.1);
    Some(Judged {
        right: advised == person.right,
        within_one: advised.abs_diff(person.right) <= 1,
        neighbour_right: neighbour == Some(person.right),
        lookup_right: lookup == person.right,
        probability: advice.probability,
        certainty: match advice.certainty {
            Certainty::Sure => "sure",
            Certainty::Between(_) => "between",
            Certainty::Unsure(_) => "unsure",
        },
        both: person.wearer.measures.len() == 2,
        habit: person.wearer.habit.is_some(),
        history: !person.wearer.worn.is_empty(),
        border: person.border,
    })
}

fn share(those: impl Iterator<Item = bool>) -> f64 {
    let (mut yes, mut all) = (0_u32, 0_u32);
    those.for_each(|it| {
        yes += u32::from(it);
        all += 1;
    });
    f64::from(yes) / f64::from(all.max(1))
}

fn bin(probability: f64) -> usize {
    ((probability * 10.0) as usize).min(9)
}

/// Accuracy, within one size, the lookup of what was stated, and the expected calibration error over ten bins.
fn report(name: &str, judged: &[Judged], of: impl Fn(&Judged) -> bool) {
    let some: Vec<&Judged> = judged.iter().filter(|it| of(it)).collect();
    let count = some.len() as f64;
    let error: f64 = (0..10)
        .map(|tenth| {
            let in_bin = some.iter().filter(|it| bin(it.probability) == tenth);
            let (sum, right, size) = in_bin.fold((0.0, 0.0, 0.0), |(sum, right, size), it| {
                (sum + it.probability, right + f64::from(u8::from(it.right)), size + 1.0)
            });
            if size == 0.0 { 0.0 } else { (sum - right).abs() / count }
        })
        .sum();
    println!(
        "{name}: {} people, right {:.1} %, within one size {:.1} %, chart lookup alone {:.1} %, calibration error {:.3}",
        some.len(),
        100.0 * share(some.iter().map(|it| it.right)),
        100.0 * share(some.iter().map(|it| it.within_one)),
        100.0 * share(some.iter().map(|it| it.lookup_right)),
        error
    );
}
