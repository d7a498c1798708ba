//! A pinhole camera of known focal length and distance, in the head's own frame.

use super::vec3::{V3, v3};

/// Where the camera stands and what it projects.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Camera {
    /// Rows: right, up, forward.
    pub(crate) axes: [V3; 3],
    /// Position in cm.
    pub(crate) position: V3,
    /// Focal length in px.
    pub(crate) focal: f32,
    /// Where the optical axis meets the image, px.
    pub(crate) principal: (f32, f32),
}

/// Column, row and depth (cm along the optical axis); depth is -1 behind the camera.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Projected {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) depth: f32,
}

impl Camera {
    /// Looks at `target` from `distance` cm, `yaw` degrees to the head's left of its face, `pitch` above, then rolled.
    pub(crate) fn orbit(target: V3, distance: f32, yaw: f32, pitch: f32, roll: f32) -> Self {
        let (a, b, c) = (yaw.to_radians(), pitch.to_radians(), roll.to_radians());
        let forward = -v3(a.sin() * b.cos(), b.sin(), a.cos() * b.cos());
        let up = v3(-a.sin() * b.sin(), b.cos(), -a.cos() * b.sin());
        let right = forward.cross(up);
        let axes = [right * c.cos() + up * c.sin(), up * c.cos() - right * c.sin(), forward];
        Self { axes, position: target - forward * distance, focal: 1.0, principal: (0.0, 0.0) }
    }

    pub(crate) fn project(&self, p: V3) -> Projected {
        let q = p - self.position;
        let depth = self.axes[2].dot(q);
        if depth < 2.0 {
            return Projected { x: 0.0, y: 0.0, depth: -1.0 };
        }
        let k = self.focal / depth;
        Projected {
            x: self.principal.0 + k * self.axes[0].dot(q),
            y: self.principal.1 - k * self.axes[1].dot(q),
            depth,
        }
    }

    /// The same view drawn `factor` times as large.
    pub(crate) fn scaled(&self, factor: f32) -> Self {
        Self { focal: self.focal * factor, principal: (self.principal.0 * factor, self.principal.1 * factor), ..*self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_at_the_target_falls_on_the_axis_and_a_cm_has_focal_over_distance_px() {
        let mut c = Camera::orbit(v3(1.0, 2.0, 3.0), 50.0, 30.0, 20.0, 10.0);
        c.focal = 1000.0;
        c.principal = (100.0, 80.0);
        let at = c.project(v3(1.0, 2.0, 3.0));
        assert!((at.x - 100.0).abs() < 1e-2 && (at.y - 80.0).abs() < 1e-2 && (at.depth - 50.0).abs() < 1e-4);
        let right = c.project(v3(1.0, 2.0, 3.0) + c.axes[0]);
        assert!((right.x - 120.0).abs() < 1e-2 && (right.y - 80.0).abs() < 1e-2);
    }
}
