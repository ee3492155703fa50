"""Chameleons are differences of isothermal ellipsoids, also where the two are the same."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels import MASS_PROFILES
from jaxlens.kernels.mass.chameleon import chameleon
from jaxlens.kernels.mass.isothermal import nie

X, Y = np.array([0.4, -1.1, 0.9, 2.3]), np.array([0.3, 0.7, -1.6, -0.2])
LENS = {"alpha_1": 1.2, "e1": 0.15, "e2": -0.2}


@pytest.mark.slow
def test_it_is_the_difference_of_two_ellipsoids(x64):
    stretch, shape = 1.0 + np.hypot(0.15, 0.2), {"e1": 0.15, "e2": -0.2}
    w_c, w_t = 0.1, 1.3
    norm = np.hypot(1.0, w_c) - w_c - np.hypot(1.0, w_t) + w_t
    inner = np.asarray(nie(X, Y, theta_E=1.2 / norm, s_scale=stretch * w_c, **shape))
    outer = np.asarray(nie(X, Y, theta_E=1.2 / norm, s_scale=stretch * w_t, **shape))
    np.testing.assert_allclose(chameleon(X, Y, w_c=w_c, w_t=w_t, **LENS), inner - outer, rtol=1e-12)


def test_equal_radii_are_the_limit_and_smaller_truncations_are_empty(x64):
    equal, wider, narrower = (np.asarray(chameleon(X, Y, w_c=0.5, w_t=w, **LENS)) for w in (0.5, 0.502, 0.4))
    # the profile is a smooth function of both radii that does not change if they are exchanged
    around = np.asarray(chameleon(X, Y, w_c=0.499, w_t=0.501, **LENS))
    np.testing.assert_allclose(equal, around, rtol=1e-5, atol=1e-6)
    assert np.max(np.abs(wider - equal)) > 1e-5
    assert not narrower.any()


def test_a_round_lens_deflects_by_alpha_1_at_one_arcsec(x64):
    lens = {"alpha_1": 1.2, "w_c": 0.1, "w_t": 1.3, "e1": 0.0, "e2": 0.0}
    assert float(chameleon(0.6, 0.8, **lens)[1]) == pytest.approx(1.2 * 0.8, rel=1e-14)


@pytest.mark.slow
def test_sums_share_alpha_1_by_their_ratios(x64):
    parts = {f"{key}{n}": v + 0.02 * n for n in (1, 2, 3) for key, v in {"w_c": 0.1, "w_t": 1.0}.items()}
    parts |= {f"{key}{n}": 0.05 * n for n in (1, 2, 3) for key in ("e1", "e2")}
    found = MASS_PROFILES["TRIPLE_CHAMELEON"].deflection(X, Y, alpha_1=1.2, ratio12=2.0, ratio13=4.0, **parts)
    first = 1.2 / (1.0 + 0.5 + 0.25)
    expected = sum(
        np.asarray(
            chameleon(X, Y, alpha_1=a, **{key: parts[f"{key}{n}"] for key in ("w_c", "w_t", "e1", "e2")})
        )
        for n, a in ((1, first), (2, first / 2.0), (3, first / 4.0))
    )
    np.testing.assert_allclose(jnp.stack(found), expected, rtol=1e-13)
