//! Reading of numbers as shoppers write them: digits with separators, Chinese numerals, `2万`, `1k`, `五六百`.
//!
//! Only the number is read here; what it counts is for the callers to see from what stands around it.

use rust_decimal::Decimal;

/// Digits before the decimal point that are still a quantity of something; longer ones are identifiers.
const MAX_INTEGER_DIGITS: usize = 9;

/// A number that was read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Number {
    /// Its value, or the lower end of an estimate.
    pub(crate) value: Decimal,
    /// The upper end of an estimate such as 五六百.
    pub(crate) upper: Option<Decimal>,
    /// The place behind it.
    pub(crate) end: usize,
    /// Whether it is written in Arabic digits.
    pub(crate) arabic: bool,
}

/// The number that begins at `at`, if one does.
pub(crate) fn number(characters: &[char], at: usize) -> Option<Number> {
    let first = *characters.get(at)?;
    let before = at.checked_sub(1).map(|before| characters[before]);
    if first.is_ascii_digit() {
        let inside = before.is_some_and(|c| c.is_ascii_digit())
            || (before == Some('.') && at >= 2 && characters[at - 2].is_ascii_digit());
        if inside { None } else { arabic(characters, at) }
    } else {
        let inside = before.is_some_and(|c| digit(c).is_some() || unit(c).is_some());
        if inside { None } else { chinese(characters, at) }
    }
}

fn arabic(characters: &[char], at: usize) -> Option<Number> {
    let mut text = String::new();
    let mut end = at;
    while let Some(&character) = characters.get(end) {
        if character.is_ascii_digit() {
            text.push(character);
        } else if !(character == ',' && text.len() <= 6 && is_thousands(characters, at, end)) {
            break;
        }
        end += 1;
    }
    if text.len() > MAX_INTEGER_DIGITS {
        return None;
    }
    if characters.get(end) == Some(&'.') && characters.get(end + 1).is_some_and(char::is_ascii_digit) {
        text.push('.');
        end += 1;
        while let Some(&character) = characters.get(end).filter(|c| c.is_ascii_digit()) {
            if text.len() < 20 {
                text.push(character);
            }
            end += 1;
        }
    }
    let value: Decimal = text.parse().ok()?;
    let (factor, end) = match characters.get(end) {
        Some('k') if !characters.get(end + 1).is_some_and(char::is_ascii_alphanumeric) => (1_000, end + 1),
        Some('w') if !characters.get(end + 1).is_some_and(char::is_ascii_alphanumeric) => (10_000, end + 1),
        Some('百') => (100, end + 1),
        Some('千') if characters.get(end + 1) != Some(&'克') => (1_000, end + 1),
        Some('万') => (10_000, end + 1),
        _ => (1, end),
    };
    let (rest, end) = if factor > 1 { next_lower(characters, end, factor) } else { (0, end) };
    let value = value.checked_mul(Decimal::from(factor))?.checked_add(Decimal::from(rest))?;
    Some(Number { value: value.normalize(), upper: None, end, arabic: true })
}

/// 1万2, 3千5: one digit behind a written unit counts the next lower one.
fn next_lower(characters: &[char], end: usize, factor: i64) -> (i64, usize) {
    let written = end.checked_sub(1).is_some_and(|unit| matches!(characters[unit], '百' | '千' | '万'));
    let digit = characters.get(end).and_then(|c| c.to_digit(10)).filter(|_| written);
    let goes_on = characters.get(end + 1).is_some_and(|c| c.is_ascii_alphanumeric() || *c == '.');
    match digit {
        Some(digit) if !goes_on => (i64::from(digit) * factor / 10, end + 1),
        _ => (0, end),
    }
}

/// A comma with exactly three digits behind it. Folding makes the Chinese comma of 身高165，110 the same
/// character, so three digits before the first comma make an amount only behind a currency's sign.
fn is_thousands(characters: &[char], start: usize, comma: usize) -> bool {
    let digits = characters[comma + 1..].iter().take_while(|c| c.is_ascii_digit()).count();
    let signed = start.checked_sub(1).is_some_and(|before| "¥￥$€£".contains(characters[before]));
    digits == 3 && (comma - start != 3 || signed)
}

/// The value of a Chinese numeral.
pub(crate) fn digit(character: char) -> Option<i64> {
    Some(match character {
        '零' | '〇' => 0,
        '一' | '幺' | '壹' => 1,
        '二' | '两' | '俩' | '贰' => 2,
        '三' | '叁' | '仨' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    })
}

fn unit(character: char) -> Option<i64> {
    Some(match character {
        '十' | '拾' => 10,
        '百' | '佰' => 100,
        '千' | '仟' => 1_000,
        '万' => 10_000,
        '亿' => 100_000_000,
        _ => return None,
    })
}

