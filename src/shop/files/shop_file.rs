//! `shop.toml` and `pack.toml`: who a shop is, and what it is built on.

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use url::{Host, Url};

use super::{Presence, Terms, date_of, localized, need_id, open, word};
use crate::domain::{Currency, Locale, Localized};
use crate::shop::document::fields::{Fields, text_of};
use crate::shop::document::{Located, Node, Place, Source, Value, parse_toml};
use crate::shop::model::{Hours, Look, Side};
use crate::shop::problem::{Kind, kinds};
use crate::shop::times::Clock;

/// What `shop.toml` says.
#[derive(Clone, Debug)]
pub(crate) struct ShopFile {
    /// Its id.
    pub(crate) id: Option<Located<String>>,
    /// Its name.
    pub(crate) name: Localized,
    /// The packs it is built on, in order.
    pub(crate) packs: Vec<Located<String>>,
    /// Where they are named.
    pub(crate) packs_at: Place,
    /// What its other files are read with.
    pub(crate) terms: Terms,
    /// Sites that may embed the widget.
    pub(crate) origins: Vec<String>,
    /// How the widget looks.
    pub(crate) look: Look,
    /// The address of the shop's own system.
    pub(crate) system: Option<String>,
    /// When people answer.
    pub(crate) hours: Hours,
    /// Telephone number.
    pub(crate) phone: Option<String>,
    /// Street address.
    pub(crate) address: Option<Localized>,
    /// Hours after which a flow starts afresh.
    pub(crate) resume_hours: u32,
    /// Flows that are not started.
    pub(crate) flows_off: Vec<String>,
    /// Products shown for a search.
    pub(crate) search_limit: usize,
}

const LOCALES: [(&str, Locale); 3] =
    [("zh-Hans", Locale::ZhHans), ("zh-Hant", Locale::ZhHant), ("en", Locale::En)];

/// What `[flow] off` may name: everything the assistant does but handing over to a person, which is never hidden. A
/// test of `dialogue` holds it to the flows there are.
pub const FLOWS: [&str; 18] = [
    "authenticity",
    "chat",
    "compare",
    "compensation",
    "coupons",
    "order_service",
    "order_status",
    "policy",
    "price_protection",
    "product_question",
    "product_search",
    "promotions",
    "quote",
    "recommend",
    "restock",
    "return",
    "review",
    "size_advice",
];

/// Emergency numbers are the shortest there are.
const FEWEST_DIGITS: usize = 3;

const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

/// The terms of files that belong to no shop: a pack checked alone.
pub(crate) fn default_terms(clock: &Clock) -> Terms {
    Terms {
        currency: Currency::CNY,
        locales: LOCALES.map(|(_, locale)| locale).to_vec(),
        zone: TimeZone::get("Asia/Shanghai").unwrap_or(TimeZone::UTC),
        clock: clock.clone(),
    }
}

/// Reads `shop.toml`. What is missing or wrong is a problem and stands at its default, so that the shop's other
/// files can still be read and checked.
pub(crate) fn read(source: &mut Source<'_>, clock: &Clock) -> ShopFile {
    let root = parse_toml(source);
    let empty = Node { span: 0..0, value: Value::Table(Vec::new()) };
    let mut fields = match open(source, &root) {
        Some(fields) => fields,
        None => Fields::of(source, &empty).expect("an empty table is a table"),
    };
    let id = need_id(&mut fields, source, "id").map(|id| source.locate(&fields.span_of("id"), id));
    let terms = read_terms(source, &mut fields, clock);
    let name = localized(&mut fields, source, &terms, "name", Presence::Needed).unwrap_or_default();
    let packs = read_packs(source, &mut fields);
    let packs_at = source.place(&fields.span_of("packs"));
    let origins = read_origins(source, &mut fields);
    let look = read_look(source, &mut fields);
    let system = read_system(source, &mut fields);
    let hours = read_hours(source, &terms, &mut fields, "hours");
    let (mut phone, mut address) = (None, None);
    if let Some(mut contact) = fields.table(source, "contact") {
        phone = contact.text(source, "phone");
        let digits = |phone: &String| phone.chars().filter(char::is_ascii_digit).count();
        if let Some(odd) = phone.as_ref().filter(|phone| digits(phone) < FEWEST_DIGITS) {
            source.report(&contact.span_of("phone"), &kinds::SHOP_PHONE, &[odd]);
        }
        address = localized(&mut contact, source, &terms, "address", Presence::Free);
        contact.finish(source);
    }
    let (resume_hours, flows_off) = read_flow(source, &mut fields);
    let search_limit = read_limit(source, &mut fields, "search", "default_limit", 3, 20);
    fields.finish(source);
    let search_limit = usize::try_from(search_limit).unwrap_or(3);
    ShopFile {
        id,
        name,
        packs,
        packs_at,
        terms,
        origins,
        look,
        system,
        hours,
        phone,
        address,
        resume_hours,
        flows_off,
        search_limit,
    }
}

