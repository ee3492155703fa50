"""Sums over 1,000 haloes against lenstronomy's, exact and approximate, in one plane and in eight.

The sums are those of `jaxlens.kernels.halos.sums`, in double and in single precision.  Errors are in units of
the macro lens's Einstein radius, 1.1 arcsec; those of approximate sums in units of what was allowed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.halos import sums
from validation.agreement.reporting.rows import Row, precision, row
from validation.haloes import references
from validation.haloes.traced import through_planes

PROFILES = ("TNFW", "NFW", "PJAFFE", "POINT_MASS")
# arcsec
THETA_E = 1.1
# The largest error of an exact sum, in units of the Einstein radius.
EXACT = 1e-6
# The halo_tolerance of files, in units of the Einstein radius, and one that is tighter.
TOLERANCES = (1e-4, 1e-5)
# The largest error of a potential, in units of the largest.
POTENTIAL = {"float64": 1e-9, "float32": 1e-5}

# Rays along a side of the images for which sums are approximate.
SIDE = 64

Arrays = dict[str, np.ndarray]


def check(quick: bool) -> list[Row]:
    """Every profile in one plane, and TNFW haloes in eight; quick: only two profiles."""
    arrays, rows = references.load("deflections"), []
    profiles = PROFILES[::3] if quick else PROFILES
    for x64 in (True, False):
        with jax.enable_x64(x64):
            for profile in profiles:
                rows += _one_plane(profile, _set(arrays, profile))
            rows += _eight_planes(_set(arrays, "PLANES"))
    return rows


def _one_plane(profile: str, own: Arrays) -> list[Row]:
    """Deflections and potentials of one profile."""
    theirs = np.array([own["deflection_x"], own["deflection_y"]])
    haloes, shown = traced_haloes(own)
    ray = jnp.asarray(own["ray_x"]), jnp.asarray(own["ray_y"])

    def away(tolerance: float | None) -> np.ndarray:
        angles = jax.jit(partial(sums.deflection, profile))(*ray, haloes, shown, tolerance)
        return np.hypot(*(np.asarray(angles, float) - theirs))

    image, at = in_image(own)

    def away_in_image(tolerance: float) -> np.ndarray:
        directions = (jnp.asarray(each) for each in image)
        angles = jax.jit(partial(sums.deflection, profile))(*directions, haloes, shown, tolerance)
        return np.hypot(*(np.asarray(angles, float)[:, *at.pixels] - theirs[:, at.rays]))

    name = f"1,000 {profile} in one plane, {precision()}"
    rows = [row(f"{name}: exact", away(None) / THETA_E, EXACT, "of theta_E")]
    rows += _approximate(name, away_in_image)
    psi = np.asarray(sums.potential(profile, *ray, haloes, shown), float)
    off = _constant_free(psi) - _constant_free(own["potential"])
    measure = "of the largest potential"
    relative = np.abs(off) / np.abs(own["potential"]).max()
    return [*rows, row(f"{name}: potential", relative, POTENTIAL[precision()], measure)]


def _eight_planes(own: Arrays) -> list[Row]:
    """Rays to the source through eight planes of haloes and a macro lens."""
    theirs = np.array([own["beta_x"], own["beta_y"]])

    (image_x, image_y), at = in_image(own)
    planes = len(np.unique(own["z"]))

    def away_in_image(tolerance: float) -> np.ndarray:
        # the planes of haloes share what is allowed
        found = through_planes(own | {"ray_x": image_x, "ray_y": image_y}, tolerance / planes)
        return np.hypot(*(found[:, *at.pixels] - theirs[:, at.rays]))

    off = np.hypot(*(through_planes(own, None) - theirs))
    name = f"1,000 TNFW in eight planes and a lens, {precision()}"
    exact = row(f"{name}: exact", off / THETA_E, EXACT, "of theta_E")
    return [exact, *_approximate(name, away_in_image)]


class Places(NamedTuple):
    """Where rays of the reference are in an image: their indices, and their rows and columns."""

    rays: np.ndarray
    pixels: tuple[np.ndarray, np.ndarray]


def in_image(own: Arrays) -> tuple[np.ndarray, Places]:
    """An image of rays (2, SIDE, SIDE) in which rays of the reference take the place of the nearest pixels.

    Sums are approximate for images alone, whose neighbours are close.  Of the rays that are nearest to the
    same pixel one is there.

    Args:
        own: a set of the reference.
    """
    rays = np.array([own["ray_x"], own["ray_y"]])
    axis = np.linspace(-1.0, 1.0, SIDE) * np.abs(rays).max()
    image = np.array(np.meshgrid(axis, axis))
    column, line = np.rint((rays / axis[-1] + 1.0) * 0.5 * (SIDE - 1)).astype(int)
    _, first = np.unique(line * SIDE + column, return_index=True)
    pixels = line[first], column[first]
    image[:, *pixels] = rays[:, first]
    return image, Places(first, pixels)


def _approximate(name: str, away: Callable[[float], np.ndarray]) -> list[Row]:
    """The errors of approximate sums, each in units of what was allowed."""
    return [
        row(
            f"{name}: approximate, {tolerance:g} allowed",
            away(tolerance * THETA_E) / (tolerance * THETA_E),
            1.0,
            "of the tolerance",
        )
        for tolerance in TOLERANCES
    ]


def traced_haloes(own: Arrays) -> tuple[dict[str, jax.Array], jax.Array]:
    """The numbers of haloes that sums take, and that all of them exist."""
    names = ("x", "y", "Rs", "alpha_Rs", "r_trunc", "sigma0", "Ra", "theta_E")
    number = own["x"].shape
    haloes = {name: jnp.asarray(own[name]) for name in names if name in own and own[name].shape == number}
    return haloes, jnp.ones(number, bool)


def _constant_free(potential: np.ndarray) -> np.ndarray:
    """A potential without its mean, since a constant has no meaning."""
    return potential - potential.mean()


def _set(arrays: Arrays, prefix: str) -> Arrays:
    """The arrays of a set, without its name."""
    return {name.removeprefix(f"{prefix}_"): a for name, a in arrays.items() if name.startswith(f"{prefix}_")}
