"""Rows of galaxies and of stars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from jaxlens.config.model import Galaxy, Profile
from jaxlens.kernels import LIGHT_PROFILES
from jaxlens.truth.blocks import Block, texts
from jaxlens.truth.layout import Member

# A sheet of light, whose magnitude is that of a square arcsec.
_SHEET = "UNIFORM"


def galaxy_block(
    member: Member,
    values: Mapping[str, np.ndarray],
    bands: Sequence[str],
    lensed: np.ndarray | None = None,
) -> Block:
    """The rows of one galaxy, one for each system that has it.

    Args:
        member: the galaxy.
        values: parameters and what follows from them by name, (n,) or (n, bands).
        bands: the names of the bands.
        lensed: its magnitudes as it is lensed, (n, bands), where they are known.
    """
    assert isinstance(member.species, Galaxy)
    rows = present(member, values)
    x, y = _centre(member, values)
    columns = {"x": x[rows], "y": y[rows]}
    for band, magnitude in zip(bands, _magnitudes(member, values, len(bands)), strict=True):
        columns[f"magnitude_{band}"] = magnitude[rows]
    if lensed is not None:
        columns |= by_band("lensed_magnitude", lensed[rows], bands)
    for name, profile in _profiles(member.species):
        own = dict(_of_profile(f"{member.prefix}-{profile.label}", values))
        if not own:
            # mass in the last plane acts on nothing, and is no parameter of an image
            continue
        columns[f"{name}_profile"] = texts(profile.name, len(rows))
        for parameter, value in own.items():
            columns |= by_band(f"{name}_{parameter}", value[rows], bands)
    return Block(rows, columns)


def star_block(member: Member, values: Mapping[str, np.ndarray], bands: Sequence[str]) -> Block:
    """The rows of one star in the foreground.

    Args:
        member: the star.
        values: parameters and what follows from them by name, (n,) or (n, bands).
        bands: the names of the bands.
    """
    rows = present(member, values)
    columns = {axis: _star_place(member, values, axis)[rows] for axis in ("x", "y")}
    magnitude = values.get(f"{member.prefix}-magnitude")
    if magnitude is None:
        # that of a star that varies is in the table of epochs
        magnitude = np.full(len(values[_any(values)]), np.nan)
    return Block(rows, columns | _every_band("magnitude", magnitude[rows], bands))


def present(member: Member, values: Mapping[str, np.ndarray]) -> np.ndarray:
    """The systems that have a member, which may be a copy: (rows,)."""
    if member.copied is None:
        return np.arange(len(values[_any(values)]))
    return np.flatnonzero(values[member.copied.number] >= member.number)


def by_band(name: str, value: np.ndarray, bands: Sequence[str]) -> dict[str, np.ndarray]:
    """A value as a column, or as one for each band where it differs by band; none where it differs by epoch.

    Args:
        name: the name of the column.
        value: (rows,), (rows, bands), or more.
        bands: the names of the bands.
    """
    if value.ndim == 1:
        return {name: value}
    return _every_band(name, value, bands) if value.ndim == 2 else {}


def _every_band(name: str, value: np.ndarray, bands: Sequence[str]) -> dict[str, np.ndarray]:
    """A value (rows,) or (rows, bands) as one column for each band."""
    return {f"{name}_{b}": value if value.ndim == 1 else value[:, k] for k, b in enumerate(bands)}


def _any(values: Mapping[str, np.ndarray]) -> str:
    return next(iter(values))


def _profiles(galaxy: Galaxy) -> Iterator[tuple[str, Profile]]:
    """The profiles of a galaxy by the name with which their columns begin."""
    for kind, profiles in (("light", galaxy.light), ("mass", galaxy.mass), ("shear", galaxy.shear)):
        for profile in profiles:
            yield f"{kind}{profile.label.rpartition('_')[2]}", profile


def _of_profile(prefix: str, values: Mapping[str, np.ndarray]) -> Iterator[tuple[str, np.ndarray]]:
    """The values of one profile by parameter."""
    for name, value in values.items():
        if name.startswith(f"{prefix}-"):
            yield name.removeprefix(f"{prefix}-"), value


def _centre(member: Member, values: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Where a galaxy is: the centre of its first light or mass that has one, else the origin; (n,)."""
    assert isinstance(member.species, Galaxy)
    zero = np.zeros(len(values[_any(values)]))
    x, y = zero, zero
    for profile in (*member.species.light, *member.species.mass):
        own = [f"{member.prefix}-{profile.label}-center_{axis}" for axis in ("x", "y")]
        if own[0] in values:
            x, y = (values[name] for name in own)
            break
    if member.copied is not None and member.copied.is_placed:
        sep, angle = (values[f"{member.prefix}-{name}"] for name in ("sep", "angle"))
        x, y = x + sep * np.cos(angle), y + sep * np.sin(angle)
    return x, y


def _star_place(member: Member, values: Mapping[str, np.ndarray], axis: str) -> np.ndarray:
    """Where a star is along an axis, (n,)."""
    name = f"{member.prefix}-{'ra' if axis == 'x' else 'dec'}_image"
    if name in values:
        return values[name]
    sep, angle = (values[f"{member.prefix}-{word}"] for word in ("sep", "angle"))
    return sep * (np.cos(angle) if axis == "x" else np.sin(angle))


def _magnitudes(member: Member, values: Mapping[str, np.ndarray], bands: int) -> np.ndarray:
    """The magnitude of all light of a galaxy, (bands, n); NaN where it has no finite flux, or no light."""
    assert isinstance(member.species, Galaxy)
    flux, own = np.zeros((bands, len(values[_any(values)]))), None
    for profile in member.species.light:
        own = values.get(f"{member.prefix}-{profile.label}-magnitude")
        if own is None or profile.name == _SHEET or LIGHT_PROFILES[profile.name].total_flux is None:
            return np.full_like(flux, np.nan)
        flux = flux + 10.0 ** (-0.4 * np.atleast_2d(np.asarray(own, np.float64).T))
    if len(member.species.light) == 1 and own is not None:
        # as it stands in the file, without the rounding of a logarithm
        return np.broadcast_to(np.atleast_2d(np.asarray(own).T), flux.shape)
    positive = flux > 0.0
    return np.where(positive, -2.5 * np.log10(np.where(positive, flux, 1.0)), np.nan)
