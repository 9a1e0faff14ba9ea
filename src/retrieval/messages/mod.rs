//! Messages of conversations, found by their words: for people at the desk, and for what colleagues answered before.
//!
//! One index for all shops, in a folder or in memory; every question names the shops it may look into. It is a copy:
//! whoever fills it says with each commit how far it has come ([`Mark`]), and begins anew where the mark is another's. A
//! folder of another version of this program is emptied.

mod asked;
mod search;

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use arc_swap::ArcSwap;

use jiff::Timestamp;
use tantivy::{
    Index, IndexReader, IndexWriter, TantivyDocument, Term,
    directory::MmapDirectory,
    error::DataCorruption,
    schema::{Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions},
    tokenizer::TextAnalyzer,
};

use super::{
    RetrievalError,
    tokenizer::{TermTokenizer, is_chinese, product_terms, words},
};
use crate::{
    domain::{ConversationId, ShopId},
    text::normalize,
};

pub use asked::AnsweredBefore;
pub use search::MessageHit;

/// The version of what the index holds and how; another one is filled anew.
const VERSION: u32 = 1;
/// What the writer collects in memory before it writes a segment.
const WRITER_BYTES: usize = 20_000_000;
/// How often what is being merged by itself is looked at again.
const PURGES: usize = 20;
/// Numbers of so many characters are also found by their last four.
const LONG_NUMBER: usize = 6;

/// How far an index has come in which order of changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The order's own name.
    pub log: String,
    /// The last change that is in the index.
    pub number: u64,
}

/// A conversation as it is indexed: whole, in the place of what was there of it.
#[derive(Clone, Debug)]
pub struct IndexedConversation {
    /// Which.
    pub id: ConversationId,
    /// In which shop.
    pub shop: ShopId,
    /// What it is found by when it is the whole question: the shopper's name and id, numbers.
    pub exact: Vec<String>,
    /// What was said and noted.
    pub lines: Vec<IndexedLine>,
}

/// Something said or noted.
#[derive(Clone, Debug)]
pub struct IndexedLine {
    /// The message's number, or the note's.
    pub number: u64,
    /// Who wrote it: `shopper`, `bot`, `agent`, `system`, or `note`.
    pub from: &'static str,
    /// When.
    pub at: Timestamp,
    /// Its words.
    pub text: String,
    /// What a person answered, where that may be proposed to others.
    pub answer: Option<String>,
}

/// The index.
pub struct MessageIndex {
    /// Where it is; in memory when nowhere.
    folder: Option<PathBuf>,
    /// Swapped whole when the folder was lost while it was in use.
    opened: ArcSwap<Opened>,
    fields: Fields,
    /// Made at the first change, and anew after one that failed. A std mutex: filling happens on a thread of its own,
    /// never across an await.
    writer: Mutex<Option<IndexWriter>>,
}

struct Opened {
    index: Index,
    reader: IndexReader,
}

#[derive(Clone, Copy)]
struct Fields {
    conversation: Field,
    shop: Field,
    exact: Field,
    text: Field,
    number: Field,
    from: Field,
    at: Field,
    answer: Field,
    answered: Field,
}

fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let indexing =
        TextFieldIndexing::default().set_tokenizer("messages").set_index_option(IndexRecordOption::WithFreqs);
    let fields = Fields {
        conversation: schema.add_text_field("conversation", STRING | STORED),
        shop: schema.add_text_field("shop", STRING | STORED),
        exact: schema.add_text_field("exact", STRING),
        text: schema
            .add_text_field("text", TextOptions::default().set_indexing_options(indexing).set_stored()),
        number: schema.add_u64_field("number", STORED),
        from: schema.add_text_field("from", STRING | STORED),
        at: schema.add_i64_field("at", STORED),
        answer: schema.add_text_field("answer", STORED),
        answered: schema.add_bool_field("answered", tantivy::schema::INDEXED),
    };
    (schema.build(), fields)
}

