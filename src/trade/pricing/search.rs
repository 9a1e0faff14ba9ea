//! The cheapest choice, by branch and bound: lines first, then coupons and what else may be left out, in the order of
//! work. A branch is left when even the best that could still come of it is no better than what was found.
//!
//! The bounds only ever promise too much: a rule takes no more than its best rate of the lines that it may still get, no
//! more than its highest amount within reach, and a step never makes more of what is left of less.

use crate::domain::trade::ThresholdBase;

use super::{
    StepKind,
    ledger::{Choice, Ledger},
    rules::{Effect, Seen},
};

/// Choices looked at before the search gives up its proof: some tens of milliseconds for a large basket.
pub(super) const MOST_NODES: usize = 36_000;

/// For a hint, of which no proof is asked.
pub(super) const FEW_NODES: usize = 600;

/// The cheapest choice found.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) total: i64,
    pub(super) choice: Choice,
    pub(super) proven: bool,
}

/// Rules of which one may take part at most: a group's coupons of one step, or one rule alone.
#[derive(Debug)]
struct Decision<'a> {
    rules: Vec<usize>,
    group: Option<&'a str>,
}

/// A line to be decided.
#[derive(Debug)]
struct OpenLine {
    line: usize,
    /// The rules that it may have, the best rate first.
    rules: Vec<usize>,
    /// The best rate of those by pieces.
    pieces: f64,
}

/// An exclusive threshold.
#[derive(Debug)]
struct Threshold {
    rule: usize,
    /// Its lines by their place, those that bring least by pieces first.
    places: Vec<usize>,
    /// From which amount on it gives how much, rising.
    steps: Vec<(i64, i64)>,
}

struct Search<'a> {
    ledger: &'a Ledger<'a>,
    /// Lines that some exclusive rule covers, the dearest first.
    lines: Vec<OpenLine>,
    thresholds: Vec<Threshold>,
    /// Of each rule, all lines that it covers as the item step leaves them, and the best rate within their reach.
    whole: Vec<Seen>,
    rates: Vec<f64>,
    /// Decisions before the lines are judged (rules that stack), and after.
    early: Vec<Decision<'a>>,
    late: Vec<Decision<'a>>,
    choice: Choice,
    best: Option<(i64, Choice)>,
    nodes: usize,
    most: usize,
}

/// The cheapest choice for a basket, looking at `most` choices at most.
pub(super) fn cheapest(ledger: &Ledger<'_>, most: usize) -> Found {
    let mut search = Search::new(ledger, most);
    for order in [Favour::Rates, Favour::Pieces, Favour::Thresholds] {
        search.try_greedily(order);
    }
    search.nodes = 0;
    search.decide_early(0);
    let proven = search.nodes < most;
    let (total, choice) = search.best.expect("the first try found a choice");
    Found { total, choice, proven }
}

/// Which rules a first try gives the lines to.
#[derive(Clone, Copy, PartialEq)]
enum Favour {
    Rates,
    Pieces,
    Thresholds,
}

impl<'a> Search<'a> {
    fn new(ledger: &'a Ledger<'a>, most: usize) -> Self {
        let all = |rule: usize| ledger.seen(&ledger.after_item, |line| ledger.rules[rule].covers[line]);
        let whole: Vec<Seen> = (0..ledger.rules.len()).map(all).collect();
        let rates: Vec<f64> =
            ledger.rules.iter().enumerate().map(|(n, rule)| rule.effect.best_rate(whole[n])).collect();
        let lines = open_lines(ledger, &rates);
        let thresholds = thresholds(ledger, &lines);
        let (mut early, mut late): (Vec<Decision<'a>>, Vec<Decision<'a>>) = (Vec::new(), Vec::new());
        for (n, rule) in ledger.rules.iter().enumerate().filter(|(_, rule)| !rule.exclusive) {
            let shops = matches!(rule.kind, StepKind::NPiece | StepKind::Threshold);
            let list = if shops { &mut early } else { &mut late };
            let same = list.iter_mut().find(|known| {
                rule.group.is_some()
                    && known.group == rule.group
                    && ledger.rules[known.rules[0]].kind == rule.kind
            });
            match same {
                Some(known) => known.rules.push(n),
                None => list.push(Decision { rules: vec![n], group: rule.group }),
            }
        }
        Self {
            ledger,
            lines,
            thresholds,
            whole,
            rates,
            early,
            late,
            choice: Choice::none(ledger),
            best: None,
            nodes: 0,
            most,
        }
    }

    /// Gives every line to the rule of its that is favoured, takes all that stack, and chooses the rest well.
    fn try_greedily(&mut self, favour: Favour) {
        for OpenLine { line, rules, .. } in &self.lines {
            let kind = |n: &usize| self.ledger.rules[*n].kind;
            let wanted = match favour {
                Favour::Rates => None,
                Favour::Pieces => rules.iter().find(|n| kind(n) == StepKind::NPiece),
                Favour::Thresholds => rules.iter().find(|n| kind(n) == StepKind::Threshold),
            };
            self.choice.of_line[*line] = wanted.or(rules.first()).copied();
        }
        for decision in &self.early {
            self.choice.taken[decision.rules[0]] = true;
        }
        self.nodes = 0;
        self.judge_lines();
        self.choice = Choice::none(self.ledger);
    }

