"""Inverses and determinants beside NumPy's, and their floor."""

from __future__ import annotations

import numpy as np

from jaxlens.modelling.positive_definite import FLOOR, inverse, log_determinant, spectrum

# rows of very different units
UNITS = np.array([1e-6, 1.0, 3e4, 20.0])


def _matrix() -> np.ndarray:
    rows = np.random.default_rng(3).standard_normal((4, 9))
    return np.asarray(rows @ rows.T * (UNITS[:, None] * UNITS))


def test_inverses_and_determinants_are_numpys() -> None:
    matrix = _matrix()
    np.testing.assert_allclose(inverse(matrix) @ matrix, np.eye(4), atol=1e-9 * UNITS.max() / UNITS.min())
    expected = np.linalg.inv(matrix / (UNITS[:, None] * UNITS)) / (UNITS[:, None] * UNITS)
    np.testing.assert_allclose(inverse(matrix), expected, rtol=1e-10)
    np.testing.assert_allclose(log_determinant(matrix), np.linalg.slogdet(matrix)[1], rtol=1e-12)
    assert log_determinant(np.zeros((0, 0))) == 0.0


def test_what_a_matrix_does_not_determine_has_a_large_variance_and_no_negative_one() -> None:
    """Two functions that are alike but for rounding, which makes their smallest eigenvalue negative."""
    matrix = _matrix()
    matrix[3], matrix[:, 3] = matrix[1], matrix[:, 1]
    matrix[1, 3] = matrix[3, 1] = matrix[1, 1] * (1.0 + 1e-14)
    values, vectors, unit = spectrum(matrix)
    assert values[0] == FLOOR
    np.testing.assert_allclose(
        (vectors * values) @ vectors.T * (unit[:, None] * unit), matrix, rtol=1e-9, atol=1e-9 * matrix[1, 1]
    )
    variance = np.diagonal(inverse(matrix))
    assert np.all(variance > 0.0)
    np.testing.assert_allclose(variance[[1, 3]] * matrix[1, 1], 0.5 / FLOOR, rtol=1e-3)
    assert variance[0] * matrix[0, 0] < 100.0
    assert np.isfinite(log_determinant(matrix))