impl MessageIndex {
    /// An empty index that is gone with the process.
    ///
    /// # Errors
    /// The search library's.
    pub fn in_memory() -> Result<Self, RetrievalError> {
        let (schema, fields) = schema();
        Ok(Self::of(None, Opened::of(Index::create_in_ram(schema))?, fields))
    }

    /// The index in a folder, which is made where it is missing and emptied where it can't be read.
    ///
    /// # Errors
    /// A folder that can't be written, or that another process writes to.
    pub fn in_folder(folder: &Path) -> Result<Self, RetrievalError> {
        let opened =
            Opened::in_folder(folder).and_then(Opened::unharmed).or_else(|_| Opened::anew(folder))?;
        let found = Self::of(Some(folder.to_owned()), opened, schema().1);
        // Finds out now, rather than at the first question, that another process has it.
        found.write(|_| Ok(()))?;
        Ok(found)
    }

    fn of(folder: Option<PathBuf>, opened: Opened, fields: Fields) -> Self {
        Self { folder, opened: ArcSwap::from_pointee(opened), fields, writer: Mutex::new(None) }
    }

    /// How far it has come; `None` for an empty one and one of another version.
    pub fn mark(&self) -> Option<Mark> {
        let payload = self.opened.load().index.load_metas().ok()?.payload?;
        let mut parts = payload.splitn(3, ' ');
        let version: u32 = parts.next()?.parse().ok()?;
        let number = parts.next()?.parse().ok()?;
        let log = parts.next()?.to_owned();
        (version == VERSION).then_some(Mark { log, number })
    }

    /// Puts conversations in the place of what was there of them, and notes how far it has come; all or nothing. Slow:
    /// not for an async thread.
    ///
    /// # Errors
    /// The search library's: the disk is full, say.
    pub fn replace(&self, conversations: &[IndexedConversation], mark: &Mark) -> Result<(), RetrievalError> {
        self.commit(mark, |writer| {
            for conversation in conversations {
                writer.delete_term(Term::from_field_text(self.fields.conversation, conversation.id.as_str()));
                for document in self.documents(conversation) {
                    writer.add_document(document)?;
                }
            }
            Ok(())
        })
    }

    /// Forgets conversations, and notes how far it has come. They are found no more; their words lie in the files until
    /// [`purge`](Self::purge).
    ///
    /// # Errors
    /// The search library's.
    pub fn forget(&self, gone: &[ConversationId], mark: &Mark) -> Result<(), RetrievalError> {
        self.commit(mark, |writer| {
            for id in gone {
                writer.delete_term(Term::from_field_text(self.fields.conversation, id.as_str()));
            }
            Ok(())
        })
    }

    /// Writes anew what holds anything that was forgotten or replaced, and removes the files that held it. Slow: not for
    /// an async thread.
    ///
    /// # Errors
    /// The search library's.
    pub fn purge(&self) -> Result<(), RetrievalError> {
        self.write(|writer| {
            for _ in 0..PURGES {
                let segments = writer.index().searchable_segment_metas()?;
                let mut merged = true;
                for segment in segments.iter().filter(|segment| segment.has_deletes()) {
                    // One that is being merged already is looked at again.
                    merged &= writer.merge(&[segment.id()]).wait().is_ok();
                }
                if merged {
                    break;
                }
            }
            Ok(())
        })?;
        // Whoever reads the old files keeps them on the disk.
        self.opened.load().reader.reload()?;
        self.write(|writer| writer.garbage_collect_files().wait().map(|_| ()))?;
        Ok(())
    }

    /// Forgets everything. An index whose folder was lost or damaged while it was in use is made anew.
    ///
    /// # Errors
    /// The search library's.
    pub fn empty(&self, mark: &Mark) -> Result<(), RetrievalError> {
        let is_lost = self.opened.load().index.load_metas().is_err();
        if let Some(folder) = self.folder.as_deref().filter(|_| is_lost) {
            tracing::warn!(folder = %folder.display(), "the index of messages is lost and made anew");
            // Whoever writes to the lost one gives it up first.
            let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
            *writer = None;
            self.opened.store(Opened::anew(folder)?.into());
        }
        self.commit(mark, |writer| writer.delete_all_documents().map(|_| ()))
    }

