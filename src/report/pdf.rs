//! `STEM.report.pdf`: a page for the client in plain words, then the numbers for the artist or clinician.

mod page;

use std::collections::HashSet;

use image::codecs::jpeg::JpegEncoder;

use super::caliber::Histogram;
use super::json::visit::VisitDocument;
use super::json::{Document, Interval, Plan, Reason, Software};
use super::overlay::Overlay;
use super::words;
use crate::error::Error;
use crate::findings::RegionKind;
use crate::follicle::HairKind;
use crate::quality::Verdict;
use page::Pages;

/// JPEG quality of the picture: no artefact is seen at print size.
const PICTURE_QUALITY: u8 = 90;

/// The report of one photo.
///
/// # Errors
/// [`Error::Encode`] if the picture or the document cannot be encoded.
pub fn pdf(d: &Document, overlay: &Overlay) -> Result<Vec<u8>, Error> {
    let jpeg = as_jpeg(overlay)?;
    let mut pages = Pages::new(foot(&d.software));
    let date = d.photo.taken_at.as_deref().and_then(|t| t.get(..10));
    let view = if d.photo.view_confidence > 0.0 { words::view(d.photo.view) } else { "view not recognised" };
    let note = match date {
        Some(date) => format!("{}, {view}, taken {date}", d.photo.file_name),
        None => format!("{}, {view}", d.photo.file_name),
    };
    for_client(&mut pages, d, overlay, &note);
    pages.turn();
    pages.smaller();
    for_artist(&mut pages, d, &note);
    pages.finish("Scalp report", jpeg)
}

fn as_jpeg(overlay: &Overlay) -> Result<Vec<u8>, Error> {
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, PICTURE_QUALITY)
        .encode(&overlay.rgb, overlay.width as u32, overlay.height as u32, image::ExtendedColorType::Rgb8)
        .map_err(|e| Error::Encode { what: "picture of the PDF report", detail: e.to_string() })?;
    Ok(jpeg)
}

fn foot(software: &Software) -> String {
    format!("{}   {} {}", words::DISCLAIMER, software.name, software.version)
}

/// The report of a visit with its joined scalp.
///
/// # Errors
/// [`Error::Encode`] if the document cannot be encoded.
pub fn visit(v: &VisitDocument, scalp: &Overlay) -> Result<Vec<u8>, Error> {
    let jpeg = as_jpeg(scalp)?;
    let mut pages = Pages::new(foot(&v.software));
    let names: Vec<&str> = v.photos.iter().map(|p| p.file_name.as_str()).collect();
    let note = format!("{} photos of one visit: {}", names.len(), names.join(", "));
    pages.title("Your scalp report", &note);
    pages.picture((scalp.width, scalp.height), 240.0);
    pages.heading("What was seen");
    let cm2 = |i: &Option<Interval>| i.map_or(String::new(), |i| format!(", about {:.0} cm²", i.value));
    pages.paragraph(&format!(
        "Together the photos show {} of your scalp. Of that, {} is bare{} and {} is thin; each place counts once.",
        percent(v.scalp_share_seen),
        percent(v.bald_share),
        cm2(&v.bald_cm2),
        percent(v.thinning_share)
    ));
    for z in &v.coverage.by_zone {
        pages.row(words::zone(z.zone), &format!("{:.0} % hidden by hair", z.share_hidden * 100.0));
    }
    recommended(&mut pages, &v.plan);
    expected(&mut pages, &v.plan);
    pages.turn();
    pages.smaller();
    pages.title("For the artist or clinician", &note);
    pages.heading("Numbers");
    let area = |i: &Option<Interval>| i.map_or_else(|| "no scale, no area".into(), |i| range(&i, 0, "cm²"));
    pages.row("Scalp seen", &format!("{}, {}", percent(v.scalp_share_seen), area(&v.scalp_cm2)));
    pages.row("Bald", &format!("{} of it, {}", percent(v.bald_share), area(&v.bald_cm2)));
    pages.row("Thinning", &format!("{} of it", percent(v.thinning_share)));
    for z in &v.coverage.by_zone {
        let [low, high] = z.share_hidden_interval;
        let text = format!("{:.0} % hidden ({:.0} to {:.0} %)", z.share_hidden * 100.0, low * 100.0, high * 100.0);
        pages.row(&format!("  {}", words::zone(z.zone)), &text);
    }
    if let Some(score) = v.salt_score {
        pages.row("SALT score", &format!("{score:.0} of 100"));
    }
    if let Some(off) = v.disagreement {
        let text = format!("{:.0} points between photos that show the same place", 100.0 * off);
        pages.row("Disagreement", &text);
    }
    for r in &v.regions {
        let kind = if r.kind == RegionKind::Bald { "bald" } else { "thinning" };
        let text = format!("{kind}, {} of the scalp seen, {}", percent(r.share_of_scalp), area(&r.area_cm2));
        pages.row(words::zone(r.zone), &text);
    }
    planned(&mut pages, &v.plan);
    noted(&mut pages, &v.plan.assumptions, &v.warnings);
    pages.finish("Scalp report of a visit", jpeg)
}

