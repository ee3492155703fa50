"""Point sources from lenstronomy's: images at their places, and sources behind the lens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from jaxlens.exchange.errors import ExchangeError
from jaxlens.exchange.from_lenstronomy_arguments import Image, shared
from jaxlens.exchange.from_lenstronomy_planes import Plane, Point
from jaxlens.exchange.from_lenstronomy_sources import source_of

# The kinds of point sources whose images have places of their own.
_LENSED = "LENSED_POSITION"
_IMAGES = (_LENSED, "UNLENSED")
_SOURCE = "SOURCE_POSITION"


def with_points(
    images: Sequence[Image], planes: Sequence[Plane], cosmology: Mapping[str, float] | None
) -> list[Plane]:
    """The planes with the point sources, without those in which nothing stands.

    An image of a source is a star of the foreground, at its place.

    Args:
        images: the arguments of each band.
        planes: the planes, nearest first.
        cosmology: its parameters by astropy's names, where lensed images become sources; else None.

    Raises:
        ExchangeError: for kinds of point sources that jaxlens has not, and negative fluxes.
    """
    model = images[0].model
    for k, kind in enumerate(images[0].names("point_source_model_list")):
        own = [image.parameters["kwargs_ps"][k] for image in images]
        if kind == _LENSED and cosmology is not None:
            plane = _plane_of_source(model, planes)
            x, y, fluxes = _places(images, f"kwargs_ps[{k}]", own)
            plane.points.append(source_of(planes, plane, cosmology, x, y, fluxes))
        elif kind in _IMAGES:
            planes[0].stars += _images(images, f"kwargs_ps[{k}]", own)
        elif kind == _SOURCE:
            last = _plane_of_source(model, planes)
            last.points += _source(images, f"kwargs_ps[{k}]", own)
        else:
            raise ExchangeError(
                f"the point source {kind} is not known; jaxlens has {', '.join((*_IMAGES, _SOURCE))}"
            )
    shown = [plane for plane in planes if not plane.is_empty]
    if len(shown) > 1 and shown[0] is planes[0] and not (planes[0].masses or planes[0].light):
        # stars are seen in front of everything, and need no plane of their own
        shown[1].stars += planes[0].stars
        shown = shown[1:]
    masses = [plane for plane in shown if plane.masses]
    if masses and shown[-1] is not planes[-1] and shown[-1] is not masses[0]:
        # the angles of the masses are for a source there
        planes[-1].masses.append(("BLANK_PLANE", None, {}))
        shown.append(planes[-1])
    return shown


def _plane_of_source(model: Mapping[str, Any], planes: Sequence[Plane]) -> Plane:
    """The plane at the redshift of the source."""
    z = model.get("z_source")
    return planes[-1] if z is None else next(plane for plane in planes if plane.redshift == float(z))


def _images(images: Sequence[Image], place: str, own: Sequence[Mapping[str, Any]]) -> list[Point]:
    """A point for each image, with its own flux."""
    x, y, fluxes = _places(images, place, own)
    return [
        _point(place, float(x[k]), float(y[k]), fluxes[:, k])
        for k in range(len(x))
        if np.any(fluxes[:, k] != 0.0)
    ]


def _places(
    images: Sequence[Image], place: str, own: Sequence[Mapping[str, Any]]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where the images of a point source are, each (k,), and their fluxes (bands, k)."""
    x, y = (
        shared(images, f"{place}: {key}", [_array(place, one, key) for one in own])
        for key in ("ra_image", "dec_image")
    )
    return x, y, np.array([np.broadcast_to(_array(place, one, "point_amp"), x.shape) for one in own])


def _source(images: Sequence[Image], place: str, own: Sequence[Mapping[str, Any]]) -> list[Point]:
    """A point behind the lens, with its flux before lensing."""
    x, y = (
        shared(images, f"{place}: {key}", [_array(place, one, key) for one in own])
        for key in ("ra_source", "dec_source")
    )
    fluxes = np.array([_array(place, one, "source_amp")[0] for one in own])
    return [_point(place, float(x[0]), float(y[0]), fluxes)]


def _point(place: str, x: float, y: float, flux: np.ndarray) -> Point:
    if not np.all(flux > 0.0):
        raise ExchangeError(
            f"{place} has the amplitudes {flux.tolist()}; a magnitude is that of a flux above 0"
        )
    return Point(x, y, tuple(flux.tolist()))


def _array(place: str, values: Mapping[str, Any], key: str) -> np.ndarray:
    if key not in values:
        raise ExchangeError(f"{place} has no {key}, only {', '.join(values)}; give {key}")
    return np.atleast_1d(np.asarray(values[key], np.float64))
