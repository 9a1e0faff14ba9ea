//! What can go wrong with a machine: each told in a clear line, and gone when its cause is.

mod clock;
mod database;
mod disk;
mod index;
mod model;
