//! The cheapest choice, by branch and bound: lines first, then coupons and what else may be left out, in the order of
//! work. A branch is left when even the best that could still come of it is no better than what was found.
//!
//! The bounds only ever promise too much: a rule takes no more than its best rate of the lines that it may still get, no
//! more than its highest amount within reach, and a step never makes more of what is left of less.

use super::{
    StepKind,
    ledger::{Choice, Ledger},
    rules::{Effect, Seen},
};

/// Choices looked at before the search gives up its proof: some tens of milliseconds for a large basket.
pub(super) const MOST_NODES: usize = 60_000;

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

struct Search<'a> {
    ledger: &'a Ledger<'a>,
    /// Lines that some exclusive rule covers, and their rules, the dearest line first.
    lines: Vec<(usize, Vec<usize>)>,
    /// Of each rule, the best rate within reach; and each line's best by N-pieces and by anything.
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
        let rates: Vec<f64> =
            ledger.rules.iter().enumerate().map(|(n, rule)| rule.effect.best_rate(all(n))).collect();
        let mut lines: Vec<(usize, Vec<usize>)> = Vec::new();
        for line in 0..ledger.units.len() {
            let exclusive = (0..ledger.rules.len())
                .filter(|n| ledger.rules[*n].exclusive && ledger.rules[*n].covers[line] && 0.0 < rates[*n]);
            let mut of_line: Vec<usize> = exclusive.collect();
            of_line.sort_by(|a, b| rates[*b].total_cmp(&rates[*a]));
            if !of_line.is_empty() {
                lines.push((line, of_line));
            }
        }
        lines.sort_by_key(|(line, _)| std::cmp::Reverse(ledger.after_item[*line]));
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
        Self { ledger, lines, rates, early, late, choice: Choice::none(ledger), best: None, nodes: 0, most }
    }

    /// Gives every line to the rule of its that is favoured, takes all that stack, and chooses the rest well.
    fn try_greedily(&mut self, favour: Favour) {
        for (line, rules) in &self.lines {
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
        let Some((line, options)) = self.lines.get(depth).map(|(line, rules)| (*line, rules.len())) else {
            return self.judge_lines();
        };
        for option in 0..=options {
            self.choice.of_line[line] = self.lines[depth].1.get(option).copied();
            self.decide_line(depth + 1);
        }
        self.choice.of_line[line] = None;
    }

    /// The least that can be paid when the lines before `depth` are decided.
    fn least_after_lines(&self, depth: usize) -> i64 {
        let ledger = self.ledger;
        let mut by_rates = 0.0;
        let mut by_pieces = 0.0;
        let mut reach: Vec<Seen> = vec![Seen::default(); ledger.rules.len()];
        for (place, (line, options)) in self.lines.iter().enumerate() {
            let amount = ledger.after_item[*line];
            let decided = self.choice.of_line[*line];
            let open: &[usize] = if place < depth { decided.as_slice() } else { options };
            let best = |only: Option<StepKind>| {
                let rates = open.iter().filter(|n| only.is_none_or(|kind| ledger.rules[**n].kind == kind));
                rates.map(|n| self.rates[*n]).fold(0.0, f64::max)
            };
            by_rates += best(None) * amount as f64;
            by_pieces += best(Some(StepKind::NPiece)) * amount as f64;
            for rule in open {
                reach[*rule].base += amount;
                reach[*rule].left += amount;
            }
        }
        let mut by_thresholds = 0;
        let mut stacking = 0;
        for (n, rule) in ledger.rules.iter().enumerate() {
            match rule.kind {
                StepKind::Threshold if rule.exclusive => by_thresholds += rule.effect.takes(reach[n]),
                StepKind::NPiece | StepKind::Threshold if self.choice.taken[n] => {
                    stacking += self.most_off(n, i64::MAX, &ledger.after_item);
                }
                _ => {}
            }
        }
        // A share may be rounded up by half a cent; everything else is whole.
        let shares = ledger.rules.iter().filter(|rule| rule.kind == StepKind::NPiece).count();
        let off = by_rates.min(by_pieces + by_thresholds as f64) + 0.5 * shares as f64 + 1e-6;
        let goods: i64 = ledger.after_item.iter().sum();
        self.least_after_coupons((goods - off.floor() as i64 - stacking).max(0), 0, &ledger.after_item)
    }

    /// The most that a rule can take when no less than `left` is left of everything, and no more than `lines` of each
    /// line.
    fn most_off(&self, rule: usize, left: i64, lines: &[i64]) -> i64 {
        let rule = &self.ledger.rules[rule];
        let ledger = self.ledger;
        let mut seen = Seen::default();
        for line in (0..ledger.units.len()).filter(|line| rule.covers[*line]) {
            seen.units += ledger.units[line];
            seen.base += ledger.after_item[line];
            seen.left += lines[line];
        }
        // What is a share of what is left grows with it.
        if matches!(rule.effect, Effect::Percent { .. }) {
            seen.left = seen.left.min(left);
        }
        rule.effect.takes(seen)
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
