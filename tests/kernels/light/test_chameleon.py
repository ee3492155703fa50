"""Chameleons of light are differences of isothermal profiles, also where the two are the same."""

from __future__ import annotations

import numpy as np

from jaxlens.kernels.light.chameleon import chameleon, chameleon_total_flux, nie

X, Y = np.array([0.4, -1.1, 0.9, 2.3]), np.array([0.3, 0.7, -1.6, -0.2])
SHAPE = {"e1": 0.15, "e2": -0.2}


def test_it_is_the_difference_of_two(x64):
    stretch, w_c, w_t = 1.25, 0.1, 1.3
    norm = np.hypot(1.0, w_c) - w_c - np.hypot(1.0, w_t) + w_t
    inner, outer = (np.asarray(nie(X, Y, s_scale=stretch * w, **SHAPE)) for w in (w_c, w_t))
    np.testing.assert_allclose(chameleon(X, Y, w_c=w_c, w_t=w_t, **SHAPE), (inner - outer) / norm, rtol=1e-12)
    flux = chameleon_total_flux(w_c=w_c, w_t=w_t, **SHAPE)
    np.testing.assert_allclose(flux, np.pi * stretch * (w_t - w_c) / norm, rtol=1e-13)


def test_equal_radii_are_the_limit_and_smaller_truncations_are_empty(x64):
    equal, around, narrower = (
        np.asarray(chameleon(X, Y, w_c=w_c, w_t=w_t, **SHAPE))
        for w_c, w_t in ((0.5, 0.5), (0.499, 0.501), (0.5, 0.4))
    )
    np.testing.assert_allclose(equal, around, rtol=1e-5)
    assert not narrower.any()
