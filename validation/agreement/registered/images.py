"""Images of point sources behind registered mass profiles and sums of them, against a fine grid.

The lenses are one profile in an external shear, a profile beside an SIE, and an SIE with matter along the
line of sight.  Parameters are usual ones (`draws`).  The images of a lens are searched for as the simulator
does, in one program a profile, and by `exact.images` on a grid of 300 x 300 squares that is refined about
each image.  Both follow jaxlens's rays, whose deflections are compared with lenstronomy's elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.imaging.lens_planes import plane_deflection
from jaxlens.imaging.scene_objects import Mass
from jaxlens.kernels import MASS_PROFILES
from jaxlens.kernels.lensing.direction_search import PowerLaw
from jaxlens.kernels.lensing.lens_equation import image_positions
from jaxlens.kernels.lensing.rays import rays_and_jacobian
from validation.agreement.exact.images import LensPlanes
from validation.agreement.inputs.draws import float32_exact
from validation.agreement.registered import draws
from validation.agreement.reporting.rows import precision

# Half the width (arcsec) of the window in which images are searched.
HALF_WIDTH = 4.0
# Sources are where rays end that are seen within this distance of the middle along each axis (arcsec).
REACH = 2.0
# The draws of a profile that are used: a round one, and others.
ROWS = (0, 8, 9, 10)
# Images with a smaller abs(mu) need not be found.
BRIGHT = 1e-2
# An image is found where ours is so close to it (arcsec), with the same parity.
SAME_IMAGE = 1e-4
# No image is so close (arcsec) to a centre: there singular deflections are smoothed.
CORE = 1e-6
# Largest distance (arcsec) of our image's source from the source; in float32 the image is rounded.
RESIDUAL = {"float64": 1e-8, "float32": 1e-4}
# Slots, and the grid of the search, for one deflector and for several, as in the simulator.
ONE, SEVERAL = {"slots": 12, "cells": 32, "row": 8}, {"slots": 16, "cells": 64, "row": 10}
# The rays of the fine grid are computed in pieces of this length.
PIECE = 16384

Values = list[dict[str, Any]]


class Lenses(NamedTuple):
    """Some lenses of the same profiles; numbers of `values` are (lenses,)."""

    names: tuple[str, ...]
    values: Values

    def __str__(self) -> str:
        return " + ".join(self.names)


class Wrong(NamedTuple):
    """How many images of each lens are missed, and how many exist in our list alone, each (lenses,)."""

    images: np.ndarray
    missed: np.ndarray
    spurious: np.ndarray


def names_of_deflectors() -> list[str]:
    """The profiles that make images of their own."""
    return sorted(n for n, p in MASS_PROFILES.items() if not p.linear and p.line_of_sight is None)


def single(name: str) -> Lenses:
    """A profile in a shear, which is absent from the round lens."""
    return _lenses(name, "SHEAR", absent={"gamma1": (0,), "gamma2": (0,)})


def beside_sie(name: str) -> Lenses:
    """A profile beside an SIE, which may be a line of sight."""
    return _lenses("SIE", name)


def _lenses(*names: str, absent: dict[str, tuple[int, ...]] | None = None) -> Lenses:
    values: Values = []
    for name in names:
        profile = MASS_PROFILES[name]
        drawn = draws.parameters(profile, seed=len(names[0]))
        own: dict[str, Any] = {key: drawn[key][list(ROWS)] for key in profile.of_kind("number")}
        own |= {key: tuple(drawn[key][list(ROWS)].T) for key in profile.of_kind("list")}
        for key, rows in (absent or {}).items():
            if key in own and name == names[-1]:
                own[key] = np.where(np.isin(np.arange(len(ROWS)), rows), 0.0, own[key])
        values.append(own)
    return Lenses(names, values)


def wrong_images(lenses: Lenses) -> Wrong:
    """Compare the images of the simulator's search with those of a fine grid."""
    rays = _rays(lenses)
    sources = _sources(lenses, rays)
    found = _searched(lenses, rays, sources)
    exact = jax.jit(lambda x, y, args: rays_and_jacobian(lambda u, v: rays(u, v, args), x, y))
    counts = []
    for k, (source, *ours) in enumerate(zip(sources, *found, strict=True)):
        fine = _FineGrid(exact, [jax.tree.map(lambda a, k=k: np.float64(a[k]), own) for own in lenses.values])
        counts.append(_compared(fine, source, _centres(lenses, k), *ours))
    return Wrong(*np.array(counts).T)


def _rays(lenses: Lenses) -> Callable[[jax.Array, jax.Array, Values], tuple[jax.Array, jax.Array]]:
    """The rays `(x, y, values)` -> beta of one lens."""
    fixed, masses = [], []
    for name in lenses.names:
        profile = MASS_PROFILES[name]
        drawn = draws.parameters(profile)
        integers = tuple((key, int(drawn[key])) for key in profile.of_kind("integer"))
        masses.append(Mass(name, name, (), integers))
        fixed.append({key: drawn[key] for key in profile.of_kind("table")})

    def rays(x: jax.Array, y: jax.Array, values: Values) -> tuple[jax.Array, jax.Array]:
        tables = [{key: jnp.asarray(array, x.dtype) for key, array in own.items()} for own in fixed]
        alpha_x, alpha_y = plane_deflection(
            masses, [own | more for own, more in zip(values, tables, strict=True)], x, y
        )
        return x - alpha_x, y - alpha_y

    return rays


