//! Personal data as staff see it before they ask for more: enough to recognise, too little to use.
//!
//! What is shown whole is asked for one field at a time and kept in the audit log; that is the server's. Masking is
//! plain text work and cannot fail: what has no known form is masked whole.

use super::trade::Address;

/// What stands for what is hidden. Its length says nothing.
const HIDDEN: &str = "****";

/// A telephone number: `138****8000`, `+86 138****8000`, `021****5678`. Blanks and dashes go; numbers of fewer than
/// seven digits are masked whole.
pub fn phone(number: &str) -> String {
    let (area, local) = match number.trim().strip_prefix("+86") {
        Some(rest) => ("+86 ", rest),
        None => ("", number.trim()),
    };
    let sign = if local.starts_with('+') { "+" } else { "" };
    let digits: Vec<char> = local.chars().filter_map(plain_digit).collect();
    let (first, last) = match digits.len() {
        0..7 => return HIDDEN.to_owned(),
        7..10 => (0, 2),
        10 => (3, 3),
        _ => (3, 4),
    };
    let start: String = digits[..first].iter().collect();
    let end: String = digits[digits.len() - last..].iter().collect();
    format!("{area}{sign}{start}{HIDDEN}{end}")
}

/// A digit, also one of full width, in its plain form.
fn plain_digit(c: char) -> Option<char> {
    let number = c.to_digit(10).or_else(|| ('０'..='９').contains(&c).then(|| c as u32 - '０' as u32));
    number.and_then(|number| char::from_digit(number, 10))
}

/// A person's name: `张*`, `欧阳**`, `J*** S***`. A surname of one character is kept, one of two if it is a known one.
pub fn name(name: &str) -> String {
    let name = name.trim();
    if !name.chars().any(is_han) {
        return latin_name(name);
    }
    let letters: Vec<char> = name.chars().filter(|c| !c.is_whitespace()).collect();
    let start: String = letters.iter().take(2).collect();
    let surname = if 2 < letters.len() && DOUBLE_SURNAMES.contains(&start.as_str()) { 2 } else { 1 };
    if letters.len() <= surname {
        return "*".to_owned();
    }
    let kept: String = letters[..surname].iter().collect();
    // Two stars at most, so that a long name is not recognised by its length.
    kept + &"*".repeat((letters.len() - surname).min(2))
}

/// Surnames of two characters, in both scripts.
const DOUBLE_SURNAMES: [&str; 16] = [
    "欧阳", "歐陽", "司马", "司馬", "上官", "诸葛", "諸葛", "司徒", "皇甫", "尉迟", "尉遲", "夏侯", "慕容",
    "令狐", "东方", "東方",
];

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}')
}

fn latin_name(name: &str) -> String {
    let words: Vec<String> =
        name.split_whitespace().filter_map(|word| Some(format!("{}***", word.chars().next()?))).collect();
    if words.is_empty() { "*".to_owned() } else { words.join(" ") }
}

/// A street and house: gone. The region beside it may be shown as it is.
pub fn street(detail: &str) -> String {
    if detail.trim().is_empty() { String::new() } else { HIDDEN.to_owned() }
}

/// An address on one line: the region stays, the street and the house go.
pub fn address(region: &str, detail: &str) -> String {
    format!("{}{}", region.trim(), street(detail))
}

/// A delivery address with every personal part masked.
pub fn delivery(address: &Address) -> Address {
    Address {
        name: name(&address.name),
        phone: phone(&address.phone),
        region: address.region.clone(),
        detail: street(&address.detail),
    }
}

/// An e-mail address: `m****@example.com`; anything else is masked whole.
pub fn email(address: &str) -> String {
    match address.trim().rsplit_once('@') {
        Some((person, host)) if !host.is_empty() => {
            let first: String = person.chars().take(1).collect();
            format!("{first}{HIDDEN}@{host}")
        }
        _ => HIDDEN.to_owned(),
    }
}

/// A way to be reached that a shopper left, whichever it is: a telephone number, an e-mail address, or a name on some
/// network.
pub fn contact(text: &str) -> String {
    let digits = text.chars().filter_map(plain_digit).count();
    let others = text.chars().filter(|c| plain_digit(*c).is_none() && !" +-().（）－　".contains(*c)).count();
    match text.trim() {
        "" => String::new(),
        mail if mail.contains('@') => email(mail),
        _ if 7 <= digits && others == 0 => phone(text),
        other => {
            let first: String = other.chars().take(1).collect();
            first + HIDDEN
        }
    }
}

/// Running text with every telephone number and e-mail address in it masked. Order numbers stay: they say nothing by
/// themselves.
pub fn words(text: &str) -> String {
    replace_numbers(&replace_mails(text), &|number| phone(number))
}

