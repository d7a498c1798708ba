//! Asks the rules about what was seen and adds up dots and sessions.

use super::condition::Truth;
use super::facts::Facts;
use super::rules::{Advice, Outcome, Phase, Rule, Rules};
use super::{Effect, NeedleCode, Plan, Profile, Reason, RegionPlan, dots, hairline_design};
use crate::density::Density;
use crate::findings::{Findings, Pattern, RegionKind, ScarKind, Zone};
use crate::plane::Point;
use crate::quality::Verdict;
use crate::scale::Scale;
use crate::units::{Cm2, Estimate};

/// What one photo of the visit showed.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// Findings.
    pub findings: &'a Findings,
    /// Counts, where there are.
    pub density: Option<&'a Density>,
    /// Share of the visible scalp hidden.
    pub hidden: Option<Estimate<f64>>,
    /// Scale, where there is one.
    pub scale: Option<&'a Scale>,
    /// How good the photo is.
    pub quality: Verdict,
}

/// Uncertainty of a region's mean hidden share, one value for all: two readings of the same photo differ by a few points.
const HIDDEN_ERROR: f64 = 0.05;

/// A region before it is planned.
struct Candidate {
    what: &'static str,
    zone: Zone,
    bald_region: Option<usize>,
    photo: usize,
    outline: Vec<Point>,
    area: Option<Estimate<Cm2>>,
    share: f64,
    hidden: f64,
}