fn percent(share: f64) -> String {
    if share > 0.0 && share < 0.01 { "under 1 %".into() } else { format!("{:.0} %", share * 100.0) }
}

fn for_client(pages: &mut Pages, d: &Document, overlay: &Overlay, note: &str) {
    pages.title("Your scalp report", note);
    pages.picture((overlay.width, overlay.height), 310.0);
    pages.heading("What was seen");
    match d.coverage.scalp_share_hidden {
        Some(share) => pages.paragraph(&format!(
            "Hair hides about {} of the scalp that this photo shows.{}",
            percent(share),
            bare(d)
        )),
        None => pages.paragraph("No scalp was found in this photo."),
    }
    if let Some(density) = &d.density {
        let (what, n) = match &density.hairs_per_cm2 {
            Some(hairs) => ("hairs", hairs),
            None => ("follicular units (openings with one to four hairs)", &density.follicular_units_per_cm2),
        };
        pages.paragraph(&format!(
            "There are about {:.0} {what} on each square centimetre ({}); most likely between {:.0} and {:.0}.",
            n.value,
            words::basis(density.basis),
            n.low,
            n.high
        ));
    }
    if d.quality.verdict != Verdict::Good {
        let advice = d.quality.checks.iter().filter_map(|c| c.advice.as_deref()).collect::<Vec<_>>().join(" ");
        pages.paragraph(&format!("The photo could be better, so take the numbers with care. {advice}"));
    }
    recommended(pages, &d.plan);
    expected(pages, &d.plan);
}

/// For the client: what is to be done.
fn recommended(pages: &mut Pages, plan: &Plan) {
    pages.heading("What is recommended");
    if !plan.against.is_empty() {
        pages.paragraph("Do not treat yet:");
        plan.against.iter().for_each(|r| pages.entry(&plain(&r.because)));
    }
    if plan.regions.is_empty() {
        pages.paragraph("Nothing to treat was found; other views may show more.");
    }
    for r in &plan.regions {
        let area = r.area_cm2.map_or(String::new(), |a| format!(", about {:.0} cm²", a.value));
        pages.entry(&format!("{}{area}: {}, in {} sessions", r.name, words::effect(r.effect), span(r.sessions)));
    }
    if !plan.advice.is_empty() {
        pages.paragraph("Your artist will talk with you about this first:");
        plan.advice.iter().for_each(|r| pages.entry(&plain(&r.because)));
    }
}

/// A reason without the measured values in brackets at its end.
fn plain(because: &str) -> String {
    let text = because.rsplit_once(" [").map_or(because, |(text, _)| text);
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |c| c.to_uppercase().chain(letters).collect())
}

/// For the client: what happens then.
fn expected(pages: &mut Pages, plan: &Plan) {
    pages.heading("What to expect");
    if let (Some(sessions), Some(days)) = (plan.sessions, plan.interval_days) {
        let fading = plan.fading_years.map(|y| format!(" The colour fades within {:.0} to {:.0} years.", y[0], y[1]));
        let touch_up = plan.touch_up_days.map(|d| format!(" A touch-up follows about {d} days after the last."));
        pages.paragraph(&format!(
            "Scalp micropigmentation sets fine dots of pigment that look like cut hairs; it does not grow hair. \
             It takes {} sessions, {} days apart.{}{}",
            span(sessions),
            span(days),
            touch_up.unwrap_or_default(),
            fading.unwrap_or_default()
        ));
        for (i, step) in plan.steps.iter().enumerate() {
            let hours = step.chair_hours.map_or(String::new(), |h| format!(", {:.1} to {:.1} hours", h[0], h[1]));
            let reached = 100.0 * step.share_reached;
            pages.entry(&format!("Session {}: {reached:.0} % of the final density is reached{hours}", i + 1));
        }
    }
    pages.paragraph(
        "This report measures photos. It is no diagnosis: if your hair falls out suddenly, in patches, or the skin \
         itches, scales or hurts, see a doctor before any treatment.",
    );
}

