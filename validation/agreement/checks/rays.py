"""Rays through two and three deflecting planes, their magnification, and arrival times, against lenstronomy.

Magnifications have an analytic reference (`validation.agreement.exact.images`): lenstronomy's are finite
differences.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels import cosmology
from jaxlens.kernels.lensing import rays
from jaxlens.kernels.mass.external import shear, shear_potential
from jaxlens.kernels.mass.isothermal import sie, sie_potential
from validation.agreement import references
from validation.agreement.references import Group
from validation.agreement.reporting.rows import (
    Findings,
    Picture,
    Row,
    peak_errors,
    precision,
    row,
    worst_and_median,
)

# Names of the reference groups in the report.
PLANES = {"two_deflectors": "two deflecting planes", "three_deflectors": "three deflecting planes"}
SHAPE = ("theta_E", "e1", "e2", "center_x", "center_y")
SHEAR = ("gamma1", "gamma2")
UNIVERSE = ("H0", "Om0")
# Tolerance of positions, in units of the largest in a case; not smaller, because lenstronomy's SIE keeps the
# axis ratio 1e-8 away from 1.
POSITION = {"float64": 1e-8, "float32": 1e-5}
# Tolerance of 1 / mu, in units of its largest value in a case.
INVERSE_MAGNIFICATION = {"float64": 1e-8, "float32": 1e-5}
# Tolerance of arrival times, in units of the largest in a case.
TIME = {"float64": 1e-6, "float32": 1e-5}
TIME_REMARK = "float32: the distance between close planes is the difference of two rounded distances"
# Rays closer than this to a singular center, in units of theta_E, have a row of their own.
CLOSE = 0.1
# Tolerance of 1 / mu of these rays.
CLOSE_INVERSE_MAGNIFICATION = {"float64": 1e-8, "float32": 1e-4}
CLOSE_REMARK = (
    "float32: 1/mu is proportional to the inverse distance from the center, which rounding changes by 1e-5"
)

Case = dict[str, jax.Array]


def check(quick: bool) -> Findings:
    """Positions and 1 / magnification in every plane, and arrival times."""
    groups = references.load("rays")
    findings = Findings()
    for name, planes in PLANES.items():
        _check_planes(_thinned(groups[name], quick), planes, findings)
    group = _thinned(groups["arrival_time"], quick)
    errors = peak_errors(_over_cases(_times_behind_one, group)["time"], group["time"])
    findings.rows.append(row("one deflecting plane: arrival time", errors, 1e-6))
    return findings


def _thinned(group: Group, quick: bool) -> Group:
    """Every fourth case in a quick comparison."""
    return {name: array[:: 4 if quick else 1] if array.ndim else array for name, array in group.items()}


def _over_cases(function: Callable[[Case, Case], Case], group: Group) -> dict[str, np.ndarray]:
    """`function(case, cosmology)` of all cases of a group."""
    cases = {name: jnp.asarray(array) for name, array in group.items() if array.ndim}
    universe = {name: jnp.asarray(group[name]) for name in UNIVERSE}
    found = jax.jit(jax.vmap(function, (0, None)))(cases, universe)
    return {name: np.asarray(array, dtype=np.float64) for name, array in found.items()}


def _check_planes(group: Group, planes: str, findings: Findings) -> None:
    """Rows of systems with so many planes; the pictures are of the last plane."""
    found = _over_cases(_through_planes, group)
    beta = np.stack([group["beta_x"], group["beta_y"]], axis=2)
    # Positions in the first plane are those where the rays are seen, which are given.
    apart = np.max([peak_errors(found["beta"][:, k], beta[:, k]) for k in range(1, beta.shape[1])], axis=0)
    findings.rows.append(row(f"{planes}: positions in each plane", apart, POSITION[precision()]))
    findings.rows += _magnification_rows(group, found["inverse_magnification"], planes)
    times = peak_errors(found["time"], group["time"])
    remark = TIME_REMARK if precision() == "float32" else ""
    findings.rows.append(row(f"{planes}: arrival time", times, TIME[precision()], remark=remark))
    findings.pictures = worst_and_median(apart, partial(_picture, beta, found["beta"], planes))


def _magnification_rows(group: Group, found: np.ndarray, planes: str) -> list[Row]:
    """1/mu in every plane, of the rays far from all centers and of those close to one."""
    # the reference has 1 / mu as the determinant of d beta / d theta
    exact = group["determinant"]
    exact = np.sign(exact) * np.maximum(np.abs(exact), 1.0 / rays.MAX_MAGNIFICATION)
    errors = np.abs(found - exact).max(axis=1) / np.abs(exact).max(axis=(1, 2))[:, None]
    off = np.hypot(*(group[f"beta_{axis}"][:, :-1] - group[f"center_{axis}"][:, :, None] for axis in "xy"))
    close = np.any(off < CLOSE * group["theta_E"][:, :, None], axis=1)
    remark = CLOSE_REMARK if precision() == "float32" else ""
    return [
        row(f"{planes}: 1 / magnification", errors[~close], INVERSE_MAGNIFICATION[precision()]),
        row(
            f"{planes}: 1 / magnification near a center",
            errors[close],
            CLOSE_INVERSE_MAGNIFICATION[precision()],
            remark=remark,
        ),
    ]


def _lenses(case: Case) -> list[Case]:
    """The SIE of each deflecting plane."""
    return [{name: case[name][k] for name in SHAPE} for k in range(case["theta_E"].shape[0])]


def _shoot(case: Case, weights: jax.Array, x: jax.Array, y: jax.Array) -> list[tuple[jax.Array, jax.Array]]:
    """Positions of the rays seen at (x, y) in each plane."""
    lenses = _lenses(case)

    def first(u: jax.Array, v: jax.Array) -> tuple[jax.Array, jax.Array]:
        of_sie, of_shear = sie(u, v, **lenses[0]), shear(u, v, **{name: case[name] for name in SHEAR})
        return of_sie[0] + of_shear[0], of_sie[1] + of_shear[1]

    return rays.shoot(x, y, [first, *(partial(sie, **lens) for lens in lenses[1:])], weights)


def _through_planes(case: Case, universe: Case) -> Case:
    """`beta` (planes, 2, rays), `inverse_magnification` in each plane (planes, rays) and `time` (rays,)."""
    distances = cosmology.transverse_comoving_distance(case["redshift"], **universe)
    shoot = partial(_shoot, case, rays.lensing_weights(distances))
    positions = shoot(case["x"], case["y"])
    psi = [sie_potential(*at, **lens) for at, lens in zip(positions, _lenses(case), strict=False)]
    psi[0] = psi[0] + shear_potential(*positions[0], **{name: case[name] for name in SHEAR})

    def in_each_plane(x: jax.Array, y: jax.Array) -> tuple[jax.Array, jax.Array]:
        at = shoot(x, y)
        return jnp.stack([u for u, _ in at]), jnp.stack([v for _, v in at])

    return {
        "beta": jnp.stack([jnp.stack(at) for at in positions]),
        "inverse_magnification": 1.0 / rays.magnification(in_each_plane, case["x"], case["y"]),
        "time": rays.arrival_time(positions, psi, distances),
    }


def _times_behind_one(case: Case, universe: Case) -> Case:
    """`time` (images,) behind an SIE with shear."""
    x, y = case["x"], case["y"]
    lens = {name: case[name] for name in ("theta_E", "e1", "e2")}
    psi = sie_potential(x, y, **lens) + shear_potential(x, y, **{name: case[name] for name in SHEAR})
    source = jnp.full_like(x, case["source_x"]), jnp.full_like(y, case["source_y"])
    redshifts = jnp.stack([case["z_lens"], case["z_source"]])
    distances = cosmology.transverse_comoving_distance(redshifts, **universe)
    return {"time": rays.arrival_time([(x, y), source], [psi], distances)}


def _picture(theirs: np.ndarray, ours: np.ndarray, planes: str, case: int, which: str) -> Picture:
    """Both coordinates of all rays of a case in the last plane, in the order of theirs."""
    mine, reference = ours[case, -1].ravel(), theirs[case, -1].ravel()
    order = np.argsort(reference)
    return Picture(
        f"rays through {planes}, in the last ({which} case)",
        "x and y of every ray in the source's plane (arcsec)",
        mine[order],
        reference[order],
        1e-3,
        "a milliarcsecond",
        np.arange(order.size, dtype=float),
        "index of the coordinate",
    )
