"""The simulator of an observed image: with its pixels, as they lie on the sky, and its PSF."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, NamedTuple

import numpy as np

from jaxlens.config import load_config
from jaxlens.config.model import PIXEL_MAP, PIXEL_SCALE, TRANSFORM
from jaxlens.config.updates import config_dict
from jaxlens.fitting.external_psf import with_psf
from jaxlens.fitting.image_units import ADU, ELECTRONS
from jaxlens.fitting.observation import Observation
from jaxlens.fitting.observed_sky import differ
from jaxlens.simulator.simulator import Simulator

# Pixels: the largest error, at the edge of an image, of squares along x and y that are taken for its pixels.
_PLAIN = 0.01


class ObservedLens(NamedTuple):
    """What is fitted to an observed image.

    Attributes:
        sim: the simulator, with the PSF of the image and as many pixels.  Where they have a map it is that of
            squares, the same for all images of one size, so that one program is compiled for them.
        observation: the image, as a square.
        fixed: the six numbers of the map of the pixels, which are given to a fit as fixed values; empty where
            the pixels are squares along x and y about the centre.
    """

    sim: Simulator
    observation: Observation
    fixed: dict[str, float]


def observed_lens(sim: Simulator, observation: Observation) -> ObservedLens:
    """A simulator with the pixels and the PSF of an observed image, and the image as a square.

    x points east and y north where the image has a WCS; otherwise x grows with the column and y with the row.
    A configuration with a map of its own keeps it.

    Args:
        sim: the simulator of a configuration.
        observation: the image.

    Raises:
        ValueError: if the image has another pixel scale, other bands or another unit than the configuration.
    """
    check_observation(sim, observation)
    whole = observation.square()
    numbers = _pixel_map(sim, whole)
    found = sim
    if numbers or whole.images.shape[-1] != sim.scene.num_pix:
        # the scale of the file, not of the image, so that images of one sample share a program
        sides = dict.fromkeys((TRANSFORM[0], TRANSFORM[3]), sim.config.reach(PIXEL_SCALE)[0])
        found = with_pixels(
            sim, whole.images.shape[-1], dict.fromkeys(numbers, 0.0) | sides if numbers else {}
        )
    if whole.psf is not None:
        found = with_psf(found, whole.psf, whole.psf_factor)
    return ObservedLens(found, whole, numbers)


def observed_simulator(sim: Simulator, observation: Observation) -> Simulator:
    """The simulator of `observed_lens`, in whose configuration the pixels are those of the image.

    Args:
        sim: the simulator of a configuration.
        observation: the image.

    Raises:
        ValueError: as `observed_lens`.
    """
    found, whole, numbers = observed_lens(sim, observation)
    return with_pixels(found, whole.images.shape[-1], numbers) if numbers else found


def check_observation(sim: Simulator, observation: Observation) -> None:
    """ValueError where an image has another pixel scale, other bands or another unit than a configuration.

    Args:
        sim: the simulator of the configuration.
        observation: the image.
    """
    low, high = sim.config.reach(PIXEL_SCALE)
    scale = observation.pixel_scale
    if scale is not None and ((scale < low and differ(scale, low)) or (scale > high and differ(scale, high))):
        own = f"{low:g}" if low == high else f"{low:g} to {high:g}"
        raise ValueError(
            f"the image has pixels of {scale:.5g} arcsec, and pixel_scale of the configuration is {own}; "
            "correct IMAGE.PARAMETERS.pixel_scale, or the image's scale"
        )
    if observation.bands and observation.bands != sim.bands:
        names = ", ".join(observation.bands), ", ".join(sim.bands)
        raise ValueError(
            f"the image has the bands {names[0]}, and the configuration {names[1]}; give them alike"
        )
    if observation.unit == (ELECTRONS if sim.scene.adu else ADU):
        other = "ADU" if sim.scene.adu else "e-"
        advice = "data_count_unit: e-" if sim.scene.adu else "read_image gain=, electrons per ADU"
        raise ValueError(
            f"the image is in {observation.unit}, and data_count_unit of the configuration is {other}; give "
            f"{advice}"
        )


def _pixel_map(sim: Simulator, whole: Observation) -> dict[str, float]:
    """The six numbers of the pixels of a square image; none where they are squares about the centre."""
    low, high = sim.config.reach(PIXEL_SCALE)
    side = whole.images.shape[-1]
    if sim.config.instrument.has_pixel_map:
        return _own_map(sim, whole)
    if whole.pixel_scale is None:
        if low != high:
            if whole.center == (0.5 * (side - 1), 0.5 * (side - 1)):
                return {}
            raise ValueError(
                "the pixel scale of the image is not known, and that of the configuration varies; give "
                "read_image pixel_scale="
            )
        numbers = replace(whole, pixel_scale=low).pixel_map
    else:
        numbers = whole.pixel_map
    plain = dict(zip(PIXEL_MAP, (low, 0.0, 0.0, low, 0.0, 0.0), strict=True))
    errors = [abs(numbers[name] - plain[name]) / low for name in PIXEL_MAP]
    is_plain = 0.5 * side * max(errors[:4]) + max(errors[4:]) <= _PLAIN
    return {} if low == high and is_plain else numbers


def _own_map(sim: Simulator, whole: Observation) -> dict[str, float]:
    """The map of the file, whose shift is that of the image's centre, for a square image."""
    quantities = dict(sim.config.instrument.quantities)
    if not all(quantities[name].is_constant for name in PIXEL_MAP):
        return {}
    own = np.array([quantities[name].support()[0] for name in PIXEL_MAP])
    matrix, shift = own[:4].reshape(2, 2), own[4:]
    if whole.transform is not None:
        off = np.max(np.abs(whole.transform - matrix)) / np.sqrt(abs(np.linalg.det(matrix)))
        if off > 0.005:
            raise ValueError(
                f"the WCS of the image has the transform {np.round(whole.transform, 5).tolist()}, and the "
                f"configuration {matrix.tolist()}; leave one of them out, or correct it"
            )
    middle = 0.5 * (whole.images.shape[-1] - 1)
    shift = shift + matrix @ np.subtract((middle, middle), whole.center)
    return dict(zip(PIXEL_MAP, (*own[:4].tolist(), *shift.tolist()), strict=True))


