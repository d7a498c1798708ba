//! Rules as data: read, checked, overridden. A mistake is told with the rule's id and key.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::condition::{Condition, Truth};
use super::facts::Facts;
use super::{Effect, NeedleCode, Reason};
use crate::error::Error;

/// The rules that the program ships.
pub const BUILT_IN: &str = include_str!("rules.toml");

/// When a rule is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// What is done for a region; the first rule that holds decides.
    Effect,
    /// With which needle; the first rule that holds decides.
    Needle,
    /// In how many sessions; the largest low and the largest high of the rules that hold count, special rules before the default.
    Sessions,
    /// What to mind; all that hold are told.
    Advice,
    /// How it is done; all that hold are told.
    Technique,
}

/// How strong an advice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Advice {
    /// Talk about it first.
    Caution,
    /// Do not treat, or not now.
    Stop,
}

/// What a rule decides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// The region's effect.
    Effect(Effect),
    /// The needle, and how many points an impression leaves.
    Needle {
        /// The client's code.
        code: NeedleCode,
        /// 1 to 3.
        pins_per_impression: u8,
    },
    /// Least and most sessions.
    Sessions(u8, u8),
    /// An advice.
    Advice(Advice),
    /// A note.
    Note,
}

/// One rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Unique name.
    pub id: String,
    /// When it is asked.
    pub phase: Phase,
    /// All must hold.
    pub when: Vec<Condition>,
    /// What it decides.
    pub then: Outcome,
    /// Why, in plain words.
    pub reason: String,
    /// Publication, practitioner's claim or derivation.
    pub source: String,
}

impl Rule {
    /// Whether the rule fires: its weakest condition.
    #[must_use]
    pub fn truth(&self, facts: &Facts) -> Truth {
        self.when.iter().map(|c| c.truth(facts)).min().unwrap_or(Truth::Yes)
    }

    /// The reason with the measured values that made the rule fire.
    #[must_use]
    pub fn because(&self, facts: &Facts) -> Reason {
        let mut met: Vec<String> = self.when.iter().filter_map(|c| c.met_by(facts)).collect();
        met.dedup();
        let because =
            if met.is_empty() { self.reason.clone() } else { format!("{} [{}]", self.reason, met.join(", ")) };
        Reason { rule: self.id.clone(), because, source: self.source.clone() }
    }
}

/// A number of the rules with its source.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    list: Option<Vec<f64>>,
    /// Unit, for people.
    pub unit: String,
    /// Where it comes from.
    pub source: String,
}

impl Parameter {
    /// `(low, high)`; twice the value where it is one.
    fn range(&self) -> Option<(f64, f64)> {
        match (self.value, self.low, self.high) {
            (Some(v), None, None) => Some((v, v)),
            (None, Some(low), Some(high)) => Some((low, high)),
            _ => None,
        }
    }

    fn check(&self) -> Result<(), String> {
        let positive = |v: &f64| v.is_finite() && *v > 0.0;
        let ok = match (&self.list, self.range()) {
            (Some(list), None) => {
                !list.is_empty()
                    && list.iter().all(positive)
                    && list.windows(2).all(|w| w[0] < w[1])
                    && list.last() == Some(&1.0)
            }
            (None, Some((low, high))) => positive(&low) && positive(&high) && low <= high,
            _ => false,
        };
        if self.unit.trim().is_empty() || self.source.trim().is_empty() {
            return Err("needs a unit and a source".into());
        }
        if ok {
            Ok(())
        } else {
            Err("needs a value, or low <= high, all more than zero, or a rising list that ends at 1.0".into())
        }
    }
}

