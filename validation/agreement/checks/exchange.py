"""Packaged examples in lenstronomy and back: the images of `to_lenstronomy` and of `from_lenstronomy`.

lenstronomy makes its images when the comparison runs, so it must be installed.  Every configuration of every
packaged example is compared, in each band.  Point sources are interpolated, and haloes computed without
approximation, since lenstronomy has nothing else.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from typing import Any

import jax
import numpy as np
import yaml

from jaxlens import ExchangeError, Simulator, from_lenstronomy, load_config
from jaxlens.config import examples
from validation.agreement.reporting.rows import OF_THE_PEAK, Findings, Row, precision, row
from validation.extras import lenstronomy_version

# Largest difference in a pixel, in units of the peak of the band.
TOLERANCE = {"float64": 1e-7, "float32": 5e-5}
# The examples of a quick check, and all of those in single precision, in which rays at cusps are rounded.
QUICK = ("galaxy_galaxy", "double_source_plane")
SEED = 7
# Systems of a configuration that go to lenstronomy; the first of them comes back.
SYSTEMS = 2
# Bands of one image: those of an example, (bands, ny, nx).
Images = dict[str, np.ndarray]


def check(quick: bool) -> Findings:
    """Three rows for each band of each configuration."""
    lenstronomy_version()
    few = quick or precision() == "float32"
    rows = [
        found
        for name in (QUICK if few else examples())
        for simulator in simulators(name)
        for found in rows_of(name, simulator)
    ]
    return Findings(rows)


def simulators(name: str) -> Iterator[Simulator]:
    """The simulators of the configurations of an example, as lenstronomy can hold it."""
    file = yaml.safe_load(load_config(name).text)
    file["IMAGE"]["PARAMETERS"] |= {"point_source": "interpolated", "halo_tolerance": 0}
    for configuration in load_config(file).configurations:
        yield Simulator(file, configuration.label)


def lenstronomy_image(asked: dict[str, Any]) -> np.ndarray:
    """The image that lenstronomy makes of the arguments of a band, (ny, nx)."""
    from lenstronomy.Util.class_creator import create_image_model

    with warnings.catch_warnings():
        # lenstronomy warns about every cosmology
        warnings.simplefilter("ignore")
        keys = ("kwargs_data", "kwargs_psf", "kwargs_numerics", "kwargs_model")
        return np.asarray(create_image_model(*(asked[key] for key in keys)).image(**asked["kwargs_params"]))


def back_again(asked: dict[str, dict[str, Any]]) -> Images:
    """The images of the configuration that the arguments make, by band; ExchangeError where it has none."""
    with tempfile.TemporaryDirectory() as folder:
        simulator = Simulator(from_lenstronomy(asked, folder=folder))
        params = simulator.sample(jax.random.key(0, impl="threefry2x32"), 1)
        return dict(zip(simulator.bands, np.asarray(simulator.render(params)[0]), strict=True))


def rows_of(name: str, simulator: Simulator) -> list[Row]:
    """The rows of a configuration of an example.

    Args:
        name: the name of the example.
        simulator: the simulator of the configuration.
    """
    params = simulator.sample(jax.random.key(SEED, impl="threefry2x32"), SYSTEMS)
    rendered = np.asarray(simulator.render(params))
    asked, ours = [], []
    for i in range(SYSTEMS):
        epoch = _epoch(simulator, params, i)
        image = rendered[i] if epoch is None else rendered[i, epoch]
        asked.append(simulator.to_lenstronomy(params, i, epoch))
        ours.append(dict(zip(simulator.bands, image, strict=True)))
    bands = [band for band in simulator.bands if all(band in one for one in asked)]
    theirs = [{band: lenstronomy_image(one[band]) for band in bands} for one in asked]
    try:
        again, remark = back_again({band: asked[0][band] for band in bands}), ""
    except ExchangeError as error:
        again, remark = None, f"not back: {error}"
    rows = []
    for band in bands:
        place = f"{name} {simulator.configuration.label} {band}"
        out = [_error(a[band], b[band]) for a, b in zip(ours, theirs, strict=True)]
        rows.append(_row(f"{place}: to lenstronomy", out, remark))
        if again is not None:
            rows.append(_row(f"{place}: from lenstronomy", [_error(again[band], theirs[0][band])]))
            rows.append(_row(f"{place}: there and back", [_error(again[band], ours[0][band])]))
    return rows


def _epoch(simulator: Simulator, params: Any, i: int) -> int | None:
    """An epoch in the middle of a time series, at which all bands are observed."""
    if simulator.scene.series is None:
        return None
    return int(np.min(np.asarray(params["num_epochs"])[i])) // 2


def _row(name: str, errors: list[float], remark: str = "") -> Row:
    return row(name, errors, TOLERANCE[precision()], OF_THE_PEAK, remark)


def _error(one: np.ndarray, other: np.ndarray) -> float:
    """The largest difference over the peak."""
    return float(np.max(np.abs(one - other)) / np.max(np.abs(other)))