/// The packs, each once: read twice, all it says would seem repeated.
fn read_packs(source: &mut Source<'_>, fields: &mut Fields<'_>) -> Vec<Located<String>> {
    let mut packs: Vec<Located<String>> = Vec::new();
    for pack in fields.texts(source, "packs") {
        if packs.iter().any(|earlier| earlier.value == pack.value) {
            source.report_at(&pack.at, &kinds::REPEATED_KEY, &[&pack.value]);
        } else {
            packs.push(pack);
        }
    }
    packs
}

/// Reads `pack.toml`: its name with its place.
pub(crate) fn read_pack(source: &mut Source<'_>, terms: &Terms) -> Option<Located<String>> {
    let root = parse_toml(source);
    let mut fields = open(source, &root)?;
    let name = need_id(&mut fields, source, "name").map(|name| source.locate(&fields.span_of("name"), name));
    localized(&mut fields, source, terms, "title", Presence::Free);
    fields.finish(source);
    name
}

fn read_terms(source: &mut Source<'_>, fields: &mut Fields<'_>, clock: &Clock) -> Terms {
    let mut terms = default_terms(clock);
    let mut locales = Vec::new();
    for tag in fields.texts(source, "locales") {
        match LOCALES.iter().find(|(name, _)| *name == tag.value) {
            Some((_, locale)) if !locales.contains(locale) => locales.push(*locale),
            Some(_) => source.report_at(&tag.at, &kinds::REPEATED_KEY, &[&tag.value]),
            None => source.report_at(
                &tag.at,
                &kinds::BAD_LOCALE,
                &[&tag.value, &LOCALES.map(|(name, _)| name).join(", ")],
            ),
        }
    }
    if !locales.is_empty() {
        terms.locales = locales;
    }
    if let Some(code) = fields.located_text(source, "currency") {
        match code.value.parse() {
            Ok(currency) => terms.currency = currency,
            Err(_) => source.report_at(&code.at, &kinds::BAD_CURRENCY, &[&code.value]),
        }
    }
    if let Some(name) = fields.located_text(source, "time_zone") {
        match TimeZone::get(&name.value) {
            Ok(zone) => terms.zone = zone,
            Err(_) => source.report_at(&name.at, &kinds::UNKNOWN_ZONE, &[&name.value]),
        }
    }
    terms
}

/// `[flow]`: how long one may rest, and those that are not started.
fn read_flow(source: &mut Source<'_>, fields: &mut Fields<'_>) -> (u32, Vec<String>) {
    const HOURS: u32 = 24;
    let Some(mut table) = fields.table(source, "flow") else { return (HOURS, Vec::new()) };
    let hours = table.integer(source, "resume_hours", 1..=24 * 365);
    let mut off = Vec::new();
    for name in table.texts(source, "off") {
        if !FLOWS.contains(&name.value.as_str()) {
            source.report_at(&name.at, &kinds::UNKNOWN_FLOW, &[&name.value, &FLOWS.join(", ")]);
        } else if !off.contains(&name.value) {
            off.push(name.value);
        }
    }
    table.finish(source);
    (hours.and_then(|hours| u32::try_from(hours).ok()).unwrap_or(HOURS), off)
}

