"""The picture docs/dark_matter.png: image, convergence of haloes, and difference to the smooth lens."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

import jaxlens
from jaxlens.imaging.halo_lensing import halo_lensed_rays
from validation.haloes import DOCS
from validation.haloes.small_lens import PREFIXES
from validation.haloes.smooth import smooth

OUT = DOCS / "dark_matter.png"
SUBSTRUCTURE, FIELD = PREFIXES.values()
# The files, each with the number that the title has.
FILES = {"subhaloes_cdm": "f_sub", "subhaloes_wdm": "half_mode_mass", "line_of_sight": "NUMBER"}
# Systems from which the one is taken in which haloes change the image third most.
SYSTEMS, SEED, RANK = 12, 5, 3
# Points of the map of the convergence along a side.
POINTS = 160
# Solar masses above which haloes are marked.
MARKED = 1e8
# Inches: the width of a panel.
PANEL = 2.9
# What of the macro lens bends rays, and a value with which it does not.
MACRO = (
    "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E",
    "PLANE_1-OBJECT_1-SHEAR_PROFILE_1-gamma1",
    "PLANE_1-OBJECT_1-SHEAR_PROFILE_1-gamma2",
)
NOTHING = 1e-9

Params = dict[str, Any]


def run(full: bool) -> None:
    """Draw the picture; there is one size only."""
    figure, axes = plt.subplots(
        len(FILES), 3, figsize=(3 * PANEL + 1.2, len(FILES) * PANEL + 0.3), layout="constrained"
    )
    for row, name in zip(axes, FILES, strict=True):
        _draw_row(figure, row, name)
    figure.savefig(OUT, dpi=80)
    plt.close(figure)


def _draw_row(figure: Any, axes: list[Axes], name: str) -> None:
    """The panels of one file."""
    sim = jaxlens.Simulator(name)
    key = jax.random.key(SEED, impl="threefry2x32")
    numbers = sim.numbers(key, SYSTEMS).values
    params = sim.sample(key, SYSTEMS)
    clean = np.asarray(sim.render(params))[:, 0]
    difference = clean - np.asarray(sim.render(smooth(params)))[:, 0]
    noisy = np.asarray(sim.observe(key, params))[:, 0]
    size = np.abs(difference).max(axis=(1, 2))
    k = int(np.argsort(size)[-RANK])
    one = {key: jnp.asarray(value)[k] for key, value in params.items()}
    half = 0.5 * sim.scene.num_pix * float(one["pixel_scale"])
    extent = (-half, half, -half, half)
    shown = axes[0].imshow(noisy[k], origin="lower", extent=extent, cmap="magma")
    figure.colorbar(shown, ax=axes[0], shrink=0.8)
    axes[0].set_title(f"{name}, counts/s", fontsize=9)
    kappa = convergence(sim, one, half)
    limit = 0.05
    shown = axes[1].imshow(kappa, origin="lower", extent=extent, cmap="RdBu_r", vmin=-limit, vmax=limit)
    figure.colorbar(shown, ax=axes[1], shrink=0.8)
    _mark(axes[1], one)
    axes[1].set_title(f"convergence, {_said(numbers, k, FILES[name])}", fontsize=9)
    axes[1].set(xlim=extent[:2], ylim=extent[2:])
    limit = size[k]
    ends: dict[str, Any] = {"extent": extent, "vmin": -limit, "vmax": limit}
    shown = axes[2].imshow(difference[k], origin="lower", cmap="RdBu_r", **ends)
    figure.colorbar(shown, ax=axes[2], shrink=0.8)
    axes[2].set_title("haloes minus none, counts/s", fontsize=9)


def convergence(sim: jaxlens.Simulator, one: Params, half: float) -> np.ndarray:
    """The convergence of haloes and sheets, 1 - (d beta_x / dx + d beta_y / dy) / 2, without the macro lens.

    Args:
        sim: the simulator.
        one: the parameters of one system.
        half: half the width of the map, arcsec.

    Returns:
        The map, (points, points).
    """
    line = jnp.linspace(-half, half, POINTS)
    x, y = (axis[None] for axis in jnp.meshgrid(line, line))
    scene = replace(sim.scene, halo_tolerance=0.0)
    alone = one | {name: NOTHING * jnp.ones_like(one[name]) for name in MACRO}
    beta_x, beta_y = (np.asarray(b)[0] for b in jax.jit(partial(halo_lensed_rays, scene))(alone, x, y)[-1])
    step = float(line[1] - line[0])
    return 1.0 - 0.5 * (np.gradient(beta_x, step, axis=1) + np.gradient(beta_y, step, axis=0))


def _mark(axes: Axes, one: Params) -> None:
    """Circles about subhaloes, squares about haloes in front of the lens, diamonds about those behind it."""
    z_lens = float(one["PLANE_1-OBJECT_1-REDSHIFT"])
    for prefix in (SUBSTRUCTURE, FIELD):
        if f"{prefix}-NUMBER" not in one:
            continue
        number = int(one[f"{prefix}-NUMBER"])
        x, y, mass = (np.asarray(one[f"{prefix}-{name}"])[:number] for name in ("x", "y", "mass"))
        z = np.asarray(one[f"{prefix}-z"])[:number] if prefix == FIELD else np.full(number, z_lens)
        kinds = {"o": z == z_lens, "s": z < z_lens, "D": z > z_lens}
        for marker, chosen in kinds.items():
            own = chosen & (mass > MARKED)
            area = 12.0 * (mass[own] / MARKED) ** 0.5
            style: dict[str, Any] = {"facecolors": "none", "edgecolors": "black", "linewidths": 0.6}
            axes.scatter(x[own], y[own], s=area, marker=marker, **style)


def _said(numbers: Params, k: int, name: str) -> str:
    """What the title says of system k."""
    if name == "NUMBER":
        counts = [int(numbers[f"{prefix}-NUMBER"][k]) for prefix in (SUBSTRUCTURE, FIELD)]
        return f"{counts[0]} + {counts[1]} haloes"
    value = float(numbers[f"{SUBSTRUCTURE}-{name}"][k])
    return f"f_sub {value:.3f}" if name == "f_sub" else f"half-mode mass {value:.1e}".replace("e+0", "e")
