//! The hours in words, as answers tell them.

use jiff::civil::{Time, Weekday};

use crate::domain::Localized;
use crate::shop::model::Hours;

const NAMES: [(Weekday, &str, &str); 7] = [
    (Weekday::Monday, "一", "Mon"),
    (Weekday::Tuesday, "二", "Tue"),
    (Weekday::Wednesday, "三", "Wed"),
    (Weekday::Thursday, "四", "Thu"),
    (Weekday::Friday, "五", "Fri"),
    (Weekday::Saturday, "六", "Sat"),
    (Weekday::Sunday, "日", "Sun"),
];

/// `每天 09:00–23:00`, `周一至周五 全天`, `周一、周三 09:00–18:00`.
pub(super) fn describe(hours: &Hours) -> Localized {
    let open: Vec<usize> = (0..7).filter(|day| hours.days.contains(&NAMES[*day].0)).collect();
    let (days_zh, days_en) = match open[..] {
        [] => return Localized::new("暂无人工客服", "nobody at present"),
        [_, _, _, _, _, _, _] => ("每天".to_owned(), "every day".to_owned()),
        [first, .., last] if last - first + 1 == open.len() && open.len() > 2 => (
            format!("周{}至周{}", NAMES[first].1, NAMES[last].1),
            format!("{} to {}", NAMES[first].2, NAMES[last].2),
        ),
        _ => {
            let zh: Vec<String> = open.iter().map(|day| format!("周{}", NAMES[*day].1)).collect();
            let en: Vec<&str> = open.iter().map(|day| NAMES[*day].2).collect();
            (zh.join("、"), en.join(", "))
        }
    };
    if hours.from == hours.to {
        return Localized::new(format!("{days_zh}全天"), format!("{days_en}, around the clock"));
    }
    let (from, to) = (clock(hours.from), clock(hours.to));
    Localized::new(format!("{days_zh} {from}–{to}"), format!("{days_en} {from}–{to}"))
}

/// `09:00`.
pub(super) fn clock(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

#[cfg(test)]
mod tests {
    use jiff::civil::time;

    use super::*;

    #[test]
    fn hours_are_told_as_people_say_them() {
        let all: Vec<Weekday> = NAMES.map(|(day, _, _)| day).to_vec();
        for (days, from, to, zh, en) in [
            (&all[..], 9, 23, "每天 09:00–23:00", "every day 09:00–23:00"),
            (&all[..5], 9, 18, "周一至周五 09:00–18:00", "Mon to Fri 09:00–18:00"),
            (&all[4..6], 0, 0, "周五、周六全天", "Fri, Sat, around the clock"),
            (&all[..0], 9, 18, "暂无人工客服", "nobody at present"),
        ] {
            let (from, to) = (time(from, 0, 0, 0), time(to, 0, 0, 0));
            let hours = Hours { days: days.to_vec(), from, to, holidays: Vec::new() };
            assert_eq!(describe(&hours), Localized::new(zh, en));
        }
    }
}
