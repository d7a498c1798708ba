//! Arithmetic of a plan: target density, spacing, dots, impressions, sessions, hours.

use super::rules::Rules;
use super::{Effect, Profile, SessionStep};
use crate::units::{Cm2, Estimate, Mm};

/// Target density in dots per cm2, low to high, by hair type.
pub fn target(rules: &Rules, profile: &Profile) -> (f64, f64) {
    let tolerance = rules.value("target_tolerance").min(0.9);
    match profile.hair_type.as_deref() {
        Some(kind @ ("european" | "asian" | "african")) => {
            let value = rules.value(&format!("units_per_cm2_{kind}"));
            (value * (1.0 - tolerance), value * (1.0 + tolerance))
        }
        _ => rules.range("units_per_cm2_unknown"),
    }
}

/// Mean distance between dots, 1 / sqrt(density), for a density range in dots per cm2.
pub fn spacing((low, high): (f64, f64)) -> Estimate<Mm> {
    let mm = |per_cm2: f64| Mm::new(10.0 / per_cm2.max(1.0).sqrt()).expect("a positive root is a length");
    Estimate::new(mm(f64::midpoint(low, high)), mm(high), mm(low))
}

/// Dots per cm2 to add, low to high: what is missing to the target, by counted units where there are, else by the share hidden.
/// A hairline's strip is softened, so it takes `gradient_share` of it.
pub fn missing(
    target: (f64, f64),
    effect: Effect,
    hidden: f64,
    counted: Option<(f64, f64)>,
    rules: &Rules,
) -> (f64, f64) {
    let open = 1.0 - hidden.clamp(0.0, 1.0);
    match (effect, counted) {
        (Effect::AddDensity, Some((low, high))) => ((target.0 - high).max(0.0), (target.1 - low).max(0.0)),
        (Effect::RefineHairline, _) => {
            let share = rules.value("gradient_share").min(1.0);
            (target.0 * share, target.1 * share)
        }
        _ => (target.0 * open, target.1 * open),
    }
}

/// Dots over an area.
pub fn dots(area: &Estimate<Cm2>, per_cm2: (f64, f64)) -> Estimate<f64> {
    let middle = f64::midpoint(per_cm2.0, per_cm2.1);
    Estimate::new(area.value.get() * middle, area.low.get() * per_cm2.0, area.high.get() * per_cm2.1)
}

/// Sessions that the cap on impressions per session asks for at least.
pub fn sessions_by_cap(impressions: f64, rules: &Rules) -> u8 {
    let cap = rules.value("session_cap_impressions");
    (impressions / cap).ceil().clamp(1.0, 12.0) as u8
}

/// The sessions one by one.
pub fn steps(sessions: u8, impressions: Option<Estimate<f64>>, rules: &Rules) -> Vec<SessionStep> {
    let cap = rules.value("session_cap_impressions");
    let (fast, slow) = rules.range("chair_hours_at_cap");
    let least = rules.value("chair_hours_least");
    let mut before = 0.0;
    rules
        .shares(sessions)
        .into_iter()
        .map(|share_reached| {
            let step = share_reached - before;
            before = share_reached;
            let impressions = impressions.map(|e| Estimate::new(e.value * step, e.low * step, e.high * step));
            let chair_hours = impressions.map(|e| ((e.low / cap * fast).max(least), (e.high / cap * slow).max(least)));
            SessionStep { share_reached, impressions, chair_hours }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spacing_is_the_root_of_density() {
        // 100, 80 and 60 dots per cm2 are 1.0, 1.12 and 1.29 mm apart.
        for (density, mm) in [(100.0, 1.0), (80.0, 1.118), (60.0, 1.291)] {
            assert!((spacing((density, density)).value.get() - mm).abs() < 0.001);
        }
    }

    #[test]
    fn the_sessions_add_up() {
        let rules = Rules::built_in();
        for sessions in 1..=6 {
            let steps = steps(sessions, Some(Estimate::new(9000.0, 8000.0, 10000.0)), &rules);
            let sum: f64 = steps.iter().map(|s| s.impressions.unwrap().value).sum();
            assert!((sum - 9000.0).abs() < 1e-6, "{sessions}: {sum}");
        }
    }
}