def with_pixels(sim: Simulator, num_pix: int, numbers: Mapping[str, float]) -> Simulator:
    """The simulator of the same configuration with other pixels.

    Args:
        sim: the simulator, whose PSF and other changes stay.
        num_pix: pixels along a side of an image.
        numbers: the six numbers of a map, in the place of what says so in the file; empty to leave it.
    """
    tree = config_dict(sim.config)
    parameters = tree["IMAGE"]["PARAMETERS"]
    parameters["numPix"] = num_pix
    if numbers:
        for name in (PIXEL_SCALE, *PIXEL_MAP):
            parameters.pop(name, None)
        parameters |= numbers
    config = load_config(tree, configurations=sim.configuration.label)
    before = Simulator(sim.config, sim.configuration.label)
    after = Simulator(config, sim.configuration.label)
    gone = [name for name in before.parameter_names if name not in sim.parameter_names]
    names = [name for name in after.parameter_names if name not in gone]
    names += [name for name in sim.parameter_names if name not in before.parameter_names]
    optics = _carried(before.scene.optics, sim.scene.optics, after.scene.optics, ("num_pix",))
    scene = _carried(before.scene, sim.scene, after.scene, ("num_pix", "optics", "parameters"))
    return after.replace(
        scene=replace(scene, optics=optics, parameters=tuple(names)),
        assets=after.assets._replace(psf_kernel=sim.assets.psf_kernel),
    )


def _carried(before: Any, changed: Any, after: Any, besides: tuple[str, ...]) -> Any:
    """`after` with the fields in which `changed` differs from `before`."""
    names = [field.name for field in fields(before) if field.name not in besides]
    values = {name: getattr(changed, name) for name in names}
    return replace(after, **{n: value for n, value in values.items() if value != getattr(before, n)})
