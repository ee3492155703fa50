"""Nonnegative least squares: the same as scipy's, and with coordinates of any sign."""

from __future__ import annotations

import jax
import numpy as np
from scipy.optimize import nnls

from jaxlens.modelling.nonnegative import nonnegative_minimum

COLUMNS = 9


def test_it_is_what_scipy_finds() -> None:
    rng = np.random.default_rng(3)
    matrices, targets = rng.normal(size=(20, 30, COLUMNS)), rng.normal(size=(20, 30))
    with jax.enable_x64(True):
        solve = jax.jit(jax.vmap(nonnegative_minimum, in_axes=(0, 0, None)))
        curvature = np.einsum("mpi,mpj->mij", matrices, matrices)
        linear = np.einsum("mpi,mp->mi", matrices, targets)
        found, free = (np.asarray(array) for array in solve(curvature, linear, np.ones(COLUMNS, bool)))
        signed = np.asarray(solve(curvature, linear, np.zeros(COLUMNS, bool))[0])
        half = np.asarray(solve(curvature, linear, np.arange(COLUMNS) < 4)[0])
    for i in range(20):
        np.testing.assert_allclose(found[i], nnls(matrices[i], targets[i])[0], atol=1e-8)
        np.testing.assert_allclose(signed[i], np.linalg.lstsq(matrices[i], targets[i])[0], atol=1e-8)
        # a coordinate of any sign is the difference of two that are not negative
        both = np.concatenate([matrices[i], -matrices[i][:, 4:]], axis=1)
        split = nnls(both, targets[i])[0]
        np.testing.assert_allclose(half[i], split[:COLUMNS] - np.pad(split[COLUMNS:], (4, 0)), atol=1e-7)
    assert ((found > 0.0) == free).all()
    assert not free.all()


def test_columns_that_are_alike_share_what_they_have() -> None:
    with jax.enable_x64(True):
        found, _ = jax.jit(nonnegative_minimum)(np.ones((2, 2)), np.ones(2), np.ones(2, bool))
    np.testing.assert_allclose(np.sum(np.asarray(found)), 1.0, atol=1e-8)
