"""The picture of a system: what it shows is what the other methods give."""

from types import SimpleNamespace

import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.imaging.pixel_grid import PIXEL_MAP
from jaxlens.simulator.plots import _around, _bright_places, _Frame
from tests.products.lenses import lens, simulator


def test_the_source_is_shown_with_its_light_and_its_caustics() -> None:
    """A source of half a width about (0.5, -0.25) on a square of half width 2."""
    axis = (np.arange(40) + 0.5) / 10.0 - 2.0
    x, y = np.meshgrid(axis, axis)
    light = np.exp(-((x - 0.5) ** 2 + (y + 0.25) ** 2) / 0.02)[None]
    bright = _bright_places(light, 2.0)
    assert np.hypot(*(bright - [0.5, -0.25]).T).max() < 0.3
    center, half_width = _around(np.concatenate([bright, [[-0.5, -0.25]]]), 2.0)
    assert center[0] - half_width < -0.5
    assert center[0] + half_width > bright[:, 0].max()
    assert half_width < 1.0
    assert _around(np.zeros((0, 2)), 2.0) == ((0.0, 0.0), 2.0)
    assert len(_bright_places(np.zeros((1, 4, 4)), 1.0)) == 0


def test_curves_are_drawn_on_the_pixels_that_see_them() -> None:
    """Pixels of 0.2 arcsec whose rows point south: y of the sky is to the left of the picture."""
    numbers = dict(zip(PIXEL_MAP, (0.0, -0.2, 0.2, 0.0, 0.1, 0.0), strict=True))
    frame = _Frame(SimpleNamespace(num_pix=10), {name: jnp.float32(one) for name, one in numbers.items()})
    assert frame.half_width == pytest.approx(1.0)
    places = np.stack(frame.places(4), axis=-1)[0]
    found = frame.at(places.reshape(-1, 2)).reshape(places.shape)
    offsets = (np.arange(4) - 1.5) * 0.5
    np.testing.assert_allclose(found, np.stack(np.meshgrid(offsets, offsets), axis=-1), atol=1e-6)
    plain = _Frame(SimpleNamespace(num_pix=10), {"pixel_scale": jnp.float32(0.2)})
    np.testing.assert_array_equal(plain.at(places[0]), places[0])


@pytest.mark.long
def test_a_picture_has_what_the_other_methods_give() -> None:
    """An isothermal sphere of 1.2 arcsec with shear, and a Gaussian of magnitude 21 behind it."""
    sim, params = simulator(), lens()
    picture = sim.picture(params, image=np.asarray(sim.render(params)[0]))
    middle = (np.arange(160) + 0.5) / 160 * 3.2 - 1.6
    x, y = np.meshgrid(middle, middle)
    np.testing.assert_allclose(picture.convergence, 0.6 / np.hypot(x, y), rtol=1e-3)
    curves = sim.critical_curves(params)[0]
    np.testing.assert_array_equal(picture.curves.tangential[0], curves.tangential[0])
    np.testing.assert_array_equal(picture.curves.tangential_caustics[0], curves.tangential_caustics[0])
    # 1 count/s is magnitude 27
    step = 2.0 * picture.source_half_width / 160
    assert picture.source.sum() * step**2 == pytest.approx(10.0**2.4, rel=1e-3)
    assert picture.half_width == pytest.approx(1.6)
    titles = [axes.get_title() for axes in sim.plot(params).axes]
    assert titles[:3] == ["image (g)", "critical curves", "source and caustics"]
    with pytest.raises(ValueError, match=r"image has shape \(16, 16\); give \(1, 16, 16\)"):
        sim.picture(params, image=np.zeros((16, 16)))
    with pytest.raises(ValueError, match="there are 1 systems"):
        sim.plot(params, 1)
