//! Whether a value is as a schema says, for tests: the part of JSON Schema 2020-12 that the published documents use,
//! those of frames here and those of files in `shop::schema`.
//!
//! A keyword that this doesn't know is an error, so no document says anything that is not checked. A library would do,
//! but those there are change the features of other dependencies, which then are compiled twice.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;
use serde_json::{Map, Value};

/// The documents, which refer to each other by name.
pub(crate) struct Documents {
    by_file: BTreeMap<String, Value>,
    strict: bool,
    /// Patterns met so far: a file has thousands of texts of one pattern.
    patterns: RefCell<BTreeMap<String, Regex>>,
}

/// Fields that a schema has spoken of, or what is wrong.
type Verdict = Result<BTreeSet<String>, String>;

impl Documents {
    /// Documents by name. Other fields than theirs are fine.
    pub(crate) fn published(documents: impl IntoIterator<Item = (String, Value)>) -> Self {
        let by_file = documents.into_iter().map(|(name, document)| (format!("{name}.json"), document));
        Self { by_file: by_file.collect(), strict: false, patterns: RefCell::default() }
    }

    /// The same, and an object must have no fields but those its schema names.
    pub(crate) fn closed(self) -> Self {
        Self { strict: true, ..self }
    }

    /// What is wrong with a value of a document.
    ///
    /// # Errors
    /// A sentence naming the place.
    pub(crate) fn check(&self, name: &str, value: &Value) -> Result<(), String> {
        self.refer("", &format!("{name}.json"), value).map(drop)
    }

    /// Follows a reference out of a document.
    fn refer(&self, from: &str, reference: &str, value: &Value) -> Verdict {
        let (file, pointer) = reference.split_once('#').unwrap_or((reference, ""));
        let file = if file.is_empty() { from } else { file };
        let document = self.by_file.get(file).ok_or_else(|| format!("there is no document {file}"))?;
        let schema = document.pointer(pointer).ok_or_else(|| format!("{reference} leads nowhere"))?;
        self.judge(file, schema.as_object().ok_or("a schema is an object")?, value)
    }

    fn judge(&self, file: &str, schema: &Map<String, Value>, value: &Value) -> Verdict {
        let mut named = BTreeSet::new();
        for (keyword, asked) in schema {
            let verdict = self
                .judge_beside(file, schema, keyword, value)
                .unwrap_or_else(|| self.judge_keyword(file, keyword, asked, value));
            let spoken_of = verdict.map_err(|wrong| format!("{keyword} of {}: {wrong}", shortened(value)))?;
            named.extend(spoken_of);
        }
        let is_object = schema.get("type").is_some_and(|kind| kind == "object");
        if let Some(object) = value.as_object().filter(|_| self.strict && is_object)
            && let Some(other) = object.keys().find(|field| !named.contains(*field))
        {
            return Err(format!("the schema does not know {other}"));
        }
        Ok(named)
    }

