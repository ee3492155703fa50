"""Whole images beside lenstronomy's: what the topics scenes and supersampling share."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens import Simulator, render
from validation import references
from validation.references import Group
from validation.rows import Picture, Row, precision, row, worst_and_median

TOLERANCE = {"float64": 1e-7, "float32": 5e-5}
# Largest difference in a pixel over its noise, shot noise included, without and with point sources.
NOISE_TOLERANCE = {False: 0.01, True: 0.1}
# Where moving a source, or a deflector behind the first, by float32's rounding of a ray (arcsec) shows in the
# noise, the difference is measured by the move (arcsec) that would make it.
RAY_ROUNDING = 3e-7
MOVE_TOLERANCE = 1e-6
STEEP = (
    "where a ray meets a cusp of light or mass, its rounding (1e-7 arcsec) shows at this S/N (up to 1,000)"
)


@dataclass(frozen=True)
class Compared:
    """Images of a group by jaxlens and by lenstronomy, and the noise, all (n, bands, num_pix, num_pix)."""

    name: str
    points: bool
    ours: np.ndarray
    theirs: np.ndarray
    sigma: np.ndarray
    simulator: Simulator
    params: dict[str, np.ndarray]

    @property
    def of_peak(self) -> np.ndarray:
        """Largest difference over the peak of its band, (n,)."""
        away = np.max(np.abs(self.ours - self.theirs), axis=(2, 3)) / np.max(np.abs(self.theirs), axis=(2, 3))
        return np.asarray(np.max(away, axis=1))

    @property
    def of_noise(self) -> np.ndarray:
        """Largest difference over the noise of its pixel, (n,)."""
        return np.asarray(np.max(np.abs(self.ours - self.theirs) / self.sigma, axis=(1, 2, 3)))

    @property
    def slope(self) -> np.ndarray:
        """Change of a pixel where the light, or the mass, behind the first plane moves: counts/s/arcsec.

        In float64; the largest of the moves along x and y.
        """
        planes = self.simulator.scene.planes[1:]
        light = [light.prefix for plane in planes for light in plane.light]
        mass = [mass.prefix for plane in planes for mass in plane.mass]

        def moved(by: jax.Array) -> jax.Array:
            places = {
                f"{prefix}-center_{axis}": by[i, k]
                for i, prefixes in enumerate((light, mass))
                for prefix in prefixes
                for k, axis in enumerate("xy")
            }
            shifted = {name: value + places.get(name, 0.0) for name, value in self.params.items()}
            return self.simulator.render(shifted)

        with jax.enable_x64(True):
            return np.asarray(jnp.max(jnp.abs(jax.jacfwd(moved)(jnp.zeros((2, 2)))), axis=(-2, -1)))


def compared(name: str, group: Group, count: int | None = None) -> Compared:
    """Render the first `count` systems of a frozen group in jax's present precision."""
    simulator = Simulator(json.loads(str(group["config"])), str(group["configuration"]))
    params = {key: value[:count] for key, value in references.parameters(group).items()}
    theirs = np.asarray(group["image"], dtype=np.float64)[:count]
    ours = np.asarray(simulator.render(params), dtype=np.float64)
    scene = simulator.scene
    points = bool(scene.stars) or any(plane.points for plane in scene.planes)
    sigma = _noise(simulator, params, theirs)
    return Compared(name, points, ours, theirs, sigma, simulator, params)


def _noise(simulator: Simulator, params: dict[str, np.ndarray], image: np.ndarray) -> np.ndarray:
    """Standard deviation of the noise of every pixel, shot noise included, always in float64."""
    with jax.enable_x64(True):
        values = {key: jnp.asarray(value) for key, value in params.items()}
        sigma = jax.vmap(partial(render.noise_sigma, simulator.scene))(values, jnp.asarray(image))
        return np.asarray(sigma)


def peak_rows(found: list[Compared]) -> list[Row]:
    """A row a group: the difference over the peak."""
    return [row(group.name, group.of_peak, TOLERANCE[precision()]) for group in found]


def noise_rows(found: list[Compared]) -> list[Row]:
    """In float32 the difference over the noise, without and with point sources, and that of steep pixels."""
    if precision() == "float64":
        return []
    rows = []
    for points in (False, True):
        groups = [group for group in found if group.points == points]
        if groups:
            what = f"every pixel, {'with' if points else 'without'} point sources"
            rows += _by_steepness(what, groups, NOISE_TOLERANCE[points])
    return rows


def _by_steepness(what: str, groups: list[Compared], tolerance: float) -> list[Row]:
    """A row of the pixels that are no steeper than float32 allows, and one of the others if there are any."""
    smooth, steep, steep_noise = [], [], []
    for group in groups:
        away = np.abs(group.ours - group.theirs)
        slope = group.slope if np.any(away > tolerance * group.sigma) else np.zeros_like(away)
        is_steep = slope * RAY_ROUNDING > tolerance * group.sigma
        over_noise = away / group.sigma
        smooth.append(np.max(np.where(is_steep, 0.0, over_noise), axis=(1, 2, 3)))
        steep.append((away[is_steep] / slope[is_steep]).ravel())
        steep_noise.append(over_noise[is_steep].ravel())
    rows = [row(what, np.concatenate(smooth), tolerance, "of the noise")]
    moves, noise = np.concatenate(steep), np.concatenate(steep_noise)
    if moves.size:
        note = f"{STEEP}; at most {noise.max():.1e} of the noise"
        rows[0] = row(f"{what}, but steep ones", np.concatenate(smooth), tolerance, "of the noise")
        rows.append(row(f"{what}, steep ones", moves, MOVE_TOLERANCE, "arcsec moved", note))
    return rows


def pictures(found: list[Compared]) -> list[Picture]:
    """The worst and the median image of all groups."""
    cases = [(group, i) for group in found for i in range(len(group.ours))]
    errors = np.concatenate([group.of_peak for group in found])

    def draw(case: int, which: str) -> Picture:
        group, i = cases[case]
        away = np.max(np.abs(group.ours[i] - group.theirs[i]), axis=(1, 2))
        band = int(np.argmax(away / np.max(group.theirs[i], axis=(1, 2))))
        images = group.ours[i, band], group.theirs[i, band], group.sigma[i, band]
        title = f"{which} of {len(cases)}: {group.name}, no. {i}, band {band + 1}"
        return Picture(title, "counts/s", *images, "the exposure, shot noise included")

    return worst_and_median(errors, draw)
