"""The sections SPECIES and GEOMETRY: a galaxy in each plane, and its point sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from jaxlens.exchange.errors import ExchangeError
from jaxlens.exchange.from_lenstronomy_arguments import Image, by_band
from jaxlens.exchange.from_lenstronomy_files import Files
from jaxlens.exchange.from_lenstronomy_haloes import substructure
from jaxlens.exchange.from_lenstronomy_planes import Plane, Point
from jaxlens.exchange.from_lenstronomy_profiles import light_entry, mass_entry

# The light of a galaxy that is there only so that point sources have a host: magnitudes fainter than they.
_INVISIBLE = 100.0
_WIDTH = 0.1


def sections_of(
    images: Sequence[Image], planes: Sequence[Plane], files: Files
) -> tuple[dict[str, Any], dict[str, Any]]:
    """SPECIES, and the planes of a configuration.

    Args:
        images: the arguments of each band.
        planes: the planes, nearest first.
        files: where arrays are written.

    Raises:
        ExchangeError: where nothing is in the image, and for profiles that jaxlens has not.
    """
    species: dict[str, Any] = {}
    geometry: dict[str, Any] = {}
    for k, plane in enumerate(planes, start=1):
        objects = []
        galaxy = _galaxy(images, plane, f"plane_{k}", files)
        if galaxy:
            objects.append(_added(species, "GALAXY", {"NAME": f"GALAXY_OF_PLANE_{k}", **galaxy}))
        if plane.points:
            host, x, y = _host(images, species, objects, plane, k)
            objects += [
                _added(species, "POINTSOURCE", _point(images, point, f"POINT_{n}_OF_PLANE_{k}", host, x, y))
                for n, point in enumerate(plane.points, start=1)
            ]
        objects += [
            _added(species, "POINTSOURCE", _star(images, star, f"STAR_{n}"))
            for n, star in enumerate(plane.stars, start=1)
        ]
        geometry[f"PLANE_{k}"] = {f"OBJECT_{n}": name for n, name in enumerate(objects, start=1)}
        geometry[f"PLANE_{k}"]["PARAMETERS"] = {"REDSHIFT": plane.redshift}
    if not geometry:
        raise ExchangeError("there is no light and no mass; give profiles")
    return species, geometry


def _added(species: dict[str, Any], stem: str, entry: Mapping[str, Any]) -> str:
    """The NAME of an entry that is added to SPECIES."""
    number = 1 + sum(key.startswith(f"{stem}_") for key in species)
    species[f"{stem}_{number}"] = dict(entry)
    return str(entry["NAME"])


def _galaxy(images: Sequence[Image], plane: Plane, name: str, files: Files) -> dict[str, Any]:
    """All profiles of a plane, as those of a galaxy; empty where there are none."""
    galaxy: dict[str, Any] = {}
    lights = [
        light_entry(images, profile, values, f"{name}_light_{n}", files)
        for n, (profile, values) in enumerate(plane.light, start=1)
    ]
    # one with a centre first, which point sources can follow
    bright = [one for one in lights if one is not None]
    bright.sort(key=lambda one: "center_x" not in one["PARAMETERS"])
    galaxy |= {f"LIGHT_PROFILE_{n}": entry for n, entry in enumerate(bright, start=1)}
    masses, haloes = substructure(plane.masses, name, plane.redshift, files)
    entries = [
        mass_entry(profile, options, values, f"{name}_mass_{n}", files)
        for n, (profile, options, values) in enumerate(masses, start=1)
    ]
    galaxy |= {f"MASS_PROFILE_{n}": entry for n, entry in enumerate(entries, start=1)}
    return galaxy | ({"SUBSTRUCTURE": haloes} if haloes else {})


def _host(
    images: Sequence[Image], species: dict[str, Any], objects: list[str], plane: Plane, k: int
) -> tuple[str, float, float]:
    """The NAME of the galaxy that point sources of a plane follow, and where it is.

    Where no galaxy of the plane has a centre, an invisible one is added.
    """
    for galaxy in species.values():
        first = galaxy.get("LIGHT_PROFILE_1", {}).get("PARAMETERS", {})
        if galaxy["NAME"] in objects and "center_x" in first:
            return galaxy["NAME"], first["center_x"], first["center_y"]
    point = plane.points[0]
    faint = max(image.zero_point - 2.5 * np.log10(min(point.flux)) for image in images) + _INVISIBLE
    values = {"magnitude": float(faint), "sigma": _WIDTH, "center_x": point.x, "center_y": point.y}
    entry = {"NAME": f"HOST_OF_PLANE_{k}", "LIGHT_PROFILE_1": {"NAME": "GAUSSIAN", "PARAMETERS": values}}
    objects.append(_added(species, "GALAXY", entry))
    return entry["NAME"], point.x, point.y  # type: ignore[return-value]


def _point(images: Sequence[Image], point: Point, name: str, host: str, x: float, y: float) -> dict[str, Any]:
    """The entry of a point source, by its distance from its host."""
    parameters: dict[str, Any] = {"magnitude": _magnitude(images, point)}
    dx, dy = point.x - x, point.y - y
    if dx or dy:
        sep, angle = float(np.hypot(dx, dy)), float(np.arctan2(dy, dx))
        parameters |= {"sep": sep, "sep_unit": "arcsec", "angle": angle}
    return {"NAME": name, "HOST": host, "PARAMETERS": parameters}


def _star(images: Sequence[Image], star: Point, name: str) -> dict[str, Any]:
    """The entry of a point source that is seen at its place, whatever is in front of it."""
    place = {"ra_image": star.x, "dec_image": star.y}
    parameters = {"magnitude": _magnitude(images, star), **place}
    return {"NAME": name, "HOST": "Foreground", "PARAMETERS": parameters}


def _magnitude(images: Sequence[Image], point: Point) -> Any:
    """The magnitude of a point source, by band where it differs."""
    pairs = zip(images, point.flux, strict=True)
    return by_band(images, [float(image.zero_point - 2.5 * np.log10(flux)) for image, flux in pairs])
