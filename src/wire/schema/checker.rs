//! Whether a value is as a schema says, for tests: the part of JSON Schema 2020-12 that the published documents use.
//!
//! A keyword that this doesn't know is an error, so no document says anything that is not checked. A library would do,
//! but those there are change the features of other dependencies, which then are compiled twice.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;
use serde_json::{Map, Value};

/// The documents, which refer to each other by name.
pub(crate) struct Documents {
    by_file: BTreeMap<String, Value>,
    strict: bool,
}

/// Fields that a schema has spoken of, or what is wrong.
type Verdict = Result<BTreeSet<String>, String>;

impl Documents {
    /// Documents by name. Other fields than theirs are fine.
    pub(crate) fn published(documents: impl IntoIterator<Item = (String, Value)>) -> Self {
        let by_file = documents.into_iter().map(|(name, document)| (format!("{name}.json"), document));
        Self { by_file: by_file.collect(), strict: false }
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
            let spoken_of = self
                .judge_keyword(file, keyword, asked, value)
                .map_err(|wrong| format!("{keyword} of {}: {wrong}", shortened(value)))?;
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
            "$schema" | "$defs" | "title" | "description" => Ok(nothing),
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
                let pattern = Regex::new(asked.as_str().expect("a pattern is a text")).expect("a pattern");
                when(value.as_str().is_none_or(|text| pattern.is_match(text)))
            }
            "format" if asked == "date-time" => {
                when(value.as_str().is_none_or(|text| text.parse::<jiff::Timestamp>().is_ok()))
            }
            "required" => {
                let there = |field: &Value| value.get(field.as_str().expect("a name")).is_some();
                when(!value.is_object() || list(asked).iter().all(there))
            }
            "properties" => self.judge_fields(file, asked, value),
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