/// `[widget]`: its colour and its side.
fn read_look(source: &mut Source<'_>, fields: &mut Fields<'_>) -> Look {
    let Some(mut table) = fields.table(source, "widget") else { return Look::default() };
    let at = table.span_of("color");
    let color = table.text(source, "color").filter(|color| {
        let digits = color.strip_prefix('#').unwrap_or_default();
        let fine = digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        if !fine {
            source.report(&at, &kinds::SHOP_COLOR, &[color]);
        }
        fine
    });
    let sides = [("right", Side::Right), ("left", Side::Left)];
    let side = word(&mut table, source, "side", &sides).unwrap_or_default();
    table.finish(source);
    Look { color: color.map(|color| color.to_ascii_lowercase()), side }
}

fn read_origins(source: &mut Source<'_>, fields: &mut Fields<'_>) -> Vec<String> {
    let mut origins = Vec::new();
    for origin in fields.texts(source, "origins") {
        if is_origin(&origin.value) {
            origins.push(origin.value);
        } else {
            source.report_at(&origin.at, &kinds::BAD_ORIGIN, &[&origin.value]);
        }
    }
    origins
}

/// `*`, or a scheme and a host with an optional port, as browsers write it in `Origin`.
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let fine = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-:[]".contains(&byte);
    text == "*" || host.is_some_and(|host| !host.is_empty() && host.len() < 256 && host.bytes().all(fine))
}

/// `[system]`: where the shop's own system answers, checked so far that no request can go astray.
fn read_system(source: &mut Source<'_>, fields: &mut Fields<'_>) -> Option<String> {
    let mut table = fields.table(source, "system")?;
    let written = table.need_text(source, "url");
    let span = table.span_of("url");
    table.finish(source);
    match system_address(&written?) {
        Ok((address, Secrecy::Kept)) => Some(address),
        Ok((address, Secrecy::Open)) => {
            source.report(&span, &kinds::SYSTEM_NOT_SECRET, &[]);
            Some(address)
        }
        Err(kind) => {
            source.report(&span, kind, &[]);
            None
        }
    }
}

/// Whether what is sent to an address can be read on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Secrecy {
    Kept,
    Open,
}

/// An address as requests use it: without a slash at its end. The problems quote nothing, for it may hold a password.
fn system_address(written: &str) -> Result<(String, Secrecy), &'static Kind> {
    if written.contains('@') {
        return Err(&kinds::SYSTEM_PASSWORD);
    }
    let address = Url::parse(written).map_err(|_| &kinds::BAD_SYSTEM)?;
    let plain = address.scheme() == "http";
    let fine = (plain || address.scheme() == "https")
        && address.host_str().is_some_and(|host| !host.is_empty())
        && address.query().is_none()
        && address.fragment().is_none();
    if !fine {
        return Err(&kinds::BAD_SYSTEM);
    }
    let secrecy = if plain && !stays_here(&address) { Secrecy::Open } else { Secrecy::Kept };
    Ok((address.as_str().trim_end_matches('/').to_owned(), secrecy))
}

/// Whether an address is of this machine or the network around it, as far as its name tells.
fn stays_here(address: &Url) -> bool {
    match address.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        Some(Host::Ipv6(ip)) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
        Some(Host::Domain(name)) => !name.contains('.'),
        None => false,
    }
}

/// A table of days and hours; without it, always.
pub(super) fn read_hours(
    source: &mut Source<'_>,
    terms: &Terms,
    fields: &mut Fields<'_>,
    key: &'static str,
) -> Hours {
    let mut hours = Hours {
        days: DAYS.map(|(_, day)| day).to_vec(),
        from: Time::midnight(),
        to: Time::midnight(),
        holidays: Vec::new(),
    };
    let Some(mut table) = fields.table(source, key) else { return hours };
    if table.has("days") {
        hours.days.clear();
        for node in table.items(source, "days") {
            let Some(written) = text_of(source, node) else { continue };
            let day = crate::shop::document::fields::word_of(source, &node.span, &written, &DAYS);
            hours.days.extend(day.filter(|day| !hours.days.contains(day)));
        }
        if hours.days.is_empty() {
            source.report(&table.span_of("days"), &kinds::HOURS_NO_DAYS, &[]);
        }
    } else {
        table.get("days");
    }
    let from = read_time(source, &mut table, "from");
    let to = read_time(source, &mut table, "to");
    if let (Some(from), Some(to)) = (from, to) {
        if to < from && to != Time::midnight() {
            let names = (from.strftime("%H:%M").to_string(), to.strftime("%H:%M").to_string());
            source.report(&table.span_of("to"), &kinds::HOURS_EMPTY, &[&names.0, &names.1]);
        }
        (hours.from, hours.to) = (from, to);
    }
    let today = terms.zone.to_datetime(terms.clock.now).date();
    for node in table.items(source, "holidays") {
        let day = date_of(source, node);
        if let Some(past) = day.filter(|day| *day < today) {
            source.report(&node.span, &kinds::PAST_DATE, &[&past.to_string()]);
        }
        hours.holidays.extend(day);
    }
    table.finish(source);
    hours
}

