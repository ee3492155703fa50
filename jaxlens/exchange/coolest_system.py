"""The COOLEST templates of one system of a configuration, one for each band."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import jax
import numpy as np

from jaxlens.config.model import Config, Configuration
from jaxlens.exchange.coolest_instrument import (
    COSMOLOGY,
    exposure_out,
    in_band,
    kernel_factor,
    noise_out,
    numerics_out,
    problems_of_kind,
    psf_out,
    readout_out,
)
from jaxlens.exchange.coolest_light import DARK
from jaxlens.exchange.coolest_out import entities_out
from jaxlens.exchange.coolest_pixels import Grid, grid_of
from jaxlens.exchange.coolest_template import Template
from jaxlens.exchange.errors import ExchangeError
from jaxlens.exchange.systems import SystemNumbers, system_numbers
from jaxlens.imaging.assets import Assets
from jaxlens.imaging.scene import Scene
from jaxlens.kernels.lensing.lens_equation import ImagePositions
from jaxlens.kernels.types import Params

T = TypeVar("T")


def templates_of(
    config: Config,
    configuration: Configuration,
    scene: Scene,
    assets: Assets,
    params: Params,
    images: Mapping[str, ImagePositions],
    pixels: np.ndarray,
    sigma: np.ndarray | None = None,
    sky: tuple[float, float] = (0.0, 0.0),
) -> list[Template]:
    """The templates of one system, one for each band.

    Args:
        config: the configuration file.
        configuration: its configuration.
        scene: the static part of it.
        assets: its arrays.
        params: the parameters of one system, each () or (bands,).
        images: the images of every lensed point source, by its prefix; each array (slots,).
        pixels: what is observed, electrons/s, (bands, y, x).
        sigma: the standard deviation of each pixel, of the same shape: then PSF and noise are images, as some
            readers of COOLEST ask for.
        sky: right ascension and declination of the origin, degrees.

    Raises:
        ExchangeError: if COOLEST cannot hold the system; the message lists what.
    """
    problems: list[str] = []
    host = jax.device_get(params)
    grid = _or_problem(lambda: grid_of(host), Grid(1.0), problems)
    problems += _missing_images(images)
    system = system_numbers(configuration, scene, params, assets, images)
    found = [
        _template(config, scene, assets, host, system, grid, k, pixels, sigma, sky, problems)
        for k in range(len(scene.bands))
    ]
    _refuse(list(dict.fromkeys(problems)), "this system")
    return found


def refused_kinds(config: Config, configuration: Configuration, scene: Scene) -> None:
    """ValueError where a configuration has what no template holds, whatever its numbers.

    Args:
        config: the configuration file.
        configuration: its configuration.
        scene: the static part of it.
    """
    _refuse(list(problems_of_kind(config, configuration, scene)), "this configuration")


def _refuse(problems: Sequence[str], what: str) -> None:
    """ValueError with all problems, if there are any."""
    if problems:
        raise ExchangeError("\n- ".join([f"COOLEST cannot hold {what}:", *problems]))


def _template(
    config: Config,
    scene: Scene,
    assets: Assets,
    params: Mapping[str, np.ndarray],
    system: SystemNumbers,
    grid: Grid,
    band: int,
    pixels: np.ndarray,
    sigma: np.ndarray | None,
    sky: tuple[float, float],
    problems: list[str],
) -> Template:
    """The template of one band; what it cannot hold is added to `problems`."""
    image = grid.placed(pixels[band])
    as_pixels = sigma is not None
    psf = _or_problem(
        lambda: psf_out(scene, params, assets, band, grid.pixel_size, as_pixels), None, problems
    )
    own = None if sigma is None else grid.in_coolest(sigma[band])
    noise, noise_values = noise_out(scene, params, band, image, own)
    sky_brightness = in_band(params, "sky_brightness", band) if "sky_brightness" in params else None
    return Template(
        entities=tuple(entities_out(system, band, grid.pixel_size, problems)),
        band=scene.bands[band],
        pixel_size=grid.pixel_size,
        psf=grid.kernel(psf, kernel_factor(scene)) if isinstance(psf, np.ndarray) else psf,
        noise=noise,
        noise_values=noise_values,
        readout_noise=readout_out(params, band),
        exposure_time=exposure_out(params, band),
        mag_zero_point=in_band(params, "magnitude_zero_point", band),
        mag_sky_brightness=DARK if sky_brightness == math.inf else sky_brightness,
        image=image,
        cosmology={name: float(params[name]) for name in COSMOLOGY},
        sky=sky,
        notes={
            "columns": grid.columns,
            "IMAGE": numerics_out(config.instrument, isinstance(psf, np.ndarray)),
        },
    )


def _or_problem(convert: Callable[[], T], otherwise: T, problems: list[str]) -> T:
    """What `convert` returns; `otherwise`, and a problem, where COOLEST cannot hold it."""
    try:
        return convert()
    except ExchangeError as error:
        problems.append(str(error))
        return otherwise


def _missing_images(images: Mapping[str, ImagePositions]) -> list[str]:
    """What is wrong with point sources that have more images than there are slots."""
    found = ((prefix, int(one.found), len(one.x)) for prefix, one in images.items())
    return [
        f"{prefix} has {count} images, of which {slots} are known; use sim.with_image_slots({count})"
        for prefix, count, slots in found
        if count > slots
    ]
