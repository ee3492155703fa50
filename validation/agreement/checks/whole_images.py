"""Whole images against lenstronomy's: the rows and pictures of the topics scenes and supersampling."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens import Simulator
from jaxlens.imaging.noise import noise_sigma
from validation.agreement import references
from validation.agreement.references import Group
from validation.agreement.reporting.rows import OF_THE_PEAK, Picture, Row, precision, row, worst_and_median

# Largest difference in a pixel, in units of the peak of the band.
TOLERANCE = {"float64": 1e-7, "float32": 5e-5}
# Largest difference in a pixel over its noise, shot noise included, without and with point sources.
NOISE_TOLERANCE = {False: 0.01, True: 0.1}
# Rounding of a ray in float32 (arcsec).  A pixel is steep where a shift of a source, or of a deflector behind
# the first plane, by this much changes it by more than the tolerance.
RAY_ROUNDING = 3e-7
# Tolerance of a steep pixel: the shift (arcsec) that would cause its difference.
MOVE_TOLERANCE = 1e-6
STEEP = "rays near a cusp of light or mass: at a S/N of up to 1,000 their rounding (1e-7 arcsec) is seen"


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
    def peak(self) -> np.ndarray:
        """The brightest pixel of lenstronomy's image in each band, (n, bands, 1, 1)."""
        return np.asarray(np.max(np.abs(self.theirs), axis=(2, 3), keepdims=True))

    @property
    def of_peak(self) -> np.ndarray:
        """Largest difference over the peak of its band, (n,)."""
        return np.asarray(np.max(np.abs(self.ours - self.theirs) / self.peak, axis=(1, 2, 3)))

    @property
    def sensitivity(self) -> np.ndarray:
        """Derivative of a pixel in the position of the light, or mass, behind the first plane.

        In counts/s/arcsec and float64; the largest of the derivatives along x and y.
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
    """Render the systems of a reference group in jax's present precision.

    Args:
        name: the name of the group.
        group: its arrays, as `validation.agreement.topics.frozen_images` makes them.
        count: the number of systems, from the first on; by default all.
    """
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
        sigma = jax.vmap(partial(noise_sigma, simulator.scene))(values, jnp.asarray(image))
        return np.asarray(sigma)


def peak_rows(found: list[Compared]) -> list[Row]:
    """A row a group: the difference over the peak."""
    tolerance = TOLERANCE[precision()]
    rows = [_by_steepness(group.name, [group], [group.peak], tolerance, OF_THE_PEAK) for group in found]
    return [row for group in rows for row in group]


def noise_rows(found: list[Compared]) -> list[Row]:
    """In float32 the difference over the noise, without and with point sources."""
    rows = []
    for points in (False, True) if precision() == "float32" else ():
        groups = [group for group in found if group.points == points]
        if groups:
            name = f"every pixel, {'with' if points else 'without'} point sources"
            noise = [group.sigma for group in groups]
            rows += _by_steepness(name, groups, noise, NOISE_TOLERANCE[points], "of the noise")
    return rows


def _by_steepness(
    name: str, groups: list[Compared], units: list[np.ndarray], tolerance: float, measure: str
) -> list[Row]:
    """A row of the differences in the given units; in float32 steep pixels have a row of their own."""
    smooth, moves, others = [], [], []
    for group, unit in zip(groups, units, strict=True):
        away = np.abs(group.ours - group.theirs)
        steep = np.zeros(away.shape, dtype=bool)
        if precision() == "float32" and np.any(away > tolerance * unit):
            sensitivity = group.sensitivity
            steep = sensitivity * RAY_ROUNDING > tolerance * unit
            moves.append(away[steep] / sensitivity[steep])
            others.append((away / unit)[steep])
        smooth.append(np.max(np.where(steep, 0.0, away / unit), axis=(1, 2, 3)))
    if not sum(map(np.size, moves)):
        return [row(name, np.concatenate(smooth), tolerance, measure)]
    remark = f"{STEEP}; at most {np.max(np.concatenate(others)):.1e} {measure}"
    return [
        row(f"{name}, but steep pixels", np.concatenate(smooth), tolerance, measure),
        row(f"{name}, steep pixels", np.concatenate(moves), MOVE_TOLERANCE, "arcsec moved", remark),
    ]


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