/// `09:00`; `24:00` is the end of the day, kept as midnight.
pub(super) fn read_time(source: &mut Source<'_>, fields: &mut Fields<'_>, key: &'static str) -> Option<Time> {
    let node = fields.need(source, key)?;
    let written = match &node.value {
        Value::Time(text) => text.clone(),
        _ => text_of(source, node)?,
    };
    if written == "24:00" {
        return Some(Time::midnight());
    }
    let parts: Vec<&str> = written.split(':').collect();
    let number = |part: &str| {
        let digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        if digits { part.parse::<i8>().ok() } else { None }
    };
    let time = match parts[..] {
        [hour, minute] | [hour, minute, "00"] => {
            number(hour).zip(number(minute)).and_then(|(hour, minute)| Time::new(hour, minute, 0, 0).ok())
        }
        _ => None,
    };
    if time.is_none() {
        source.report(&node.span, &kinds::BAD_CLOCK, &[&written]);
    }
    time
}

/// A table with one whole number from 1 to `most`.
fn read_limit(
    source: &mut Source<'_>,
    fields: &mut Fields<'_>,
    table: &'static str,
    key: &'static str,
    default: u32,
    most: i64,
) -> u32 {
    let Some(mut inner) = fields.table(source, table) else { return default };
    let number = inner.integer(source, key, 1..=most);
    inner.finish(source);
    number.and_then(|number| u32::try_from(number).ok()).unwrap_or(default)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_systems_address_leads_to_one_place_and_holds_no_password() {
        use Secrecy::{Kept, Open};
        for (written, expected) in [
            ("https://erp.example.com/xiaoer", Ok(("https://erp.example.com/xiaoer", Kept))),
            ("https://erp.example.com/xiaoer/", Ok(("https://erp.example.com/xiaoer", Kept))),
            ("https://ERP.example.com:8443", Ok(("https://erp.example.com:8443", Kept))),
            ("https://erp.example.com/a/../b", Ok(("https://erp.example.com/b", Kept))),
            ("https://店.example/接口", Ok(("https://xn--hxt.example/%E6%8E%A5%E5%8F%A3", Kept))),
            ("http://127.0.0.1:9000", Ok(("http://127.0.0.1:9000", Kept))),
            ("http://[::1]:9000/x", Ok(("http://[::1]:9000/x", Kept))),
            ("http://192.168.1.7", Ok(("http://192.168.1.7", Kept))),
            ("http://erp:8080/api", Ok(("http://erp:8080/api", Kept))),
            ("http://erp.example.com", Ok(("http://erp.example.com", Open))),
            ("http://8.8.8.8", Ok(("http://8.8.8.8", Open))),
            ("https://user:secret@erp.example.com", Err(&kinds::SYSTEM_PASSWORD)),
            ("ftp://user@erp.example.com", Err(&kinds::SYSTEM_PASSWORD)),
            ("ftp://erp.example.com", Err(&kinds::BAD_SYSTEM)),
            ("erp.example.com", Err(&kinds::BAD_SYSTEM)),
            ("https://", Err(&kinds::BAD_SYSTEM)),
            ("file:///etc/passwd", Err(&kinds::BAD_SYSTEM)),
            ("https://erp.example.com/?key=1", Err(&kinds::BAD_SYSTEM)),
            ("https://erp.example.com/#top", Err(&kinds::BAD_SYSTEM)),
        ] {
            let found = system_address(written);
            let found = found.as_ref().map(|(address, secrecy)| (address.as_str(), *secrecy));
            assert_eq!(
                found.map_err(|kind| kind.code),
                expected.map_err(|kind: &Kind| kind.code),
                "{written}"
            );
        }
    }
}
