//! What every store has to do, told once and run against each.
//!
//! Each story is a function of an empty store; `stories!` makes a test of it for every implementation.

mod audit;
mod case;
mod conversations;
mod outbox;
mod people;
mod privacy;
mod reports;
mod sign_in;
mod staff;
mod survival;
mod trade;
mod uploads;

use std::sync::Arc;

use super::{Appended, MemoryStore, SharedStore, SqlStore};
use crate::domain::Message;

/// An empty store, with the folder that holds it.
struct Empty {
    store: SharedStore,
    _folder: Option<tempfile::TempDir>,
}

async fn memory() -> Empty {
    Empty { store: Arc::new(MemoryStore::new()), _folder: None }
}

async fn sqlite() -> Empty {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = SqlStore::open_file(&folder.path().join("test.db")).await.expect("a new database");
    Empty { store: Arc::new(store), _folder: Some(folder) }
}

/// An empty store of its own on the server of `XIAOER_TEST_POSTGRES`: an address of a database in which it may make
/// schemas.
async fn postgres() -> Empty {
    let server = std::env::var("XIAOER_TEST_POSTGRES").expect("XIAOER_TEST_POSTGRES names a database");
    let schema = format!("story_{:016x}", rand::random::<u64>());
    let mut raw =
        <sqlx::PgConnection as sqlx::Connection>::connect(&server).await.expect("the server answers");
    let making = sqlx::AssertSqlSafe(format!("create schema {schema}"));
    sqlx::Executor::execute(&mut raw, making).await.expect("a schema can be made");
    let joint = if server.contains('?') { '&' } else { '?' };
    let store = SqlStore::open_url(&format!("{server}{joint}options=-csearch_path%3D{schema}")).await;
    Empty { store: Arc::new(store.expect("a new schema")), _folder: None }
}

macro_rules! stories {
    ($($story:ident),+ $(,)?) => {
        mod memory {
            $(#[tokio::test]
            async fn $story() {
                let empty = crate::store::conformance::memory().await;
                super::$story(empty.store.clone()).await;
            })+
        }

        mod sqlite {
            $(#[tokio::test]
            async fn $story() {
                let empty = crate::store::conformance::sqlite().await;
                super::$story(empty.store.clone()).await;
            })+
        }

        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            #[ignore = "needs a PostgreSQL server, which tests/run starts"]
            async fn $story() {
                let empty = crate::store::conformance::postgres().await;
                super::$story(empty.store.clone()).await;
            })+
        }
    };
}
use stories;

/// The message of something stored.
fn stored(appended: Appended) -> Message {
    match appended {
        Appended::Stored { message, .. } => message,
        Appended::IdReused => panic!("the id is new"),
    }
}

fn numbers(messages: &[Message]) -> Vec<u64> {
    messages.iter().map(|message| message.seq).collect()
}