fn chinese(characters: &[char], at: usize) -> Option<Number> {
    if let Some(estimate) = estimate(characters, at).or_else(|| twenties(characters, at)) {
        return Some(estimate);
    }
    let run = characters[at..].iter().take_while(|c| digit(**c).is_some() || unit(**c).is_some()).count();
    if run == 0 || run > 16 {
        return None;
    }
    let word = &characters[at..at + run];
    let end = at + run;
    let value =
        if word.iter().all(|c| digit(*c).is_some()) { digit_string(word)? } else { with_units(word)? };
    let fraction =
        characters.get(end) == Some(&'点') && characters.get(end + 1).is_some_and(|c| digit(*c).is_some());
    if fraction {
        let digits = characters[end + 1..].iter().take_while(|c| digit(**c).is_some()).count().min(6);
        let text: String = characters[end + 1..end + 1 + digits]
            .iter()
            .filter_map(|c| digit(*c))
            .filter_map(|d| char::from_digit(u32::try_from(d).ok()?, 10))
            .collect();
        let value = format!("{value}.{text}").parse::<Decimal>().ok()?.normalize();
        return Some(Number { value, upper: None, end: end + 1 + digits, arabic: false });
    }
    Some(Number { value: Decimal::from(value), upper: None, end, arabic: false })
}

/// 二零二六, 一六五: numerals read one by one.
fn digit_string(word: &[char]) -> Option<i64> {
    if word.len() > MAX_INTEGER_DIGITS {
        return None;
    }
    word.iter().try_fold(0_i64, |value, c| Some(value * 10 + digit(*c)?))
}

/// 一百五十, 两千零三, 一万二: numerals with units; a bare numeral at the end counts the next lower unit.
fn with_units(word: &[char]) -> Option<i64> {
    let (mut total, mut section, mut pending, mut last_unit) = (0_i64, 0_i64, None::<i64>, 0_i64);
    let mut after_zero = false;
    for &character in word {
        if let Some(value) = digit(character) {
            if value == 0 {
                after_zero = true;
            } else if pending.replace(value).is_some() {
                return None;
            }
        } else {
            let size = unit(character)?;
            // A unit without a numeral before it is one of it: 十, 百元, 千元.
            if size >= 10_000 {
                let ones = pending.take().unwrap_or(i64::from(section == 0 && total == 0));
                total = total.checked_add(section.checked_add(ones)?.checked_mul(size)?)?;
                section = 0;
            } else {
                section = section.checked_add(pending.take().unwrap_or(1).checked_mul(size)?)?;
            }
            last_unit = size;
            after_zero = false;
        }
    }
    let rest = match pending {
        Some(value) if last_unit >= 100 && !after_zero => value * last_unit / 10,
        Some(value) => value,
        None => 0,
    };
    total.checked_add(section)?.checked_add(rest)
}

/// 五六百, 两三百, 七八十, 几百: two numerals or 几 before one unit.
fn estimate(characters: &[char], at: usize) -> Option<Number> {
    let size = |at: usize| characters.get(at).copied().and_then(unit);
    let between = |low: i64, high: i64, end: usize| {
        Some(Number { value: Decimal::from(low), upper: Some(Decimal::from(high)), end, arabic: false })
    };
    let first = *characters.get(at)?;
    if first == '几' {
        let unit = size(at + 1)?;
        return between(unit, unit * 10, at + 2);
    }
    let (low, high) = (digit(first)?, digit(*characters.get(at + 1)?)?);
    let follows = |at: usize| characters.get(at).is_some_and(|c| digit(*c).is_some() || *c == '点');
    let Some(unit) = size(at + 2) else {
        // 两三天 is two or three days; 一六五 is read digit by digit.
        return if low > 0 && high == low + 1 && !follows(at + 2) {
            between(low, high, at + 2)
        } else {
            None
        };
    };
    if low == 0 || high <= low || characters.get(at + 3).is_some_and(|c| digit(*c).is_some()) {
        return None;
    }
    between(low * unit, high * unit, at + 3)
}

/// 廿 and 卅, alone or with ones behind: 廿个, 廿五.
fn twenties(characters: &[char], at: usize) -> Option<Number> {
    let tens = match characters.get(at)? {
        '廿' => 20,
        '卅' => 30,
        _ => return None,
    };
    let ones = characters.get(at + 1).copied().and_then(digit).filter(|ones| *ones > 0);
    let end = at + 1 + usize::from(ones.is_some());
    Some(Number { value: Decimal::from(tens + ones.unwrap_or(0)), upper: None, end, arabic: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_numbers_as_people_write_them() {
        for (text, expected) in [
            ("199", Some("199")),
            ("1,299.50", Some("1299.5")),
            ("1k", Some("1000")),
            ("1kg", Some("1")),
            ("1.5w", Some("15000")),
            ("2万", Some("20000")),
            ("十", Some("10")),
            ("十五", Some("15")),
            ("二十", Some("20")),
            ("一百五", Some("150")),
            ("一百五十", Some("150")),
            ("一百零五", Some("105")),
            ("一百一十", Some("110")),
            ("两千三", Some("2300")),
            ("一万二", Some("12000")),
            ("三十五万", Some("350000")),
            ("一六五", Some("165")),
            ("一点五", Some("1.5")),
            ("百", Some("100")),
            ("五六百", Some("500")),
            ("1万2", Some("12000")),
            ("3千5", Some("3500")),
            ("廿五", Some("25")),
            ("贰佰", Some("200")),
            ("几百", Some("100")),
            ("1234567890", None),
            ("块", None),
            ("", None),
        ] {
            let characters: Vec<char> = text.chars().collect();
            let read = number(&characters, 0).map(|number| number.value.to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn estimates_have_two_ends() {
        let characters: Vec<char> = "五六百".chars().collect();
        let read = number(&characters, 0).expect("an estimate");
        assert_eq!((read.value, read.upper), (500.into(), Some(600.into())));
    }
}
