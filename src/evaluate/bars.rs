//! What is to be reached, whether it is, and the page that says so.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::conditions::Dimension;
use super::report::{Report, shown};
use super::score::Measure;
use super::statistics::{Statistic, Statistics};
use super::suite::{Scored, Set};

/// One bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// What is measured, and on what.
    pub what: String,
    /// What is to be reached, in words.
    pub target: String,
    /// The figure; none where the suite has no data for it.
    pub figure: Option<Statistic>,
    /// How far the figure lies outside the target; 0 where it is reached.
    pub short_by: f64,
    /// Decimals that are shown.
    decimals: usize,
}

/// Figures of one set.
#[must_use]
pub fn report(scored: &[Scored], set: Set) -> Report {
    Report::of(&scored.iter().filter(|s| s.case.set == set).map(|s| s.score.clone()).collect::<Vec<_>>())
}

/// Largest resolution of which calibre is not asked, px/mm.
const CALIBRE_FROM: f64 = 100.0;

/// All bars.
#[must_use]
pub fn bars(scored: &[Scored]) -> Vec<Bar> {
    let trimmed = report(scored, Set::Trimmed);
    let fine: Vec<_> = scored
        .iter()
        .filter(|s| s.case.set == Set::Trimmed && s.case.closeup.as_ref().is_some_and(|c| c.px_per_mm >= CALIBRE_FROM))
        .map(|s| s.score.clone())
        .collect();
    let fine = Report::of(&fine);
    let heads = report(scored, Set::Heads);
    let mut out = Vec::new();
    let mut add = |what: &str, target: String, figure: Option<Statistic>, low: f64, high: f64, decimals: usize| {
        let short_by = figure.map_or(0.0, |f| (low - f.value).max(f.value - high).max(0.0));
        out.push(Bar { what: what.into(), target, figure, short_by, decimals });
    };
    let of = |r: &Report, m: Measure, get: fn(&Statistics) -> Option<Statistic>| r.figure(m).and_then(get);
    for (m, name) in [(Measure::UnitDensity, "units per cm2"), (Measure::HairDensity, "hairs per cm2")] {
        add(&format!("{name}: bias, trimmed hair"), "within 2 %".into(), of(&trimmed, m, |s| s.bias), -2.0, 2.0, 1);
        let error = of(&trimmed, m, |s| s.mean_absolute_error);
        add(&format!("{name}: mean absolute error, trimmed hair"), "6 % or less".into(), error, 0.0, 6.0, 1);
    }
    let calibre = of(&fine, Measure::Calibre, |s| s.bias);
    add("calibre of a hair from 100 px/mm: bias", "within 3 um".into(), calibre, -3.0, 3.0, 1);
    let calibre = of(&fine, Measure::Calibre, |s| s.rmse);
    add("calibre of a hair from 100 px/mm: RMSE", "6 um or less".into(), calibre, 0.0, 6.0, 1);
    let kinds = of(&fine, Measure::TerminalShare, |s| s.mean_absolute_error);
    add("share of terminal hairs from 100 px/mm: mean absolute error", "5 points or less".into(), kinds, 0.0, 5.0, 1);
    for (what, spread) in
        [("units", spread(scored, Measure::UnitDensity)), ("hairs", spread(scored, Measure::HairDensity))]
    {
        add(&format!("one scalp at 40 to 200 px/mm: spread of {what}"), "5 % or less".into(), spread, 0.0, 5.0, 1);
    }
    for (r, m, what) in [
        (&trimmed, Measure::UnitDensity, "units per cm2, trimmed hair"),
        (&trimmed, Measure::HairDensity, "hairs per cm2, trimmed hair"),
        (&report(scored, Set::Everyday), Measure::HairDensity, "hairs per cm2, everyday"),
        (&fine, Measure::MeanCalibre, "mean calibre from 100 px/mm"),
        (&heads, Measure::Coverage, "coverage of heads"),
        (&heads, Measure::BaldArea, "bald area of heads"),
    ] {
        let hold = of(r, m, |s| s.intervals_hold).map(|s| times(s, 100.0));
        add(&format!("95 % intervals that hold the truth: {what}"), "92 to 98 %".into(), hold, 92.0, 98.0, 0);
    }
    let unfair = unfairness(&trimmed);
    add("hair on skin: error of the worst group by the median group's", "1.5 or less".into(), unfair, 0.0, 1.5, 2);
    let coverage = of(&heads, Measure::Coverage, |s| s.mean_absolute_error);
    add("coverage of heads: mean absolute error", "5 points or less".into(), coverage, 0.0, 5.0, 1);
    let bald = of(&heads, Measure::BaldArea, |s| s.mean_absolute_error);
    add("bald area along the curved skin: mean absolute error", "8 % or less".into(), bald, 0.0, 8.0, 1);
    let hairline = of(&heads, Measure::Hairline, |s| s.mean_absolute_error);
    add("hairline: mean distance", "2 mm or less".into(), hairline, 0.0, 2.0, 1);
    out
}

fn times(s: Statistic, by: f64) -> Statistic {
    Statistic { value: s.value * by, low: s.low * by, high: s.high * by }
}