def _sources(lenses: Lenses, rays: Callable[..., Any]) -> np.ndarray:
    """The source (lenses, 2) of each lens: that of a ray that is seen in the middle of the window."""
    rng = np.random.default_rng(len(str(lenses)))
    x, y = rng.uniform(-REACH, REACH, (2, len(ROWS)))
    with jax.enable_x64(True):
        beta = jax.vmap(rays)(jnp.asarray(x)[:, None], jnp.asarray(y)[:, None], lenses.values)
    return float32_exact(np.array(beta)[:, :, 0].T)


def _searched(lenses: Lenses, rays: Callable[..., Any], sources: np.ndarray) -> tuple[np.ndarray, ...]:
    """x, y, magnification and mask, each (lenses, slots)."""
    deflectors = [name for name in lenses.names if not MASS_PROFILES[name].linear]
    straight = not any(MASS_PROFILES[name].line_of_sight for name in lenses.names)
    by_direction = straight and len(deflectors) == 1 and MASS_PROFILES[deflectors[0]].power_law

    def power_law(values: Values) -> PowerLaw:
        own = values[lenses.names.index(deflectors[0])]
        zero = jnp.zeros_like(own["theta_E"])
        shape = {key: own.get(key, zero) for key in ("theta_E", "e1", "e2", "center_x", "center_y")}
        return PowerLaw(**shape, gamma=own.get("gamma"))

    search = ONE if len(deflectors) == 1 else SEVERAL

    def solve(values: Values, beta: jax.Array) -> tuple[jax.Array, ...]:
        images = image_positions(
            rays,
            values,
            beta[0],
            beta[1],
            half_width=HALF_WIDTH,
            power_law=power_law if by_direction else None,
            slots=search["slots"],
            cells=search["cells"],
            row=search["row"],
        )
        return images.x, images.y, images.magnification, images.mask

    dtype = jnp.result_type(float)
    given = jax.tree.map(lambda a: jnp.asarray(a, dtype), (lenses.values, sources))
    return tuple(np.asarray(array) for array in jax.jit(jax.vmap(solve))(*given))


def _centres(lenses: Lenses, k: int) -> np.ndarray:
    """The centres (profiles, 2) of the profiles of lens `k`."""
    keys = [("center_x", "center_y"), ("com_x", "com_y")]
    pairs = [[own[x][k], own[y][k]] for own in lenses.values for x, y in keys if x in own]
    return np.reshape(pairs, (-1, 2))


class _FineGrid(LensPlanes):
    """`LensPlanes` with jaxlens's rays and their derivatives, in float64."""

    def __init__(self, exact: Callable[..., Any], values: Values) -> None:
        self._exact, self._values = exact, values

    def shoot(self, theta: np.ndarray, plane: int) -> tuple[np.ndarray, np.ndarray]:
        """Positions (2, n) in the source's plane of rays seen at `theta`, and their Jacobian (2, 2, n)."""
        pieces = []
        for start in range(0, theta.shape[1], PIECE):
            piece = theta[:, start : start + PIECE]
            padded = np.pad(piece, ((0, 0), (0, PIECE - piece.shape[1])), constant_values=HALF_WIDTH)
            with jax.enable_x64(True):
                beta, matrix = self._exact(padded[0], padded[1], self._values)
            pieces.append(np.array([*beta, *matrix])[:, : piece.shape[1]])
        whole = np.concatenate(pieces, axis=1) if pieces else np.zeros((6, 0))
        return whole[:2], whole[2:].reshape(2, 2, -1)


def _compared(
    fine: _FineGrid,
    source: np.ndarray,
    centres: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    mu: np.ndarray,
    mask: np.ndarray,
) -> tuple[int, int, int]:
    """The images of a lens: their number, how many are missed, and how many are none."""
    x, y, mu = (v[mask].astype(float) for v in (x, y, mu))
    their_x, their_y, their_mu = fine.images((source[0], source[1]), 1, HALF_WIDTH)
    wanted = (np.maximum(abs(their_x), abs(their_y)) < HALF_WIDTH) & (np.abs(their_mu) > BRIGHT)
    apart = np.hypot(x[:, None] - their_x, y[:, None] - their_y)
    apart = np.where(np.sign(mu)[:, None] == np.sign(their_mu), apart, np.inf)
    missed = wanted & ~np.any(apart < SAME_IMAGE, axis=0)
    beta, _ = fine.shoot(np.array([x, y]), 1)
    away = (np.hypot(*(beta - source[:, None])) > RESIDUAL[precision()]) & (np.abs(mu) > BRIGHT)
    smoothed = np.any(np.hypot(x[:, None] - centres[:, 0], y[:, None] - centres[:, 1]) < CORE, axis=1)
    return int(wanted.sum()), int(missed.sum()), int(np.sum(away | smoothed))
