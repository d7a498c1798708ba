//! Systems of three linear equations.

/// Solves a system by Cramer's rule; none where it is singular.
#[must_use]
pub fn solve(m: [[f64; 3]; 3], right: [f64; 3]) -> Option<[f64; 3]> {
    let determinant = |m: [[f64; 3]; 3]| {
        (0..3)
            .map(|i| m[0][i] * (m[1][(i + 1) % 3] * m[2][(i + 2) % 3] - m[1][(i + 2) % 3] * m[2][(i + 1) % 3]))
            .sum::<f64>()
    };
    let all = determinant(m);
    (all.abs() > 1e-12).then(|| {
        std::array::from_fn(|k| {
            let mut with = m;
            (0..3).for_each(|i| with[i][k] = right[i]);
            determinant(with) / all
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_solved_and_a_singular_one_refused() {
        let x = solve([[4.0, 1.0, 0.0], [1.0, 3.0, 1.0], [0.0, 1.0, 2.0]], [6.0, 10.0, 8.0]).expect("it is regular");
        [1.0, 2.0, 3.0].iter().zip(x).for_each(|(a, b)| assert!((a - b).abs() < 1e-9, "{x:?}"));
        assert!(solve([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [3.0, 6.0, 9.0]], [1.0; 3]).is_none());
    }
}
