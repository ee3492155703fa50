"""Pairs of haloes and rays a second: `python -m validation.speed.haloes`.

The deflections of 1,000 TNFW haloes at 64 x 64 pixels with 4 rays each, in one plane and in eight, by jaxlens
(exactly, and with an error below 1e-4 arcsec), by JAXtronomy's LensModelBulk, and by lenstronomy, which
computes fewer haloes of the same kind.  All take turns in one process.  A call of each, and two at once in
two threads where a method leaves a core idle: the better of the two counts.  The deflections are compared as
well.  All numbers are float32 but lenstronomy's.

It needs `pip install "jaxlens-sim[validation]"`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels import cosmology
from jaxlens.kernels.halos.sums import deflection
from jaxlens.kernels.lensing.rays import lensing_weights, shoot
from validation.speed.timing import Task, Timed, measure, side_by_side

# Haloes, of which lenstronomy computes every LENSTRONOMY-th.
HALOES, LENSTRONOMY = 1000, 20
# Rays along a side, and half the side of the image (arcsec).
RAYS, HALF = 128, 3.2
# The error that is allowed (arcsec), 1e-4 of an Einstein radius of 1 arcsec.
TOLERANCE = 1e-4
# Planes of haloes, nearest first, and the source.
REDSHIFTS, Z_SOURCE = {1: (0.5,), 8: (0.1, 0.25, 0.4, 0.5, 0.7, 0.9, 1.1, 1.3)}, 1.8
# The universe of JAXtronomy and lenstronomy.
UNIVERSE = {"H0": 70.0, "Om0": 0.3}
# How many times as fast as JAXtronomy jaxlens is wanted to be.
WANTED = 5.0

Haloes = dict[str, np.ndarray]
# From x and y of rays to where they are in the source plane.
Rays = Callable[[], tuple[Any, Any]]


def population(count: int = HALOES) -> Haloes:
    """Haloes with masses from 1e6 to 1e10 solar masses as m^-1.9, over an area somewhat wider than the image.

    Scale radii and deflections are about those of cold dark matter at redshift 0.5.
    """
    draw = np.random.default_rng(1)
    mass = (1.0 - draw.uniform(size=count) * (1.0 - 1e4**-0.9)) ** (-1.0 / 0.9)
    x, y = draw.uniform(-1.5 * HALF, 1.5 * HALF, (2, count))
    Rs = 0.0144 * mass**0.33
    truncation = Rs * 10.0 ** draw.uniform(0.0, 1.0, count)
    return {"x": x, "y": y, "Rs": Rs, "alpha_Rs": 4.4e-5 * mass**0.53, "r_trunc": truncation}


def grid() -> tuple[np.ndarray, np.ndarray]:
    """Directions of the rays (arcsec), (RAYS, RAYS)."""
    x, y = np.meshgrid(*[np.linspace(-HALF, HALF, RAYS, dtype=np.float32)] * 2)
    return x, y


def of_jaxlens(planes: int, tolerance: float | None) -> Rays:
    """Rays through the haloes of some planes.

    Args:
        planes: their number.
        tolerance: the error of each plane's deflection (arcsec); None for the exact one.
    """
    own = {name: jnp.asarray(a, jnp.float32).reshape(planes, -1) for name, a in population().items()}
    redshifts = jnp.asarray([*REDSHIFTS[planes], Z_SOURCE])
    weights = lensing_weights(cosmology.transverse_comoving_distance(redshifts, **UNIVERSE))
    shown = jnp.ones(HALOES // planes, bool)

    @jax.jit
    def rays(x: jax.Array, y: jax.Array, own: dict[str, jax.Array]) -> tuple[jax.Array, jax.Array]:
        def plane(k: int) -> Callable[..., Any]:
            haloes = {name: a[k] for name, a in own.items()}
            return lambda x, y: deflection("TNFW", x, y, haloes, shown, tolerance)

        return shoot(x, y, [plane(k) for k in range(planes)], weights)[-1]

    x, y = map(jnp.asarray, grid())
    return lambda: jax.block_until_ready(rays(x, y, own))


def _lenstronomy_arguments(planes: int, every: int = 1) -> tuple[list[dict[str, float]], list[float]]:
    """The haloes as lenstronomy's keyword arguments, and their redshifts."""
    columns = population()
    names = {"x": "center_x", "y": "center_y"}
    rows = [{names.get(n, n): float(a[k]) for n, a in columns.items()} for k in range(0, HALOES, every)]
    per_plane = HALOES // planes
    return rows, [REDSHIFTS[planes][k // per_plane] for k in range(0, HALOES, every)]


def of_jaxtronomy(planes: int) -> Rays:
    """The same rays by LensModelBulk."""
    from astropy.cosmology import FlatLambdaCDM
    from jaxtronomy.LensModel.lens_model_bulk import LensModelBulk

    rows, redshifts = _lenstronomy_arguments(planes)
    model = LensModelBulk(["TNFW"], multi_plane=planes > 1, cosmo=FlatLambdaCDM(**UNIVERSE))
    several = {"z_source": Z_SOURCE, "lens_redshift_list": redshifts} if planes > 1 else {}
    arguments = model.prepare_ray_shooting_kwargs(["TNFW"] * HALOES, rows, **several)
    x, y = (jnp.asarray(a.ravel()) for a in grid())
    return lambda: jax.block_until_ready(model.ray_shooting(x, y, arguments))


def of_lenstronomy(planes: int, every: int) -> Rays:
    """The rays through some of the haloes by lenstronomy.

    Args:
        planes: the number of planes.
        every: which haloes are there: one of so many.
    """
    from astropy.cosmology import FlatLambdaCDM
    from lenstronomy.LensModel.lens_model import LensModel

    rows, redshifts = _lenstronomy_arguments(planes, every)
    names = ["TNFW"] * len(rows)
    several = {"z_source": Z_SOURCE, "lens_redshift_list": redshifts, "multi_plane": True}
    model = LensModel(names, cosmo=FlatLambdaCDM(**UNIVERSE), **(several if planes > 1 else {}))
    x, y = (a.ravel().astype(float) for a in grid())
    return lambda: model.ray_shooting(x, y, rows)


def _methods(planes: int) -> dict[str, tuple[Rays, int]]:
    """The rays by each method, and of how many haloes."""
    return {
        "jaxlens, exact": (of_jaxlens(planes, None), HALOES),
        "jaxlens, 1e-4 arcsec": (of_jaxlens(planes, TOLERANCE / planes), HALOES),
        "JAXtronomy, bulk": (of_jaxtronomy(planes), HALOES),
        "lenstronomy": (of_lenstronomy(planes, LENSTRONOMY), HALOES // LENSTRONOMY),
    }


def _tasks(planes: int, name: str, rays: Rays, count: int, at_once: int) -> list[Task]:
    """One call of a method, and calls of it in threads; the work is counted in pairs."""
    one = Task(f"{planes}", name, rays, count * RAYS * RAYS, batch=1)
    return [one, side_by_side(one, name, at_once)] if name != "lenstronomy" else [one]


def _errors(methods: dict[str, tuple[Rays, int]], planes: int) -> dict[str, float]:
    """The largest distance of the rays of each method of all haloes from those of lenstronomy (arcsec)."""
    wanted = np.asarray(of_lenstronomy(planes, 1)())
    found = {name: np.asarray(rays()) for name, (rays, count) in methods.items() if count == HALOES}
    return {name: float(np.hypot(*(a.reshape(2, -1) - wanted)).max()) for name, a in found.items()}


def _best(found: list[Timed], planes: int, name: str) -> float:
    """Pairs a second of a method."""
    own = [one for one in found if (one.workload, one.method) == (f"{planes}", name)]
    return max(one.per_second or 0.0 for one in own)


def main(arguments: list[str] | None = None) -> int:
    """Print the table; 0 where jaxlens is right, and WANTED times as fast as JAXtronomy; else 1."""
    parser = argparse.ArgumentParser(prog="python -m validation.speed.haloes", description=__doc__)
    parser.add_argument("--repeats", type=int, default=7, help="how often each is timed (default: 7)")
    parser.add_argument("--at-once", type=int, default=2, help="threads (default: 2)")
    options = parser.parse_args(arguments)
    every = {planes: _methods(planes) for planes in REDSHIFTS}
    tasks = [
        task
        for planes, methods in every.items()
        for name, (rays, count) in methods.items()
        for task in _tasks(planes, name, rays, count, options.at_once)
    ]
    found = measure(tasks, options.repeats, seconds=0.5)
    print("| planes | method | million pairs a second | times JAXtronomy | error, arcsec |")
    print("|---|---|---|---|---|")
    good = True
    for planes, methods in every.items():
        errors, reference = _errors(methods, planes), _best(found, planes, "JAXtronomy, bulk")
        for name in methods:
            speed, error = _best(found, planes, name), errors.get(name, 0.0)
            print(f"| {planes} | {name} | {speed / 1e6:,.1f} | {speed / reference:.2f} | {error:.1e} |")
            if name.startswith("jaxlens"):
                allowed = 2e-6 if "exact" in name else TOLERANCE
                good = good and speed >= WANTED * reference and error < allowed
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
