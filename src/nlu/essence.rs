//! Takes off what a chat window adds to a shopper's words: the card of the order or product that they came from.
//!
//! Such a card ("咨询订单号:2026… 商品id:…") says what a message is about and nothing of what it asks, and is often
//! longer than the question. A message that is nothing but a card is left as it is.

use std::borrow::Cow;

/// What cards call their fields, the longer first where one begins like another.
const FIELDS: [&str; 10] = [
    "咨询订单号",
    "订单编号",
    "订单号",
    "订单金额",
    "下单时间",
    "商品编号",
    "商品id",
    "order number",
    "order no",
    "product id",
];

/// A folded message without the cards in it.
pub(super) fn essence(normal: &str) -> Cow<'_, str> {
    if !FIELDS.iter().any(|field| normal.contains(field)) {
        return Cow::Borrowed(normal);
    }
    let mut kept = String::with_capacity(normal.len());
    let mut rest = normal;
    while let Some(letter) = rest.chars().next() {
        if let Some(after) = field(rest) {
            rest = after;
            kept.push(' ');
        } else {
            kept.push(letter);
            rest = &rest[letter.len_utf8()..];
        }
    }
    let words: Vec<&str> =
        kept.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).collect();
    let joined = words.join(" ");
    let trimmed = joined.trim_matches([',', ';', '。', '.', ' ']);
    if trimmed.is_empty() { Cow::Borrowed(normal) } else { Cow::Owned(trimmed.to_owned()) }
}

/// What follows a field of a card at the start of `text`: its name, a colon, and a value without words.
fn field(text: &str) -> Option<&str> {
    let name = FIELDS.iter().find(|name| text.starts_with(**name))?;
    let mut rest = text[name.len()..].trim_start().strip_prefix(':')?.trim_start();
    let before = rest.len();
    loop {
        let value =
            rest.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '-' | '/' | '.' | '¥' | ':'));
        let value = placeholder(value).unwrap_or(value);
        // A date and a time are two values with a space between.
        let next = value.trim_start_matches(' ');
        if value.len() == rest.len() {
            break;
        }
        rest = if next.starts_with(|c: char| c.is_ascii_digit()) || placeholder(next).is_some() {
            next
        } else {
            value
        };
    }
    let rest = rest.strip_prefix(['元', ',', ';', ']']).unwrap_or(rest);
    (rest.len() < before).then_some(rest)
}

/// What follows a placeholder such as `[订单x]` at the start of `text`.
fn placeholder(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('[')?;
    let end = inside.find(']')?;
    (inside[..end].chars().count() <= 5 && inside[..end].ends_with('x')).then(|| &inside[end + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_come_off_and_words_stay() {
        for (normal, expected) in [
            ("我要退货", "我要退货"),
            ("咨询订单号:20261101001 商品id:100123 怎么还没到", "怎么还没到"),
            ("咨询订单号:[订单x] 商品id:[数字x] 要退货", "要退货"),
            ("[订单编号:[订单x],订单金额:[金额x],下单时间:[日期x] [时间x]] 为啥还没发", "为啥还没发"),
            ("订单号:20261101001,能开发票吗", "能开发票吗"),
            ("订单号:20261101001", "订单号:20261101001"),
            ("咨询订单号:[订单x] 商品id:[数字x]", "咨询订单号:[订单x] 商品id:[数字x]"),
            ("我的订单号是多少", "我的订单号是多少"),
            ("订单号:在哪里看", "订单号:在哪里看"),
            ("订单金额:199.00元 付款失败", "付款失败"),
            ("下单时间:2026-11-20 10:30:00 还没发", "还没发"),
            ("", ""),
        ] {
            assert_eq!(essence(normal), expected, "{normal}");
        }
    }
}