/// Plans a treatment from the photos of one visit. The same region seen in two photos counts once, where it is seen largest.
#[must_use]
pub fn plan(visit: &[Seen<'_>], profile: &Profile, rules: &Rules) -> Plan {
    let mut facts = Facts::default();
    profile.tell(&mut facts);
    tell_visit(visit, &mut facts);
    let mut assumptions = profile.assumptions();
    let mut proposed_hairline = None;
    let mut candidates: Vec<Candidate> = Vec::new();
    for (index, seen) in visit.iter().enumerate() {
        for mut found in candidates_of(seen, profile, rules, &mut proposed_hairline, &mut assumptions) {
            // An index into the findings means something for the first photo only.
            found.bald_region = found.bald_region.filter(|_| index == 0);
            found.photo = index;
            let twin = candidates.iter().position(|c| index > 0 && c.what == found.what && c.zone == found.zone);
            match twin {
                Some(at) if candidates[at].share < found.share => candidates[at] = found,
                Some(_) => {}
                None => candidates.push(found),
            }
        }
    }
    facts.number("region_count", candidates.len() as f64);

    let counted = visit.iter().find_map(|s| s.density).map(|d| (d.units.low.get(), d.units.high.get()));
    let regions: Vec<RegionPlan> =
        candidates.iter().filter_map(|c| plan_region(c, &facts, profile, rules, counted)).collect();
    let (mut advice, mut against, mut possible, mut technique) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for rule in rules.of(Phase::Advice) {
        match (rule.truth(&facts), rule.then) {
            (Truth::No, _) => {}
            (Truth::Possible, _) => possible.push(rule.because(&facts)),
            (_, Outcome::Advice(Advice::Stop)) => against.push(rule.because(&facts)),
            _ => advice.push(rule.because(&facts)),
        }
    }
    technique.extend(rules.of(Phase::Technique).filter(|r| r.truth(&facts).holds()).map(|r| r.because(&facts)));

    let impressions = total(&regions, |r| r.dots.map(|d| per_impression(d, r.pins_per_impression)));
    let sessions = overall_sessions(&regions, impressions, rules, &mut advice);
    let days = rules.range("interval_days");
    Plan {
        rules_version: rules.version.clone(),
        steps: if sessions.1 == 0 { Vec::new() } else { dots::steps(sessions.1, impressions, rules) },
        regions,
        sessions,
        interval_days: (days.0 as u16, days.1 as u16),
        touch_up_days: rules.value("touch_up_days") as u16,
        fading_years: rules.range("fading_years"),
        against,
        advice,
        technique,
        possible,
        assumptions,
        proposed_hairline,
    }
}

fn tell_visit(visit: &[Seen<'_>], facts: &mut Facts) {
    let worst = visit.iter().map(|s| s.quality).max().unwrap_or(Verdict::Good);
    facts.word(
        "quality",
        match worst {
            Verdict::Good => "good",
            Verdict::Doubtful => "doubtful",
            Verdict::Unusable => "unusable",
        },
    );
    facts.word("scale", if visit.iter().any(|s| s.scale.is_some()) { "known" } else { "none" });
    let scars: usize = visit.iter().map(|s| s.findings.scars.len()).sum();
    facts.number("scar_count", scars as f64);
    // The photo that shows most baldness speaks for the visit: other views hide it.
    let bald = |s: &Seen<'_>| -> f64 {
        let regions = s.findings.bald_regions.iter().filter(|r| r.kind == RegionKind::Bald);
        regions.map(|r| r.share_of_scalp).sum::<f64>().min(1.0)
    };
    if let Some(share) = visit.iter().filter(|s| s.hidden.is_some()).map(bald).reduce(f64::max) {
        facts.interval("bald_share", share, (share - HIDDEN_ERROR).max(0.0), (share + HIDDEN_ERROR).min(1.0));
    }
    let least = visit.iter().filter_map(|s| s.hidden).reduce(|a, b| if b.value < a.value { b } else { a });
    if let Some(h) = least {
        facts.interval("scalp_hidden", h.value, h.low, h.high);
    }
    for density in visit.iter().filter_map(|s| s.density).take(1) {
        let u = &density.units;
        facts.interval("units_per_cm2", u.value.get(), u.low.get(), u.high.get());
        if let Some(c) = &density.mean_caliber {
            facts.interval("mean_caliber_um", c.value.get(), c.low.get(), c.high.get());
        }
    }
    for seen in visit {
        match seen.findings.pattern {
            Some(Pattern::Norwood { low, high, .. }) => {
                facts.number("norwood_low", f64::from(low));
                facts.number("norwood_high", f64::from(high));
            }
            Some(Pattern::Ludwig { low, high, .. }) => {
                facts.number("ludwig_low", f64::from(low));
                facts.number("ludwig_high", f64::from(high));
            }
            None => {}
        }
    }
}

fn candidates_of(
    seen: &Seen<'_>,
    profile: &Profile,
    rules: &Rules,
    proposed: &mut Option<Vec<Point>>,
    assumptions: &mut Vec<String>,
) -> Vec<Candidate> {
    let findings = seen.findings;
    let mut list: Vec<Candidate> = Vec::new();
    for (i, r) in findings.bald_regions.iter().enumerate() {
        let what = match r.kind {
            RegionKind::Bald => "bald",
            RegionKind::Thinning => "thinning",
        };
        list.push(Candidate {
            what,
            zone: r.zone,
            bald_region: Some(i),
            photo: 0,
            outline: r.polygon.clone(),
            area: r.area,
            share: r.share_of_scalp,
            hidden: r.mean_hidden,
        });
    }
    let px_area = |px: f64| -> Option<Estimate<Cm2>> {
        let scale = seen.scale?;
        let value = px * scale.mm_per_px.px_area().get();
        // 95 % interval; an area goes with the square of the scale.
        let error = 1.96 * 2.0 * scale.relative_error;
        Estimate::new(value, value * (1.0 - error).max(0.0), value * (1.0 + error)).with_unit(Cm2::new).ok()
    };
    if let Some(design) = hairline_design::propose(findings, seen.scale, profile, rules) {
        let strip = seen.scale.map_or(0.0, |s| rules.value("strip_width_mm") / s.mm_per_px.get());
        if !design.outline.is_empty() {
            list.push(Candidate {
                what: "hairline",
                zone: Zone::Frontal,
                bald_region: None,
                photo: 0,
                outline: design.outline,
                area: px_area(design.area_px + design.length_px * strip),
                share: 0.0,
                hidden: 0.0,
            });
        }
        if proposed.is_none() {
            *proposed = Some(design.line);
            assumptions.push(design.note);
        }
    }
    for scar in &findings.scars {
        let what = match scar.kind {
            ScarKind::Linear => "scar_linear",
            ScarKind::Dotted => "scar_dotted",
            ScarKind::Patch => "scar_patch",
        };
        list.push(Candidate {
            what,
            zone: Zone::Occiput,
            bald_region: None,
            photo: 0,
            outline: scar.polygon.clone(),
            area: px_area(polygon_area(&scar.polygon)),
            share: 0.0,
            hidden: 0.0,
        });
    }
    list
}

pub(super) fn polygon_area(polygon: &[Point]) -> f64 {
    let next = polygon.iter().cycle().skip(1);
    let twice: f64 = polygon.iter().zip(next).map(|(p, q)| f64::from(p.x * q.y - q.x * p.y)).sum();
    twice.abs() / 2.0
}

/// Asks a phase whose first rule decides. Answers the rule that holds for the best values, and those that other ends would fire.
fn decide<'r>(rules: &'r Rules, phase: Phase, facts: &Facts) -> (Option<&'r Rule>, Vec<&'r Rule>) {
    let mut others = Vec::new();
    let mut winner: Option<&Rule> = None;
    for rule in rules.of(phase) {
        match (rule.truth(facts), winner) {
            (Truth::No, _) => {}
            (Truth::Possible, None) => others.push(rule),
            (Truth::Likely, None) => winner = Some(rule),
            (Truth::Yes, None) => return (Some(rule), others),
            // The winner holds for part of the interval only: the next in line decides the rest.
            (_, Some(w)) => {
                if rule.then != w.then {
                    others.push(rule);
                }
                return (winner, others);
            }
        }
    }
    (winner, others)
}

