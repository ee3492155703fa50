"""Matrices that are positive definite but for rounding: functions of a basis may be nearly alike."""

from __future__ import annotations

import numpy as np

# The smallest eigenvalue of a matrix whose diagonal is 1.
FLOOR = 1e-10


def unit_diagonal(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A symmetric matrix (n, n) in units in which its diagonal is 1, and the units, (n,)."""
    unit = np.sqrt(np.diagonal(matrix))
    return matrix / (unit[:, None] * unit), unit


def spectrum(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A symmetric matrix in units in which its diagonal is 1, by its eigenvalues.

    Args:
        matrix: the matrix, (n, n).

    Returns:
        The eigenvalues, none below `FLOOR`, (n,), the vectors, (n, n), and the units, (n,).
    """
    scaled, unit = unit_diagonal(np.asarray(matrix, np.float64))
    values, vectors = np.linalg.eigh(scaled)
    return np.maximum(values, FLOOR), vectors, unit


def log_determinant(matrix: np.ndarray) -> float:
    """The log of the determinant; 0 of a matrix of no rows."""
    values, _, unit = spectrum(matrix)
    return float(np.sum(np.log(values)) + 2.0 * np.sum(np.log(unit)))


def inverse(matrix: np.ndarray) -> np.ndarray:
    """The inverse, (n, n)."""
    values, vectors, unit = spectrum(matrix)
    return np.asarray((vectors / values) @ vectors.T / (unit[:, None] * unit))