    fn gives_up(&mut self) -> bool {
        self.nodes += 1;
        self.most <= self.nodes
    }

    fn is_worse(&self, at_least: i64) -> bool {
        self.best.as_ref().is_some_and(|(best, _)| *best <= at_least)
    }

    /// Whether each rule that stacks takes part.
    fn decide_early(&mut self, depth: usize) {
        let Some(rule) = self.early.get(depth).map(|decision| decision.rules[0]) else {
            return self.decide_line(0);
        };
        for taken in [true, false] {
            self.choice.taken[rule] = taken;
            self.decide_early(depth + 1);
        }
    }

    /// Which rule has each line.
    fn decide_line(&mut self, depth: usize) {
        if self.gives_up() || self.is_worse(self.least_after_lines(depth)) {
            return;
        }
        let Some((line, options)) = self.lines.get(depth).map(|open| (open.line, open.rules.len())) else {
            return self.judge_lines();
        };
        for option in 0..=options {
            self.choice.of_line[line] = self.lines[depth].rules.get(option).copied();
            self.decide_line(depth + 1);
        }
        self.choice.of_line[line] = None;
    }

    /// The least that can be paid when the lines before `depth` are decided.
    fn least_after_lines(&self, depth: usize) -> i64 {
        let ledger = self.ledger;
        let (mut by_rates, mut pieces) = (0.0, 0.0);
        for (place, line) in self.lines.iter().enumerate() {
            let amount = ledger.after_item[line.line] as f64;
            match self.choice.of_line[line.line] {
                decided if place < depth => {
                    let rate = decided.map_or(0.0, |rule| self.rates[rule]);
                    by_rates += rate * amount;
                    pieces +=
                        if decided.is_some_and(|rule| self.is_pieces(rule)) { rate * amount } else { 0.0 };
                }
                _ => {
                    by_rates += line.rules.first().map_or(0.0, |rule| self.rates[*rule]) * amount;
                    pieces += line.pieces * amount;
                }
            }
        }
        let gained: f64 = self.thresholds.iter().map(|threshold| self.most_gained(threshold, depth)).sum();
        // A share may be rounded up by half a cent; everything else is whole.
        let shares = ledger.rules.iter().filter(|rule| rule.kind == StepKind::NPiece).count();
        let off = by_rates.min(pieces + gained) + 0.5 * shares as f64 + 1e-6;
        let early =
            self.early.iter().map(|decision| decision.rules[0]).filter(|rule| self.choice.taken[*rule]);
        let stacking: i64 = early.map(|rule| self.most_off(rule, i64::MAX, &ledger.after_item)).sum();
        let goods: i64 = ledger.after_item.iter().sum();
        self.least_after_coupons((goods - off.floor() as i64 - stacking).max(0), 0, &ledger.after_item)
    }

    fn is_pieces(&self, rule: usize) -> bool {
        self.ledger.rules[rule].kind == StepKind::NPiece
    }

    /// The most that a threshold can gain over what its lines bring by pieces: for each amount it gives, the lines that
    /// lose least by it, the last of them in part.
    fn most_gained(&self, threshold: &Threshold, depth: usize) -> f64 {
        let amount = |place: usize| self.ledger.after_item[self.lines[place].line];
        let decided =
            (0..depth).filter(|place| self.choice.of_line[self.lines[*place].line] == Some(threshold.rule));
        let mut have: i64 = decided.map(amount).sum();
        let mut open = threshold.places.iter().copied().filter(|place| depth <= *place).peekable();
        let (mut lost, mut gained) = (0.0, 0.0_f64);
        for (over, off) in &threshold.steps {
            let mut in_part = 0.0;
            while have < *over {
                let Some(place) = open.peek().copied() else { return gained };
                let missing = over - have;
                if missing < amount(place) {
                    in_part = self.lines[place].pieces * missing as f64;
                    break;
                }
                have += amount(place);
                lost += self.lines[place].pieces * amount(place) as f64;
                open.next();
            }
            gained = gained.max(*off as f64 - lost - in_part);
        }
        gained
    }

    /// The most that a rule can take when no less than `left` is left of everything, and no more than `lines` of each
    /// line.
    fn most_off(&self, rule: usize, left: i64, lines: &[i64]) -> i64 {
        let (ledger, mut seen) = (self.ledger, self.whole[rule]);
        let rule = &ledger.rules[rule];
        let share = matches!(rule.effect, Effect::Percent { .. });
        if share || ledger.base == ThresholdBase::Remaining {
            seen.left =
                lines.iter().zip(&rule.covers).filter(|(_, covers)| **covers).map(|(left, _)| left).sum();
        }
        if ledger.base == ThresholdBase::Remaining {
            seen.base = seen.left;
        }
        // What is a share of what is left grows with it.
        if share {
            seen.left = seen.left.min(left);
        }
        let most = rule.effect.takes(seen);
        match rule.effect {
            Effect::Repeating { over, off, .. } if ledger.base == ThresholdBase::Remaining => {
                let share = i128::from(off) * i128::from(seen.left.min(left)) / i128::from(over);
                most.min(i64::try_from(share).unwrap_or(i64::MAX))
            }
            _ => most,
        }
    }