fn plan_region(
    c: &Candidate,
    visit: &Facts,
    profile: &Profile,
    rules: &Rules,
    counted: Option<(f64, f64)>,
) -> Option<RegionPlan> {
    let mut facts = visit.clone();
    facts.word("region", c.what);
    facts.word("zone", zone_word(c.zone));
    facts.number("region_share", c.share);
    let (low, high) = ((c.hidden - HIDDEN_ERROR).max(0.0), (c.hidden + HIDDEN_ERROR).min(1.0));
    facts.interval("region_hidden", c.hidden, low, high);
    if let Some(a) = &c.area {
        facts.interval("area_cm2", a.value.get(), a.low.get(), a.high.get());
    }
    let (mut reasons, mut possible): (Vec<Reason>, Vec<Reason>) = (Vec::new(), Vec::new());

    let (rule, others) = decide(rules, Phase::Effect, &facts);
    let Some((rule, Outcome::Effect(effect))) = rule.map(|r| (r, r.then)) else { return None };
    reasons.push(rule.because(&facts));
    possible.extend(others.iter().map(|r| r.because(&facts)));
    facts.word("effect", effect_word(effect));

    let (rule, others) = decide(rules, Phase::Needle, &facts);
    let (code, pins_per_impression) = match rule.map(|r| r.then) {
        Some(Outcome::Needle { code, pins_per_impression }) => (code, pins_per_impression),
        // Rules of a practice may leave a gap; the finest needle does least harm.
        _ => (NeedleCode::Rl04, 1),
    };
    reasons.extend(rule.map(|r| r.because(&facts)));
    possible.extend(others.iter().map(|r| r.because(&facts)));

    let mut sessions: Option<(u8, u8)> = None;
    let mut default = None;
    for rule in rules.of(Phase::Sessions) {
        let (truth, Outcome::Sessions(low, high)) = (rule.truth(&facts), rule.then) else { continue };
        if rule.when.is_empty() {
            default = Some(rule);
        } else if truth.holds() {
            let (l, h) = sessions.unwrap_or((low, high));
            sessions = Some((l.max(low), h.max(high)));
            reasons.push(rule.because(&facts));
        } else if truth == Truth::Possible {
            possible.push(rule.because(&facts));
        }
    }
    let mut sessions = sessions.unwrap_or_else(|| {
        reasons.extend(default.map(|r| r.because(&facts)));
        match default.map(|r| r.then) {
            Some(Outcome::Sessions(low, high)) => (low, high),
            _ => (3, 3),
        }
    });

    let target = dots::target(rules, profile);
    let per_cm2 = dots::missing(target, effect, c.hidden, counted, rules);
    let dots_total = c.area.as_ref().map(|a| dots::dots(a, per_cm2));
    let impressions = dots_total.map(|d| per_impression(d, pins_per_impression));
    if let Some(i) = impressions {
        sessions.0 = sessions.0.max(dots::sessions_by_cap(i.value, rules));
        sessions.1 = sessions.1.max(dots::sessions_by_cap(i.high, rules)).max(sessions.0);
    }
    Some(RegionPlan {
        name: region_name(c),
        zone: c.zone,
        bald_region: c.bald_region,
        photo: c.photo,
        outline: c.outline.clone(),
        effect,
        needle: code.needle(),
        sessions,
        dots_per_cm2: per_cm2,
        spacing: dots::spacing(target),
        area: c.area,
        dots: dots_total,
        pins_per_impression,
        dot_diameter_mm: rules.range("dot_diameter_mm"),
        steps: dots::steps(sessions.1, impressions, rules),
        reasons,
        possible,
    })
}

