//! Statements with their values, and rows: the little that every SQL engine has in common.
//!
//! A statement is written once, as SQLite has it (`dialect` tells what another engine reads instead), with `?` or
//! `?1` where a value goes. Values are integers, texts and bytes; times, numbers and truth are integers.

use std::{borrow::Cow, path::PathBuf, sync::Arc};

use super::{Connection, SqlStore, rows::corrupt};
use crate::store::{Result, StoreError};

/// What a column or a parameter can hold.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// Nothing, in a place for this kind.
    Null(Kind),
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// What kind of value a place is for: some engines want to know it of nothing, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Integer,
    Text,
    Bytes,
}

/// What can be bound to a statement.
pub(super) trait IntoValue {
    const KIND: Kind;
    fn into_value(self) -> Value;
}

macro_rules! into_value {
    ($($from:ty => $kind:ident($value:ident) $how:expr),+ $(,)?) => {
        $(impl IntoValue for $from {
            const KIND: Kind = Kind::$kind;
            fn into_value(self) -> Value {
                let $value = self;
                Value::$kind($how)
            }
        })+
    };
}

into_value! {
    i64 => Integer(it) it,
    u32 => Integer(it) it.into(),
    i32 => Integer(it) it.into(),
    bool => Integer(it) it.into(),
    &str => Text(it) it.to_owned(),
    String => Text(it) it,
    &String => Text(it) it.clone(),
    &[u8] => Bytes(it) it.to_vec(),
    &Vec<u8> => Bytes(it) it.clone(),
    Vec<u8> => Bytes(it) it,
}

impl<T: IntoValue> IntoValue for Option<T> {
    const KIND: Kind = T::KIND;
    fn into_value(self) -> Value {
        self.map_or(Value::Null(T::KIND), IntoValue::into_value)
    }
}

impl IntoValue for &Option<String> {
    const KIND: Kind = Kind::Text;
    fn into_value(self) -> Value {
        self.as_deref().into_value()
    }
}

/// A statement with its values.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub(super) text: Cow<'static, str>,
    pub(super) values: Vec<Value>,
}

/// Begins a statement. Its text is the program's own: whatever comes from outside is bound.
pub(super) fn sql(text: impl Into<Cow<'static, str>>) -> Statement {
    Statement { text: text.into(), values: Vec::new() }
}

impl Statement {
    /// The value of the next parameter.
    pub(super) fn bind(mut self, value: impl IntoValue) -> Self {
        self.values.push(value.into_value());
        self
    }

    /// More text, for statements that depend on what is asked.
    pub(super) fn push(mut self, text: &str) -> Self {
        self.text.to_mut().push_str(text);
        self
    }

    /// A parameter with its value.
    pub(super) fn push_bind(self, value: impl IntoValue) -> Self {
        self.push("?").bind(value)
    }

    /// All rows, within a use case.
    pub(super) fn fetch_all(&self, connection: &mut Connection) -> Result<Vec<Row>> {
        Ok(connection.fetch(self)?)
    }

    /// The first row, if there is one.
    pub(super) fn fetch_optional(&self, connection: &mut Connection) -> Result<Option<Row>> {
        Ok(connection.fetch(self)?.into_iter().next())
    }

    /// The first row.
    pub(super) fn fetch_one(&self, connection: &mut Connection) -> Result<Row> {
        self.fetch_optional(connection)?.ok_or_else(|| corrupt("row"))
    }

    /// Changes something; how many rows.
    pub(super) fn execute(&self, connection: &mut Connection) -> std::result::Result<u64, SqlError> {
        connection.execute(self)
    }

    /// All rows, as a use case of its own.
    pub(super) async fn all(self, store: &SqlStore) -> Result<Vec<Row>> {
        store.fetch(self).await
    }

    /// All rows where they may be many, as a use case of its own.
    pub(super) async fn survey(self, store: &SqlStore) -> Result<Vec<Row>> {
        store.survey(move |reader| self.fetch_all(reader)).await
    }

