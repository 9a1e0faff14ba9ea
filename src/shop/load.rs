//! From a tree of files to a shop: every file is read, then put together, and every problem is kept.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::document::{Place, Source};
use super::files::faq::FaqEntry;
use super::files::glossary::GlossaryFile;
use super::files::handoff::HandoffFile;
use super::files::intents::IntentBlock;
use super::files::orders::OrdersFile;
use super::files::policy::PolicyFile;
use super::files::products::ProductEntry;
use super::files::promotions::PromotionsFile;
use super::files::replies::ReplyEntry;
use super::files::shop_file::ShopFile;
use super::files::stickers::StickerEntry;
use super::files::{self, Terms};
use super::model::Shop;
use super::problem::{Problem, kinds, sort};
use super::tests_file::{self, ConversationTest, TestReferences};
use super::times::{Clock, Clocks};
use super::tree::Tree;
use super::{
    document::Located,
    merge::{self, Merged, sayings::Sayings},
};
use crate::domain::trade::{Order, Product, Shopper, SizeChart};
use crate::domain::{PromotionId, ShopId, ShopperId};

/// What a shop's files amount to.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The shop; `None` when a problem is an error.
    pub shop: Option<Shop>,
    /// What its store begins with; what could be read of it, when there are errors.
    pub seed: Seed,
    /// The packs it is built on, in order: an edit of one is an edit of the shop.
    pub packs: Vec<String>,
    /// Its conversation tests.
    pub tests: Vec<ConversationTest>,
    /// What shoppers are expected to say.
    pub sayings: Sayings,
    /// Everything wrong in its files and those of its packs, by path and place.
    pub problems: Vec<Problem>,
}

/// What a shop's store begins with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seed {
    /// The catalog.
    pub products: Vec<Product>,
    /// Known shoppers.
    pub shoppers: Vec<Shopper>,
    /// Their orders.
    pub orders: Vec<Order>,
    /// Coupons they have and have not used.
    pub coupons: Vec<(ShopperId, PromotionId)>,
}

/// Every shop of a tree.
#[derive(Clone, Debug)]
pub struct LoadedTree {
    /// The shops by their folders' names.
    pub shops: BTreeMap<ShopId, Loaded>,
    /// Everything wrong in any file, packs that no shop uses included; each problem once, by path and place.
    pub problems: Vec<Problem>,
}

/// The files of one folder of the tree, a pack's or a shop's, each read by itself.
#[derive(Debug, Default)]
pub(crate) struct Folder {
    pub(crate) intents: Vec<IntentBlock>,
    pub(crate) faq: Vec<FaqEntry>,
    pub(crate) replies_zh: Vec<ReplyEntry>,
    pub(crate) replies_en: Vec<ReplyEntry>,
    pub(crate) policy: PolicyFile,
    pub(crate) glossary: GlossaryFile,
    pub(crate) promotions: PromotionsFile,
    pub(crate) sizes: Vec<(Located<String>, SizeChart)>,
    pub(crate) handoff: Option<HandoffFile>,
    pub(crate) stickers: Vec<StickerEntry>,
    /// `None` when the folder has no catalog, so that nothing can be said of products it names.
    pub(crate) products: Option<Vec<ProductEntry>>,
    /// `None` when the folder has no orders, so that nothing can be said of shoppers it names.
    pub(crate) orders: Option<OrdersFile>,
    pub(crate) tests: Vec<ConversationTest>,
    pub(crate) references: TestReferences,
    /// Every id that a file of the folder gives to something, usable or not.
    pub(crate) declared: BTreeSet<String>,
}

/// The pack that others build on.
const BASE: &str = "base";

/// Loads one shop with its packs.
pub fn load(tree: &Tree, shop: &ShopId, clock: &Clock) -> Loaded {
    let folder = format!("shops/{shop}/");
    let mut problems = unreadable(tree, &folder);
    let path = format!("{folder}shop.toml");
    let Some(text) = tree.get(&path) else {
        if problems.iter().all(|problem| problem.path != path) {
            problems.push(Problem::new(&path, 1, 1, &kinds::FILE_MISSING, &["shop.toml"]));
        }
        return Loaded {
            shop: None,
            seed: Seed::default(),
            packs: Vec::new(),
            tests: Vec::new(),
            sayings: Sayings::default(),
            problems,
        };
    };
    let mut source = Source::new(&path, text);
    let file = files::shop_file::read(&mut source, clock);
    problems.extend(source.into_problems());
    check_id(&file, shop, &mut problems);
    let mut folders = Vec::new();
    for pack in &file.packs {
        if let Some(folder) = load_pack(tree, pack, &file.terms, &mut problems) {
            folders.push(folder);
        }
    }
    folders.push(read_folder(tree, &folder, &file.terms, &mut problems));
    let version = digest(tree, &file, &folder);
    let merged = merge::merge(shop, version, &file, folders, &mut problems);
    sort(&mut problems);
    let usable = !problems.iter().any(Problem::is_error);
    let packs = file.packs.into_iter().map(|pack| pack.value).collect();
    let Merged { shop, seed, tests, sayings } = merged;
    Loaded { shop: Some(shop).filter(|_| usable), seed, packs, tests, sayings, problems }
}

