"""The search for the hyperparameters of a file with which simulated images are like observed ones."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.populations.distances import (
    MAX_STEP,
    Distance,
    Sample,
    bootstrap_gradients,
    coordinate_units,
    distance_expansion,
    newton_step,
    standardised,
)
from jaxlens.populations.hyperparameters import FreeHyperparameters, coordinates, hyperparameters_at
from jaxlens.populations.result import PopulationFit
from jaxlens.populations.simulated_sets import (
    Features,
    PopulationModel,
    SimulationInputs,
    batches_of,
    observed_statistics,
    simulated_statistics,
    training_set,
)
from jaxlens.populations.statistics import Regression, as_channels, fit_regression, noise_level
from jaxlens.populations.updated_file import updated_file
from jaxlens.simulator.generation import Params
from jaxlens.simulator.simulator import Simulator

if TYPE_CHECKING:
    import optax

# The next four are in the units of `coordinate_units`, in which 1 moves the statistics by their spread.
# The standard deviation of the hyperparameters in the first training set of the regression.
_FIRST_WIDTH = 1.0
# Their standard deviation in its last training set.
_LAST_WIDTH = 0.3
# A fit warns of a hyperparameter whose error is larger.
_MAX_ERROR = 0.3
# A fit of n images has converged where its step is shorter than this over sqrt(n).
_CONVERGED_STEP = 0.1
# The largest unit of a bounded hyperparameter's coordinate, which is a logarithm.
_MAX_UNIT = 0.5
# Each coordinate is changed by this to find the parameters and statistics that depend on it.
_TRIAL_SHIFT = 0.01


class SearchState(NamedTuple):
    """The last point of a search.

    Attributes:
        z: the coordinates at which systems were simulated, (p,).
        step: the step from there to the result of the search, (p,).
        unit: the unit of each coordinate, (p,).
        sample: the statistics at z.
        second: the second derivatives of the distance in units of `unit`, (p, p).
        rows: the history, a row for each step.
        converged: whether the step is small compared with the errors.
    """

    z: jax.Array
    step: jax.Array
    unit: jax.Array
    sample: Sample
    second: jax.Array
    rows: list[dict[str, float]]
    converged: bool


class Search:
    """The search for the minimum of the distance; its attributes stay the same at all steps."""

    def __init__(
        self,
        sim: Simulator,
        images: jax.Array,
        free: FreeHyperparameters,
        features: Features | None,
        distance: Distance,
        simulated: int,
        key: jax.Array,
    ) -> None:
        self.sim, self.images, self.free, self.distance = sim, images, free, distance
        self.start = coordinates(free, sim.hyperparameters)
        # a seeing that is fitted may become wider than the file allows
        scene = sim.with_unbounded_psf().scene
        self.model = PopulationModel(sim.static_population, scene, free, features)
        self.inputs = SimulationInputs(sim.hyperparameters, sim.assets, _noise(as_channels(images)), key)
        self.batches = batches_of(simulated)
        self.widest = jnp.asarray([_MAX_UNIT if each.bounded else jnp.inf for each in free], self.start.dtype)
        self.first_unit, self.targets = self._trial()

    def run(self, steps: int, optimizer: optax.GradientTransformation | None) -> SearchState:
        """Step until a step is small, at most `steps` times.

        The regression is trained again where a step has left the region of its training set, and for the last
        time near the end.

        Args:
            steps: the largest number of steps.
            optimizer: an optimizer of optax that takes the steps, or None for Newton's method.

        Returns:
            The last point of the search.

        Raises:
            ValueError: if the distance or its derivatives are not finite at the start.
        """
        z, unit = self.start, self.first_unit
        center, width = z, _FIRST_WIDTH
        trained = self._train(z, width * unit)
        state = optimizer.init(z / unit) if optimizer else None
        found: SearchState | None = None
        rows: list[dict[str, float]] = []
        while True:
            sample = self._sample(z, trained)
            unit = jnp.minimum(coordinate_units(sample), self.widest)
            value, gradient, second = distance_expansion(self.distance, sample, unit)
            if not all(np.isfinite(a).all() for a in (value, gradient, second)):
                if found is None:
                    raise ValueError("the distance or its gradient is not finite at the file's numbers")
                return found._replace(step=jnp.zeros_like(z))
            step = newton_step(np.asarray(second), np.asarray(gradient))
            size = float(np.max(np.abs(step)))
            small = size < _CONVERGED_STEP / math.sqrt(len(self.images))
            if optimizer and not small:
                step, state = _optimizer_step(optimizer, gradient, state, z / unit)
            rows.append({"distance": float(value), "step": size} | _floats(hyperparameters_at(self.free, z)))
            found = SearchState(z, jnp.asarray(step, z.dtype) * unit, unit, sample, second, rows, small)
            if small or len(rows) == steps:
                return found
            z = z + found.step
            moved = float(jnp.max(jnp.abs(z - center) / unit))
            if moved > width / 2.0 or size < _LAST_WIDTH < width:
                center, width = z, max(_LAST_WIDTH, min(_FIRST_WIDTH, size))
                trained = self._train(z, width * unit)

    def _trial(self) -> tuple[jax.Array, tuple[tuple[str, int | None], ...]]:
        """Change each coordinate by `_TRIAL_SHIFT` to find its effect on statistics and parameters.

        Returns:
            A first unit of each coordinate, (p,), from the statistic that changes most; and the parameters
            that depend on the free hyperparameters, each with the index of the band where each has its own.
        """
        zero = jnp.zeros_like(self.start)
        spread = jnp.std(self._observed(None), axis=0)
        spread = jnp.where(spread > 0.0, spread, jnp.inf)
        before, params = training_set(self.model, self.inputs, self.start, zero, self.batches)
        sizes: list[float] = []
        governed: dict[tuple[str, int | None], None] = {}
        for each, shift in zip(self.free, _TRIAL_SHIFT * np.eye(len(zero)), strict=True):
            after, moved = training_set(self.model, self.inputs, self.start + shift, zero, self.batches)
            size = np.asarray(jnp.sqrt(jnp.mean((after - before) ** 2, axis=0)) / spread)
            if not np.isfinite(size).all():
                raise ValueError("the statistics of simulated images are not all finite; give other features")
            if not np.max(size) > 0.0:
                raise ValueError(f"{each.path} changes nothing in the images; leave it out of free")
            sizes.append(_TRIAL_SHIFT / float(np.max(size)))
            governed |= dict.fromkeys(_changed(params, moved))
        return jnp.minimum(jnp.asarray(sizes, self.start.dtype), self.widest), tuple(governed)

    def _train(self, z: jax.Array, width: jax.Array) -> Regression | None:
        """The regression of `targets`, trained about z; None where the caller gave features."""
        if self.model.features is not None:
            return None
        statistics, params = training_set(self.model, self.inputs, z, width, self.batches)
        statistics, params = jax.tree.map(np.asarray, (statistics, params))
        columns = [params[name].reshape(len(statistics), -1)[:, band or 0] for name, band in self.targets]
        targets = np.stack(columns, axis=1)
        # far from the file's values the flux of a system may overflow
        finite = np.isfinite(statistics).all(axis=1) & np.isfinite(targets).all(axis=1)
        return fit_regression(statistics[finite], targets[finite], self.inputs.key)

    def _sample(self, z: jax.Array, trained: Regression | None) -> Sample:
        """The statistics at z and those of the observed images, each divided by the spread of both sets."""
        observed = self._observed(trained)
        values, derivatives = simulated_statistics(self.model, self.inputs, z, trained, self.batches)
        for each, moves in zip(self.free, np.any(np.asarray(derivatives) != 0.0, axis=(1, 2)), strict=True):
            if not moves:
                fault = f"the statistics have no derivative along {each.path}"
                raise ValueError(f"{fault}; leave it out of free")
        return standardised(Sample(values, derivatives, jnp.asarray(observed)))

    def _observed(self, trained: Regression | None) -> jax.Array:
        """The statistics of the observed images, (n, f)."""
        observed = observed_statistics(self.model, self.images, trained, self.inputs.sigma)
        if not np.isfinite(observed).all():
            raise ValueError("the statistics of the real images are not all finite; give other features")
        return observed

    def result(self, found: SearchState, bootstrap: int) -> PopulationFit:
        """The values at the end of the search, and their errors from `bootstrap` resampled sets."""
        import pandas as pd

        key = jax.random.fold_in(self.inputs.key, 2)
        gradients = bootstrap_gradients(self.distance, found.sample, found.unit, key, bootstrap)
        steps = np.stack([newton_step(np.asarray(found.second), each) for each in np.asarray(gradients)])
        resampled = jax.vmap(partial(hyperparameters_at, self.free))(found.z[None] + steps * found.unit[None])
        values = _floats(hyperparameters_at(self.free, found.z + found.step))
        start = _floats({each.path: self.sim.hyperparameters[each.path] for each in self.free})
        return PopulationFit(
            free=tuple(values),
            start=np.asarray(list(start.values())),
            values=np.asarray(list(values.values())),
            samples=np.stack([np.asarray(resampled[path], float) for path in values], axis=1),
            distance=found.rows[-1]["distance"],
            history=pd.DataFrame(found.rows),
            converged=found.converged,
            warnings=_warnings(found, self.free, np.std(steps, axis=0)),
            config=updated_file(self.sim, values),
            text=self.sim.config.text,
        )


def _optimizer_step(
    optimizer: optax.GradientTransformation, gradient: jax.Array, state: Any, z: jax.Array
) -> tuple[np.ndarray, Any]:
    """The step of an optimizer of optax, no longer than `MAX_STEP`, and its new state."""
    step, state = optimizer.update(gradient, state, z)
    return np.clip(np.asarray(step), -MAX_STEP, MAX_STEP), state


def _changed(before: Params, after: Params) -> Iterator[tuple[str, int | None]]:
    """The parameters that differ in any system, each with its index among its bands, or epochs and bands."""
    for name, values in before.items():
        differ = np.any(np.asarray(values != after[name]), axis=0)
        if differ.ndim == 0:
            yield from [(name, None)] if differ else []
        else:
            yield from ((name, int(band)) for band in np.flatnonzero(differ))


def _noise(images: jax.Array) -> jax.Array:
    """The noise of the observed images in each band, at least 1e-6 of the brightest pixel, (bands,)."""
    level = jnp.maximum(noise_level(images), 1e-6 * jnp.max(jnp.abs(images), axis=(0, 2, 3)))
    # an epoch that no system has is dark everywhere
    return jnp.where(level > 0.0, level, 1.0)


def _floats(values: Mapping[str, jax.Array]) -> dict[str, float]:
    """The values as floats: the shortest decimals that equal them in the arrays' precision."""
    return {path: float(str(np.asarray(value)[()])) for path, value in values.items()}


def _warnings(found: SearchState, free: FreeHyperparameters, errors: np.ndarray) -> tuple[str, ...]:
    """The warnings of a fit; `errors` (p,) are in units of `distances.coordinate_units`."""
    warnings = []
    if not found.converged:
        size = found.rows[-1]["step"]
        warnings.append(
            f"the fit has not converged: step {len(found.rows)} was still {size:.2g} of the spread"
        )
    vague = ", ".join(each.path for each, error in zip(free, errors, strict=True) if error > _MAX_ERROR)
    if vague:
        warnings.append(f"the images hardly determine {vague}; the errors are lower limits")
    return tuple(warnings)
