//! What only shows when texts are compared by what they mean: the same message under two intents, the same question in
//! two FAQ, an intent whose examples are another's, or all the same. Pure: texts and their vectors come in, warnings
//! go out. None of them ever blocks.
//!
//! The bounds were measured on the shipped files, 21,000 examples and 460 ways of asking in a shop with the base
//! pack: half of all examples have one of another intent at a cosine of 0.93, one in a hundred at 0.98; of the pairs from
//! 0.99 on half say the same to a person ("没问题", "没问题了" do not), from 0.995 on all of them
//! ("营业执照能看看吗", "营业执照能看一下吗"). Another model needs other bounds.

use std::collections::{BTreeMap, HashMap};

use super::neighbours::{self, Neighbour, cosine};
use crate::encoder::{PackedVectors, Vector};
use crate::shop::problem::{Kind, Problem, kinds};
use crate::shop::{Saying, SayingGroup, Sayings};

/// From here on two messages say the same. Ways of asking the same of two products, which differ by a name alone, come up
/// to 0.99: in a shop of 5,000 such FAQ a bound of 0.97 would tell four thousand of them.
const SAME: f32 = 0.995;
/// A FAQ is overshadowed where each of its ways of asking has another's this near, and none of its own as near.
const OVERSHADOWED: f32 = 0.95;
/// From here on an example adds no other way of saying it.
const SAME_WAY: f32 = 0.97;
/// The fewest ways in which an intent is to be said, where it has the examples for it.
const FEWEST_WAYS: usize = 4;
const FEWEST_EXAMPLES: usize = 5;
/// Two of three examples that are nearer to another intent are most of them. Half are in the shipped intents that
/// gather many matters, such as "return.how".
const MOST: (usize, usize) = (2, 3);
/// What is out of scope has no centre.
const WITHOUT_CENTRE: &str = "oos";

/// The vectors of a shop's sayings, in the order of the lines.
#[derive(Clone, Debug, Default)]
pub struct MeaningVectors {
    /// Of the examples, intent by intent.
    pub examples: Vec<Vector>,
    /// Of the ways of asking, FAQ by FAQ.
    pub asks: Vec<Vector>,
}

/// Everything that the vectors show to be doubtful; nothing where there are not as many as there are lines.
pub fn by_meaning(sayings: &Sayings, vectors: &MeaningVectors) -> Vec<Problem> {
    let mut problems = Vec::new();
    if let Some(examples) = Lines::of(&sayings.intents, &vectors.examples) {
        near_examples(&examples, &mut problems);
        off_centre(&examples, &mut problems);
        alike(&examples, &mut problems);
    }
    if let Some(asks) = Lines::of(&sayings.faq, &vectors.asks) {
        near_questions(&asks, &mut problems);
    }
    problems
}

/// The lines of all groups one after another, with their vectors.
struct Lines<'a> {
    groups: &'a [SayingGroup],
    lines: Vec<&'a Saying>,
    owners: Vec<usize>,
    /// Where each group's lines begin; one more for the end.
    starts: Vec<usize>,
    vectors: &'a [Vector],
}

impl<'a> Lines<'a> {
    fn of(groups: &'a [SayingGroup], vectors: &'a [Vector]) -> Option<Self> {
        let lines: Vec<&Saying> = groups.iter().flat_map(|group| &group.lines).collect();
        if lines.is_empty() || lines.len() != vectors.len() {
            return None;
        }
        let each = groups.iter().enumerate();
        let owners = each.flat_map(|(owner, group)| std::iter::repeat_n(owner, group.lines.len())).collect();
        let mut starts = vec![0];
        starts.extend(groups.iter().scan(0, |end, group| {
            *end += group.lines.len();
            Some(*end)
        }));
        Some(Self { groups, lines, owners, starts, vectors })
    }

    fn id(&self, owner: usize) -> &str {
        &self.groups[owner].id.text
    }

    fn of_group(&self, owner: usize) -> std::ops::Range<usize> {
        self.starts[owner]..self.starts[owner + 1]
    }

    /// One warning for each two groups, with their nearest lines.
    fn report_pairs(
        &self,
        near: &[Option<Neighbour>],
        least: f32,
        kind: &'static Kind,
        problems: &mut Vec<Problem>,
    ) {
        let mut nearest: BTreeMap<(usize, usize), (f32, usize, usize)> = BTreeMap::new();
        for (place, found) in near.iter().enumerate() {
            let Some(found) = found.filter(|found| found.cosine >= least) else { continue };
            // The same letters are told without an encoder.
            if same_letters(&self.lines[place].text, &self.lines[found.place].text) {
                continue;
            }
            let (one, other) = (place.min(found.place), place.max(found.place));
            let entry = nearest.entry((self.owners[one], self.owners[other])).or_insert((-1.0, one, other));
            if entry.0 < found.cosine {
                *entry = (found.cosine, one, other);
            }
        }
        for ((first, _), (cosine, one, other)) in nearest {
            let (earlier, line) = (self.lines[one], self.lines[other]);
            let (place, cosine) = (earlier.place(), format!("{cosine:.3}"));
            problems.push(line.problem(kind, &[&line.text, self.id(first), &earlier.text, &place, &cosine]));
        }
    }
}