    fn judge_keyword(&self, file: &str, keyword: &str, asked: &Value, value: &Value) -> Verdict {
        let nothing = BTreeSet::new();
        let when = |fine: bool| if fine { Ok(BTreeSet::new()) } else { Err(format!("{asked}")) };
        let number = || asked.as_f64().expect("a bound is a number");
        let count = |length: usize| length as f64;
        match keyword {
            "$schema" | "$defs" | "title" | "description" | "default" | "examples" => Ok(nothing),
            "$ref" => self.refer(file, asked.as_str().expect("a reference is a text"), value),
            "const" => when(value == asked),
            "enum" => when(list(asked).contains(value)),
            "type" => when(list_or_one(asked).iter().any(|kind| is_of(kind, value))),
            "minimum" => when(value.as_f64().is_none_or(|value| number() <= value)),
            "maximum" => when(value.as_f64().is_none_or(|value| value <= number())),
            "maxLength" => when(value.as_str().is_none_or(|text| count(text.chars().count()) <= number())),
            "minItems" => when(value.as_array().is_none_or(|items| number() <= count(items.len()))),
            "maxItems" => when(value.as_array().is_none_or(|items| count(items.len()) <= number())),
            "pattern" => {
                let pattern = asked.as_str().expect("a pattern is a text");
                when(value.as_str().is_none_or(|text| self.matches(pattern, text)))
            }
            "format" if asked == "date-time" => {
                when(value.as_str().is_none_or(|text| text.parse::<jiff::Timestamp>().is_ok()))
            }
            "required" => {
                let there = |field: &Value| value.get(field.as_str().expect("a name")).is_some();
                when(!value.is_object() || list(asked).iter().all(there))
            }
            "properties" => self.judge_fields(file, asked, value),
            "propertyNames" => {
                for name in value.as_object().into_iter().flat_map(Map::keys) {
                    self.judge(file, object(asked), &Value::from(name.as_str()))?;
                }
                Ok(nothing)
            }
            "minProperties" => when(value.as_object().is_none_or(|fields| number() <= count(fields.len()))),
            "maxProperties" => when(value.as_object().is_none_or(|fields| count(fields.len()) <= number())),
            "uniqueItems" => when(asked == false || value.as_array().is_none_or(|items| all_differ(items))),
            "not" => when(self.judge(file, object(asked), value).is_err()),
            "items" => {
                for item in value.as_array().into_iter().flatten() {
                    self.judge(file, object(asked), item)?;
                }
                Ok(nothing)
            }
            "allOf" => {
                let all = list(asked).iter().map(|one| self.judge(file, object(one), value));
                Ok(all.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
            }
            "anyOf" | "oneOf" => self.judge_choice(file, keyword, list(asked), value),
            other => Err(format!("the keyword {other} is not known here")),
        }
    }

    /// The keywords that are read with their neighbours; nothing for any other.
    fn judge_beside(
        &self,
        file: &str,
        schema: &Map<String, Value>,
        keyword: &str,
        value: &Value,
    ) -> Option<Verdict> {
        match keyword {
            "if" => {
                let holds = self.judge(file, object(&schema["if"]), value).is_ok();
                let branch = schema.get(if holds { "then" } else { "else" });
                Some(match branch {
                    Some(branch) => self.judge(file, object(branch), value),
                    None => Ok(BTreeSet::new()),
                })
            }
            "then" | "else" => Some(Ok(BTreeSet::new())),
            "additionalProperties" => Some(self.judge_others(file, schema, value)),
            _ => None,
        }
    }

    /// The fields that `properties` does not name.
    fn judge_others(&self, file: &str, schema: &Map<String, Value>, value: &Value) -> Verdict {
        let named = schema.get("properties").and_then(Value::as_object);
        let asked = &schema["additionalProperties"];
        let mut spoken_of = BTreeSet::new();
        for (field, value) in value.as_object().into_iter().flatten() {
            if named.is_some_and(|named| named.contains_key(field)) {
                continue;
            }
            if asked == false {
                return Err(format!("there is no {field}"));
            }
            self.judge(file, object(asked), value)?;
            spoken_of.insert(field.clone());
        }
        Ok(spoken_of)
    }

    fn matches(&self, pattern: &str, text: &str) -> bool {
        let mut patterns = self.patterns.borrow_mut();
        let compiled =
            patterns.entry(pattern.to_owned()).or_insert_with(|| Regex::new(pattern).expect("a pattern"));
        compiled.is_match(text)
    }

    fn judge_fields(&self, file: &str, fields: &Value, value: &Value) -> Verdict {
        let mut named = BTreeSet::new();
        for (field, schema) in object(fields) {
            if let Some(value) = value.get(field) {
                self.judge(file, object(schema), value)?;
                named.insert(field.clone());
            }
        }
        Ok(named)
    }

    fn judge_choice(&self, file: &str, keyword: &str, choices: &[Value], value: &Value) -> Verdict {
        let verdicts: Vec<Verdict> = choices.iter().map(|one| self.judge(file, object(one), value)).collect();
        let fine = verdicts.iter().filter(|verdict| verdict.is_ok()).count();
        if fine == 0 || (keyword == "oneOf" && fine > 1) {
            let wrong: Vec<String> = verdicts.into_iter().filter_map(Result::err).collect();
            return Err(format!("{fine} fit; {}", wrong.join("; ")));
        }
        Ok(verdicts.into_iter().flatten().flatten().collect())
    }
}

fn is_of(kind: &Value, value: &Value) -> bool {
    match kind.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        Some("number") => value.is_number(),
        Some("integer") => value.is_i64() || value.is_u64(),
        _ => panic!("{kind} is not a type"),
    }
}

fn all_differ(items: &[Value]) -> bool {
    items.iter().enumerate().all(|(place, item)| !items[..place].contains(item))
}

fn object(schema: &Value) -> &Map<String, Value> {
    schema.as_object().expect("a schema is an object")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn list_or_one(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}

fn shortened(value: &Value) -> String {
    value.to_string().chars().take(60).collect()
}
