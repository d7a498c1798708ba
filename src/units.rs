//! Physical units as types: a number without its unit never crosses a function's border.
//!
//! Every constructor checks its value, so holding a [`MmPerPx`] means holding a positive, finite scale.

use std::fmt;

use serde::Serialize;

/// A value that cannot be a physical quantity of its kind.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{value} is not a valid {quantity}: it must be {rule}")]
pub struct InvalidQuantity {
    /// The quantity's name and unit, such as "scale in mm per px".
    pub quantity: &'static str,
    /// What was given.
    pub value: f64,
    /// What it must be.
    pub rule: &'static str,
}

macro_rules! unit {
    ($(#[$doc:meta])* $name:ident, $quantity:literal, $symbol:literal, $ok:expr, $rule:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize)]
        #[serde(transparent)]
        pub struct $name(f64);

        impl $name {
            /// Checks and wraps a value.
            ///
            /// # Errors
            /// [`InvalidQuantity`] if the value is not finite or lies outside the quantity's range.
            pub fn new(value: f64) -> Result<Self, InvalidQuantity> {
                let ok: fn(f64) -> bool = $ok;
                if value.is_finite() && ok(value) {
                    Ok(Self(value))
                } else {
                    Err(InvalidQuantity { quantity: $quantity, value, rule: $rule })
                }
            }

            /// The bare number, in the unit of the type's name.
            #[must_use]
            pub const fn get(self) -> f64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)?;
                f.write_str(concat!(" ", $symbol))
            }
        }
    };
}

unit!(
    /// A length in millimetres, zero or more.
    Mm, "length in mm", "mm", |v| v >= 0.0, "finite and not negative"
);
unit!(
    /// An area in square centimetres, zero or more.
    Cm2, "area in cm2", "cm²", |v| v >= 0.0, "finite and not negative"
);
unit!(
    /// The side of one pixel on the skin, in millimetres; more than zero.
    MmPerPx, "scale in mm per px", "mm/px", |v| v > 0.0, "finite and more than zero"
);
unit!(
    /// A number per square centimetre, zero or more.
    PerCm2, "density per cm2", "/cm²", |v| v >= 0.0, "finite and not negative"
);
unit!(
    /// A length in micrometres (a shaft's calibre), zero or more.
    Micrometre, "length in µm", "µm", |v| v >= 0.0, "finite and not negative"
);

impl MmPerPx {
    /// The area of one pixel in cm2.
    #[must_use]
    pub fn px_area(self) -> Cm2 {
        Cm2(self.0 * self.0 / 100.0)
    }

    /// A length in px as a length on the skin.
    #[must_use]
    pub fn length(self, px: f64) -> Mm {
        Mm((px * self.0).max(0.0))
    }
}

/// A measured value with its 95 % interval, `low <= value <= high`, all in the same unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate<U> {
    /// The best estimate.
    pub value: U,
    /// Lower end of the 95 % interval.
    pub low: U,
    /// Upper end of the 95 % interval.
    pub high: U,
}

impl<U: Copy + PartialOrd> Estimate<U> {
    /// Orders the three numbers so that `low <= value <= high` always holds.
    pub fn new(value: U, low: U, high: U) -> Self {
        let (low, high) = if low <= high { (low, high) } else { (high, low) };
        Self { value, low: if low <= value { low } else { value }, high: if high >= value { high } else { value } }
    }
}

impl Estimate<f64> {
    /// Gives the three numbers a unit; values outside the unit's range are moved to zero.
    ///
    /// # Errors
    /// [`InvalidQuantity`] if a number is not finite or the unit has no zero.
    pub fn with_unit<U: Copy + PartialOrd>(
        self,
        unit: impl Fn(f64) -> Result<U, InvalidQuantity>,
    ) -> Result<Estimate<U>, InvalidQuantity> {
        Ok(Estimate {
            value: unit(self.value.max(0.0))?,
            low: unit(self.low.max(0.0))?,
            high: unit(self.high.max(0.0))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_is_positive_and_finite() {
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(MmPerPx::new(bad).is_err(), "{bad} must be refused");
        }
        assert!((MmPerPx::new(0.1).unwrap().px_area().get() - 0.0001).abs() < 1e-12);
    }

    #[test]
    fn an_estimate_is_ordered() {
        let e = Estimate::new(5.0, 9.0, 6.0);
        assert!(e.low <= e.value && e.value <= e.high);
    }
}
