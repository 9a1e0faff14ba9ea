//! Templates with places for values: `<<name>>`.

/// A template with every place filled, in one pass: a value that looks like a place stays as it is. A line that is
/// nothing but a place without a value is left out.
///
/// # Panics
/// On a place that has no value, or a value without a place: a defect of the template, found by any test that fills it.
pub(super) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut used = vec![false; values.len()];
    let mut filled = String::with_capacity(template.len());
    for line in template.lines() {
        let before = filled.len();
        let (mut rest, mut emptied) = (line, false);
        while let Some((text, more)) = rest.split_once("<<") {
            let (name, more) = more.split_once(">>").expect("a place ends");
            let place = values.iter().position(|(known, _)| *known == name);
            let place = place.unwrap_or_else(|| panic!("the template's place {name} has no value"));
            used[place] = true;
            filled.push_str(text);
            filled.push_str(values[place].1);
            emptied |= values[place].1.is_empty();
            rest = more;
        }
        filled.push_str(rest);
        if emptied && filled[before..].trim().is_empty() {
            filled.truncate(before);
        } else {
            filled.push('\n');
        }
    }
    let unused = values.iter().zip(used).find(|(_, used)| !used);
    assert!(unused.is_none(), "the template has no place for {unused:?}");
    filled
}
