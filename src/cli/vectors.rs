//! `xiaoer vectors`: makes the vectors that ship beside the model, from the packs and the demo shop.

use std::{path::PathBuf, process::ExitCode};

use super::{Outcome, complain, start_logging};
use crate::{
    app::{files, model},
    encoder::write_vectors,
    engine::Assistant,
    shop,
};

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The merchant's files whose texts are encoded.
    #[arg(long, default_value = "intents", value_name = "DIR")]
    intents: PathBuf,
    /// The model's files; the vectors are written there.
    #[arg(long, default_value = "models", value_name = "DIR")]
    models: PathBuf,
}

pub(super) fn run(options: Options) -> Outcome {
    start_logging("error");
    let tree = files::read(&options.intents)?;
    let encoder = model::bare(&options.models)?;
    let mut texts = std::collections::BTreeSet::new();
    for (id, loaded) in shop::load_all(&tree, &shop::Clocks::now()).shops {
        let Some(shop) = loaded.shop else {
            anyhow::bail!("the files of shop {id} have errors: `xiaoer check` lists them");
        };
        texts.extend(Assistant::texts(&shop, &loaded.seed.products));
    }
    let texts: Vec<String> = texts.into_iter().collect();
    let written = write_vectors(&options.models.join("base.vectors"), &encoder, &texts)?;
    complain(&format!("{written} vectors written"));
    Ok(ExitCode::SUCCESS)
}