/// What is bare and thin, as a sentence.
fn bare(d: &Document) -> String {
    let share = |kind| d.bald_regions.iter().filter(|r| r.kind == kind).map(|r| r.share_of_scalp).sum::<f64>();
    match (share(RegionKind::Bald), share(RegionKind::Thinning)) {
        (b, t) if b > 0.0 && t > 0.0 => format!(" About {} of it is bare and {} is thin.", percent(b), percent(t)),
        (b, _) if b > 0.0 => format!(" About {} of it is bare.", percent(b)),
        (_, t) if t > 0.0 => format!(" About {} of it is thin.", percent(t)),
        _ => String::new(),
    }
}

fn span<T: std::fmt::Display + PartialEq>([low, high]: [T; 2]) -> String {
    if low == high { low.to_string() } else { format!("{low} to {high}") }
}

fn range(i: &Interval, decimals: usize, unit: &str) -> String {
    format!("{:.decimals$} {unit} (95 %: {:.decimals$} to {:.decimals$})", i.value, i.low, i.high)
}

fn for_artist(pages: &mut Pages, d: &Document, note: &str) {
    pages.title("For the artist or clinician", note);
    pages.heading("Photo");
    pages.row("Size", &format!("{} x {} px", d.photo.width, d.photo.height));
    pages.row("View", &words::view_with_trust(d));
    pages.row(
        "Scale",
        &match &d.scale {
            Some(s) => format!(
                "{} mm per px (95 %: ± {:.1} %), from {}",
                s.mm_per_px,
                196.0 * s.relative_error,
                words::scale_source(s.source)
            ),
            None => "none: areas and densities cannot be given".into(),
        },
    );
    let good: Vec<&str> =
        d.quality.checks.iter().filter(|c| c.verdict == Verdict::Good).map(|c| words::aspect(c.aspect)).collect();
    if !good.is_empty() {
        pages.row("Good", &good.join(", "));
    }
    for c in d.quality.checks.iter().filter(|c| c.verdict != Verdict::Good) {
        let verdict = match c.verdict {
            Verdict::Good => "good",
            Verdict::Doubtful => "doubtful",
            Verdict::Unusable => "unusable",
        };
        let advice = c.advice.as_ref().map_or(String::new(), |a| format!(". {a}"));
        pages.row(words::aspect(c.aspect), &format!("{verdict} ({}){advice}", c.value));
    }
    pages.heading("Numbers");
    numbers(pages, d);
    planned(pages, &d.plan);
    noted(pages, &d.plan.assumptions, &d.warnings);
}

/// For the artist: the plan with its numbers, reasons and sources.
fn planned(pages: &mut Pages, plan: &Plan) {
    let mut told = HashSet::new();
    if !plan.regions.is_empty() {
        pages.heading("Plan");
    }
    for r in &plan.regions {
        pages.paragraph(&format!(
            "{}: {}. Needle {} (as gauge {} mm; as number of pins {}), {} sessions, {:.0} to {:.0} dots/cm², spacing {}{}.",
            r.name,
            words::effect(r.effect),
            words::needle(r.needle.code),
            span(r.needle.gauge_mm),
            r.needle.pins,
            span(r.sessions),
            r.dots_per_cm2[0],
            r.dots_per_cm2[1],
            range(&r.spacing_mm, 2, "mm"),
            r.dots.map_or(String::new(), |n| format!(", about {:.0} dots in all", n.value))
        ));
        reasons(pages, &r.reasons, &mut told);
    }
    if !plan.steps.is_empty() {
        pages.heading("Sessions");
    }
    for (i, step) in plan.steps.iter().enumerate() {
        let impressions = step.impressions.map_or_else(
            || "impressions not known without an area".to_owned(),
            |n| format!("{:.0} impressions ({:.0} to {:.0})", n.value, n.low, n.high),
        );
        let hours = step.chair_hours.map_or(String::new(), |h| format!(", {:.1} to {:.1} h", h[0], h[1]));
        let reached = 100.0 * step.share_reached;
        pages.row(&format!("Session {}", i + 1), &format!("to {reached:.0} % of the density, {impressions}{hours}"));
    }
    for (title, list) in [
        ("Against", &plan.against),
        ("Advice", &plan.advice),
        ("Technique", &plan.technique),
        ("If a measurement lies at the other end of its interval", &plan.possible),
    ] {
        if !list.is_empty() {
            pages.heading(title);
            reasons(pages, list, &mut told);
        }
    }
}

