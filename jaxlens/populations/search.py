"""The search for the numbers of a file with which simulated images are like real ones."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pandas as pd

from jaxlens.populations.distances import (
    LONGEST_STEP,
    Distance,
    Sample,
    curvature,
    downhill,
    resampled_gradients,
    units,
)
from jaxlens.populations.file_numbers import FreeNumbers, at_coordinates, coordinates, updated_file
from jaxlens.populations.result import PopulationFit
from jaxlens.populations.simulated_sets import (
    Features,
    Model,
    World,
    batches_of,
    lessons,
    sloped_statistics,
    statistics_of,
)
from jaxlens.populations.statistics import Regression, noise_level, regression
from jaxlens.simulator.batched import Params
from jaxlens.simulator.simulator import Simulator

# In units in which 1 moves the statistics by their spread: how far around the numbers the regression is
# learnt, and how near they are when it is learnt for the last time.
_AROUND, _NEAR = 1.0, 0.3
# A number is hardly determined where its error, in these units, is larger.
_VAGUE = 0.3
# The largest unit of a number with bounds, whose coordinate is a logarithm.
_WIDEST = 0.5
# By how much a coordinate is moved to see what it moves.
_TRIAL = 0.01
# A step is small where it is this part of the unit over the root of the number of images.
_SMALL = 0.1


class Found(NamedTuple):
    """Where a search stands: the last place z (p,) where systems were simulated, and the step from there."""

    z: jax.Array
    step: jax.Array
    unit: jax.Array
    sample: Sample
    second: jax.Array
    rows: list[dict[str, float]]
    converged: bool


class Search:
    """The search for the numbers: what does not change on the way, and the steps."""

    def __init__(
        self,
        sim: Simulator,
        images: jax.Array,
        free: FreeNumbers,
        features: Features | None,
        distance: Distance,
        simulated: int,
        key: jax.Array,
    ) -> None:
        self.sim, self.images, self.free, self.distance = sim, images, free, distance
        self.start = coordinates(free, sim.hyperparameters)
        # a seeing that moves may leave the bounds that the file sets
        scene = sim.with_unbounded_psf().scene
        self.model = Model(sim.static_population, scene, free, features)
        self.world = World(sim.hyperparameters, sim.assets, _noise(images), key)
        self.batches = batches_of(simulated)
        self.widest = jnp.asarray([_WIDEST if one.bounded else jnp.inf for one in free], self.start.dtype)
        self.first_unit, self.targets = self._trial()

    def run(self, steps: int, optimizer: optax.GradientTransformation | None) -> Found:
        """Step after step until one is small."""
        z, unit = self.start, self.first_unit
        place, around, size = z, _AROUND, LONGEST_STEP
        learnt = self._learn(z, around * unit)
        state = optimizer.init(z / unit) if optimizer else None
        found: Found | None = None
        rows: list[dict[str, float]] = []
        while True:
            sample = self._sample(z, learnt)
            unit = jnp.minimum(units(sample), self.widest)
            value, gradient, second = curvature(self.distance, sample, unit)
            if not all(jnp.isfinite(a).all() for a in (value, gradient, second)):
                if found is None:
                    raise ValueError("the distance or its slope is not finite at the file's numbers")
                return found._replace(step=jnp.zeros_like(z))
            move = downhill(np.asarray(second), np.asarray(gradient))
            size = float(np.max(np.abs(move)))
            small = size < _SMALL / math.sqrt(len(self.images))
            if optimizer and not small:
                moves, state = optimizer.update(gradient, state, z / unit)
                move = np.clip(np.asarray(moves), -LONGEST_STEP, LONGEST_STEP)
            rows.append({"distance": float(value), "step": size} | _floats(at_coordinates(self.free, z)))
            found = Found(z, jnp.asarray(move, z.dtype) * unit, unit, sample, second, rows, small)
            if small or len(rows) == steps:
                return found
            z = z + found.step
            moved = float(jnp.max(jnp.abs(z - place) / unit))
            if moved > around / 2.0 or size < _NEAR < around:
                place, around = z, max(_NEAR, min(_AROUND, size))
                learnt = self._learn(z, around * unit)

    def _trial(self) -> tuple[jax.Array, tuple[tuple[str, int | None], ...]]:
        """A first unit (p,), from the statistic that each coordinate moves most, and what they govern.

        The latter are parameters, with the band where each has its own.
        """
        still = jnp.zeros_like(self.start)
        before, params = lessons(self.model, self.world, self.start, still, self.batches)
        spread = jnp.std(self._real(None), axis=0)
        spread = jnp.where(spread > 0.0, spread, jnp.inf)
        sizes: list[float] = []
        governed: dict[tuple[str, int | None], None] = {}
        for one, shift in zip(self.free, _TRIAL * np.eye(len(still)), strict=True):
            after, moved = lessons(self.model, self.world, self.start + shift, still, self.batches)
            size = jnp.sqrt(jnp.mean((after - before) ** 2, axis=0)) / spread
            if not jnp.isfinite(size).all():
                raise ValueError("the statistics of simulated images are not all finite; give other features")
            if not jnp.max(size) > 0.0:
                raise ValueError(f"{one.path} changes nothing in the images; leave it out of free")
            sizes.append(_TRIAL / float(jnp.max(size)))
            governed |= dict.fromkeys(_changed(params, moved))
        return jnp.minimum(jnp.asarray(sizes, self.start.dtype), self.widest), tuple(governed)

    def _learn(self, z: jax.Array, around: jax.Array) -> Regression | None:
        """The regression of the governed parameters for numbers about z; None where the user has features."""
        if self.model.features is not None:
            return None
        statistics, params = lessons(self.model, self.world, z, around, self.batches)
        columns = [params[name] if band is None else params[name][:, band] for name, band in self.targets]
        targets = jnp.stack(columns, axis=1)
        # far from the file's numbers a system may be too bright for floating point
        fine = jnp.isfinite(statistics).all(axis=1) & jnp.isfinite(targets).all(axis=1)
        return regression(statistics[fine], targets[fine], self.world.key)

    def _sample(self, z: jax.Array, learnt: Regression | None) -> Sample:
        """The statistics of systems at z and of the real images, in units of the spread of both together."""
        real = self._real(learnt)
        values, slopes = sloped_statistics(self.model, self.world, z, learnt, self.batches)
        for one, moves in zip(self.free, jnp.any(slopes != 0.0, axis=(1, 2)).tolist(), strict=True):
            if not moves:
                raise ValueError(f"the statistics have no slope along {one.path}; leave it out of free")
        apart = jnp.mean(values, axis=0) - jnp.mean(real, axis=0)
        spread = jnp.sqrt(jnp.var(real, axis=0) + apart**2)
        scale = 1.0 / jnp.where(spread > 0.0, spread, 1.0)[None]
        return Sample(values * scale, slopes * scale[None], real * scale)

    def _real(self, learnt: Regression | None) -> jax.Array:
        """The statistics of the real images, (n, f)."""
        real = statistics_of(self.model, self.images, learnt, self.world.sigma)
        if not jnp.isfinite(real).all():
            raise ValueError("the statistics of the real images are not all finite; give other features")
        return real

    def result(self, found: Found, bootstrap: int) -> PopulationFit:
        """What was found, with its errors."""
        key = jax.random.fold_in(self.world.key, 2)
        gradients = resampled_gradients(self.distance, found.sample, found.unit, key, bootstrap)
        moves = np.stack([downhill(np.asarray(found.second), one) for one in np.asarray(gradients)])
        ends = jax.vmap(partial(at_coordinates, self.free))(found.z[None] + moves * found.unit[None])
        values = _floats(at_coordinates(self.free, found.z + found.step))
        start = _floats({one.path: self.sim.hyperparameters[one.path] for one in self.free})
        return PopulationFit(
            free=tuple(values),
            start=np.asarray(list(start.values())),
            values=np.asarray(list(values.values())),
            samples=np.stack([np.asarray(ends[path], float) for path in values], axis=1),
            distance=found.rows[-1]["distance"],
            history=pd.DataFrame(found.rows),
            converged=found.converged,
            warnings=_remarks(found, self.free, np.std(moves, axis=0)),
            config=updated_file(self.sim, values),
            text=self.sim.config.text,
        )


def _changed(before: Params, after: Params) -> Iterator[tuple[str, int | None]]:
    """The parameters that differ, (n,) or (n, bands), the latter by band."""
    for name, values in before.items():
        differ = np.any(np.asarray(values != after[name]), axis=0)
        if differ.ndim == 0:
            yield from [(name, None)] if differ else []
        else:
            yield from ((name, int(band)) for band in np.flatnonzero(differ))


def _noise(images: jax.Array) -> jax.Array:
    """The noise of the real images by band; a small part of their brightest pixel where they have none."""
    return jnp.maximum(noise_level(images), 1e-6 * jnp.max(jnp.abs(images), axis=(0, 2, 3)))


def _floats(numbers: Mapping[str, jax.Array]) -> dict[str, float]:
    """The numbers, each the shortest that is the same in its precision."""
    return {path: float(str(np.asarray(value)[()])) for path, value in numbers.items()}


def _remarks(found: Found, free: FreeNumbers, errors: np.ndarray) -> tuple[str, ...]:
    """What is not as it should be; `errors` are those of the coordinates in units (p,)."""
    remarks = []
    if not found.converged:
        size = found.rows[-1]["step"]
        remarks.append(
            f"the fit has not converged: step {len(found.rows)} was still {size:.2g} of the spread"
        )
    vague = ", ".join(one.path for one, error in zip(free, errors, strict=True) if error > _VAGUE)
    if vague:
        remarks.append(f"the images hardly determine {vague}; the errors are lower limits")
    return tuple(remarks)
