//! The report as one HTML page with plots drawn as SVG: no script, no other file.

use std::fmt::Write;

use super::report::{Figure, Report, shown};
use super::score::{Measure, Score};

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1c2128}\
table{border-collapse:collapse;margin:1rem 0}th,td{padding:.25rem .8rem;border-bottom:1px solid #d8dde3;text-align:left;\
font-variant-numeric:tabular-nums}svg{margin:0 1rem 1rem 0;background:#fff}h2{margin-top:2.5rem}.note{color:#57606a}";

/// Draws the page.
#[must_use]
pub fn page(report: &Report, scores: &[Score]) -> String {
    let mut out = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Accuracy</title><style>{STYLE}</style>\
         <h1>Accuracy on {} phantoms</h1><p class=\"note\">{} of them without a result, which counts as an empty one. In brackets: \
         95 % intervals by bootstrap over pictures.</p>",
        report.pictures,
        report.without_result.len()
    );
    table(&mut out, &report.overall);
    out.push_str("<h2>Found against true</h2>");
    for m in [Measure::UnitDensity, Measure::HairDensity, Measure::MeanCalibre, Measure::Coverage, Measure::BaldArea] {
        let points: Vec<(f64, f64)> = scores.iter().filter_map(|s| s.values.get(&m).copied()).collect();
        if points.len() > 1 {
            scatter(&mut out, m.name().0, &points);
        }
    }
    for (i, group) in report.groups.iter().enumerate() {
        if i == 0 || report.groups[i - 1].by != group.by {
            let _ = write!(out, "<h2>By {}</h2>", escape(group.by.title()));
            for m in [Measure::HairDensity, Measure::HairF1, Measure::IouScalp, Measure::BaldArea] {
                bars(&mut out, report, group.by, m);
            }
        }
        let _ = write!(out, "<h3>{} ({})</h3>", escape(&group.name), group.pictures);
        table(&mut out, &group.figures);
    }
    out.push_str("</html>\n");
    out
}

fn table(out: &mut String, figures: &[Figure]) {
    out.push_str("<table><tr><th><th>pictures<th>bias<th>mean absolute error<th>RMSE<th>share<th>intervals hold</tr>");
    for f in figures {
        let s = &f.statistics;
        let _ = write!(
            out,
            "<tr><td>{}<td>{}<td>{}<td>{}<td>{}<td>{}<td>{}</tr>",
            escape(&f.title()),
            s.pictures,
            shown(s.bias, 2),
            shown(s.mean_absolute_error, 2),
            shown(s.rmse, 2),
            shown(s.share, 3),
            shown(s.intervals_hold, 2)
        );
    }
    out.push_str("</table>");
}

/// True values to the right, found ones up, and the line on which they agree.
fn scatter(out: &mut String, title: &str, points: &[(f64, f64)]) {
    const SIDE: f64 = 260.0;
    const EDGE: f64 = 34.0;
    let most = points.iter().map(|p| p.0.max(p.1)).fold(1e-9, f64::max) * 1.05;
    let at = |v: f64| EDGE + v / most * SIDE;
    let whole = SIDE + 2.0 * EDGE;
    let _ = write!(
        out,
        "<svg width=\"{whole}\" height=\"{whole}\" viewBox=\"0 0 {whole} {whole}\" role=\"img\" aria-label=\"{0}\">\
         <g font-size=\"11\" fill=\"#57606a\"><text x=\"{EDGE}\" y=\"16\" font-weight=\"bold\" fill=\"#1c2128\">{0}</text>\
         <text x=\"{EDGE}\" y=\"{1}\">0</text><text x=\"{2}\" y=\"{1}\" text-anchor=\"end\">true {most:.0}</text>\
         <text x=\"2\" y=\"{3}\">found</text></g>\
         <rect x=\"{EDGE}\" y=\"{EDGE}\" width=\"{SIDE}\" height=\"{SIDE}\" fill=\"none\" stroke=\"#d8dde3\"/>\
         <line x1=\"{EDGE}\" y1=\"{2}\" x2=\"{2}\" y2=\"{EDGE}\" stroke=\"#8c959f\" stroke-dasharray=\"4\"/>",
        escape(title),
        whole - 14.0,
        EDGE + SIDE,
        EDGE + 10.0,
    );
    for (t, f) in points {
        let (x, y) = (at(*t), whole - at(*f));
        let _ = write!(out, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"#0969da\" fill-opacity=\".55\"/>");
    }
    out.push_str("</svg>");
}

