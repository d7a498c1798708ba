//! What the practitioner knows about the client (`--profile client.toml`). Everything is optional; what is not given stays unknown.

use serde::Deserialize;

use super::facts::{CONTRAINDICATIONS, Facts, Kind, kind_of};
use crate::error::Error;

/// A client's profile. Holds no name and no birthday on purpose.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Profile {
    /// `female` or `male`.
    pub sex: Option<String>,
    /// `european` (straight or wavy), `asian`, `african`.
    pub hair_type: Option<String>,
    /// `shaven`, `short`, `long`.
    pub hair_worn: Option<String>,
    /// `black`, `brown`, `blond`, `red`, `grey`, `white`.
    pub hair_colour: Option<String>,
    /// `normal`, `sensitive`, `dry`, `thick`.
    pub skin: Option<String>,
    /// A doctor's: `pattern_loss`, `alopecia_areata`, `scarring_alopecia`, `none`.
    pub diagnosis: Option<String>,
    /// Age of the youngest scar in months.
    pub scar_age_months: Option<f64>,
    /// Whether there is SMP already.
    pub previous_smp: Option<bool>,
    /// Height that the client wishes for the middle of the hairline, mm of arc above the glabella (between the brows).
    pub wished_hairline_mm: Option<f64>,
    /// What was ticked; an empty list says that all were asked and none holds.
    pub contraindications: Option<Vec<String>>,
}

impl Profile {
    /// Reads a profile.
    ///
    /// # Errors
    /// [`Error::Profile`], naming the key and its possible values.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let profile: Self = toml::from_str(text).map_err(|e| Error::Profile { detail: e.to_string() })?;
        for (key, word) in profile.words() {
            if let (Some(Kind::Word(words)), Some(word)) = (kind_of(key), word)
                && !words.contains(&word.as_str())
            {
                let detail = format!("{key} = \"{word}\" is not known; it can be {}", words.join(", "));
                return Err(Error::Profile { detail });
            }
        }
        if let Some(bad) = profile.contraindications.iter().flatten().find(|c| !CONTRAINDICATIONS.contains(&c.as_str()))
        {
            let detail = format!("contraindication \"{bad}\" is not known; it can be {}", CONTRAINDICATIONS.join(", "));
            return Err(Error::Profile { detail });
        }
        if profile.scar_age_months.is_some_and(|m| !m.is_finite() || m < 0.0) {
            return Err(Error::Profile { detail: "scar_age_months must be a number of months, zero or more".into() });
        }
        if profile.wished_hairline_mm.is_some_and(|mm| !(20.0..=200.0).contains(&mm)) {
            let detail = "wished_hairline_mm must be a height above the glabella between 20 and 200 mm, such as 80";
            return Err(Error::Profile { detail: detail.into() });
        }
        Ok(profile)
    }

    fn words(&self) -> [(&'static str, Option<&String>); 6] {
        [
            ("sex", self.sex.as_ref()),
            ("hair_type", self.hair_type.as_ref()),
            ("hair_worn", self.hair_worn.as_ref()),
            ("hair_colour", self.hair_colour.as_ref()),
            ("skin", self.skin.as_ref()),
            ("diagnosis", self.diagnosis.as_ref()),
        ]
    }

    pub(super) fn tell(&self, facts: &mut Facts) {
        for (key, word) in self.words() {
            if let Some(word) = word {
                facts.word(key, word);
            }
        }
        if let Some(months) = self.scar_age_months {
            facts.number("scar_age_months", months);
        }
        if let Some(previous) = self.previous_smp {
            facts.word("previous_smp", if previous { "true" } else { "false" });
        }
        if let Some(list) = &self.contraindications {
            facts.list("contraindications", list);
        }
    }

    /// What the plan had to assume because it was not given.
    pub(super) fn assumptions(&self) -> Vec<String> {
        let mut list = Vec::new();
        let mut say = |missing: bool, text: &str| {
            if missing {
                list.push(text.to_owned());
            }
        };
        say(self.hair_type.is_none(), "hair type not given: target density is the whole range of 60 to 100 dots/cm2");
        say(self.skin.is_none(), "skin sensitivity not given: taken as normal");
        say(self.hair_worn.is_none(), "how the hair is worn is not given");
        say(self.contraindications.is_none(), "contraindications not asked: ask before treating");
        say(self.previous_smp.is_none(), "earlier SMP not asked: dots may be pigment");
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_reads_and_its_mistakes_are_named() {
        let p = Profile::parse("sex = \"female\"\nscar_age_months = 8\ncontraindications = [\"keloid\"]").unwrap();
        assert_eq!(p.sex.as_deref(), Some("female"));
        for (text, part) in [
            ("hair_type = \"nordic\"", "european"),
            ("contraindications = [\"flu\"]", "keloid"),
            ("scar_age_months = -1", "scar_age_months"),
            ("wished_hairline_mm = 8", "glabella"),
            ("nmae = \"x\"", "nmae"),
        ] {
            let message = Profile::parse(text).unwrap_err().to_string();
            assert!(message.contains(part), "{text}: {message}");
        }
    }
}
