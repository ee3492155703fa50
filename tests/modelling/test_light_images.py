"""Parts of the light of a lens: the simulator's lens without its source, and the flux of a source."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.modelling.light_images import light_of_plane, source_brightness
from tests.modelling.fitted_mock import SIGMA, fitted_mock, values_of

# the programs of the mock take seconds to compile
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def found() -> Any:
    return fitted_mock()


def params(found: Any) -> dict[str, Any]:
    return {name: jnp.asarray(value) for name, value in values_of(found.problem).items()}


@pytest.mark.long
def test_the_light_of_each_plane_is_the_simulators(found: Any) -> None:
    """The amplitudes were solved for in an image with noise, and so are the fluxes to some errors."""
    lens = found.problem.lens
    first, last = (
        light_of_plane(lens, params(found), found.data, found.amplitudes, plane) for plane in (0, 1)
    )
    sky = found.amplitudes[0, lens.count]
    assert sky == pytest.approx(0.1, abs=0.02)
    side, own = found.lens_light.shape[-1], first.shape[-1]
    edge = (own - side) // 2
    inside = np.s_[max(edge, 0) : own - max(edge, 0)]
    middle = np.s_[max(-edge, 0) : side - max(-edge, 0)]
    seen = first[0, 0][inside, inside] - sky
    expected = found.lens_light[0][middle, middle]
    used = (found.data.weight[0, 0] > 0)[inside, inside]
    assert np.abs(seen - expected)[used].max() < SIGMA
    assert expected[used].max() > 20 * SIGMA
    both = first + last - sky
    np.testing.assert_allclose(
        both[0, 0][found.fit.mask[0, 0]], found.fit.model[0, 0][found.fit.mask[0, 0]], atol=1e-4
    )


@pytest.mark.long
def test_a_source_has_the_flux_of_its_amplitude(found: Any) -> None:
    """The Sersic profile has unit flux at unit amplitude, some of it beyond the square."""
    axis = (np.arange(200) - 99.5) * 0.03
    x, y = np.meshgrid(axis, axis)
    brightness = source_brightness(found.problem.lens, params(found), found.amplitudes, x, y)
    assert brightness.shape == (1, 200, 200)
    flux = found.amplitudes[0, 1]
    assert brightness.sum() * 0.03**2 == pytest.approx(flux, rel=0.01)
    center = np.array([(brightness[0] * one).sum() / brightness[0].sum() for one in (x, y)])
    np.testing.assert_allclose(center, [0.05, -0.08], atol=0.01)
