//! Vectors in space, cm unless a caller says otherwise: x to the head's left, y up, z out of the face.

use std::ops::{Add, AddAssign, Mul, Neg, Sub};

/// A point, direction or linear RGB colour.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct V3 {
    /// Towards the head's left ear, or red.
    pub x: f32,
    /// Up, or green.
    pub y: f32,
    /// Out of the face, or blue.
    pub z: f32,
}

/// Short for `V3 { x, y, z }`.
#[inline]
pub(crate) const fn v3(x: f32, y: f32, z: f32) -> V3 {
    V3 { x, y, z }
}

impl V3 {
    /// The same value three times.
    #[inline]
    pub(crate) const fn splat(v: f32) -> Self {
        v3(v, v, v)
    }

    #[inline]
    pub(crate) fn dot(self, o: Self) -> f32 {
        self.x * o.x + self.y * o.y + self.z * o.z
    }

    #[inline]
    pub(crate) fn cross(self, o: Self) -> Self {
        v3(self.y * o.z - self.z * o.y, self.z * o.x - self.x * o.z, self.x * o.y - self.y * o.x)
    }

    #[inline]
    pub(crate) fn length(self) -> f32 {
        self.dot(self).sqrt()
    }

    /// Unit vector; the zero vector stays zero.
    #[inline]
    pub(crate) fn unit(self) -> Self {
        self * (1.0 / (self.length() + 1e-9))
    }

    /// Component by component.
    #[inline]
    pub(crate) fn times(self, o: Self) -> Self {
        v3(self.x * o.x, self.y * o.y, self.z * o.z)
    }

    /// `self` at 0, `o` at 1.
    #[inline]
    pub(crate) fn mix(self, o: Self, t: f32) -> Self {
        self + (o - self) * t
    }

    #[inline]
    pub(crate) fn mean(self) -> f32 {
        (self.x + self.y + self.z) / 3.0
    }

    #[inline]
    pub(crate) fn max_component(self) -> f32 {
        self.x.max(self.y).max(self.z)
    }

    /// Turned about the unit vector `axis` by `angle` rad (Rodrigues' formula).
    #[inline]
    pub(crate) fn turned(self, axis: Self, angle: f32) -> Self {
        let (s, c) = angle.sin_cos();
        self * c + axis.cross(self) * s + axis * (axis.dot(self) * (1.0 - c))
    }
}

impl Add for V3 {
    type Output = Self;
    #[inline]
    fn add(self, o: Self) -> Self {
        v3(self.x + o.x, self.y + o.y, self.z + o.z)
    }
}

impl AddAssign for V3 {
    #[inline]
    fn add_assign(&mut self, o: Self) {
        *self = *self + o;
    }
}

impl Sub for V3 {
    type Output = Self;
    #[inline]
    fn sub(self, o: Self) -> Self {
        v3(self.x - o.x, self.y - o.y, self.z - o.z)
    }
}

impl Mul<f32> for V3 {
    type Output = Self;
    #[inline]
    fn mul(self, k: f32) -> Self {
        v3(self.x * k, self.y * k, self.z * k)
    }
}

impl Neg for V3 {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        self * -1.0
    }
}

/// Largest whole number not above `v`: without SSE 4.1, `f32::floor` is a call that costs more than the noise around it.
#[inline]
pub(crate) fn floor(v: f32) -> i32 {
    let i = v as i32;
    i - i32::from(i as f32 > v)
}

/// Logistic function.
#[inline]
pub(crate) fn logistic(x: f32) -> f32 {
    1.0 / (1.0 + (-x.clamp(-30.0, 30.0)).exp())
}

/// 0 below `a`, 1 above `b`, smooth between.
#[inline]
pub(crate) fn smoothstep(x: f32, a: f32, b: f32) -> f32 {
    let t = ((x - a) / (b - a)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Piecewise linear through `(x, y)` with rising x; constant outside.
#[inline]
pub(crate) fn interpolate(x: f32, points: &[(f32, f32)]) -> f32 {
    if x <= points[0].0 {
        return points[0].1;
    }
    for w in points.windows(2) {
        if x <= w[1].0 {
            let t = (x - w[0].0) / (w[1].0 - w[0].0).max(1e-6);
            return w[0].1 + t * (w[1].1 - w[0].1);
        }
    }
    points[points.len() - 1].1
}

/// sRGB 0..255 to linear light 0..1 (gamma 2.2, exact enough for a drawing).
#[inline]
pub(crate) fn linear(r: f32, g: f32, b: f32) -> V3 {
    let f = |v: f32| (v.clamp(0.0, 255.0) / 255.0).powf(2.2);
    v3(f(r), f(g), f(b))
}