fn same_letters(one: &str, other: &str) -> bool {
    let letters = |text: &str| -> String {
        text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    letters(one) == letters(other)
}

fn near_examples(examples: &Lines<'_>, problems: &mut Vec<Problem>) {
    let near = neighbours::of_other_owners(examples.vectors, &examples.owners, SAME);
    examples.report_pairs(&near, SAME, &kinds::EXAMPLE_NEAR, problems);
}

fn near_questions(asks: &Lines<'_>, problems: &mut Vec<Problem>) {
    let near = neighbours::of_other_owners(asks.vectors, &asks.owners, OVERSHADOWED);
    asks.report_pairs(&near, SAME, &kinds::FAQ_NEAR, problems);
    for owner in 0..asks.groups.len() {
        overshadowed(asks, owner, &near, problems);
    }
}

/// A FAQ each of whose ways of asking, said a little differently, would find another one first.
fn overshadowed(asks: &Lines<'_>, owner: usize, near: &[Option<Neighbour>], problems: &mut Vec<Problem>) {
    let own = asks.of_group(owner);
    if own.len() < 2 {
        return;
    }
    let mut winners: HashMap<usize, (usize, usize)> = HashMap::new();
    for place in own.clone() {
        let Some(other) = near[place] else { return };
        let others_of_own = own.clone().filter(|one| *one != place);
        let nearest_own = others_of_own.map(|one| cosine(&asks.vectors[place], &asks.vectors[one]));
        if nearest_own.fold(-1.0, f32::max) >= other.cosine {
            return;
        }
        winners.entry(asks.owners[other.place]).or_insert((0, other.place)).0 += 1;
    }
    let most = winners.into_iter().max_by_key(|(winner, (wins, _))| (*wins, std::cmp::Reverse(*winner)));
    let Some((winner, (_, example))) = most else { return };
    let arguments = [asks.id(owner), asks.id(winner), &asks.lines[example].text];
    problems.push(asks.groups[owner].id.problem(&kinds::FAQ_OVERSHADOWED, &arguments));
}

/// An intent most of whose examples are nearer to the middle of another one than to the middle of its others.
fn off_centre(examples: &Lines<'_>, problems: &mut Vec<Problem>) {
    let dimension = examples.vectors[0].len();
    let mut sums = vec![vec![0.0_f32; dimension]; examples.groups.len()];
    for (vector, owner) in examples.vectors.iter().zip(&examples.owners) {
        sums[*owner].iter_mut().zip(vector.iter()).for_each(|(sum, x)| *sum += x);
    }
    let lengths: Vec<f32> = sums.iter().map(|sum| cosine(sum, sum).sqrt()).collect();
    let has_centre: Vec<bool> = examples.groups.iter().map(|group| group.id.text != WITHOUT_CENTRE).collect();
    let centres = PackedVectors::new(&sums, dimension);
    for owner in (0..examples.groups.len()).filter(|owner| has_centre[*owner]) {
        let own = examples.of_group(owner);
        if own.len() < FEWEST_EXAMPLES {
            continue;
        }
        let mut elsewhere: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
        let products = centres.products_of_many(&examples.vectors[own.clone()]);
        for (place, products) in own.clone().zip(products.chunks_exact(centres.width())) {
            let others = (0..sums.len())
                .filter(|other| *other != owner && has_centre[*other] && 0.0 < lengths[*other]);
            let nearness = others.map(|other| (products[other] / lengths[other], other));
            let Some((nearest, other)) = nearness.max_by(|one, other| one.0.total_cmp(&other.0)) else {
                return;
            };
            // Its own share is taken out: an example must not vouch for itself.
            let rest = (lengths[owner] * lengths[owner] - 2.0 * products[owner] + 1.0).max(f32::MIN_POSITIVE);
            if (products[owner] - 1.0) / rest.sqrt() < nearest {
                elsewhere.entry(other).or_insert((0, place)).0 += 1;
            }
        }
        let off: usize = elsewhere.values().map(|(count, _)| count).sum();
        if off * MOST.1 < own.len() * MOST.0 {
            continue;
        }
        let Some((other, (_, place))) = elsewhere.iter().max_by_key(|(_, (count, _))| *count) else {
            continue;
        };
        let (off, all) = (off.to_string(), own.len().to_string());
        let arguments = [examples.id(owner), &off, &all, examples.id(*other), &examples.lines[*place].text];
        problems.push(examples.groups[owner].id.problem(&kinds::INTENT_OFF_CENTRE, &arguments));
    }
}

/// An intent that has examples enough and says the same with them.
fn alike(examples: &Lines<'_>, problems: &mut Vec<Problem>) {
    for (owner, group) in examples.groups.iter().enumerate() {
        let own = examples.of_group(owner);
        let mut ways: Vec<usize> = Vec::new();
        for place in own.clone() {
            let vector = &examples.vectors[place];
            if ways.iter().all(|way| cosine(&examples.vectors[*way], vector) < SAME_WAY) {
                ways.push(place);
            }
            if ways.len() == FEWEST_WAYS {
                break;
            }
        }
        if own.len() >= FEWEST_EXAMPLES && ways.len() < FEWEST_WAYS {
            let (all, ways) = (own.len().to_string(), ways.len().to_string());
            problems.push(group.id.problem(&kinds::INTENT_ALIKE, &[&group.id.text, &all, &ways]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Groups of lines, each at an angle in degrees; the same first digit of two angles is nearly the same meaning.
    fn check(
        groups: &[(&str, &[f32])],
        of: fn(Vec<SayingGroup>, Vec<Vector>) -> Vec<Problem>,
    ) -> Vec<String> {
        let saying = |text: String, line| Saying { text, path: "a.toml".into(), line, column: 1 };
        let mut vectors: Vec<Vector> = Vec::new();
        let mut made = Vec::new();
        for (number, (id, angles)) in groups.iter().enumerate() {
            let line = (number * 100) as u32;
            let lines = angles.iter().enumerate().map(|(at, angle)| {
                vectors.push(vec![angle.to_radians().cos(), angle.to_radians().sin(), 0.0, 0.0].into());
                saying(format!("{id} {angle}"), line + 1 + at as u32)
            });
            let lines = lines.collect();
            made.push(SayingGroup { id: saying((*id).to_owned(), line), lines });
        }
        of(made, vectors).iter().map(|problem| format!("{} {}", problem.line, problem.code)).collect()
    }

    fn intents(intents: Vec<SayingGroup>, examples: Vec<Vector>) -> Vec<Problem> {
        let sayings = Sayings { intents, faq: Vec::new() };
        by_meaning(&sayings, &MeaningVectors { examples, asks: Vec::new() })
    }

    fn faq(faq: Vec<SayingGroup>, asks: Vec<Vector>) -> Vec<Problem> {
        let sayings = Sayings { intents: Vec::new(), faq };
        by_meaning(&sayings, &MeaningVectors { examples: Vec::new(), asks })
    }

    #[test]
    fn what_is_far_apart_is_fine() {
        let fine: &[(&str, &[f32])] =
            &[("a", &[0.0, 20.0, 40.0, 60.0, 70.0]), ("b", &[180.0, 200.0, 220.0, 240.0, 260.0])];
        assert_eq!(check(fine, intents), [""; 0]);
        assert_eq!(check(fine, faq), [""; 0]);
        assert_eq!(check(&[], intents), [""; 0]);
        assert!(by_meaning(&Sayings::default(), &MeaningVectors::default()).is_empty());
    }

    #[test]
    fn two_intents_with_the_same_example_are_told_once_at_the_later_one() {
        let found = check(&[("a", &[0.0, 40.0]), ("b", &[2.0, 43.0, 90.0])], intents);
        assert_eq!(found, ["101 example.near"], "the nearest pair of the two intents");
    }

    #[test]
    fn the_same_letters_are_left_to_the_check_of_letters() {
        let line = |line| Saying { text: "能退吗？".into(), path: "a".into(), line, column: 1 };
        let group = |id: u32| SayingGroup { id: line(id), lines: vec![line(id + 1)] };
        let vector: Vector = vec![1.0, 0.0, 0.0, 0.0].into();
        assert!(intents(vec![group(1), group(5)], vec![vector.clone(), vector]).is_empty());
    }

    #[test]
    fn a_question_asked_in_two_faq_is_told() {
        assert_eq!(check(&[("a", &[0.0, 60.0]), ("b", &[3.0, 90.0])], faq), ["101 faq.near"]);
    }

    #[test]
    fn a_faq_that_others_win_every_time_is_told() {
        let groups: &[(&str, &[f32])] = &[("a", &[0.0, 60.0]), ("b", &[16.0, 76.0, 77.0]), ("c", &[150.0])];
        assert_eq!(check(groups, faq), ["0 faq.overshadowed"]);
    }

    #[test]
    fn examples_of_another_intent_are_told() {
        let groups: &[(&str, &[f32])] = &[
            ("a", &[80.0, 100.0, 200.0, 220.0, 320.0, 340.0]),
            ("b", &[90.0, 91.0]),
            ("c", &[210.0, 211.0]),
            ("d", &[330.0, 331.0]),
        ];
        let found = check(groups, intents);
        assert_eq!(found, ["0 intent.off_centre"]);
    }

    #[test]
    fn examples_that_all_say_the_same_are_told() {
        let found = check(&[("a", &[0.0, 1.0, 2.0, 3.0, 30.0, 31.0])], intents);
        assert_eq!(found, ["0 intent.alike"]);
    }
}