    fn commit(
        &self,
        mark: &Mark,
        change: impl FnOnce(&mut IndexWriter) -> tantivy::Result<()>,
    ) -> Result<(), RetrievalError> {
        self.write(|writer| {
            change(writer)?;
            let mut prepared = writer.prepare_commit()?;
            prepared.set_payload(&format!("{VERSION} {} {}", mark.number, mark.log));
            prepared.commit()
        })?;
        Ok(self.opened.load().reader.reload()?)
    }

    fn write<T>(&self, with: impl FnOnce(&mut IndexWriter) -> tantivy::Result<T>) -> tantivy::Result<T> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let index = &self.opened.load().index;
        let done = match &mut *writer {
            Some(writer) => with(writer),
            None => with(writer.insert(index.writer_with_num_threads(1, WRITER_BYTES)?)),
        };
        if done.is_err() {
            // With it goes what it had not committed. One that failed once, on a full disk say, may never work again.
            *writer = None;
        }
        done
    }

    fn documents(&self, conversation: &IndexedConversation) -> Vec<TantivyDocument> {
        let fields = &self.fields;
        let begun = || {
            let mut document = TantivyDocument::default();
            document.add_text(fields.conversation, conversation.id.as_str());
            document.add_text(fields.shop, conversation.shop.as_str());
            document
        };
        // The conversation itself, found by what names it.
        let mut head = begun();
        for exact in &conversation.exact {
            head.add_text(fields.exact, normalize(exact));
        }
        let last = conversation.lines.last().map_or(0, |line| line.at.as_millisecond());
        head.add_i64(fields.at, last);
        let lines = conversation.lines.iter().map(|line| {
            let mut document = begun();
            document.add_text(fields.text, &line.text);
            document.add_u64(fields.number, line.number);
            document.add_text(fields.from, line.from);
            document.add_i64(fields.at, line.at.as_millisecond());
            if let Some(answer) = &line.answer {
                document.add_text(fields.answer, answer);
                document.add_bool(fields.answered, true);
            }
            document
        });
        std::iter::once(head).chain(lines).collect()
    }
}

impl Opened {
    fn in_folder(folder: &Path) -> Result<Self, tantivy::TantivyError> {
        std::fs::create_dir_all(folder)?;
        Self::of(Index::open_or_create(MmapDirectory::open(folder)?, schema().0)?)
    }

    /// The same, unless a file is not as it was written: the library finds out when asked only.
    fn unharmed(self) -> Result<Self, tantivy::TantivyError> {
        let damaged = self.index.validate_checksum()?;
        match damaged.into_iter().next() {
            None => Ok(self),
            Some(file) => Err(DataCorruption::new(file, "its checksum is another".to_owned()).into()),
        }
    }

    /// It is a copy: what can't be read is made anew.
    fn anew(folder: &Path) -> Result<Self, tantivy::TantivyError> {
        let _ = std::fs::remove_dir_all(folder);
        Self::in_folder(folder)
    }

    fn of(index: Index) -> Result<Self, tantivy::TantivyError> {
        index.tokenizers().register("messages", TextAnalyzer::from(TermTokenizer(message_terms)));
        let reader = index.reader_builder().reload_policy(tantivy::ReloadPolicy::Manual).try_into()?;
        Ok(Self { index, reader })
    }
}

/// The terms of a message: those of a product's text, and of long numbers the last four characters.
fn message_terms(text: &str) -> Vec<String> {
    let mut terms = product_terms(text);
    let ends: Vec<String> = terms.iter().filter_map(|term| end_term(term)).collect();
    terms.extend(ends);
    terms
}

/// The term of a number's last four characters; it can't be mistaken for a word.
fn end_term(term: &str) -> Option<String> {
    let long = LONG_NUMBER <= term.len() && term.is_ascii() && term.bytes().any(|byte| byte.is_ascii_digit());
    long.then(|| format!("~{}", &term[term.len() - 4..]))
}

#[cfg(test)]
mod tests;