/// Loads every shop of the tree.
pub fn load_all(tree: &Tree, clocks: &Clocks) -> LoadedTree {
    let mut problems = Vec::new();
    let mut shops = BTreeMap::new();
    for name in tree.folders("shops/") {
        let id = ShopId::from(name);
        let loaded = load(tree, &id, &clocks.of(&id));
        problems.extend(loaded.problems.iter().cloned());
        shops.insert(id, loaded);
    }
    if shops.is_empty() {
        problems.push(Problem::new("shops", 1, 1, &kinds::NO_SHOPS, &[]));
    }
    let terms = files::shop_file::default_terms(&Clock { seeded_at: clocks.now, now: clocks.now });
    for name in tree.folders("packs/") {
        let used = shops.values().any(|shop| shop.packs.contains(&name));
        problems.extend(check_pack(tree, &name, &terms, used));
    }
    problems.extend(tree.unreadable().iter().cloned());
    problems.extend(stray_files(tree));
    sort(&mut problems);
    LoadedTree { shops, problems }
}

fn check_id(file: &ShopFile, shop: &ShopId, problems: &mut Vec<Problem>) {
    if let Some(id) = file.id.as_ref().filter(|id| id.value != shop.as_str()) {
        problems.push(id.at.problem(&kinds::SHOP_ID_DIFFERS, &[&id.value, shop.as_str()]));
    }
}

fn load_pack(
    tree: &Tree,
    pack: &Located<String>,
    terms: &Terms,
    problems: &mut Vec<Problem>,
) -> Option<Folder> {
    let folder = format!("packs/{}/", pack.value);
    if tree.below(&folder).next().is_none() {
        let known = tree.folders("packs/").join(", ");
        problems.push(pack.at.problem(&kinds::UNKNOWN_PACK, &[&pack.value, &known]));
        return None;
    }
    problems.extend(unreadable(tree, &folder));
    Some(read_folder(tree, &folder, terms, problems))
}

/// What is wrong in a pack by itself: its own file and, where no shop uses it, all its others.
fn check_pack(tree: &Tree, name: &str, terms: &Terms, used: bool) -> Vec<Problem> {
    let folder = format!("packs/{name}/");
    let path = format!("{folder}pack.toml");
    let mut problems = Vec::new();
    match tree.get(&path) {
        Some(text) => {
            let mut source = Source::new(&path, text);
            let written = files::shop_file::read_pack(&mut source, terms);
            problems.extend(source.into_problems());
            if let Some(written) = written.filter(|written| written.value != name) {
                problems.push(written.at.problem(&kinds::PACK_NAME_DIFFERS, &[&written.value, name]));
            }
        }
        None => problems.push(Problem::new(&path, 1, 1, &kinds::FILE_MISSING, &["pack.toml"])),
    }
    if !used {
        // Packs are written on top of the base, whose own problems are told with it.
        let base =
            (name != BASE).then(|| read_folder(tree, &format!("packs/{BASE}/"), terms, &mut Vec::new()));
        let own = read_folder(tree, &folder, terms, &mut problems);
        let stated_nothing = files::shop_file::read(&mut Source::new("", ""), &terms.clock);
        let folders: Vec<Folder> = base.into_iter().chain([own]).collect();
        problems.extend(merge::check_pack(&stated_nothing, &folders, &folder));
    }
    problems
}

/// Files that lie in neither a pack nor a shop.
fn stray_files(tree: &Tree) -> Vec<Problem> {
    let placed = |path: &str| {
        let mut parts = path.splitn(3, '/');
        matches!(parts.next(), Some("packs" | "shops")) && parts.nth(1).is_some()
    };
    tree.files()
        .filter(|(path, _)| !placed(path))
        .map(|(path, _)| Problem::new(path, 1, 1, &kinds::FILE_UNKNOWN, &[path]))
        .collect()
}