/// How far apart the counts of one scalp lie, percent of the largest: mean over scalps, with the mean's normal interval.
fn spread(scored: &[Scored], measure: Measure) -> Option<Statistic> {
    let mut by_scalp: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
    for s in scored.iter().filter(|s| s.case.set == Set::Resolution) {
        if let Some((_, found)) = s.score.values.get(&measure) {
            by_scalp.entry(s.case.seed).or_default().push(*found);
        }
    }
    let spreads: Vec<f64> = by_scalp
        .values()
        .map(|v| {
            let (low, high) = v.iter().fold((f64::INFINITY, 1e-9f64), |(l, h), x| (l.min(*x), h.max(*x)));
            100.0 * (high - low) / high
        })
        .collect();
    let n = spreads.len() as f64;
    if spreads.len() < 2 {
        return None;
    }
    let mean = spreads.iter().sum::<f64>() / n;
    let sd = (spreads.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    let half = 1.96 * sd / n.sqrt();
    Some(Statistic { value: mean, low: (mean - half).max(0.0), high: mean + half })
}

/// Mean absolute error of hairs per cm2 by hair on skin: the worst group's by the median group's.
fn unfairness(trimmed: &Report) -> Option<Statistic> {
    let mut errors: Vec<Statistic> = trimmed
        .groups
        .iter()
        .filter(|g| g.by == Dimension::HairOnSkin)
        .filter_map(|g| g.figures.iter().find(|f| f.measure == Measure::HairDensity)?.statistics.mean_absolute_error)
        .collect();
    errors.sort_by(|a, b| a.value.total_cmp(&b.value));
    let (median, worst) = (errors.get((errors.len().max(1) - 1) / 2)?.value.max(1e-9), errors.last()?);
    (errors.len() > 1).then(|| times(*worst, 1.0 / median))
}

impl Bar {
    /// "reached", or by how much it is short.
    #[must_use]
    pub fn verdict(&self) -> String {
        match self.figure {
            None => "no data".into(),
            Some(_) if self.short_by == 0.0 => "reached".into(),
            Some(_) => format!("**short by {:.1$}**", self.short_by, self.decimals.max(1)),
        }
    }
}

/// The page of docs/accuracy.md.
#[must_use]
pub fn markdown(scored: &[Scored]) -> String {
    let mut out = format!(
        "# Accuracy on phantoms\n\n\
         Written by `scalpmap evaluate --suite full` (version {}); not edited by hand. {} phantoms were drawn, analysed as a user would \
         with their view and scale given, and compared with the truth. In brackets: 95 % intervals by bootstrap over pictures. \
         Phantoms are drawings: they show what the program does with a known truth, not what it does on your photos.\n\n\
         ## Bars\n\n| what | to be reached | figure | |\n|---|---|---|---|\n",
        env!("CARGO_PKG_VERSION"),
        scored.len()
    );
    for bar in bars(scored) {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} |",
            bar.what,
            bar.target,
            shown(bar.figure, bar.decimals),
            bar.verdict()
        );
    }
    for set in Set::ALL {
        let report = report(scored, set);
        let _ = write!(out, "\n## {}\n\n{} pictures.", set.title(), report.pictures);
        let pigmented = scored.iter().filter(|s| s.case.set == set && s.score.conditions.passes_for_stubble()).count();
        if pigmented > 0 {
            let _ = write!(
                out,
                " In {pigmented} of them the scalp is pigmented so strongly that it passes for stubble, as it is meant to; whether it is \
                 covered or bald is a matter of judgement, and only their tissues are compared, pigmented scalp left out."
            );
        }
        out.push_str(
            "\n\n| measure | pictures | bias | mean absolute error | RMSE | share | intervals hold |\n|---|---|---|---|---|---|---|\n",
        );
        for f in &report.overall {
            let s = &f.statistics;
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} | {} | {} |",
                f.title(),
                s.pictures,
                shown(s.bias, 2),
                shown(s.mean_absolute_error, 2),
                shown(s.rmse, 2),
                shown(s.share, 3),
                shown(s.intervals_hold, 2)
            );
        }
        let dimensions: &[Dimension] = match set {
            Set::Trimmed => &[Dimension::HairOnSkin, Dimension::Resolution, Dimension::Density],
            Set::Long => &[Dimension::Length],
            Set::Resolution => &[Dimension::Resolution],
            Set::Everyday => &[
                Dimension::HairOnSkin,
                Dimension::Resolution,
                Dimension::Density,
                Dimension::Light,
                Dimension::Blur,
                Dimension::Noise,
                Dimension::Jpeg,
            ],
            Set::Heads => &[Dimension::View, Dimension::Loss, Dimension::Length, Dimension::Skin, Dimension::Hair],
        };
        dimensions.iter().for_each(|&d| grouped(&mut out, &report, d, set == Set::Heads));
    }
    out
}

/// A table with a row for each group.
fn grouped(out: &mut String, report: &Report, by: Dimension, heads: bool) {
    let measures: &[Measure] = if heads {
        &[Measure::IouHair, Measure::IouScalp, Measure::Coverage, Measure::BaldArea, Measure::Hairline]
    } else {
        &[Measure::UnitDensity, Measure::HairDensity, Measure::HairF1, Measure::Calibre]
    };
    let title = |m: &Measure| {
        let (name, unit) = m.name();
        if unit.is_empty() { name.to_owned() } else { format!("{name}: error, bias ({unit})") }
    };
    let _ = write!(out, "\n| {} | pictures |", by.title());
    measures.iter().for_each(|m| out.push_str(&format!(" {} |", title(m))));
    let _ = writeln!(out, "\n|---|---|{}", "---|".repeat(measures.len()));
    for g in report.groups.iter().filter(|g| g.by == by) {
        let _ = write!(out, "| {} | {} |", g.name, g.pictures);
        for m in measures {
            let figure = g.figures.iter().find(|f| f.measure == *m);
            let cell = figure.map_or("-".into(), |f| match (f.statistics.share, f.statistics.mean_absolute_error) {
                (Some(s), _) => format!("{:.3}", s.value),
                (_, Some(e)) => format!("{}, {:.1}", shown(Some(e), 1), f.statistics.bias.map_or(0.0, |b| b.value)),
                _ => "-".into(),
            });
            let _ = write!(out, " {cell} |");
        }
        out.push('\n');
    }
}
