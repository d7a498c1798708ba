//! Ranges of the Hamilton-Norwood and Ludwig scales from what one view shows.
//!
//! People agree on single stages only at ICC 0.63-0.68 (PMC2938573), so a range of at least two stages is told, with what it rests on.
//! Norwood: up to stage II the temples' corners stay 2 cm or more in front of the plane through both ear canals; from III on they
//! pass it, III vertex adds the crown; in IV and V a bridge of hair parts front and crown, in VI it is gone, in VII only a low
//! fringe is left (table 1 of PMC6580804).

use super::skull::{BREADTH_MM, Camera};
use super::{Hairline, Pattern, Zone, ZoneCoverage};
use crate::view::View;

/// Bare share from which a zone counts as thin, and as bald.
const THIN: f64 = 0.2;
const BALD: f64 = 0.55;

/// Reads the pattern, or none where the view cannot tell.
pub(super) fn read(
    view: View,
    camera: &Camera,
    hairline: Option<&Hairline>,
    zones: &[ZoneCoverage],
) -> Option<Pattern> {
    let bare = |zone: Zone| zones.iter().find(|z| z.zone == zone).map(|z| 1.0 - z.hidden.value);
    let (front, middle, crown) = (bare(Zone::Frontal), bare(Zone::MidScalp), bare(Zone::Vertex));
    let percent = |name: &str, v: Option<f64>| {
        v.map_or(format!("{name} not seen"), |v| format!("{name} {:.0} % bare", 100.0 * v))
    };
    let mut evidence = vec![percent("front", front), percent("mid-scalp", middle), percent("crown", crown)];
    let temple = hairline.and_then(|h| corner_mm(h, camera));
    if let Some(z) = temple {
        evidence.push(format!("temple corner {z:.0} mm in front of the ear canals (model head)"));
    }
    let evidence = evidence.join("; ");
    let (m, c, f) = (middle.unwrap_or(0.0), crown.unwrap_or(0.0), front.unwrap_or(0.0));
    let diffuse = (THIN..BALD).contains(&m) && c < BALD && f < BALD && temple.is_some_and(|z| z > 40.0);
    if diffuse && hairline.is_some_and(|h| h.mid_frontal.is_some()) {
        let (low, high) = if m < 0.35 { (1, 2) } else { (2, 3) };
        return Some(Pattern::Ludwig { low, high, evidence });
    }
    let (low, high) = match view {
        View::Back => match (c, m) {
            (c, m) if c >= BALD && m >= BALD => (6, 7),
            (c, _) if c >= BALD => (4, 7),
            (c, _) if c >= THIN => (3, 6),
            // A full crown from behind leaves the temples open: no stage.
            _ => return None,
        },
        _ if m >= BALD && f >= BALD => {
            if crown.is_some_and(|c| c < THIN) {
                (4, 5)
            } else {
                (5, 7)
            }
        }
        _ if m >= THIN || (f >= BALD && hairline.is_none_or(|h| h.mid_frontal.is_none())) => (4, 6),
        _ if c >= THIN => (3, 5),
        _ => {
            let (low, high) = match temple {
                Some(z) if z > 35.0 => (1, 2),
                Some(z) if z > 12.0 => (2, 3),
                Some(_) => (3, 4),
                None => return None,
            };
            // A crown that this view does not show may be bare: the stage above has the same temples.
            (low, if crown.is_none() { high + 1 } else { high })
        }
    };
    Some(Pattern::Norwood { low, high, evidence })
}

/// How far the deepest temple corner lies in front of the ear canals, mm on the model head.
fn corner_mm(hairline: &Hairline, camera: &Camera) -> Option<f64> {
    hairline
        .polyline
        .iter()
        .map(|&p| camera.place(p).0.map(|v| v * BREADTH_MM))
        .filter(|p| (20.0..68.0).contains(&p[0].abs()) && p[1] > 62.0)
        .map(|p| p[2])
        .min_by(f64::total_cmp)
}
