//! Mapping files: which key of a shop's file comes from where in another system's rows.
//!
//! ```toml
//! version = 1
//! rows = "orders"      # where the rows are, when not one a line: a list, or an object whose values are the rows and
//!                      # whose keys are `@key`; "*" when the file itself is that object
//! [map]
//! id = "goods_id"                               # a dotted path
//! "order.total" = { sum = "items[].price" }     # the sum of a list
//! "order.lines[].id" = "@index"                 # 1, 2, … within the list
//! "order.lines[].product" = "items[].product_id"# `[]` on both sides: element by element
//! "order.lines[].state" = { path = "status", words = { shipped = "shipped", "*" = "paid" } }
//! "address.detail" = { template = "{street}, {city}" }
//! brand = { path = "brand", default = "自有品牌" }
//! "order.shopper" = { path = "user", strip = "#" }      # without this beginning
//! category = { path = "categories", split = "/" }       # one text into a list
//! "variants[].options.规格" = { path = "skus[].spec", join = " " }  # a list, or a JSON list in a text, into one text
//! return_class = { const = "normal" }
//! ```

use super::super::document::fields::{Fields, text_of};
use super::super::document::{Entry, Source, Value, parse_toml};
use super::super::files::open;
use super::super::problem::{Problem, kinds};

/// A mapping file.
#[derive(Clone, Debug, Default)]
pub(super) struct Map {
    /// Where the rows are.
    pub(super) rows: Option<Path>,
    /// What is made of each row.
    pub(super) rules: Vec<Rule>,
}

/// One key of the result.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    /// Keys before a `[]`, or all keys when there is none.
    pub(super) target: Vec<String>,
    /// Keys after the `[]`.
    pub(super) element: Option<Vec<String>>,
    /// Where its value comes from.
    pub(super) from: From,
    /// What is then done with it.
    pub(super) change: Change,
}

/// Where a value comes from.
#[derive(Clone, Debug)]
pub(super) enum From {
    /// A place in the row.
    Path(Path),
    /// The same for every row.
    Constant(Value),
    /// Texts with `{paths}`.
    Template(Vec<Piece>),
    /// The sum of the numbers of a list.
    Sum(Path),
}

/// A piece of a template.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    /// Words.
    Words(String),
    /// A place in the row.
    Path(Path),
}

/// What is done with a value.
#[derive(Clone, Debug, Default)]
pub(super) struct Change {
    /// Other words for known words; an empty one means absent.
    pub(super) words: Vec<(String, String)>,
    /// A beginning to take off.
    pub(super) strip: Option<String>,
    /// What parts a text into a list.
    pub(super) split: Option<String>,
    /// What joins a list into a text.
    pub(super) join: Option<String>,
    /// For absent values.
    pub(super) default: Option<String>,
}

/// A dotted path as written, and its steps.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Path {
    /// As written.
    pub(super) written: String,
    /// Its steps.
    pub(super) steps: Vec<Step>,
}

/// A step of a path.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// Into a table.
    Key(String),
    /// To an element of a list.
    At(usize),
    /// To every element of a list.
    Each,
    /// `@key`: the row's own key.
    RowKey,
    /// `@index`: the number of the element, from 1.
    Index,
}

impl Path {
    /// Reads `a.b[0].c[].d`, `@key`, `@index`, and `*` for the file itself; says what is wrong otherwise.
    pub(super) fn parse(written: &str) -> Result<Path, &'static str> {
        let steps = match written {
            "@key" => vec![Step::RowKey],
            "@index" => vec![Step::Index],
            "*" => Vec::new(),
            _ => Self::steps(written)?,
        };
        let each = steps.iter().filter(|step| **step == Step::Each).count();
        if each > 1 {
            return Err("at most one []");
        }
        Ok(Path { written: written.to_owned(), steps })
    }

    fn steps(written: &str) -> Result<Vec<Step>, &'static str> {
        let mut steps = Vec::new();
        for part in written.split('.') {
            let (key, mut rest) = part.split_at(part.find('[').unwrap_or(part.len()));
            if key.is_empty() {
                return Err("empty key");
            }
            steps.push(Step::Key(key.to_owned()));
            while let Some(inner) = rest.strip_prefix('[') {
                let (index, after) = inner.split_once(']').ok_or("[ without ]")?;
                steps.push(match index {
                    "" => Step::Each,
                    digits => Step::At(digits.parse().map_err(|_| "no number in []")?),
                });
                rest = after;
            }
            if !rest.is_empty() {
                return Err("words after ]");
            }
        }
        Ok(steps)
    }

    /// Whether it leads to every element of a list.
    pub(super) fn is_list(&self) -> bool {
        self.steps.contains(&Step::Each)
    }
}