    /// The least that can be paid when no less than `left` is left before the late decision `from`, and no more than
    /// `lines` of each line.
    fn least_after_coupons(&self, mut left: i64, from: usize, lines: &[i64]) -> i64 {
        for decision in &self.late[from..] {
            let most = decision.rules.iter().map(|rule| self.most_off(*rule, left, lines)).max().unwrap_or(0);
            left = (left - most).max(0);
        }
        self.ledger.least_with_shipping(left)
    }

    /// All lines are decided: computes what is left, and goes on with coupons.
    fn judge_lines(&mut self) {
        let ledger = self.ledger;
        let mut left = ledger.after_item.clone();
        for (n, rule) in ledger.rules.iter().enumerate() {
            if matches!(rule.kind, StepKind::NPiece | StepKind::Threshold) {
                ledger.apply(n, &mut left, |line| ledger.has(n, &self.choice, line));
            }
        }
        self.decide_late(0, &left);
    }

    /// Which coupon of each group takes part, and which platform thresholds.
    fn decide_late(&mut self, depth: usize, left: &[i64]) {
        if self.gives_up() && self.best.is_some() {
            return;
        }
        if self.is_worse(self.least_after_coupons(left.iter().sum(), depth, left)) {
            return;
        }
        let Some(decision) = self.late.get(depth) else { return self.end(left) };
        let rules = decision.rules.clone();
        let spent = decision.group.is_some_and(|group| {
            let earlier = self.late[..depth].iter().filter(|earlier| earlier.group == Some(group));
            earlier.flat_map(|earlier| &earlier.rules).any(|rule| self.choice.taken[*rule])
        });
        let mut options: Vec<(Option<usize>, Vec<i64>)> = Vec::new();
        for rule in rules.into_iter().filter(|_| !spent) {
            let mut after = left.to_vec();
            if 0 < self.ledger.apply(rule, &mut after, |line| self.ledger.rules[rule].covers[line]) {
                options.push((Some(rule), after));
            }
        }
        options.sort_by_key(|(_, after)| after.iter().sum::<i64>());
        options.push((None, left.to_vec()));
        for (rule, after) in options {
            rule.iter().for_each(|rule| self.choice.taken[*rule] = true);
            self.decide_late(depth + 1, &after);
            rule.iter().for_each(|rule| self.choice.taken[*rule] = false);
        }
    }

    fn end(&mut self, left: &[i64]) {
        let goods: i64 = left.iter().sum();
        let total = goods - self.ledger.points_off(left) + self.ledger.shipping_fee(left).0;
        if !self.is_worse(total) {
            self.best = Some((total, self.choice.clone()));
        }
    }
}

fn open_lines(ledger: &Ledger<'_>, rates: &[f64]) -> Vec<OpenLine> {
    let mut lines: Vec<OpenLine> = Vec::new();
    for line in 0..ledger.units.len() {
        let may_have = |n: &usize| {
            let rule = &ledger.rules[*n];
            rule.exclusive && rule.covers[line] && 0.0 < rates[*n]
        };
        let mut rules: Vec<usize> = (0..ledger.rules.len()).filter(may_have).collect();
        rules.sort_by(|a, b| rates[*b].total_cmp(&rates[*a]));
        let by_pieces = rules.iter().filter(|n| ledger.rules[**n].kind == StepKind::NPiece);
        let pieces = by_pieces.map(|n| rates[*n]).fold(0.0, f64::max);
        if !rules.is_empty() {
            lines.push(OpenLine { line, rules, pieces });
        }
    }
    lines.sort_by_key(|open| std::cmp::Reverse(ledger.after_item[open.line]));
    lines
}

fn thresholds(ledger: &Ledger<'_>, lines: &[OpenLine]) -> Vec<Threshold> {
    let exclusive =
        |rule: &usize| ledger.rules[*rule].exclusive && ledger.rules[*rule].kind == StepKind::Threshold;
    let of = |rule: usize| {
        let mut places: Vec<usize> =
            (0..lines.len()).filter(|place| lines[*place].rules.contains(&rule)).collect();
        places.sort_by(|a, b| lines[*a].pieces.total_cmp(&lines[*b].pieces));
        let all = places.iter().map(|place| ledger.after_item[lines[*place].line]).sum();
        Threshold { rule, steps: ledger.rules[rule].effect.steps(all), places }
    };
    (0..ledger.rules.len()).filter(exclusive).map(of).collect()
}