/// Running text with every telephone number in it replaced.
pub fn replace_numbers(text: &str, by: &dyn Fn(&str) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| plain_digit(c).is_some() || c == '+') {
        let (before, from) = rest.split_at(start);
        let inside = |c: char| plain_digit(c).is_some() || "+- －".contains(c);
        let run = &from[..from.find(|c| !inside(c)).unwrap_or(from.len())];
        let number = run.trim_end_matches(|c| plain_digit(c).is_none());
        let number = if number.is_empty() { run } else { number };
        out.push_str(before);
        if is_phone(number) {
            out.push_str(&by(number))
        } else {
            out.push_str(number)
        }
        rest = &from[number.len()..];
    }
    out + rest
}

/// A mobile number of China, one with an area code, or an international one.
fn is_phone(number: &str) -> bool {
    let digits: String = number.chars().filter_map(plain_digit).collect();
    let local = digits.strip_prefix("86").filter(|rest| rest.len() == 11).unwrap_or(&digits);
    let mobile = local.len() == 11 && local.starts_with('1') && !local.starts_with("10");
    let landline = (10..=12).contains(&digits.len()) && digits.starts_with('0');
    mobile || landline || (number.starts_with('+') && (8..=15).contains(&digits.len()))
}

fn replace_mails(text: &str) -> String {
    let inside = |c: char| c.is_ascii_alphanumeric() || "._%+-@".contains(c);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(inside) {
        let (before, from) = rest.split_at(start);
        let (word, after) = from.split_at(from.find(|c| !inside(c)).unwrap_or(from.len()));
        out.push_str(before);
        if word.contains('@') {
            out.push_str(&email(word))
        } else {
            out.push_str(word)
        }
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_mails_in_running_text_are_masked() {
        for (whole, expected) in [
            ("电话13800138000，快点", "电话138****8000，快点"),
            ("改成 138-0013-8000 李", "改成 138****8000 李"),
            ("座机021-12345678", "座机021****5678"),
            ("+44 20 7946 0958 please", "+442****0958 please"),
            ("订单610027006010 退2件", "订单610027006010 退2件"),
            ("身高 170-175，50 公斤", "身高 170-175，50 公斤"),
            ("1+1=2 买2-3件", "1+1=2 买2-3件"),
            ("写 mei@example.com 吧 a@ b", "写 m****@example.com 吧 **** b"),
            ("", ""),
        ] {
            assert_eq!(words(whole), expected, "{whole}");
        }
    }

    #[test]
    fn telephone_numbers_keep_their_ends() {
        for (number, expected) in [
            ("13800138000", "138****8000"),
            ("138 0013 8000", "138****8000"),
            ("138-0013-8000", "138****8000"),
            ("１３８００１３８０００", "138****8000"),
            ("+86 138 0013 8000", "+86 138****8000"),
            ("+8613800138000", "+86 138****8000"),
            ("021-12345678", "021****5678"),
            ("+1 415 555 0123", "+141****0123"),
            ("4155550123", "415****123"),
            ("12345678", "****78"),
            ("110", "****"),
            ("", "****"),
            ("无", "****"),
        ] {
            assert_eq!(phone(number), expected, "{number}");
        }
    }

    #[test]
    fn names_keep_the_surname() {
        for (whole, expected) in [
            ("张三", "张*"),
            ("张小三", "张**"),
            (" 张 三 ", "张*"),
            ("欧阳娜娜", "欧阳**"),
            ("歐陽鋒", "歐陽*"),
            ("欧阳", "欧*"),
            ("阿卜杜拉·买买提", "阿**"),
            ("张", "*"),
            ("Lin", "L***"),
            ("John  Smith", "J*** S***"),
            ("", "*"),
        ] {
            assert_eq!(name(whole), expected, "{whole}");
        }
    }

    #[test]
    fn an_address_keeps_its_region() {
        assert_eq!(address("广东省深圳市南山区", "科技园路1号3栋502"), "广东省深圳市南山区****");
        assert_eq!(address("广东省深圳市", " "), "广东省深圳市");
        let whole = Address {
            name: "张三".to_owned(),
            phone: "13800138000".to_owned(),
            region: "浙江省杭州市".to_owned(),
            detail: "文三路 5 号".to_owned(),
        };
        let masked = delivery(&whole);
        let said = format!("{} {} {} {}", masked.name, masked.phone, masked.region, masked.detail);
        assert_eq!(said, "张* 138****8000 浙江省杭州市 ****");
    }

    #[test]
    fn ways_to_be_reached_are_masked_by_their_kind() {
        for (whole, expected) in [
            ("mei@example.com", "m****@example.com"),
            ("a@b@example.com", "a****@example.com"),
            ("@example.com", "****@example.com"),
            ("138 0013 8000", "138****8000"),
            ("微信 xiaomei88", "微****"),
            ("", ""),
        ] {
            assert_eq!(contact(whole), expected, "{whole}");
        }
        assert_eq!(email("nobody"), "****");
    }
}