/// Parameters that the planner reads; a file cannot leave one out.
const PARAMETERS: &[&str] = &[
    "session_cap_impressions",
    "chair_hours_at_cap",
    "chair_hours_least",
    "units_per_cm2_european",
    "units_per_cm2_asian",
    "units_per_cm2_african",
    "units_per_cm2_unknown",
    "target_tolerance",
    "gradient_depth_mm",
    "gradient_share",
    "dot_diameter_mm",
    "preview_first_dilution",
    "preview_healed_strength",
    "preview_healed_spread",
    "interval_days",
    "touch_up_days",
    "fading_years",
    "strip_width_mm",
    "mature_recession_share",
    "hairline_height_mm",
    "hairline_height_limits_mm",
    "shares_2",
    "shares_3",
    "shares_4",
];

/// A checked set of rules.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// Version of the file, with "+ practice" where one overrides it.
    pub version: String,
    /// Rules in the order in which they are asked.
    pub rules: Vec<Rule>,
    parameters: BTreeMap<String, Parameter>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: Option<String>,
    #[serde(default)]
    parameters: BTreeMap<String, Parameter>,
    #[serde(default)]
    rule: Vec<FileRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileRule {
    id: String,
    #[serde(default)]
    disabled: bool,
    phase: Option<Phase>,
    when: Option<Vec<String>>,
    then: Option<Then>,
    reason: Option<String>,
    source: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Then {
    effect: Option<Effect>,
    needle: Option<NeedleCode>,
    pins_per_impression: Option<u8>,
    base: Option<(u8, u8)>,
    advice: Option<Advice>,
    note: Option<bool>,
}

impl Then {
    fn outcome(&self, phase: Phase) -> Result<Outcome, String> {
        let given = [
            self.effect.is_some(),
            self.needle.is_some(),
            self.base.is_some(),
            self.advice.is_some(),
            self.note.is_some(),
        ];
        if given.iter().filter(|g| **g).count() != 1 {
            return Err("`then` needs exactly one of effect, needle, base, advice, note".into());
        }
        match (phase, self) {
            (Phase::Effect, Self { effect: Some(e), .. }) => Ok(Outcome::Effect(*e)),
            (Phase::Needle, Self { needle: Some(code), pins_per_impression, .. }) => {
                match pins_per_impression.unwrap_or(1) {
                    pins @ 1..=3 => Ok(Outcome::Needle { code: *code, pins_per_impression: pins }),
                    pins => Err(format!("`pins_per_impression` is {pins}; it must be 1, 2 or 3")),
                }
            }
            (Phase::Sessions, Self { base: Some((low, high)), .. })
                if (1..=4).contains(low) && low <= high && *high <= 4 =>
            {
                Ok(Outcome::Sessions(*low, *high))
            }
            (Phase::Sessions, Self { base: Some((low, high)), .. }) => {
                Err(format!("`base` is [{low}, {high}]; it must rise and lie within 1 to 4"))
            }
            (Phase::Advice, Self { advice: Some(a), .. }) => Ok(Outcome::Advice(*a)),
            (Phase::Technique, Self { note: Some(true), .. }) => Ok(Outcome::Note),
            _ => Err(format!("`then` does not fit the phase {phase:?}")),
        }
    }
}

impl FileRule {
    fn check(self) -> Result<Rule, Error> {
        let wrong = |detail: String| Error::Rules { detail: format!("rule `{}`: {detail}", self.id) };
        let missing = |key: &str| wrong(format!("`{key}` is missing"));
        let phase = self.phase.ok_or_else(|| missing("phase"))?;
        let when = self.when.as_ref().ok_or_else(|| missing("when"))?;
        let when = when.iter().map(|t| Condition::parse(t)).collect::<Result<Vec<_>, _>>().map_err(wrong)?;
        let region_facts = ["region", "effect", "zone", "area_cm2", "region_share", "region_hidden"];
        if let Some(c) =
            when.iter().find(|c| matches!(phase, Phase::Advice | Phase::Technique) && region_facts.contains(&c.fact()))
        {
            return Err(wrong(format!("`{c}` asks about one region, which the phase {phase:?} does not know")));
        }
        let then = self.then.as_ref().ok_or_else(|| missing("then"))?.outcome(phase).map_err(wrong)?;
        let text = |value: &Option<String>, key| match value {
            Some(t) if !t.trim().is_empty() => Ok(t.clone()),
            _ => Err(missing(key)),
        };
        let (reason, source) = (text(&self.reason, "reason")?, text(&self.source, "source")?);
        Ok(Rule { id: self.id, phase, when, then, reason, source })
    }
}

impl Rules {
    /// The rules that the program ships.
    ///
    /// # Panics
    /// Never: a test reads them.
    #[must_use]
    pub fn built_in() -> Self {
        Self::parse(BUILT_IN, None).expect("the built-in rules are right")
    }

    /// The built-in rules with a practice's file laid over them.
    ///
    /// # Errors
    /// [`Error::Rules`], naming the rule and what is wrong with it.
    pub fn with_practice(text: &str) -> Result<Self, Error> {
        Self::parse(BUILT_IN, Some(text))
    }

    fn parse(base: &str, practice: Option<&str>) -> Result<Self, Error> {
        let read = |text: &str| toml::from_str::<File>(text).map_err(|e| Error::Rules { detail: e.to_string() });
        let base = read(base)?;
        let mut version = base.version.unwrap_or_default();
        let mut parameters = base.parameters;
        let mut rules = Vec::new();
        for rule in base.rule {
            Self::place(&mut rules, rule)?;
        }
        if let Some(practice) = practice {
            let file = read(practice)?;
            version = format!("{version} + practice {}", file.version.as_deref().unwrap_or("without version"));
            for (name, parameter) in file.parameters {
                if !PARAMETERS.contains(&name.as_str()) {
                    let detail =
                        format!("parameter `{name}` is not known; the parameters are {}", PARAMETERS.join(", "));
                    return Err(Error::Rules { detail });
                }
                parameters.insert(name, parameter);
            }
            let mut own = Vec::new();
            for rule in file.rule {
                if own.contains(&rule.id) {
                    return Err(Error::Rules {
                        detail: format!("rule `{}` stands twice in the practice's file", rule.id),
                    });
                }
                own.push(rule.id.clone());
                rules = Self::overridden(rules, rule)?;
            }
        }
        for name in PARAMETERS {
            let wrong = |what: String| Error::Rules { detail: format!("parameter `{name}` {what}") };
            parameters.get(*name).ok_or_else(|| wrong("is missing".into()))?.check().map_err(wrong)?;
        }
        Ok(Self { version, rules, parameters })
    }

    fn place(rules: &mut Vec<Rule>, rule: FileRule) -> Result<(), Error> {
        let rule = rule.check()?;
        if rules.iter().any(|r| r.id == rule.id) {
            return Err(Error::Rules { detail: format!("rule `{}` stands twice", rule.id) });
        }
        rules.push(rule);
        Ok(())
    }

    /// Replaces, removes or adds one rule. A new rule is asked before the built-in ones of its phase, or it could never decide.
    fn overridden(mut rules: Vec<Rule>, rule: FileRule) -> Result<Vec<Rule>, Error> {
        let place = rules.iter().position(|r| r.id == rule.id);
        if rule.disabled {
            let at = place.ok_or_else(|| Error::Rules {
                detail: format!("rule `{}` is disabled, but no rule has that id", rule.id),
            })?;
            rules.remove(at);
            return Ok(rules);
        }
        let rule = rule.check()?;
        match place {
            Some(at) => rules[at] = rule,
            None => {
                let at = rules.iter().position(|r| r.phase == rule.phase).unwrap_or(rules.len());
                rules.insert(at, rule);
            }
        }
        Ok(rules)
    }

    /// Rules of one phase in the order in which they are asked.
    pub fn of(&self, phase: Phase) -> impl Iterator<Item = &Rule> {
        self.rules.iter().filter(move |r| r.phase == phase)
    }

    /// Parameters by name.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &Parameter, String)> {
        self.parameters.iter().map(|(name, p)| {
            let text = match (p.range(), &p.list) {
                (Some((low, high)), _) if low < high => format!("{low} to {high}"),
                (Some((low, _)), _) => low.to_string(),
                (None, list) => format!("{:?}", list.as_deref().unwrap_or_default()),
            };
            (name.as_str(), p, text)
        })
    }

    /// Low and high of a parameter that [`PARAMETERS`] names; checked on load.
    pub(super) fn range(&self, name: &str) -> (f64, f64) {
        self.parameters[name].range().unwrap_or((1.0, 1.0))
    }

    /// A parameter's value, the middle where it is a range.
    pub(super) fn value(&self, name: &str) -> f64 {
        let (low, high) = self.range(name);
        f64::midpoint(low, high)
    }

    /// Share of the density reached after each of `sessions` sessions; the last is 1.
    #[must_use]
    pub fn shares(&self, sessions: u8) -> Vec<f64> {
        let named = self.parameters.get(&format!("shares_{sessions}")).and_then(|p| p.list.clone());
        match named {
            Some(list) if list.len() == usize::from(sessions) => list,
            _ => (1..=sessions).map(|i| f64::from(i) / f64::from(sessions)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_rules_are_right_and_each_has_a_source() {
        let rules = Rules::built_in();
        assert!(rules.rules.len() > 40);
        assert!(rules.rules.iter().all(|r| r.source.len() > 3 && r.reason.len() > 3));
        assert_eq!(rules.shares(3), [0.3, 0.7, 1.0]);
        assert_eq!(rules.shares(5).len(), 5);
    }

    #[test]
    fn a_practice_can_change_add_and_remove() {
        let rules = Rules::with_practice(
            r#"
            version = "2"
            [parameters.session_cap_impressions]
            value = 9000
            unit = "impressions"
            source = "our own"
            [[rule]]
            id = "effect.hairline"
            disabled = true
            [[rule]]
            id = "needle.ours"
            phase = "needle"
            when = ["effect == add_density"]
            then = { needle = "04RL" }
            reason = "we like it"
            source = "our own"
            "#,
        )
        .unwrap();
        assert_eq!(rules.value("session_cap_impressions"), 9000.0);
        assert!(rules.rules.iter().all(|r| r.id != "effect.hairline"));
        assert_eq!(rules.of(Phase::Needle).next().unwrap().id, "needle.ours");
        assert!(rules.version.ends_with("practice 2"));
    }

    #[test]
    fn a_mistake_names_the_rule_and_the_key() {
        let rule = |body: &str| format!("[[rule]]\nid = \"x\"\n{body}");
        let full = |when: &str, then: &str| {
            rule(&format!("phase = \"needle\"\nwhen = [{when}]\nthen = {then}\nreason = \"r\"\nsource = \"s\""))
        };
        for (text, parts) in [
            (rule("phase = \"needle\""), ["rule `x`", "when"]),
            (full("\"aera > 1\"", "{ needle = \"04RL\" }"), ["rule `x`", "aera"]),
            (full("", "{ effect = \"add_density\" }"), ["rule `x`", "phase"]),
            (full("", "{ needle = \"12RL\" }"), ["12RL", "10RL"]),
            (full("", "{ needle = \"04RL\", pins_per_impression = 9 }"), ["rule `x`", "pins_per_impression"]),
            (rule("disabled = true"), ["rule `x`", "disabled"]),
            ("[parameters.speed]\nvalue = 1\nunit = \"u\"\nsource = \"s\"".into(), ["speed", "not known"]),
            (
                "[parameters.session_cap_impressions]\nvalue = -1\nunit = \"u\"\nsource = \"s\"".into(),
                ["session_cap_impressions", "more than zero"],
            ),
        ] {
            let message = Rules::with_practice(&text).unwrap_err().to_string();
            assert!(parts.iter().all(|p| message.contains(p)), "{text}\n-> {message}");
        }
    }
}
