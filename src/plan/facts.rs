//! What the rules may ask about: named facts, each an interval, a word, a list of words, or unknown.

use std::collections::BTreeMap;

/// A fact's value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A measured or given number: best value and the ends of its 95 % interval.
    Number {
        /// Best value.
        value: f64,
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// One word.
    Word(String),
    /// Several words.
    List(Vec<String>),
}

/// What kind of value a fact has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A number.
    Number,
    /// A word out of a closed list.
    Word(&'static [&'static str]),
    /// A list of words out of a closed list.
    List(&'static [&'static str]),
}

/// Contraindications that a profile may tick; practitioners' claims, see the rules' sources.
pub const CONTRAINDICATIONS: &[&str] = &[
    "active_loss",
    "keloid",
    "psoriasis_or_eczema",
    "dermatitis_or_infection",
    "moles_in_area",
    "sunburn",
    "recent_chemotherapy_or_laser",
    "unstable_alopecia",
    "blood_disorder_or_thinners",
    "pregnancy",
    "pigment_allergy",
];

const ZONES: &[&str] =
    &["frontal", "mid_scalp", "vertex", "left_temple", "right_temple", "left_side", "right_side", "occiput", "field"];

/// Every fact that a condition may name, with its kind and what it means.
pub const VOCABULARY: &[(&str, Kind, &str)] = &[
    (
        "region",
        Kind::Word(&["bald", "thinning", "hairline", "scar_linear", "scar_dotted", "scar_patch"]),
        "what was found in the region",
    ),
    (
        "effect",
        Kind::Word(&["refine_hairline", "conceal_graft_scars", "hide_burns_and_scars", "full_coverage", "add_density"]),
        "what is done for the region (phases needle and sessions)",
    ),
    ("zone", Kind::Word(ZONES), "where the region lies"),
    ("area_cm2", Kind::Number, "the region's area on the curved head, cm2; needs a scale"),
    ("region_share", Kind::Number, "the region's share of the visible scalp, 0..1"),
    ("region_hidden", Kind::Number, "share of the region's scalp hidden by hair, 0..1"),
    ("bald_share", Kind::Number, "share of the visible scalp in bald regions, 0..1"),
    ("scalp_hidden", Kind::Number, "share of the visible scalp hidden by hair, 0..1"),
    ("units_per_cm2", Kind::Number, "counted follicular units per cm2"),
    ("mean_caliber_um", Kind::Number, "mean hair calibre, um"),
    ("region_count", Kind::Number, "number of regions to treat"),
    ("scar_count", Kind::Number, "number of possible scars"),
    ("norwood_low", Kind::Number, "least Norwood stage that fits"),
    ("norwood_high", Kind::Number, "highest Norwood stage that fits"),
    ("ludwig_low", Kind::Number, "least Ludwig stage that fits"),
    ("ludwig_high", Kind::Number, "highest Ludwig stage that fits"),
    ("quality", Kind::Word(&["good", "doubtful", "unusable"]), "the photo's quality"),
    ("scale", Kind::Word(&["known", "none"]), "whether the photo has a scale"),
    ("sex", Kind::Word(&["female", "male"]), "profile"),
    ("hair_type", Kind::Word(&["european", "asian", "african"]), "profile: straight or wavy European, Asian, African"),
    ("hair_worn", Kind::Word(&["shaven", "short", "long"]), "profile: how the hair is worn"),
    ("hair_colour", Kind::Word(&["black", "brown", "blond", "red", "grey", "white"]), "profile"),
    ("skin", Kind::Word(&["normal", "sensitive", "dry", "thick"]), "profile"),
    ("diagnosis", Kind::Word(&["pattern_loss", "alopecia_areata", "scarring_alopecia", "none"]), "profile: a doctor's"),
    ("scar_age_months", Kind::Number, "profile: age of the youngest scar, months"),
    ("previous_smp", Kind::Word(&["true", "false"]), "profile"),
    ("contraindications", Kind::List(CONTRAINDICATIONS), "profile: what was ticked"),
];

/// Kind of a fact; none for a name that is no fact.
#[must_use]
pub fn kind_of(name: &str) -> Option<Kind> {
    VOCABULARY.iter().find(|(n, ..)| *n == name).map(|(_, kind, _)| *kind)
}

/// Known facts by name; what is not in it is unknown.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts(BTreeMap<&'static str, Value>);

impl Facts {
    /// Sets a number known exactly.
    pub fn number(&mut self, name: &'static str, value: f64) {
        self.interval(name, value, value, value);
    }

    /// Sets a measured number.
    pub fn interval(&mut self, name: &'static str, value: f64, low: f64, high: f64) {
        debug_assert_eq!(kind_of(name), Some(Kind::Number), "{name}");
        if value.is_finite() && low.is_finite() && high.is_finite() {
            self.0.insert(name, Value::Number { value, low, high });
        }
    }

    /// Sets a word.
    pub fn word(&mut self, name: &'static str, word: &str) {
        debug_assert!(matches!(kind_of(name), Some(Kind::Word(words)) if words.contains(&word)), "{name} = {word}");
        self.0.insert(name, Value::Word(word.to_owned()));
    }

    /// Sets a list.
    pub fn list(&mut self, name: &'static str, words: &[String]) {
        self.0.insert(name, Value::List(words.to_vec()));
    }

    /// A fact's value; none where it is unknown.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }
}