fn per_impression(dots: Estimate<f64>, pins: u8) -> Estimate<f64> {
    let n = f64::from(pins.max(1));
    Estimate::new(dots.value / n, dots.low / n, dots.high / n)
}

fn total(regions: &[RegionPlan], of: impl Fn(&RegionPlan) -> Option<Estimate<f64>>) -> Option<Estimate<f64>> {
    let add = |a: Estimate<f64>, b: Estimate<f64>| Estimate::new(a.value + b.value, a.low + b.low, a.high + b.high);
    regions.iter().map(of).collect::<Option<Vec<_>>>()?.into_iter().reduce(add)
}

fn overall_sessions(
    regions: &[RegionPlan],
    impressions: Option<Estimate<f64>>,
    rules: &Rules,
    advice: &mut Vec<Reason>,
) -> (u8, u8) {
    let low = regions.iter().map(|r| r.sessions.0).max().unwrap_or(0);
    let high = regions.iter().map(|r| r.sessions.1).max().unwrap_or(0);
    let Some(i) = impressions else { return (low, high) };
    let capped = (low.max(dots::sessions_by_cap(i.value, rules)), high.max(dots::sessions_by_cap(i.high, rules)));
    if capped != (low, high) {
        let source = rules.parameters().find(|(name, ..)| *name == "session_cap_impressions");
        advice.push(Reason {
            rule: "parameters.session_cap_impressions".into(),
            because: format!(
                "about {:.0} impressions in all are more than {} sessions hold at {:.0} each, so there are more sessions",
                i.value,
                low,
                rules.value("session_cap_impressions")
            ),
            source: source.map(|(_, p, _)| p.source.clone()).unwrap_or_default(),
        });
    }
    (capped.0, capped.1.max(capped.0))
}

fn zone_word(zone: Zone) -> &'static str {
    match zone {
        Zone::Frontal => "frontal",
        Zone::MidScalp => "mid_scalp",
        Zone::Vertex => "vertex",
        Zone::LeftTemple => "left_temple",
        Zone::RightTemple => "right_temple",
        Zone::LeftSide => "left_side",
        Zone::RightSide => "right_side",
        Zone::Occiput => "occiput",
        Zone::Field => "field",
    }
}

fn effect_word(effect: Effect) -> &'static str {
    match effect {
        Effect::RefineHairline => "refine_hairline",
        Effect::ConcealGraftScars => "conceal_graft_scars",
        Effect::HideBurnsAndScars => "hide_burns_and_scars",
        Effect::FullCoverage => "full_coverage",
        Effect::AddDensity => "add_density",
    }
}

fn region_name(c: &Candidate) -> String {
    let place = zone_word(c.zone).replace('_', " ");
    match c.what {
        "hairline" => "hairline".into(),
        "scar_linear" => "possible linear scar".into(),
        "scar_dotted" => "possible dotted scars".into(),
        "scar_patch" => "possible scar patch".into(),
        _ if c.zone == Zone::Field => "field of the close-up".into(),
        _ => place,
    }
}