    /// The first row, as a use case of its own.
    pub(super) async fn optional(self, store: &SqlStore) -> Result<Option<Row>> {
        Ok(store.fetch(self).await?.into_iter().next())
    }

    /// The first row, as a use case of its own.
    pub(super) async fn one(self, store: &SqlStore) -> Result<Row> {
        self.optional(store).await?.ok_or_else(|| corrupt("row"))
    }

    /// Changes something, as a use case of its own; how many rows.
    pub(super) async fn run(self, store: &SqlStore) -> Result<u64> {
        store.write(move |tx| Ok(self.execute(tx)?)).await
    }

    /// Changes something that use cases of a key change too.
    pub(super) async fn run_alone(self, store: &SqlStore, key: i64) -> Result<u64> {
        store.alone(key, move |tx| Ok(self.execute(tx)?)).await
    }
}

/// A row of an answer.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) columns: Arc<[Box<str>]>,
    pub(super) values: Vec<Value>,
}

impl Row {
    /// A column's value.
    pub(super) fn get<'r, T: FromValue<'r>>(&'r self, column: &'static str) -> Result<T> {
        let place = self.columns.iter().position(|name| **name == *column);
        let value = place.and_then(|place| self.values.get(place)).ok_or_else(|| corrupt(column))?;
        T::from_value(value).ok_or_else(|| corrupt(column))
    }

    /// Whether a column has this value.
    pub(super) fn holds(&self, column: &str, value: &Value) -> bool {
        let place = self.columns.iter().position(|name| **name == *column);
        match (place.and_then(|place| self.values.get(place)), value) {
            (Some(Value::Null(_)), Value::Null(_)) => true,
            (known, value) => known == Some(value),
        }
    }
}

/// What can be read out of a column.
pub(super) trait FromValue<'r>: Sized {
    fn from_value(value: &'r Value) -> Option<Self>;
}

impl FromValue<'_> for i64 {
    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Integer(it) = value { Some(*it) } else { None }
    }
}

impl FromValue<'_> for u32 {
    fn from_value(value: &Value) -> Option<Self> {
        i64::from_value(value)?.try_into().ok()
    }
}

impl FromValue<'_> for bool {
    fn from_value(value: &Value) -> Option<Self> {
        Some(i64::from_value(value)? != 0)
    }
}

impl<'r> FromValue<'r> for &'r str {
    fn from_value(value: &'r Value) -> Option<Self> {
        if let Value::Text(it) = value { Some(it) } else { None }
    }
}

impl FromValue<'_> for String {
    fn from_value(value: &Value) -> Option<Self> {
        <&str>::from_value(value).map(ToOwned::to_owned)
    }
}

impl FromValue<'_> for Vec<u8> {
    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Bytes(it) = value { Some(it.clone()) } else { None }
    }
}

impl<'r, T: FromValue<'r>> FromValue<'r> for Option<T> {
    fn from_value(value: &'r Value) -> Option<Self> {
        if let Value::Null(_) = value { Some(None) } else { T::from_value(value).map(Some) }
    }
}

/// Why a statement was not followed.
#[derive(Debug, thiserror::Error)]
pub(super) enum SqlError {
    /// The same is there already.
    #[error("a row of this key is there")]
    Unique(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It names what isn't there.
    #[error("a row that is named isn't there")]
    ForeignKey(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Another use case came between: the same again may go through.
    #[error("another transaction came between")]
    Again(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It was prepared for a table that has other columns now; prepared anew it goes through.
    #[error("a table was changed meanwhile")]
    Stale(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The engine can't be reached now.
    #[error("the database server is away")]
    Away(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The database is not as it was written.
    #[error("the database is damaged")]
    Damaged(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The engine can't.
    #[error("the database engine failed")]
    Engine(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<SqlError> for StoreError {
    fn from(error: SqlError) -> Self {
        match error {
            // Which file it is, the engine adds.
            SqlError::Damaged(found) => Self::Damaged { file: PathBuf::new(), found: found.to_string() },
            error => Self::Unavailable(Box::new(error)),
        }
    }
}