fn unreadable(tree: &Tree, folder: &str) -> Vec<Problem> {
    tree.unreadable().iter().filter(|problem| problem.path.starts_with(folder)).cloned().collect()
}

/// The digest that a shop's files in a tree have as a version, sound or not; `None` when it isn't there.
pub fn digest_of(tree: &Tree, shop: &ShopId) -> Option<String> {
    let folder = format!("shops/{shop}/");
    let path = format!("{folder}shop.toml");
    let mut source = Source::new(&path, tree.get(&path)?);
    // Which packs it names does not hang on the time.
    let clock = Clock { seeded_at: Timestamp::UNIX_EPOCH, now: Timestamp::UNIX_EPOCH };
    let file = files::shop_file::read(&mut source, &clock);
    Some(digest(tree, &file, &folder))
}

/// SHA-256 over the paths and texts of the shop's knowledge; its seed and tests do not change what it is.
fn digest(tree: &Tree, file: &ShopFile, folder: &str) -> String {
    let mut hasher = Sha256::new();
    let packs = file.packs.iter().map(|pack| format!("packs/{}/", pack.value));
    for folder in packs.chain([folder.to_owned()]) {
        for (path, text) in tree.below(&folder) {
            let seed =
                ["catalog/", "orders/", "tests/"].iter().any(|part| path[folder.len()..].starts_with(part));
            if !seed {
                for part in [path, text] {
                    hasher.update((part.len() as u64).to_le_bytes());
                    hasher.update(part.as_bytes());
                }
            }
        }
    }
    hex::encode(hasher.finalize())
}

/// Reads every file of a folder by its own reader.
fn read_folder(tree: &Tree, folder: &str, terms: &Terms, problems: &mut Vec<Problem>) -> Folder {
    let is_shop = folder.starts_with("shops/");
    let mut content = Folder::default();
    for (path, text) in tree.below(folder) {
        let mut source = Source::new(path, text);
        let name = &path[folder.len()..];
        let known = read_knowledge(&mut source, name, terms, &mut content)
            || (is_shop && read_shop_file(&mut source, name, terms, &mut content))
            || name == if is_shop { "shop.toml" } else { "pack.toml" };
        content.declared.extend(source.declared().iter().cloned());
        problems.extend(source.into_problems());
        if !known {
            let place = Place { path: path.into(), line: 1, column: 1 };
            let kind =
                if name.starts_with("replies/") { &kinds::REPLY_LANGUAGE } else { &kinds::FILE_UNKNOWN };
            problems.push(place.problem(kind, &[name]));
        }
    }
    content
}

/// Reads a file that packs and shops both may have; false if it is none.
fn read_knowledge(source: &mut Source<'_>, name: &str, terms: &Terms, content: &mut Folder) -> bool {
    let in_folder = |folder: &str| {
        let rest = name.strip_prefix(folder);
        rest.is_some_and(|rest| rest.ends_with(".toml") && !rest.contains('/'))
    };
    match name {
        "policy.toml" => content.policy = files::policy::read(source, terms),
        "replies/zh.toml" => content.replies_zh = files::replies::read(source),
        "replies/en.toml" => content.replies_en = files::replies::read(source),
        _ if in_folder("intents/") => content.intents.extend(files::intents::read(source)),
        _ if in_folder("faq/") => content.faq.extend(files::faq::read(source, terms)),
        _ => return false,
    }
    true
}

/// Reads a file that only shops have; false if it is none.
fn read_shop_file(source: &mut Source<'_>, name: &str, terms: &Terms, content: &mut Folder) -> bool {
    match name {
        "glossary.toml" => content.glossary = files::glossary::read(source),
        "promotions.toml" => content.promotions = files::promotions::read(source, terms),
        "sizes.toml" => content.sizes = files::sizes::read(source, terms),
        "handoff.toml" => content.handoff = Some(files::handoff::read(source, terms)),
        "stickers.toml" => content.stickers = files::stickers::read(source, terms),
        "catalog/products.jsonl" => content.products = Some(files::products::read(source, terms)),
        "orders/orders.jsonl" => content.orders = Some(files::orders::read(source, terms)),
        _ if name.starts_with("tests/") && name.ends_with(".toml") => {
            content.tests.extend(tests_file::read(source, terms, &mut content.references));
        }
        _ => return false,
    }
    true
}
