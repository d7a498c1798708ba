//! Figures overall and by group, and how they are printed.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;

use super::conditions::Dimension;
use super::score::{Measure, Score};
use super::statistics::{Statistic, Statistics, statistics};

/// Figures of many pictures.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Pictures with a truth.
    pub pictures: usize,
    /// Of these, pictures without a result; they count as empty results.
    pub without_result: Vec<String>,
    /// Over all pictures.
    pub overall: Vec<Figure>,
    /// By condition.
    pub groups: Vec<Group>,
}

/// One measure.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    /// What was compared.
    pub measure: Measure,
    /// Unit of bias and errors; empty for shares.
    pub unit: &'static str,
    /// The statistics.
    #[serde(flatten)]
    pub statistics: Statistics,
}

/// The pictures of one condition.
#[derive(Debug, Clone, Serialize)]
pub struct Group {
    /// By what it is grouped.
    pub by: Dimension,
    /// Which group.
    pub name: String,
    /// Pictures in it.
    pub pictures: usize,
    /// The figures.
    pub figures: Vec<Figure>,
}

impl Report {
    /// Sums up scores.
    #[must_use]
    pub fn of(scores: &[Score]) -> Self {
        let mut groups: BTreeMap<(Dimension, String), Vec<&Score>> = BTreeMap::new();
        for score in scores {
            for key in score.conditions.groups() {
                groups.entry(key).or_default().push(score);
            }
        }
        let all: Vec<&Score> = scores.iter().collect();
        let mut groups: Vec<Group> = groups
            .into_iter()
            .map(|((by, name), s)| Group { by, name, pictures: s.len(), figures: figures(&s) })
            .collect();
        // Ranges in the order of their numbers, names in that of the alphabet.
        groups.sort_by(|a, b| a.by.cmp(&b.by).then(first_number(&a.name).total_cmp(&first_number(&b.name))));
        Self {
            pictures: scores.len(),
            without_result: scores.iter().filter(|s| s.missing).map(|s| s.stem.clone()).collect(),
            overall: figures(&all),
            groups,
        }
    }

    /// The figure of one measure over all pictures.
    #[must_use]
    pub fn figure(&self, measure: Measure) -> Option<&Statistics> {
        self.overall.iter().find(|f| f.measure == measure).map(|f| &f.statistics)
    }

    /// Tables for a terminal.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = format!(
            "{} pictures with a truth, {} of them without a result. In brackets: 95 % intervals by bootstrap over pictures.\n\n",
            self.pictures,
            self.without_result.len()
        );
        let _ = writeln!(out, "{}", table_head());
        for f in &self.overall {
            let _ = writeln!(out, "{}", f.row());
        }
        for (i, g) in self.groups.iter().enumerate() {
            if i == 0 || self.groups[i - 1].by != g.by {
                let _ = writeln!(out, "\nBy {}", g.by.title());
            }
            let _ = writeln!(out, "  {} ({})", g.name, g.pictures);
            for f in g.figures.iter().filter(|f| f.is_shown_in_groups()) {
                let _ = writeln!(out, "    {:<34} {}", f.title(), f.main());
            }
        }
        out
    }
}

/// Below every number, so that "below 40" comes before "40 to 60".
fn first_number(name: &str) -> f64 {
    let first = name.split_whitespace().find_map(|w| w.parse::<f64>().ok());
    match first {
        Some(n) if name.starts_with("below") => n - 1e-3,
        Some(n) => n,
        None => f64::NEG_INFINITY,
    }
}

fn figures(scores: &[&Score]) -> Vec<Figure> {
    let mut by: BTreeMap<Measure, Vec<_>> = BTreeMap::new();
    for score in scores {
        for (m, s) in &score.sums {
            by.entry(*m).or_default().push(*s);
        }
    }
    by.into_iter()
        .map(|(measure, sums)| Figure { measure, unit: measure.name().1, statistics: statistics(&sums) })
        .collect()
}

fn table_head() -> String {
    format!(
        "{:<36}{:>9}  {:<26}{:<26}{:<26}{}",
        "", "pictures", "bias", "mean absolute error", "RMSE", "95 % intervals hold"
    )
}

impl Figure {
    /// Name with its unit.
    #[must_use]
    pub fn title(&self) -> String {
        let (name, unit) = self.measure.name();
        if unit.is_empty() { name.to_owned() } else { format!("{name} ({unit})") }
    }

    /// The one number that tells most: the share, or the mean absolute error with the bias.
    #[must_use]
    pub fn main(&self) -> String {
        match self.statistics.share {
            Some(_) => shown(self.statistics.share, 3),
            None => {
                format!("{}, bias {}", shown(self.statistics.mean_absolute_error, 2), shown(self.statistics.bias, 2))
            }
        }
    }

    /// Groups show the measures that people ask for; JSON holds all.
    #[must_use]
    pub fn is_shown_in_groups(&self) -> bool {
        !matches!(self.measure, Measure::HairsPerUnit | Measure::MeanCalibre | Measure::PlanarBaldArea)
    }

    fn row(&self) -> String {
        let s = &self.statistics;
        if self.measure.is_share() {
            return format!("{:<36}{:>9}  {}", self.title(), s.pictures, shown(s.share, 3));
        }
        format!(
            "{:<36}{:>9}  {:<26}{:<26}{:<26}{}",
            self.title(),
            s.pictures,
            shown(s.bias, 2),
            shown(s.mean_absolute_error, 2),
            shown(s.rmse, 2),
            shown(s.intervals_hold, 2),
        )
    }
}

/// `value [low, high]`; a dash for none.
#[must_use]
pub fn shown(s: Option<Statistic>, decimals: usize) -> String {
    s.map_or("-".into(), |s| format!("{:.decimals$} [{:.decimals$}, {:.decimals$}]", s.value, s.low, s.high))
}