/// One bar a group with its interval.
fn bars(out: &mut String, report: &Report, by: super::conditions::Dimension, m: Measure) {
    let rows: Vec<_> = report
        .groups
        .iter()
        .filter(|g| g.by == by)
        .filter_map(|g| {
            let s = &g.figures.iter().find(|f| f.measure == m)?.statistics;
            Some((g.name.as_str(), if m.is_share() { s.share } else { s.mean_absolute_error }?))
        })
        .collect();
    if rows.is_empty() {
        return;
    }
    let (label, width, line) = (190.0, 300.0, 20.0);
    let most = rows.iter().map(|(_, s)| s.high).fold(1e-9, f64::max);
    let height = line * (rows.len() as f64 + 1.5);
    let (name, unit) = m.name();
    let what = if m.is_share() { name.to_owned() } else { format!("mean absolute error of {name}, {unit}") };
    let _ = write!(
        out,
        "<svg width=\"{0}\" height=\"{height}\" viewBox=\"0 0 {0} {height}\" role=\"img\" font-size=\"11\">\
         <text x=\"0\" y=\"13\" font-weight=\"bold\">{1}</text>",
        label + width + 60.0,
        escape(&what)
    );
    for (i, (name, s)) in rows.iter().enumerate() {
        let y = line * (i as f64 + 1.2);
        let x = |v: f64| label + v.max(0.0) / most * width;
        let (base, middle, right) = (y + 10.0, y + 6.0, label - 6.0);
        let (end, low, high, text) = (x(s.value) - label, x(s.low), x(s.high), x(s.high) + 5.0);
        let _ = write!(
            out,
            "<text x=\"{right:.0}\" y=\"{base:.1}\" text-anchor=\"end\">{}</text>\
             <rect x=\"{label}\" y=\"{y:.1}\" width=\"{end:.1}\" height=\"12\" fill=\"#54aeff\"/>\
             <line x1=\"{low:.1}\" x2=\"{high:.1}\" y1=\"{middle:.1}\" y2=\"{middle:.1}\" stroke=\"#0a3069\" stroke-width=\"2\"/>\
             <text x=\"{text:.1}\" y=\"{base:.1}\">{:.2}</text>",
            escape(name),
            s.value,
        );
    }
    out.push_str("</svg>");
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::conditions::Conditions;

    #[test]
    fn a_page_holds_tables_and_plots_and_escapes_names() {
        let conditions = Conditions { is_closeup: true, light_or_view: Some("<ring>".into()), ..Conditions::default() };
        let scores: Vec<Score> = (1..4)
            .map(|i| {
                let (t, f) = (f64::from(i) * 50.0, f64::from(i) * 55.0);
                let mut s = Score {
                    stem: format!("p{i}"),
                    conditions: conditions.clone(),
                    missing: false,
                    sums: [].into(),
                    values: [(Measure::HairDensity, (t, f))].into(),
                };
                s.sums.entry(Measure::HairDensity).or_default().compare(t, f, None, true);
                s
            })
            .collect();
        let page = page(&Report::of(&scores), &scores);
        assert_eq!(page.matches("<circle").count(), 3);
        assert!(page.contains("10.00 [10.00, 10.00]") && page.contains("&lt;ring&gt;") && !page.contains("<ring>"));
    }
}
