"""Packaged examples as COOLEST templates: back again, and as lenstronomy reads them.

Both coolest and lenstronomy must be installed.  Every configuration of the packaged examples that COOLEST can
hold is compared, in each band.  lenstronomy makes its images of templates whose PSF is a kernel, of which
jaxlens makes one too; it reads no stars and no images of galaxies.
"""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import numpy as np

from jaxlens import ExchangeError, Simulator, from_coolest, load_config
from jaxlens.config import examples
from jaxlens.exchange.coolest_system import refused_kinds
from validation.agreement.reporting.rows import OF_THE_PEAK, Findings, Row, precision, row
from validation.extras import lenstronomy_version

# Largest difference in a pixel, in units of the peak of the band.
TOLERANCE = {"float64": 1e-7, "float32": 1e-3}
# The examples of a quick check, and all of those in single precision, in which rays at cusps are rounded.
QUICK = ("galaxy_galaxy", "lensed_quasar")
SEED = jax.random.key(7, impl="threefry2x32")


def check(quick: bool) -> Findings:
    """One row, or two, for each band of each configuration."""
    lenstronomy_version()
    few = quick or precision() == "float32"
    names = QUICK if few else examples()
    return Findings([found for name in names for found in _of_example(name)])


def _of_example(name: str) -> Iterator[Row]:
    """The rows of an example."""
    for configuration in load_config(name).configurations:
        simulator = Simulator(name, configuration.label)
        with contextlib.suppress(ExchangeError), tempfile.TemporaryDirectory() as folder:
            refused_kinds(simulator.config, simulator.configuration, simulator.scene)
            yield from _of_configuration(f"{name} {configuration.label}", simulator, Path(folder))


def _of_configuration(name: str, simulator: Simulator, folder: Path) -> Iterator[Row]:
    """The rows of a configuration; ExchangeError where COOLEST cannot hold it."""
    params = simulator.sample(SEED, 1)
    paths = simulator.to_coolest(params, 0, folder / "lens.json")
    ours, again = np.asarray(simulator.render(params)[0]), _image_of(paths)
    for band, one, other in zip(simulator.bands, ours, again, strict=True):
        yield _row(f"{name} {band}: there and back", other, one)
    paths = simulator.to_coolest(params, 0, folder / "pixels.json", as_pixels=True)
    for band, path in zip(simulator.bands, paths, strict=True):
        with contextlib.suppress(NotImplementedError):
            theirs = lenstronomy_image(path, simulator.scene.supersampling)
            # columns of a template go to the west
            yield _row(f"{name} {band}: in lenstronomy", _image_of([path])[0, :, ::-1], theirs)


def _image_of(paths: list[Path]) -> np.ndarray:
    """The image that jaxlens makes of templates, (bands, y, x)."""
    with warnings.catch_warnings():
        # the median of a noise map stands for all of it
        warnings.simplefilter("ignore")
        simulator = Simulator(from_coolest(paths))
        return np.asarray(simulator.render(simulator.sample(SEED, 1))[0])


def lenstronomy_image(path: Path, supersampling: int) -> np.ndarray:
    """The image that lenstronomy makes of a template, (y, x).

    Args:
        path: the template, with PSF and noise as pixels.
        supersampling: sub-pixels along a side of a pixel.

    Raises:
        NotImplementedError: if lenstronomy does not read it.
    """
    from lenstronomy.Util.class_creator import create_image_model
    from lenstronomy.Util.coolest_interface import create_lenstronomy_from_coolest

    here = Path.cwd()
    # files beside a template are looked for in the working directory
    os.chdir(path.parent)
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found: dict[str, Any] = create_lenstronomy_from_coolest(str(path.with_suffix("")))
            numerics = {"supersampling_factor": supersampling}
            parts = (found[f"kwargs_{part}"] for part in ("data", "psf"))
            model = create_image_model(*parts, numerics, found["kwargs_model"])
            return np.asarray(model.image(**found["kwargs_result"]))
    finally:
        os.chdir(here)


def _row(name: str, one: np.ndarray, other: np.ndarray) -> Row:
    """The largest difference over the peak."""
    error = float(np.max(np.abs(one - other)) / np.max(np.abs(other)))
    return row(name, [error], TOLERANCE[precision()], OF_THE_PEAK)
