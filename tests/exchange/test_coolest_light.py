"""Light in COOLEST's parameters, by the formulas of its documentation, and back."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from jaxlens.exchange.coolest_light import DARK, light_in, light_out, magnitude, points_out, sersic_flux
from jaxlens.exchange.coolest_template import Number, Pixels, Spread
from jaxlens.exchange.errors import ExchangeError
from jaxlens.kernels import LIGHT_PROFILES

SERSIC = {"R_sersic": 0.7, "n_sersic": 2.5, "e1": 0.15, "e2": -0.1, "center_x": 0.2, "center_y": -0.1}
X, Y = np.random.default_rng(4).uniform(-1.0, 1.0, (2, 9))


def values_of(parameters: dict[str, Any]) -> dict[str, Any]:
    return {name: one.value if isinstance(one, Number) else one for name, one in parameters.items()}


def test_sersic_is_that_of_the_documentation_and_comes_back() -> None:
    light = light_out("SERSIC_ELLIPSE", SERSIC, 3.0, 0.2)
    own = {name: one.value for name, one in light.values.items()}
    phi, b = np.radians(own["phi"] - 90.0), 1.9992 * own["n"] - 0.3271
    dx, dy = -X - own["center_x"], Y - own["center_y"]
    along, across = np.cos(phi) * dx + np.sin(phi) * dy, np.cos(phi) * dy - np.sin(phi) * dx
    radius = np.sqrt(own["q"] * along**2 + across**2 / own["q"])
    theirs = own["I_eff"] * np.exp(-b * ((radius / own["theta_eff"]) ** (1 / own["n"]) - 1))
    ours = 3.0 * LIGHT_PROFILES["SERSIC_ELLIPSE"].surface_brightness(X, Y, **SERSIC)
    np.testing.assert_allclose(theirs, ours, rtol=1e-5)
    kind, back = light_in(light, 25.0, 0.2)
    flux = 3.0 * LIGHT_PROFILES["SERSIC_ELLIPSE"].flux(**SERSIC)
    expected = {**SERSIC, "magnitude": 25.0 - 2.5 * math.log10(float(flux))}
    assert (kind, values_of(back)) == ("SERSIC_ELLIPSE", pytest.approx(expected, rel=1e-6))
    assert sersic_flux(0.7, 2.5) == pytest.approx(float(flux) / 3.0, rel=1e-6)


@pytest.mark.parametrize("flip", [0.0, 1.0])
@pytest.mark.parametrize("quarters", [0, 1, 2, -1])
def test_pixels_are_those_of_the_image(quarters: int, flip: float) -> None:
    """At the centres of its pixels, of which those beyond the image are zero."""
    image = np.random.default_rng(1).uniform(0.5, 1.0, (3, 5))
    shape = {
        "image": image,
        "scale": 0.2,
        "size": 1.5,
        "flip": flip,
        "phi_G": quarters * math.pi / 2,
        "order": 1,
    }
    values = {**shape, "center_x": 0.3, "center_y": -0.1}
    light = light_out("INTERPOL", values, 2.0, 0.5)
    pixels: Pixels = light.values["pixels"]
    assert pixels.array.shape == (5, 5)
    assert pixels.pixel_size == pytest.approx(0.3)
    west = pixels.x[0] + 0.3 * (np.arange(5) + 0.5)
    north = pixels.y[0] + 0.3 * (np.arange(5) + 0.5)
    own = {name: value for name, value in values.items() if name != "order"}
    kernel = LIGHT_PROFILES["INTERPOL"].surface_brightness
    ours = 2.0 * 0.5**2 * np.asarray(kernel(*np.meshgrid(-west, north), **own))
    np.testing.assert_allclose(pixels.array, ours, atol=1e-5)


def test_pixels_along_other_axes_are_refused() -> None:
    values = {"image": np.ones((3, 3)), "scale": 0.2, "size": 1.0, "flip": 0.0, "order": 1, "phi_G": 0.3}
    with pytest.raises(ExchangeError, match=r"turned by 17\.1887 degrees"):
        light_out("INTERPOL", {**values, "center_x": 0.0, "center_y": 0.0}, 1.0, 0.2)
    with pytest.raises(ExchangeError, match="is HERNQUIST; light of COOLEST is"):
        light_out("HERNQUIST", {}, 1.0, 0.2)


def test_shapelets_are_mirrored_and_come_back() -> None:
    amp = tuple(np.random.default_rng(3).uniform(0.2, 1.0, 10))
    values = {"n_max": 3, "beta": 0.3, "amp": amp, "center_x": 0.1, "center_y": 0.2}
    light = light_out("SHAPELETS", values, 2.0, 0.2)
    kernel = LIGHT_PROFILES["SHAPELETS"].surface_brightness
    theirs = {name: one.value for name, one in light.values.items() if isinstance(one, Number)}
    mirrored = kernel(-X, Y, amp=tuple(light.values["amps"]), **{**theirs, "n_max": 3})
    np.testing.assert_allclose(mirrored, 2.0 * np.asarray(kernel(X, Y, **values)), rtol=1e-5)
    kind, back = light_in(light, 25.0, 0.2)
    flux = 2.0 * LIGHT_PROFILES["SHAPELETS"].flux(**values)
    assert (kind, back["n_max"]) == ("SHAPELETS", 3)
    assert back["magnitude"].value == pytest.approx(25.0 - 2.5 * math.log10(float(flux)))
    np.testing.assert_allclose(back["amp"], 2.0 * np.asarray(amp))


def test_point_images_are_mirrored() -> None:
    points = points_out(np.array([0.5, -1.0]), np.array([0.25, 0.75]), np.array([3.0, 4.0]))
    assert points.values == {"ra_list": [-0.5, 1.0], "dec_list": [0.25, 0.75], "amps": [3.0, 4.0]}


def test_magnitudes_of_fluxes() -> None:
    assert magnitude(Number(100.0), 25.0).value == pytest.approx(20.0)
    assert magnitude(Number(0.0), 25.0).value == DARK
    spread = magnitude(Number(1.0, Spread("lognormal", math.log(100.0), 0.1)), 25.0).spread
    assert spread is not None
    assert (spread.kind, spread.first, spread.second) == (
        "normal",
        pytest.approx(20.0),
        pytest.approx(0.25 / math.log(10.0)),
    )
    with pytest.raises(ExchangeError, match="normal distribution of its flux"):
        magnitude(Number(1.0, Spread("normal", 1.0, 0.1)), 25.0)
