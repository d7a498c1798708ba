//! The summary for the terminal: a few aligned lines that a clinician understands.

use std::fmt::Write;

use super::json::visit::VisitDocument;
use super::json::{Document, Interval, Plan};
use super::words;
use crate::findings::RegionKind;
use crate::quality::Verdict;

/// Whether the text may hold ANSI colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// Text alone.
    #[default]
    Plain,
    /// Bold titles, coloured verdicts.
    Colour,
}

impl Style {
    fn wrap(self, code: &str, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Colour => format!("\x1b[{code}m{text}\x1b[0m"),
        }
    }
}

/// Width of the column with the names of the quantities.
const LABEL: usize = 14;

/// Most regions that are listed one by one; the rest is in the JSON.
const MOST_REGIONS: usize = 4;

/// The summary of one photo, with a line feed at the end of each line.
#[must_use]
pub fn summary(d: &Document, style: Style) -> String {
    let mut text = style.wrap("1", &d.photo.file_name) + "\n";
    let mut line = |label: &str, value: &str| {
        let _ = writeln!(text, "  {label:<LABEL$}{value}");
    };
    line("view", &words::view_with_trust(d));
    line(
        "quality",
        &match d.quality.verdict {
            Verdict::Good => style.wrap("32", "good"),
            Verdict::Doubtful => style.wrap("33", "doubtful"),
            Verdict::Unusable => style.wrap("31", "unusable"),
        },
    );
    for check in &d.quality.checks {
        if let Some(advice) = &check.advice {
            line("", &format!("{}: {advice}", words::aspect(check.aspect)));
        }
    }
    line("scale", &scale(d));
    if let Some(density) = &d.density {
        let basis = words::basis(density.basis);
        let units = range(&density.follicular_units_per_cm2, 0);
        match (&density.hairs_per_cm2, &density.hairs_per_unit) {
            (Some(hairs), Some(each)) => {
                line("hairs", &format!("{} /cm², {basis}", range(hairs, 0)));
                line("units", &format!("{units} /cm², {} hairs each", range(each, 2)));
            }
            _ => line("units", &format!("{units} /cm², {basis}; their hairs cannot be told apart here")),
        }
        if let Some(calibre) = &density.mean_caliber_um {
            line("calibre", &format!("{} µm", range(calibre, 0)));
        }
    } else if let Some(found) = &d.detection {
        line(
            "counted",
            &format!(
                "{}{}",
                words::counted(found.units, found.hairs),
                if d.scale.is_none() { "; without a scale there is no density" } else { "" }
            ),
        );
    }
    if let Some(hidden) = d.coverage.scalp_share_hidden {
        let interval = d.coverage.scalp_share_hidden_interval.unwrap_or([hidden, hidden]);
        line(
            "coverage",
            &format!(
                "{:.0} % of the scalp seen here is hidden by hair ({:.0} to {:.0} %)",
                hidden * 100.0,
                interval[0] * 100.0,
                interval[1] * 100.0
            ),
        );
    }
    for (label, kind) in [("bald", RegionKind::Bald), ("thinning", RegionKind::Thinning)] {
        let regions: Vec<_> = d.bald_regions.iter().filter(|r| r.kind == kind).collect();
        if regions.is_empty() {
            continue;
        }
        let share: f64 = regions.iter().map(|r| r.share_of_scalp).sum();
        let list: Vec<String> = regions
            .iter()
            .take(MOST_REGIONS)
            .map(|r| {
                let area = r.area_cm2.map_or_else(|| percent(r.share_of_scalp), |a| format!("{} cm²", range(&a, 0)));
                format!("{} {} {area}", r.label, words::zone(r.zone))
            })
            .collect();
        let more = regions.len().saturating_sub(MOST_REGIONS);
        let more = if more > 0 { format!("; {more} smaller") } else { String::new() };
        line(label, &format!("{} of the scalp seen here: {}{more}", percent(share), list.join("; ")));
    }
    if let Some(hairline) = words::hairline(d) {
        line("hairline", &hairline);
    }
    if let Some(pattern) = words::pattern(d) {
        line("pattern", &pattern);
    }
    plan(&d.plan, style, &mut line);
    for warning in &d.warnings {
        line(&style.wrap("33", "warning"), warning);
    }
    if let Some(timings) = &d.timings_s {
        let list: Vec<String> = timings.iter().map(|t| format!("{} {:.0} ms", t.stage, t.seconds * 1e3)).collect();
        line("time", &list.join(", "));
    }
    text
}

/// The plan's lines.
fn plan(p: &Plan, style: Style, line: &mut impl FnMut(&str, &str)) {
    for reason in &p.against {
        line(&style.wrap("31", "do not treat"), &reason.because);
    }
    let mut label = "plan";
    if let (Some([low, high]), Some([from, to])) = (p.sessions, p.interval_days) {
        line(label, &format!("{} sessions, {} days apart", span(low, high), span(from, to)));
        label = "";
    }
    for r in &p.regions {
        let dots = r.dots.map_or(String::new(), |d| format!(", about {:.0} dots", d.value));
        line(
            label,
            &format!(
                "{}: {}, needle {}, {} sessions, {:.0}-{:.0} dots/cm²{dots}",
                r.name,
                words::effect(r.effect),
                words::needle(r.needle.code),
                span(r.sessions[0], r.sessions[1]),
                r.dots_per_cm2[0],
                r.dots_per_cm2[1]
            ),
        );
        label = "";
    }
}

/// The summary of a visit.
#[must_use]
pub fn visit(v: &VisitDocument) -> String {
    let mut text = format!("\nvisit of {} photos\n", v.photos.len());
    let mut line = |label: &str, value: &str| {
        let _ = writeln!(text, "  {label:<LABEL$}{value}");
    };
    let area = |i: &Option<Interval>| i.map_or(String::new(), |i| format!(", {} cm²", range(&i, 0)));
    line("scalp", &format!("{} of it seen{}", percent(v.scalp_share_seen), area(&v.scalp_cm2)));
    line("bald", &format!("{} of the scalp seen{}", percent(v.bald_share), area(&v.bald_cm2)));
    line("thinning", &format!("{} of the scalp seen", percent(v.thinning_share)));
    let zones: Vec<String> =
        v.coverage.by_zone.iter().map(|z| format!("{} {:.0} %", words::zone(z.zone), 100.0 * z.share_hidden)).collect();
    line("hidden", &zones.join(", "));
    if let Some(score) = v.salt_score {
        line("SALT", &format!("{score:.0} of 100"));
    }
    plan(&v.plan, Style::Plain, &mut line);
    for warning in &v.warnings {
        line("warning", warning);
    }
    text
}

fn scale(d: &Document) -> String {
    match &d.scale {
        Some(s) => format!(
            "{} mm per px (± {:.1} %), from {}",
            s.mm_per_px,
            196.0 * s.relative_error,
            words::scale_source(s.source)
        ),
        None => "none, therefore no cm²; `scalpmap help analyze` shows how to give one".into(),
    }
}

fn percent(share: f64) -> String {
    if share > 0.0 && share < 0.01 { "under 1 %".into() } else { format!("{:.0} %", share * 100.0) }
}

fn span<T: std::fmt::Display + PartialEq>(low: T, high: T) -> String {
    if low == high { low.to_string() } else { format!("{low}-{high}") }
}

/// `value (low to high)`.
fn range(i: &Interval, decimals: usize) -> String {
    format!("{:.decimals$} ({:.decimals$} to {:.decimals$})", i.value, i.low, i.high)
}