/// Reads a mapping file; `None` when it has errors, which then stand among the problems.
pub(super) fn read(name: &str, text: &str, problems: &mut Vec<Problem>) -> Option<Map> {
    let mut source = Source::new(name, text);
    let map = read_map(&mut source);
    let found = source.into_problems();
    let usable = found.is_empty();
    problems.extend(found);
    map.filter(|_| usable)
}

fn read_map(source: &mut Source<'_>) -> Option<Map> {
    let root = parse_toml(source);
    let mut fields = open(source, &root)?;
    let rows = fields.located_text(source, "rows");
    let rows_at = fields.span_of("rows");
    let rows = rows.and_then(|rows| path(source, &rows_at, &rows.value));
    fields.need(source, "map");
    let table = fields.table(source, "map");
    fields.finish(source);
    let rules = table?.entries().iter().filter_map(|entry| read_rule(source, entry)).collect();
    Some(Map { rows, rules })
}

fn path(source: &mut Source<'_>, at: &std::ops::Range<usize>, written: &str) -> Option<Path> {
    Path::parse(written).map_err(|what| source.report(at, &kinds::IMPORT_MAP_PATH, &[written, what])).ok()
}

fn read_rule(source: &mut Source<'_>, entry: &Entry) -> Option<Rule> {
    let target = path(source, &entry.key_span, &entry.key)?;
    let mut before = Vec::new();
    let mut after: Option<Vec<String>> = None;
    for step in target.steps {
        match step {
            Step::Key(key) => after.as_mut().unwrap_or(&mut before).push(key),
            Step::Each => after = Some(Vec::new()),
            _ => {
                source.report(
                    &entry.key_span,
                    &kinds::IMPORT_MAP_PATH,
                    &[&entry.key, "no number in a target"],
                );
                return None;
            }
        }
    }
    let (from, change) = read_value(source, entry)?;
    Some(Rule { target: before, element: after, from, change })
}

fn read_value(source: &mut Source<'_>, entry: &Entry) -> Option<(From, Change)> {
    let span = entry.node.span.clone();
    if let Value::Text(written) = &entry.node.value {
        return Some((From::Path(path(source, &span, written)?), Change::default()));
    }
    let mut fields = Fields::of(source, &entry.node)?;
    let mut froms = Vec::new();
    if let Some(written) = fields.text(source, "path") {
        froms.push(From::Path(path(source, &span, &written)?));
    }
    if let Some(written) = fields.text(source, "sum") {
        froms.push(From::Sum(path(source, &span, &written)?));
    }
    if let Some(written) = fields.text(source, "template") {
        froms.push(From::Template(template(source, &span, &written)?));
    }
    if let Some(node) = fields.get("const") {
        froms.push(From::Constant(node.value.clone()));
    }
    let mut change = Change {
        strip: fields.text(source, "strip"),
        split: fields.text(source, "split"),
        default: fields.text(source, "default"),
        ..Change::default()
    };
    // What joins may well be a space, so that this text alone may be blank.
    if let Some(Value::Text(join)) = fields.get("join").map(|node| &node.value) {
        change.join = Some(join.clone());
    }
    if let Some(words) = fields.table(source, "words") {
        for word in words.entries() {
            let other = match &word.node.value {
                Value::Text(text) if text.is_empty() => Some(String::new()),
                _ => text_of(source, &word.node),
            };
            change.words.extend(other.map(|other| (word.key.clone(), other)));
        }
    }
    fields.finish(source);
    let [_] = froms.as_slice() else {
        source.report(&span, &kinds::ONE_OF, &["path, sum, template, const"]);
        return None;
    };
    froms.pop().map(|from| (from, change))
}

fn template(source: &mut Source<'_>, at: &std::ops::Range<usize>, written: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut rest = written;
    while let Some(open) = rest.find('{') {
        let Some(length) = rest[open..].find('}') else {
            source.report(at, &kinds::SLOT_SYNTAX, &[]);
            return None;
        };
        pieces.push(Piece::Words(rest[..open].to_owned()));
        pieces.push(Piece::Path(path(source, at, &rest[open + 1..open + length])?));
        rest = &rest[open + length + 1..];
    }
    pieces.push(Piece::Words(rest.to_owned()));
    Some(pieces)
}
