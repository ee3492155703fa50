"""The planes of a configuration from lenstronomy's redshifts, with the profiles of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jaxlens.exchange.errors import ExchangeError
from jaxlens.exchange.from_lenstronomy_arguments import Image, shared

# The largest number of planes: programs grow with their square.
MAX_PLANES = 30


@dataclass(frozen=True)
class Point:
    """A point source: `x` and `y` (arcsec) in its plane, and its flux in each band, counts/s."""

    x: float
    y: float
    flux: tuple[float, ...]


@dataclass
class Plane:
    """What stands at one redshift.

    Attributes:
        redshift: the redshift.
        masses: (name, options, parameters) of its mass profiles.
        light: (name, parameters by band) of its light profiles.
        points: its point sources.
        stars: point sources at their places in the image, of the nearest plane.
    """

    redshift: float
    masses: list[tuple[str, Any, Any]] = field(default_factory=list)
    light: list[tuple[str, list[Any]]] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    stars: list[Point] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands there."""
        return not (self.masses or self.light or self.points or self.stars)


def planes_of(images: Sequence[Image], z_lens: float, z_source: float) -> list[Plane]:
    """The planes with their mass and light, nearest first; some may be empty.

    Args:
        images: the arguments of each band.
        z_lens: the redshift of the lens where the model has none.
        z_source: likewise of the source.

    Raises:
        ExchangeError: for too many planes, and angles that are for a source in front of the last plane.
    """
    model = images[0].model
    z_source = float(_first(model.get("z_source"), z_source))
    if _has_several(model, z_source):
        return _several(images, z_source)
    near = Plane(float(_first(model.get("z_lens"), min(z_lens, z_source))))
    far = Plane(z_source)
    if near.redshift > far.redshift:
        raise ExchangeError(
            f"z_lens is {near.redshift:g}, behind z_source = {z_source:g}; give a smaller one"
        )
    _fill(images, near, [near] * len(images[0].names("lens_model_list")), _of_sources(images, [far]))
    return [near, far]


def _has_several(model: Mapping[str, Any], z_source: float) -> bool:
    """Whether a model is of several lens planes; ExchangeError where lenstronomy itself has two answers."""
    several = model.get("multi_plane")
    if several is not None:
        return bool(several)
    lenses, sources = ({*(model.get(f"{kind}_redshift_list") or [])} for kind in ("lens", "source"))
    if len(lenses) > 1 or sources - {z_source}:
        raise ExchangeError(
            "kwargs_model has several redshifts and no multi_plane, which lenstronomy's create_image_model "
            "takes "
            "for False, and its SimulationAPI for True; give multi_plane"
        )
    return False


def _first(*values: Any) -> Any:
    return next(value for value in values if value is not None)


def _of_sources(images: Sequence[Image], planes: Sequence[Plane]) -> list[Plane]:
    """The plane of each source light, where all have one."""
    return list(planes) * len(images[0].names("source_light_model_list"))


def _several(images: Sequence[Image], z_source: float) -> list[Plane]:
    """The planes of lenstronomy's multi-plane model."""
    model = images[0].model
    lenses, sources = images[0].names("lens_model_list"), images[0].names("source_light_model_list")
    z_lenses = [float(z) for z in model.get("lens_redshift_list") or []]
    z_sources = [float(z) for z in model.get("source_redshift_list") or [z_source] * len(sources)]
    for key, redshifts, names in (("lens", z_lenses, lenses), ("source", z_sources, sources)):
        if len(redshifts) != len(names):
            raise ExchangeError(
                f"{key}_redshift_list has {len(redshifts)} entries; give one for each profile"
            )
    convention = float(_first(model.get("z_source_convention"), z_source))
    redshifts = sorted({*z_lenses, *z_sources, z_source, convention})
    if lenses and convention < redshifts[-1]:
        raise ExchangeError(
            f"z_source_convention is {convention:g}, and there are planes up to redshift {redshifts[-1]:g}; "
            "in "
            "jaxlens angles are those for a source in the last plane: give the largest redshift, and "
            "angles for it"
        )
    if len(redshifts) > MAX_PLANES:
        raise ExchangeError(
            f"there are {len(redshifts)} planes, and jaxlens compiles each; give at most {MAX_PLANES}, and "
            "haloes along the line of sight as a list: FILENAME of LINE_OF_SIGHT"
        )
    planes = {z: Plane(z) for z in redshifts}
    nearest = planes[redshifts[0]]
    _fill(images, nearest, [planes[z] for z in z_lenses], [planes[z] for z in z_sources])
    return list(planes.values())


def _fill(images: Sequence[Image], near: Plane, lenses: Sequence[Plane], sources: Sequence[Plane]) -> None:
    """Put mass and light into their planes; unlensed light is in the nearest."""
    options = images[0].model.get("lens_profile_kwargs_list") or [None] * len(lenses)
    for k, (plane, name) in enumerate(zip(lenses, images[0].names("lens_model_list"), strict=True)):
        values = shared(images, f"kwargs_lens[{k}]", [image.parameters["kwargs_lens"][k] for image in images])
        plane.masses.append((name, options[k], values))
    for k, name in enumerate(images[0].names("lens_light_model_list")):
        near.light.append((name, [image.parameters["kwargs_lens_light"][k] for image in images]))
    for k, (plane, name) in enumerate(zip(sources, images[0].names("source_light_model_list"), strict=True)):
        plane.light.append((name, [image.parameters["kwargs_source"][k] for image in images]))
