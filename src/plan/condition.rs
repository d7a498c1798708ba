//! Conditions of rules: `FACT OPERATOR VALUE`, read once and checked against the vocabulary.

use std::fmt;

use super::facts::{Facts, Kind, VOCABULARY, Value, kind_of};

/// Whether a condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    /// Not within the interval.
    No,
    /// Not for the best value, but for an end of its interval.
    Possible,
    /// For the best value, but not for the whole interval.
    Likely,
    /// For the whole interval.
    Yes,
}

impl Truth {
    /// Whether it holds for the best value.
    #[must_use]
    pub fn holds(self) -> bool {
        self >= Self::Likely
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Less,
    LessOrEqual,
    More,
    MoreOrEqual,
}

impl Order {
    fn holds(self, a: f64, b: f64) -> bool {
        match self {
            Self::Less => a < b,
            Self::LessOrEqual => a <= b,
            Self::More => a > b,
            Self::MoreOrEqual => a >= b,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Test {
    Compare(Order, f64),
    In(Vec<String>),
    NotIn(Vec<String>),
    Has(String),
    Unknown,
}

/// One condition.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    text: String,
    fact: String,
    test: Test,
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    /// What is wrong, in words that name the fact or value.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = text.splitn(3, char::is_whitespace);
        let fact = parts.next().unwrap_or_default().to_owned();
        let operator = parts.next().unwrap_or_default();
        let value = parts.next().unwrap_or_default().trim();
        let Some(kind) = kind_of(&fact) else {
            let near = VOCABULARY.iter().map(|(n, ..)| *n).collect::<Vec<_>>().join(", ");
            return Err(format!("`{fact}` in `{text}` is no fact; the facts are {near}"));
        };
        let word = |w: &str| -> Result<String, String> {
            match kind {
                Kind::Word(words) | Kind::List(words) if !words.contains(&w) => {
                    Err(format!("`{w}` in `{text}` is no value of {fact}; its values are {}", words.join(", ")))
                }
                _ => Ok(w.to_owned()),
            }
        };
        let words = |list: &str| -> Result<Vec<String>, String> {
            list.strip_prefix('[')
                .and_then(|l| l.strip_suffix(']'))
                .ok_or_else(|| format!("`{text}` needs a list such as [a, b]"))?
                .split(',')
                .map(|w| word(w.trim()))
                .collect()
        };
        let order = match operator {
            "<" => Some(Order::Less),
            "<=" => Some(Order::LessOrEqual),
            ">" => Some(Order::More),
            ">=" => Some(Order::MoreOrEqual),
            _ => None,
        };
        let test = match (operator, kind, order) {
            ("unknown", ..) if value.is_empty() => Test::Unknown,
            (_, Kind::Number, Some(order)) => {
                let number: f64 = value.parse().map_err(|_| format!("`{value}` in `{text}` is no number"))?;
                if !number.is_finite() {
                    return Err(format!("`{value}` in `{text}` is no finite number"));
                }
                Test::Compare(order, number)
            }
            ("==", Kind::Word(_), _) => Test::In(vec![word(value)?]),
            ("!=", Kind::Word(_), _) => Test::NotIn(vec![word(value)?]),
            ("in", Kind::Word(_), _) => Test::In(words(value)?),
            ("has", Kind::List(_), _) => Test::Has(word(value)?),
            _ => return Err(format!("`{operator}` in `{text}` does not fit {fact}, which is {}", kind_name(kind))),
        };
        Ok(Self { text: text.to_owned(), fact, test })
    }

    /// The fact that is asked about.
    #[must_use]
    pub fn fact(&self) -> &str {
        &self.fact
    }

    /// Whether it holds. An unknown fact fails every test but `unknown`.
    #[must_use]
    pub fn truth(&self, facts: &Facts) -> Truth {
        let yes_no = |b: bool| if b { Truth::Yes } else { Truth::No };
        match (facts.get(&self.fact), &self.test) {
            (None, test) => yes_no(*test == Test::Unknown),
            (Some(Value::Number { value, low, high }), Test::Compare(order, limit)) => {
                let at = |v: &f64| order.holds(*v, *limit);
                match (at(value), at(low) && at(high), at(low) || at(high)) {
                    (true, true, _) => Truth::Yes,
                    (true, false, _) => Truth::Likely,
                    (false, _, true) => Truth::Possible,
                    (false, _, false) => Truth::No,
                }
            }
            (Some(Value::Word(w)), Test::In(words)) => yes_no(words.contains(w)),
            (Some(Value::Word(w)), Test::NotIn(words)) => yes_no(!words.contains(w)),
            (Some(Value::List(list)), Test::Has(w)) => yes_no(list.contains(w)),
            _ => Truth::No,
        }
    }

    /// The measured value that the condition met, for people: "area_cm2 31 (27 to 36)".
    #[must_use]
    pub fn met_by(&self, facts: &Facts) -> Option<String> {
        match facts.get(&self.fact)? {
            Value::Number { value, low, high } if low < high => {
                Some(format!("{} {} ({} to {})", self.fact, short(*value), short(*low), short(*high)))
            }
            Value::Number { value, .. } => Some(format!("{} {}", self.fact, short(*value))),
            Value::Word(_) | Value::List(_) => None,
        }
    }
}

/// A number for people: three digits that matter.
fn short(v: f64) -> String {
    match v.abs() {
        a if a >= 100.0 => format!("{v:.0}"),
        a if a >= 10.0 => format!("{v:.1}"),
        a if a.fract() == 0.0 => format!("{v:.0}"),
        _ => format!("{v:.2}"),
    }
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Number => "a number (use <, <=, >, >= or unknown)",
        Kind::Word(_) => "a word (use ==, !=, in or unknown)",
        Kind::List(_) => "a list (use has or unknown)",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(value: f64, low: f64, high: f64) -> Facts {
        let mut facts = Facts::default();
        facts.interval("area_cm2", value, low, high);
        facts
    }

    #[test]
    fn an_interval_across_the_limit_is_told_apart_from_one_beside_it() {
        let c = Condition::parse("area_cm2 > 25").unwrap();
        assert_eq!(c.truth(&area(30.0, 28.0, 33.0)), Truth::Yes);
        assert_eq!(c.truth(&area(30.0, 20.0, 40.0)), Truth::Likely);
        assert_eq!(c.truth(&area(22.0, 18.0, 27.0)), Truth::Possible);
        assert_eq!(c.truth(&area(10.0, 8.0, 12.0)), Truth::No);
        assert_eq!(c.truth(&Facts::default()), Truth::No);
        assert_eq!(Condition::parse("area_cm2 unknown").unwrap().truth(&Facts::default()), Truth::Yes);
    }

    #[test]
    fn mistakes_are_named() {
        for (text, part) in [
            ("aera_cm2 > 3", "no fact"),
            ("area_cm2 > many", "no number"),
            ("area_cm2 == 3", "does not fit"),
            ("region == blad", "no value of region"),
            ("zone in frontal", "needs a list"),
            ("contraindications == keloid", "does not fit"),
        ] {
            let message = Condition::parse(text).unwrap_err();
            assert!(message.contains(part), "{text}: {message}");
        }
    }
}
