"""Images of a stack as light of a lens, as a neighbour and without any lens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.config.galaxies.images import smoothed

COUNT, SIDE = 5, 32
SCALES = np.linspace(0.05, 0.07, COUNT)


def stack() -> np.ndarray:
    """Galaxies that fade within the image, each of another shape, seen with a PSF of four pixels."""
    y, x = np.mgrid[:SIDE, :SIDE] - 0.5 * (SIDE - 1)
    ratios = np.linspace(0.5, 1.0, COUNT)[:, None, None]
    r = np.hypot(x, y / ratios)
    return smoothed(np.exp(-r / 1.5 - (r / 8.0) ** 2), 4.0)


def simulator(tmp_path: Path, lensed: bool, **copies: Any) -> Simulator:
    """A galaxy of the stack with a neighbour; lensed, also a lens with light of the stack before them."""
    np.savez(tmp_path / "stack.npz", images=stack(), pixel_sizes=SCALES)
    base = {"image": str(tmp_path / "stack.npz"), "order": 3, "phi_G": "random", "flip": "random"}
    shift = {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": -0.1, "maximum": 0.1}}}
    sizes = {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": 0.9, "maximum": 1.1}}}
    image = {"exposure_time": 90, "numPix": 40, "pixel_scale": 0.1, "psf_type": "NONE", "read_noise": 7}
    survey = {"BANDS": "g,r", "magnitude_zero_point": 30, "sky_brightness": 23, "num_exposures": 1}
    magnitudes: list[Any] = [{"g": 21.0, "r": 20.0}, 22.0, {"g": 22.0, "r": 23.0}]
    more: list[dict[str, Any]] = [{"size": sizes}, {"center_x": 0.7, "center_y": -0.6}, {"center_x": shift}]
    lights = [
        {"NAME": "INTERPOL", "PARAMETERS": base | {"magnitude": m} | own}
        for m, own in zip(magnitudes, more, strict=True)
    ]
    names = ("SOURCE", "NEIGHBOUR", "LENS")
    galaxies = {
        f"GALAXY_{i}": {"NAME": name, "LIGHT_PROFILE_1": light}
        for i, (name, light) in enumerate(zip(names, lights, strict=True), start=1)
    }
    galaxies["GALAXY_3"]["MASS_PROFILE_1"] = {"NAME": "SIS", "PARAMETERS": {"theta_E": 0.8}}
    behind = {"OBJECT_1": "SOURCE", "OBJECT_2": "NEIGHBOUR", "PARAMETERS": {"REDSHIFT": 1.5}}
    behind |= copies
    lens = {"OBJECT_1": "LENS", "PARAMETERS": {"REDSHIFT": 0.5}}
    planes = {"PLANE_1": lens, "PLANE_2": behind} if lensed else {"PLANE_1": behind}
    return Simulator(
        {
            "DATASET": {"NAME": "galaxies", "PARAMETERS": {"SIZE": 4, "OUTDIR": "out"}},
            "COSMOLOGY": {"NAME": "FlatLambdaCDM", "PARAMETERS": {"H0": 70, "Om0": 0.3}},
            "IMAGE": {"PARAMETERS": image | {"supersampling_factor": 10}},
            "SURVEY": {"PARAMETERS": survey},
            "SPECIES": galaxies,
            "GEOMETRY": {"CONFIGURATION_1": {"FRACTION": 1, **planes}},
        }
    )


@pytest.mark.long
def test_galaxies_without_a_lens_have_the_flux_of_their_magnitudes(tmp_path: Path) -> None:
    """To 1e-5, whatever image, size, angle and place, in each band; mirrored or not.

    Sub-pixels are at most a quarter of the pixels of the images, between which these are cubic.
    """
    sim = simulator(tmp_path, lensed=False)
    params = sim.sample(jax.random.key(4), 16)
    assert len(set(np.asarray(params["PLANE_1-OBJECT_2-LIGHT_PROFILE_1-image_index"]))) == COUNT
    found = np.asarray(sim.render(params), np.float64).sum(axis=(2, 3))
    wanted = (10 ** (-0.4 * (np.array([[21.0, 20.0], [22.0, 22.0]]) - 30.0))).sum(axis=0)
    np.testing.assert_allclose(found, np.broadcast_to(wanted, found.shape), rtol=1e-5)


@pytest.mark.long
def test_a_lens_has_light_of_the_stack_and_sources_are_magnified(tmp_path: Path) -> None:
    """The lens keeps its flux, each band its own, and a source behind it has more than its own."""
    sim = simulator(tmp_path, lensed=True)
    params = sim.sample(jax.random.key(5), 8)
    assert np.isfinite(np.asarray(params["PLANE_1-OBJECT_1-LIGHT_PROFILE_1-scale"])).all()
    whole = np.asarray(sim.render(params), np.float64).sum(axis=(2, 3))
    faint = {
        name: np.full_like(np.asarray(value), 60.0)
        for name, value in params.items()
        if name.startswith("PLANE_2") and name.endswith("-magnitude")
    }
    lens = np.asarray(sim.render({**params, **faint}), np.float64).sum(axis=(2, 3))
    wanted = 10 ** (-0.4 * (np.array([22.0, 23.0]) - 30.0))
    np.testing.assert_allclose(lens, np.broadcast_to(wanted, lens.shape), rtol=1e-5)
    behind = (10 ** (-0.4 * (np.array([[21.0, 20.0], [22.0, 22.0]]) - 30.0))).sum(axis=0)
    assert (whole - lens > 1.5 * behind).all()


@pytest.mark.long
def test_copies_are_galaxies_of_the_stack(tmp_path: Path) -> None:
    """Each with an image and a size of its own, and the flux of its magnitude, where it is shown."""
    count = {"DISTRIBUTION": {"NAME": "uniform_int", "PARAMETERS": {"minimum": -0.5, "maximum": 3.49}}}
    copies = {"NAME": "NEIGHBOUR", "NUMBER": count, "POSITION": {"within": 0.4}}
    sim = simulator(tmp_path, lensed=False, OBJECT_3=copies)
    params = {name: np.asarray(value) for name, value in sim.sample(jax.random.key(6), 12).items()}
    prefixes = [f"PLANE_1-OBJECT_3_{k}-LIGHT_PROFILE_1" for k in (1, 2, 3)]
    for prefix in prefixes:
        index = params[f"{prefix}-image_index"].astype(int)
        assert len(set(index)) > 2
        np.testing.assert_allclose(params[f"{prefix}-scale"], SCALES[index], rtol=1e-6)
    number = params["PLANE_1-OBJECT_3-NUMBER"]
    assert set(number) == {0.0, 1.0, 2.0, 3.0}
    found = np.asarray(sim.render(params), np.float64).sum(axis=(2, 3))
    wanted = (10 ** (-0.4 * (np.array([[21.0, 20.0], [22.0, 22.0]]) - 30.0))).sum(axis=0)
    wanted = wanted + number[:, None] * 10 ** (-0.4 * (22.0 - 30.0))
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
