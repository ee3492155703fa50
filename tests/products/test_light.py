"""Light: fluxes without a lens and behind an isothermal sphere, S/N by its formula, parts and masks."""

from __future__ import annotations

import numpy as np
import pytest

from tests.products.lenses import lens, simulator


def test_without_a_lens_the_flux_is_that_of_the_file() -> None:
    """Magnitude 21 at the zero point 27, with a box of 3.2 arcsec around a Gaussian of 0.2."""
    sim, params = simulator(), lens(0.0, theta_E=0.0)
    flux, magnitude = sim.lensed_flux(params), sim.lensed_magnitude(params)
    np.testing.assert_allclose(flux.arcs, [[10.0 ** (0.4 * 6.0)]], rtol=1e-4)
    np.testing.assert_allclose(magnitude.arcs, [[21.0]], atol=1e-4)
    assert np.all(np.asarray(flux.lens) == 0.0)
    assert np.all(np.isposinf(magnitude.point_sources))
    np.testing.assert_allclose(sim.source_magnification(params), [[1.0]], rtol=1e-4)


def test_an_isothermal_sphere_magnifies_a_source_on_its_axis() -> None:
    """Mu = 1 + theta_E / beta outside and theta_E / beta - 1 inside: 2 theta_E <1 / beta> behind the lens.

    Of a Gaussian the mean of 1 / beta is sqrt(pi / 2) / sigma.
    """
    found = simulator().source_magnification(lens(0.0))
    expected = 2.0 * 1.2 * np.sqrt(np.pi / 2.0) / 0.2
    np.testing.assert_allclose(found, [[expected]], rtol=0.02)


def test_the_signal_to_noise_ratio() -> None:
    sim, params = simulator(), lens(0.1)
    light = np.asarray(sim.render(params))
    _, sigma = (np.asarray(one) for one in sim.expected(params))
    np.testing.assert_allclose(sim.snr_map(params), light / sigma, rtol=1e-4)
    used = light > sigma
    total = light[used].sum() / np.sqrt((sigma[used] ** 2).sum())
    np.testing.assert_allclose(sim.snr(params), [[total]], rtol=1e-4)
    masks = sim.light_masks(params, threshold=3.0)
    np.testing.assert_array_equal(masks.arcs, light > 3.0 * sigma)
    assert not np.any(masks.lens)


def test_parts_add_up_to_the_image() -> None:
    sim, params = simulator(), lens(0.1)
    parts = sim.image_parts(params)
    np.testing.assert_allclose(sum(np.asarray(part) for part in parts), sim.render(params), rtol=1e-6)
    assert np.all(np.asarray(parts.lens) == 0.0)


@pytest.mark.long
def test_a_lensed_quasar() -> None:
    """Its magnification is the sum over its images, whose magnitude is that of all of them."""
    import jax

    from jaxlens import Simulator

    sim = Simulator("lensed_quasar")
    params = sim.sample(jax.random.key(1, impl="threefry2x32"), 3)
    (prefix,) = sim.scene.lensed_points
    mu = np.abs(np.asarray(sim.image_positions(params)[prefix].magnification)).sum(axis=1)
    found = np.asarray(sim.lensed_magnitude(params).point_sources)
    own = np.asarray(params[f"{prefix}-magnitude"])
    np.testing.assert_allclose(found, own.reshape(3, -1) - 2.5 * np.log10(mu)[:, None], rtol=1e-5)
