"""The fluxes of the images of a transient, against formulas of an isothermal sphere in plain Python."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.imaging.light_curves import ImageFluxes, image_fluxes
from jaxlens.kernels.lensing.lens_equation import ImagePositions

THETA_E, BETA = 1.1, 0.25
Z_LENS, Z_SOURCE, H0, OM0 = 0.4, 1.5, 70.0, 0.3
NIGHTS = [0.0, 12.0, 24.0, 60.0, 61.0]
PREFIX = "PLANE_2-OBJECT_2"
# Speed of light (km/s), seconds of a day, km of a Mpc.
LIGHT, DAY, MPC = 299792.458, 86400.0, 3.0856775814913673e19
ARCSEC = math.pi / 180.0 / 3600.0
# The table of the light curve: days, and magnitudes in g and r.
DAYS, MAGNITUDES = [-40.0, -5.0, 3.0, 20.0, 80.0], {"g": [24, 22, 21, 21.5, 24], "r": [24, 21, 20, 21, 23]}


def comoving(z: float) -> float:
    """The comoving distance (Mpc) of a flat universe with matter and a cosmological constant, by Simpson."""
    steps = 4000
    total = 0.0
    for k in range(steps + 1):
        weight = 1.0 if k in (0, steps) else 4.0 if k % 2 else 2.0
        total += weight / math.sqrt(OM0 * (1.0 + z * k / steps) ** 3 + 1.0 - OM0)
    return LIGHT / H0 * total * z / steps / 3.0


def sphere() -> list[tuple[float, float, float]]:
    """(x, abs(mu), delay in days) of both images of an SIS, the first to arrive first."""
    near, far = comoving(Z_LENS), comoving(Z_SOURCE)
    # (1 + z_l) D_l D_s / D_ls of angular diameter distances
    distance = near * far / (far - near)
    delay = 2.0 * THETA_E * BETA * ARCSEC**2 * distance * MPC / LIGHT / DAY
    return [
        (BETA + THETA_E, THETA_E / BETA + 1.0, 0.0),
        (BETA - THETA_E, THETA_E / BETA - 1.0, delay),
    ]


def flux(band: str, day: float) -> float:
    """The flux of the table in maggies, by a loop."""
    for k in range(len(DAYS) - 1):
        if DAYS[k] <= day <= DAYS[k + 1]:
            part = (day - DAYS[k]) / (DAYS[k + 1] - DAYS[k])
            low, high = (10.0 ** (-0.4 * MAGNITUDES[band][i]) for i in (k, k + 1))
            return low + part * (high - low)
    return 0.0


class Made(NamedTuple):
    """The parameters of a system, its delays and the fluxes of its images, and a function that makes them."""

    params: dict[str, jax.Array]
    fluxes: ImageFluxes
    make: Any


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """A transient behind an SIS, with noise and microlensing; its images, in slots that are not in order."""
    table: Path = tmp_path_factory.mktemp("curves") / "curve.csv"
    rows = [f"{b},{d},{m}" for b, values in MAGNITUDES.items() for d, m in zip(DAYS, values, strict=True)]
    table.write_text("\n".join(["band,day,magnitude", *rows]) + "\n")
    noise = {"DISTRIBUTION": {"NAME": "normal", "PARAMETERS": {"mean": 0.0, "std": 0.3}}}
    factor = {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": 0.5, "maximum": 2.0}}}
    model = {"NAME": "lightcurve", "FILE": str(table), "NOISE": noise, "MICROLENSING": factor}
    sim = Simulator(file(model))
    (x0, mu0, _), (x1, mu1, _) = sphere()
    with jax.enable_x64(True):
        # an empty slot stands between the images, and the one that arrives last stands first
        x = jnp.asarray([x1, 0.0, x0])
        mask = jnp.asarray([True, False, True])
        images = ImagePositions(x, 0.0 * x, jnp.asarray([-mu1, 0.0, mu0]), mask, jnp.asarray(2))
        params = {n: v[0] for n, v in sim.sample(jax.random.key(1, impl="threefry2x32"), 1).items()}
        transient = sim.scene.series.transients[0]  # type: ignore[union-attr]
        assets = jax.tree.map(lambda a: jnp.asarray(a, jnp.float64), sim.assets)
        make = jax.jit(lambda own: image_fluxes(sim.scene, own, transient, images, assets))
        yield Made(params, make(params), make)


def file(model: Any) -> dict[str, Any]:
    """A transient in the centre of a galaxy behind an SIS."""
    light = {"magnitude": 20.0, "R_sersic": 0.5, "n_sersic": 1.0, "e1": 0.0, "e2": 0.0}
    galaxy = {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": light}
    far = {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": light | {"center_x": BETA, "center_y": 0.0}}
    mass = {"NAME": "SIS", "PARAMETERS": {"theta_E": THETA_E, "center_x": 0.0, "center_y": 0.0}}
    survey = {"BANDS": "g,r", "seeing": 0.7, "magnitude_zero_point": 27.0, "sky_brightness": 21.0}
    image = {"exposure_time": 90, "numPix": 16, "pixel_scale": 0.2, "psf_type": "GAUSSIAN", "read_noise": 5}
    return {
        "DATASET": {"NAME": "D", "PARAMETERS": {"SIZE": 1, "OUTDIR": "D", "SEED": 1}},
        "COSMOLOGY": {"PARAMETERS": {"H0": H0, "Om0": OM0}},
        "IMAGE": {"PARAMETERS": image},
        "SURVEY": {"PARAMETERS": survey | {"num_exposures": 1}},
        "SPECIES": {
            "GALAXY_1": {"NAME": "LENS", "LIGHT_PROFILE_1": galaxy, "MASS_PROFILE_1": mass},
            "GALAXY_2": {"NAME": "HOST", "LIGHT_PROFILE_1": far},
            "POINTSOURCE_1": {"NAME": "SN", "HOST": "HOST", "MODEL": model, "PARAMETERS": {"magnitude": 20}},
        },
        "GEOMETRY": {
            "CONFIGURATION_1": {
                "NAME": "C",
                "FRACTION": 1.0,
                "PLANE_1": {"OBJECT_1": "LENS", "PARAMETERS": {"REDSHIFT": Z_LENS}},
                "PLANE_2": {"OBJECT_1": "HOST", "OBJECT_2": "SN", "PARAMETERS": {"REDSHIFT": Z_SOURCE}},
                "TIMESERIES": {"NITES": NIGHTS, "OBJECTS": ["SN"], "PEAK": 7.0},
            }
        },
    }


def test_delays_are_those_of_an_isothermal_sphere(made: Made) -> None:
    np.testing.assert_allclose(made.fluxes.delays, [sphere()[1][2], 0.0, 0.0], rtol=1e-6, atol=1e-9)


def test_each_image_shows_the_curve_at_its_delay_with_noise_and_its_own_microlensing(made: Made) -> None:
    noise = np.asarray(made.params[f"{PREFIX}-NOISE"])
    assert noise.std() > 0.1
    for rank, (slot, (_, mu, delay)) in enumerate(zip((2, 0), sphere(), strict=True)):
        factor = float(made.params[f"{PREFIX}-MICROLENSING_{rank}"])
        for e, night in enumerate(NIGHTS):
            for b, band in enumerate(("g", "r")):
                bare = flux(band, night - 7.0 - delay) * 10.0 ** (-0.4 * noise[e, b])
                assert made.fluxes.intrinsic[e, b, slot] == pytest.approx(bare, rel=1e-6)
                assert made.fluxes.observed[e, b, slot] == pytest.approx(bare * mu * factor, rel=1e-6)
    assert not np.asarray(made.fluxes.observed)[:, :, 1].any()


def test_the_same_shift_of_peak_and_nights_changes_nothing(made: Made) -> None:
    later = made.params | {name: made.params[name] + 1000.0 for name in ("PEAK", "day")}
    moved = made.make(later)
    np.testing.assert_allclose(moved.observed, made.fluxes.observed, rtol=1e-12)
    # the days alone do not
    assert np.abs(made.make(made.params | {"day": later["day"]}).observed).max() == 0.0


def test_delays_grow_as_H0_falls(made: Made) -> None:
    slow = made.make(made.params | {"H0": made.params["H0"] / 2.0})
    np.testing.assert_allclose(slow.delays, 2.0 * made.fluxes.delays, rtol=1e-12, atol=1e-9)
