"""The galaxies, point sources and planes of a file from the entities of COOLEST templates."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jaxlens.config.naming import SHARED_BY_BANDS
from jaxlens.exchange.coolest_light import light_in, magnitude
from jaxlens.exchange.coolest_masses import mass_in
from jaxlens.exchange.coolest_template import (
    RANGES,
    Entity,
    Number,
    Pixels,
    Template,
    TemplateProfile,
)
from jaxlens.exchange.errors import ExchangeError

# The legal values to which drawn numbers keep, by the names of a file.
_RANGES = {
    **{name: RANGES[name] for name in ("theta_E", "gamma", "q", "gamma_ext", "beta")},
    "R_sersic": RANGES["theta_eff"],
    "n_sersic": RANGES["n"],
}
# A profile of a file in one band: its name, and its numbers, lists and images.
Converted = tuple[str, Mapping[str, Any]]


class Species:
    """The entries of SPECIES, and the names of the objects at each redshift."""

    def __init__(self) -> None:
        self.entries: dict[str, Any] = {}
        self.planes: dict[float, list[str]] = {}
        self._names: set[str] = set()

    def add(self, kind: str, name: str, redshift: float, entry: Mapping[str, Any]) -> None:
        """Add an entry to the plane of a redshift, under a name that no other one has.

        Args:
            kind: GALAXY or POINTSOURCE.
            name: its name, if no other one has it.
            redshift: that of its plane.
            entry: the entry without its NAME.
        """
        unique = self._unique(name)
        count = sum(label.startswith(f"{kind}_") for label in self.entries)
        self.entries[f"{kind}_{count + 1}"] = {"NAME": unique, **entry}
        self.planes.setdefault(redshift, []).append(unique)

    def geometry(self) -> dict[str, Any]:
        """The planes, nearest first."""
        return {
            f"PLANE_{k}": {
                **{f"OBJECT_{i}": name for i, name in enumerate(names, start=1)},
                "PARAMETERS": {"REDSHIFT": redshift},
            }
            for k, (redshift, names) in enumerate(sorted(self.planes.items()), start=1)
        }

    def _unique(self, name: str) -> str:
        stem = " ".join(name.split()) or "GALAXY"
        # the word for no host at all
        stem = f"{stem} galaxy" if stem.lower() == "foreground" else stem
        found, count = stem, 1
        while found in self._names:
            count += 1
            found = f"{stem} {count}"
        self._names.add(found)
        return found


def species_of(
    templates: Mapping[str, Template], zero_points: Mapping[str, float], problems: list[str]
) -> Species:
    """The species of one system.

    Args:
        templates: that of each band, with the same entities in the same order.
        zero_points: the magnitude of 1 electron/s in each band.
        problems: what a file cannot hold is added to it.
    """
    found, bands = Species(), tuple(templates)
    for same in zip(*(one.entities for one in templates.values()), strict=True):
        first = same[0]
        galaxy: dict[str, Any] = {}
        for stem, name, entry in _profiles(same, templates, zero_points, problems):
            count = sum(label.startswith(f"{stem}_PROFILE_") for label in galaxy)
            galaxy[f"{stem}_PROFILE_{count + 1}"] = {"NAME": name, "PARAMETERS": entry}
        if galaxy:
            found.add("GALAXY", first.name, first.redshift, galaxy)
        for points in zip(*(one.light for one in same), strict=True):
            if points[0].kind == "LensedPS":
                _add_points(found, first, dict(zip(bands, points, strict=True)), zero_points, problems)
    return found


def _profiles(
    same: Sequence[Entity],
    templates: Mapping[str, Template],
    zero_points: Mapping[str, float],
    problems: list[str],
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """MASS, SHEAR or LIGHT, the name, and the parameters of each profile of an entity, given in each band."""
    for kind in ("mass", "light"):
        for own in zip(*(getattr(one, kind) for one in same), strict=True):
            if own[0].kind == "LensedPS":
                continue
            by_band = dict(zip(templates, own, strict=True))
            try:
                if kind == "mass":
                    converted = {band: mass_in(one) for band, one in by_band.items()}
                else:
                    converted = {
                        band: light_in(one, zero_points[band], templates[band].pixel_size)
                        for band, one in by_band.items()
                    }
                name, entry = _joined(converted, by_band=kind == "light")
            except ExchangeError as error:
                problems.append(f"{same[0].name}, {own[0].kind}: {error}")
                continue
            stem = "LIGHT" if kind == "light" else "SHEAR" if name.startswith("SHEAR") else "MASS"
            yield stem, name, entry


def _add_points(
    found: Species,
    entity: Entity,
    points: Mapping[str, TemplateProfile],
    zero_points: Mapping[str, float],
    problems: list[str],
) -> None:
    """Add the images of a point source as stars in the foreground, each where it is seen."""
    places = [(tuple(one.values["ra_list"]), tuple(one.values["dec_list"])) for one in points.values()]
    if any(place != places[0] for place in places):
        problems.append(f"{entity.name}, LensedPS: its places differ between bands; give them the same")
        return
    for k, (x, y) in enumerate(zip(*places[0], strict=True)):
        fluxes = {band: Number(one.values["amps"][k]) for band, one in points.items()}
        magnitudes = {band: magnitude(flux, zero_points[band]) for band, flux in fluxes.items()}
        values = {"magnitude": _entry("magnitude", magnitudes, True), "ra_image": -x, "dec_image": y}
        name = f"{entity.name} image {k + 1}"
        found.add("POINTSOURCE", name, entity.redshift, {"HOST": "Foreground", "PARAMETERS": values})


def _joined(converted: Mapping[str, Converted], by_band: bool) -> tuple[str, dict[str, Any]]:
    """A profile of a file from what it is in each band.

    Args:
        converted: its name and values in each band.
        by_band: whether its values may differ by band.

    Raises:
        ExchangeError: if something differs that may not.
    """
    names = {name for name, _ in converted.values()}
    keys = [tuple(values) for _, values in converted.values()]
    if len(names) > 1 or any(one != keys[0] for one in keys):
        raise ExchangeError("is given in other parameters in some bands; give it the same in all")
    entries = {
        key: _entry(key, {band: values[key] for band, (_, values) in converted.items()}, by_band)
        for key in keys[0]
    }
    return names.pop(), entries


def _entry(key: str, values: Mapping[str, Any], by_band: bool) -> Any:
    """The entry of a file for a parameter, from its value in each band."""
    first = next(iter(values.values()))
    if isinstance(first, list):
        rows = zip(*values.values(), strict=True)
        return [_entry(key, dict(zip(values, map(Number, row), strict=True)), by_band) for row in rows]
    written = {band: _written(key, value) for band, value in values.items()}
    return by_band_or_one(key, written, by_band and key not in SHARED_BY_BANDS)


def _written(key: str, value: Any) -> Any:
    """A value as it stands in a file."""
    if isinstance(value, Pixels):
        return value.path
    if not isinstance(value, Number):
        return value
    spread = value.spread
    if spread is None:
        return value.value
    low, high = _RANGES.get(key, (-math.inf, math.inf))
    names = {"normal": ("mean", "std"), "lognormal": ("mean", "sigma"), "uniform": ("minimum", "maximum")}
    numbers = dict(zip(names[spread.kind], (spread.first, spread.second), strict=True))
    cut = spread.kind != "uniform" and (low, high) != (-math.inf, math.inf)
    entry = {"NAME": spread.kind, "PARAMETERS": numbers, **({"TRUNCATE": [low, high]} if cut else {})}
    return {"DISTRIBUTION": entry}


def by_band_or_one(key: str, values: Mapping[str, Any], may_differ: bool = True) -> Any:
    """One value where all bands have the same, and otherwise a mapping by band.

    Args:
        key: what the value is of, for the message.
        values: the value in each band.
        may_differ: whether bands may have different ones.

    Raises:
        ExchangeError: if it differs and may not.
    """
    first = next(iter(values.values()))
    if all(value == first for value in values.values()):
        return first
    if not may_differ:
        raise ExchangeError(f"{key} differs between bands; give it the same in all")
    return dict(values)


def geometry_problems(lenses: Sequence[int], bright: Sequence[int], planes: int) -> Iterator[str]:
    """What is wrong with masses in several planes, or light in several planes behind them.

    Args:
        lenses: the indices of the planes that have mass, without the last plane, 0 for the nearest.
        bright: the indices of the planes that have light.
        planes: how many planes there are.
    """
    behind = sorted({plane for plane in bright if lenses and plane > min(lenses)})
    if len(set(lenses)) > 1:
        yield f"there is mass in {_planes(lenses)}; COOLEST says no Einstein radius of several, so give one"
    if len(behind) > 1 or (behind and behind[0] < planes - 1):
        found = f"there is light behind the lens in {_planes(behind)}; an Einstein radius of COOLEST"
        yield f"{found} is for one source, so give light in the last plane only"


def _planes(indices: Sequence[int]) -> str:
    return ", ".join(f"PLANE_{index + 1}" for index in sorted(set(indices)))
