"""The images that lenstronomy makes of our systems, and those of the files that come back."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

from jaxlens import Simulator, from_lenstronomy
from tests.exchange.lenstronomy_files import ARGUMENTS, Node, arguments, file, params
from validation.agreement.checks import exchange

pytestmark = pytest.mark.extras
# Largest difference in a pixel, in units of the peak.
TOLERANCE = 1e-7


def compared(config: Node, **more: float) -> dict[str, Any]:
    """What lenstronomy is asked for a file; its image must be ours."""
    simulator, values = Simulator(config), params(1, **more)
    ours, asked = np.asarray(simulator.render(values))[0], simulator.to_lenstronomy(values)
    for image, band in zip(ours, simulator.bands, strict=True):
        theirs = exchange.lenstronomy_image(asked[band])
        np.testing.assert_allclose(image, theirs, rtol=0.0, atol=TOLERANCE * theirs.max())
    return asked


def test_packaged_examples_go_to_lenstronomy_and_come_back() -> None:
    with jax.enable_x64(True):
        found = exchange.check(True)
    missed = [(row.name, row.maximum) for row in found.rows if not row.passed]
    assert not missed
    assert len(found.rows) == 3 * 3 * len(exchange.QUICK)


@pytest.mark.long
@pytest.mark.parametrize("name", ["lensed_supernova_series", "subhaloes_cdm"])
def test_series_and_haloes(name: str) -> None:
    with jax.enable_x64(True):
        found = exchange.rows_of(name, next(exchange.simulators(name)))
    assert not [(row.name, row.maximum) for row in found if not row.passed]
    assert found[0].name.endswith("to lenstronomy")
    assert found[2].name.endswith("there and back")


@pytest.mark.parametrize(
    ("image", "more"),
    [
        ({}, {}),
        ({"supersampling_factor": 3, "supersampling_convolution": True}, {}),
        ({"psf_type": "MOFFAT", "moffat_beta": 2.5}, {"moffat_beta": 2.5}),
        ({"psf_type": "NONE"}, {}),
        ({"data_count_unit": "ADU", "ccd_gain": 4.0}, {"ccd_gain": 4.0}),
    ],
    ids=["gaussian", "fine_blur", "moffat", "no_psf", "adu"],
)
def test_every_psf_and_unit(image: Node, more: dict[str, float], tmp_path: Path) -> None:
    with jax.enable_x64(True):
        asked = compared(file(**image), **more)
        _assert_back(asked, tmp_path)


def test_pixels_by_a_map_and_a_psf_of_the_system_s_own(tmp_path: Path) -> None:
    turned = {"xx": -0.25, "xy": 0.02, "yx": 0.03, "yy": 0.24}
    pixels = {f"transform_{key}": value for key, value in turned.items()} | {"x_shift": 0.1, "y_shift": -0.2}
    kernel = np.random.default_rng(3).uniform(size=(7, 7))
    config = file(**pixels)
    del config["IMAGE"]["PARAMETERS"]["pixel_scale"]
    with jax.enable_x64(True):
        simulator = Simulator(config).with_local_psf(7)
        values = {
            key: value for key, value in params(1, **pixels).items() if key not in ("pixel_scale", "seeing")
        }
        values["psf_kernel"] = kernel[None]
        ours, asked = np.asarray(simulator.render(values))[0], simulator.to_lenstronomy(values)
        for image, band in zip(ours, simulator.bands, strict=True):
            theirs = exchange.lenstronomy_image(asked[band])
            np.testing.assert_allclose(image, theirs, rtol=0.0, atol=TOLERANCE * theirs.max())
        _assert_back(asked, tmp_path)


def test_arguments_of_lenstronomy_make_the_same_image_here(tmp_path: Path) -> None:
    halo = {"Rs": 0.3, "alpha_Rs": 2e-3, "r_trunc": 0.5, "center_x": 0.3, "center_y": 0.4}
    lens = ARGUMENTS["kwargs_params"]["kwargs_lens"]
    haloes = [halo | {"center_x": 0.1 * k - 0.6, "alpha_Rs": 1e-3 * (1 + k)} for k in range(12)]
    image = np.random.default_rng(2).uniform(size=(6, 7))
    galaxy = {"image": image, "scale": 0.1, "phi_G": 0.3, "amp": 20.0, "center_x": 0.1, "center_y": 0.2}
    given = arguments(
        kwargs_model={
            "lens_model_list": ["SIE", "SHEAR", *["TNFW"] * 12],
            "source_light_model_list": ["INTERPOL"],
        },
        kwargs_params={"kwargs_lens": [*lens, *haloes], "kwargs_source": [galaxy]},
    )
    with jax.enable_x64(True):
        _assert_back({"band": given}, tmp_path)


@pytest.mark.long
def test_the_source_of_a_quasar_has_the_same_images() -> None:
    simulator = next(exchange.simulators("lensed_quasar"))
    with jax.enable_x64(True):
        simulator = Simulator(simulator.config)
        values = simulator.sample(jax.random.key(3, impl="threefry2x32"), 1)
        asked = simulator.to_lenstronomy(values)
        back = Simulator(from_lenstronomy(asked, point_sources="sources"))
        again = back.render(back.sample(jax.random.key(0, impl="threefry2x32"), 1))
        ours = np.asarray(simulator.render(values))
        np.testing.assert_allclose(np.asarray(again), ours, rtol=0.0, atol=TOLERANCE * ours.max())


# lenstronomy warns about every cosmology
@pytest.mark.filterwarnings("ignore:Cosmology is provided")
def test_the_page_says_what_is_so() -> None:
    page = (Path(__file__).parents[2] / "docs" / "other_codes.md").read_text(encoding="utf-8")
    part = page[page.index("## To lenstronomy") : page.index("## How well they agree")]
    code = "\n".join(re.findall(r"```python\n(.*?)```", part, re.DOTALL))
    # the page turns x64 on for the whole program
    there: dict[str, Any] = {}
    with jax.enable_x64(True):
        exec(code.replace('jax.config.update("jax_enable_x64", True)', "first = None"), there)
        back = there["sim"].sample(jax.random.key(0, impl="threefry2x32"), 1)
        again = np.asarray(there["sim"].render(back))[0, 0]
    np.testing.assert_allclose(again, there["image"], rtol=0.0, atol=TOLERANCE * there["image"].max())


def _assert_back(asked: dict[str, Any], folder: Path) -> None:
    """The configuration that arguments make has lenstronomy's image."""
    back = Simulator(from_lenstronomy(asked, folder=folder))
    images = np.asarray(back.render(back.sample(jax.random.key(0, impl="threefry2x32"), 1)))[0]
    for image, band in zip(images, back.bands, strict=True):
        theirs = exchange.lenstronomy_image(asked[band])
        np.testing.assert_allclose(image, theirs, rtol=0.0, atol=TOLERANCE * theirs.max())