fn noted(pages: &mut Pages, assumptions: &[String], warnings: &[String]) {
    for (title, list) in [("Assumed", assumptions), ("Warnings", warnings)] {
        if !list.is_empty() {
            pages.heading(title);
            list.iter().for_each(|text| pages.entry(text));
        }
    }
}

fn hairs_with_caliber(d: &Document) -> impl Iterator<Item = (f64, HairKind)> {
    d.follicular_units.iter().flat_map(|u| &u.hairs).filter_map(|h| h.caliber_um.zip(h.kind))
}

fn numbers(pages: &mut Pages, d: &Document) {
    if let (Some(v), Some([low, high])) = (d.coverage.scalp_share_hidden, d.coverage.scalp_share_hidden_interval) {
        let text = format!("{:.0} % hidden (95 %: {:.0} to {:.0} %)", v * 100.0, low * 100.0, high * 100.0);
        pages.row("Coverage", &text);
    }
    for z in &d.coverage.by_zone {
        pages.row(&format!("  {}", words::zone(z.zone)), &format!("{:.0} % hidden", z.share_hidden * 100.0));
    }
    if let Some(n) = &d.density {
        if let Some(hairs) = &n.hairs_per_cm2 {
            pages.row("Hairs", &format!("{}, {}", range(hairs, 0, "/cm²"), words::basis(n.basis)));
        }
        pages.row(
            "Follicular units",
            &format!("{}, {}", range(&n.follicular_units_per_cm2, 0, "/cm²"), words::basis(n.basis)),
        );
        if let Some(each) = &n.hairs_per_unit {
            pages.row("Hairs per unit", &range(each, 2, ""));
        }
        if let Some(c) = &n.mean_caliber_um {
            pages.row("Mean calibre", &range(c, 0, "µm"));
        }
        if let Some(calibers) = Histogram::of(hairs_with_caliber(d)) {
            pages.row("Hairs by calibre", &calibers.by_kind());
            pages.bars(&calibers.classes.map(|n| n as f32), |i| format!("{}", 10 * i), "µm");
        }
        if let Some(c) = &n.cumulative_thickness_mm_per_cm2 {
            pages.row("Cumulative thickness", &range(c, 1, "mm/cm²"));
        }
        if let Some(c) = &n.terminal_to_vellus {
            pages.row("Terminal to vellus", &range(c, 1, ""));
        }
    } else if let Some(found) = &d.detection {
        pages.row("Counted", &words::counted(found.units, found.hairs));
    }
    for r in &d.bald_regions {
        let kind = if r.kind == RegionKind::Bald { "bald" } else { "thinning" };
        let area = r.area_cm2.map_or(String::new(), |a| format!(", {}", range(&a, 1, "cm²")));
        let limb = if r.near_limb { ", at the head's outline: area uncertain" } else { "" };
        let share = percent(r.share_of_scalp);
        pages.row(
            &format!("Region {}", r.label),
            &format!("{kind}, {}, {share} of the scalp seen{area}{limb}", words::zone(r.zone)),
        );
    }
    if let Some(text) = words::hairline(d) {
        pages.row("Hairline", &text);
    }
    if let Some(text) = words::pattern(d) {
        pages.row("Pattern", &text);
    }
}

/// Reasons with their sources; the source of a rule that was told before stands there.
fn reasons(pages: &mut Pages, list: &[Reason], told: &mut HashSet<String>) {
    for r in list {
        pages.entry(&r.because);
        if told.insert(r.rule.clone()) {
            pages.note(&format!("Source: {}", r.source));
        }
    }
}
