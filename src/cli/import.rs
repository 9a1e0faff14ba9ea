//! `xiaoer import` and `xiaoer export`: a shop's FAQ, products and orders from and to other systems.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context, bail};

use super::{Outcome, complain, say, start_logging};
use crate::{
    app::files,
    check,
    domain::ShopId,
    shop::{Clock, ExchangeKind, ExportForm, ImportFile, Imported, Tree, export, import},
    workshop::intake,
};

#[derive(Debug, clap::Args)]
pub(super) struct ImportOptions {
    /// The shop.
    #[arg(long, value_name = "ID")]
    shop: String,
    /// The merchant's files.
    #[arg(long, default_value = "intents", value_name = "DIR")]
    intents: PathBuf,
    /// How the file's fields become ours.
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// faq, products or orders.
    kind: String,
    /// A spreadsheet (.xlsx), CSV, JSON lines or one JSON value.
    file: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(super) struct ExportOptions {
    /// The shop.
    #[arg(long, value_name = "ID")]
    shop: String,
    /// The merchant's files.
    #[arg(long, default_value = "intents", value_name = "DIR")]
    intents: PathBuf,
    /// faq, products or orders.
    kind: String,
    /// Where to; a name that ends in .xlsx means a spreadsheet, .csv CSV, anything else JSON lines. JSON lines to standard
    /// output when not given.
    file: Option<PathBuf>,
}

fn kind(word: &str) -> anyhow::Result<ExchangeKind> {
    ExchangeKind::from_word(word).with_context(|| format!("{word} is none of faq, products, orders"))
}

/// Rows with errors are all told, and then nothing is taken.
pub(super) fn run_import(options: ImportOptions) -> Outcome {
    start_logging("error");
    let kind = kind(&options.kind)?;
    let tree = files::read(&options.intents)?;
    if !tree.folders("shops/").contains(&options.shop) {
        bail!(
            "there is no shop {} in {}; `xiaoer shop new {}` makes one",
            options.shop,
            options.intents.display(),
            options.shop
        );
    }
    let read = |path: &PathBuf| {
        std::fs::read_to_string(path).with_context(|| format!("can't read {}", path.display()))
    };
    let bytes = std::fs::read(&options.file);
    let bytes = bytes.with_context(|| format!("can't read {}", options.file.display()))?;
    let name = options.file.to_string_lossy();
    let map = options
        .map
        .as_ref()
        .map(|path| Ok::<_, anyhow::Error>((path.to_string_lossy().into_owned(), read(path)?)));
    let map = map.transpose()?;
    let file = ImportFile {
        kind,
        name: &name,
        bytes: &bytes,
        map: map.as_ref().map(|(name, text)| (name.as_str(), text.as_str())),
    };
    let shop = ShopId::from(options.shop.as_str());
    let imported = import(&tree, &shop, &file, &Clock::now());
    let language = super::check::language();
    for problem in &imported.problems {
        say(&check::line(problem, language));
    }
    complain(&check::summary(&imported.problems, language));
    if imported.problems.iter().any(crate::shop::Problem::is_error) {
        return Ok(ExitCode::from(1));
    }
    let (files, told) = files_to_write(&tree, &shop, imported)?;
    files.write(&options.intents).context("can't write the shop's files")?;
    complain(&told);
    Ok(ExitCode::SUCCESS)
}

/// What was imported as files, and how much of it there was.
fn files_to_write(tree: &Tree, shop: &ShopId, imported: Imported) -> anyhow::Result<(Tree, String)> {
    let told = format!("{} rows taken", imported.rows);
    if imported.faq.is_empty() {
        return Ok((imported.files, told));
    }
    let taken = intake::take_in(tree, shop, &imported.faq)?;
    let told =
        format!("{told}: {} added, {} changed, {} unchanged", taken.added, taken.changed, taken.unchanged);
    let files = taken.changes.into_iter().filter_map(|change| Some((change.path, change.text?)));
    Ok((Tree::new(files), told))
}

pub(super) fn run_export(options: ExportOptions) -> Outcome {
    start_logging("error");
    let kind = kind(&options.kind)?;
    let tree = files::read(&options.intents)?;
    let extension = options.file.as_ref().and_then(|file| file.extension()).and_then(|it| it.to_str());
    let form = extension.and_then(ExportForm::from_extension).unwrap_or(ExportForm::JsonLines);
    let bytes = export(&tree, &ShopId::from(options.shop.as_str()), kind, form)?;
    match options.file {
        Some(file) => {
            std::fs::write(&file, bytes).with_context(|| format!("can't write {}", file.display()))?;
        }
        None => say(String::from_utf8_lossy(&bytes).trim_end()),
    }
    Ok(ExitCode::SUCCESS)
}
