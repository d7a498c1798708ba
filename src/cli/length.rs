//! Lengths and scales as people type them.

use crate::plane::Point;
use crate::units::{Mm, MmPerPx};

/// Two points and their distance.
pub type Reference = (Point, Point, Mm);

/// A number; a decimal comma is understood.
fn number(text: &str) -> Result<f64, String> {
    let text = text.trim();
    let text = if text.contains('.') { text.to_owned() } else { text.replace(',', ".") };
    text.parse().map_err(|_| format!("`{text}` is not a number"))
}

/// A number that is finite and more than zero.
pub fn positive(text: &str) -> Result<f64, String> {
    let v = number(text)?;
    if v.is_finite() && v > 0.0 { Ok(v) } else { Err(format!("it is {v}, and must be finite and more than zero")) }
}

/// `0.05`: a scale.
pub fn mm_per_px(text: &str) -> Result<MmPerPx, String> {
    let fix =
        "\n  fix: divide a length on the skin in mm by the same length in px; a phone photo of a head has about 0.06";
    number(text).and_then(|v| MmPerPx::new(v).map_err(|e| e.to_string())).map_err(|e| e + fix)
}

/// `14`: a length in mm, whose flag names the unit; more than zero.
pub fn plain_mm(text: &str) -> Result<Mm, String> {
    Mm::new(positive(text.trim().trim_end_matches("mm"))?).map_err(|e| e.to_string())
}

/// `20mm`, `2 cm`, `2,5mm`, `500um`, `1in`: a length with its unit; more than zero.
pub fn length(text: &str) -> Result<Mm, String> {
    let text = text.trim();
    let at = text.find(|c: char| c.is_alphabetic() && !matches!(c, 'e' | 'E')).unwrap_or(text.len());
    let (value, unit) = text.split_at(at);
    let mm = match unit.trim() {
        "mm" => 1.0,
        "cm" => 10.0,
        "um" | "µm" | "μm" => 0.001,
        "in" => 25.4,
        "" => return Err(format!("the unit is missing\n  fix: say what {text} is, such as {text}mm or {text}cm")),
        other => return Err(format!("`{other}` is not a unit of length\n  fix: use mm, cm, um or in")),
    };
    Mm::new(positive(value)? * mm).map_err(|e| e.to_string())
}

/// `310,420,398,421=20mm`: two points in px and their distance.
pub fn reference(text: &str) -> Result<Reference, String> {
    let form = "\n  fix: write x0,y0,x1,y1=LENGTH in px of the upright photo, such as 310,420,398,421=20mm";
    let (points, distance) = text.split_once('=').ok_or_else(|| format!("the length is missing{form}"))?;
    let values: Vec<f32> = points
        .split(',')
        .map(|v| v.trim().parse::<f32>().ok().filter(|v| v.is_finite()))
        .collect::<Option<_>>()
        .ok_or_else(|| format!("`{points}` is not four numbers{form}"))?;
    let [x0, y0, x1, y1] = values[..] else {
        return Err(format!("`{points}` holds {} numbers, not four{form}", values.len()));
    };
    let (a, b) = (Point::new(x0, y0), Point::new(x1, y1));
    if a.distance(b) < 1.0 {
        return Err(format!("the two points are less than 1 px apart{form}"));
    }
    Ok((a, b, length(distance)?))
}

/// A line of two points or more, px of the upright photo.
#[derive(Debug, Clone, PartialEq)]
pub struct Line(pub Vec<crate::plane::Point>);

/// Reads `x,y;x,y;...`.
pub fn line(text: &str) -> Result<Line, String> {
    let point = |pair: &str| {
        let (x, y) = pair.split_once(',')?;
        let number = |v: &str| v.trim().parse::<f32>().ok().filter(|v| v.is_finite());
        Some(crate::plane::Point::new(number(x)?, number(y)?))
    };
    let points: Option<Vec<_>> = text.split(';').map(str::trim).filter(|p| !p.is_empty()).map(point).collect();
    match points {
        Some(points) if points.len() > 1 => Ok(Line(points)),
        _ => Err("a line needs two points or more, such as 120,340;300,280;480,345".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_with_their_units() {
        for (text, mm) in
            [("20mm", 20.0), ("2 cm", 20.0), ("2,5mm", 2.5), ("500um", 0.5), ("1in", 25.4), ("1e1mm", 10.0)]
        {
            assert_eq!(length(text).map(Mm::get), Ok(mm), "{text}");
        }
    }

    #[test]
    fn lengths_that_mean_nothing_are_refused_with_a_remedy() {
        assert!(length("155").unwrap_err().contains("155mm"));
        for bad in ["20 parsec", "mm", "-3mm", "0mm", "nanmm", "infmm", ""] {
            assert!(length(bad).is_err(), "{bad}");
        }
        for bad in ["0", "-1", "nan", "inf", "five"] {
            assert!(mm_per_px(bad).unwrap_err().contains("fix:"), "{bad}");
        }
    }

    #[test]
    fn a_reference_is_two_points_and_a_length() {
        let (a, b, mm) = reference("310,420,398.5,421=20mm").unwrap();
        assert_eq!((a, b, mm.get()), (Point::new(310.0, 420.0), Point::new(398.5, 421.0), 20.0));
        for bad in ["1,2,3,4", "1,2,3=20mm", "1,2,3,x=20mm", "5,5,5,5=20mm", "1,2,3,4=20"] {
            assert!(reference(bad).is_err(), "{bad}");
        }
    }
}
