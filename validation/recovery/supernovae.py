"""Series of lensed supernovae recovered by `jaxlens.fit`: `python -m validation.recovery.supernovae`.

Simulates 40 series of `mocks.lensed_supernova_mock`, fits the pixels of all nights together, and compares
with the truth: the pulls (fit minus truth over sigma) of the day of the peak, of the stretch, and of the
delays of all images behind the first, whose errors follow from the covariance.  Exits with 1 where the width
of one of these pulls is further than 0.3 from 1, or one of them is above 4.
"""

from __future__ import annotations

import argparse
import time
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens import FitResult, Simulator
from jaxlens.fitting.fit import fit
from jaxlens.simulator.generation import Params
from validation.recovery.mocks import lensed_supernova_mock

COUNT = 40
SEED = 1
# Starts of the fit of each series.
STARTS = 24
# Systems in one call of the program that makes the series.
BATCH = 8
# The largest pull, and the largest deviation of their width from 1.
MAX_PULL, OF_WIDTH = 4.0, 0.3
PEAK, STRETCH = "PEAK", "PLANE_2-OBJECT_2-STRETCH"


class Pulls(NamedTuple):
    """Fit minus truth over sigma: `parameters` (n, k), `delays` (n, images), NaN without an image."""

    parameters: np.ndarray
    delays: np.ndarray


def pulls(sim: Simulator, truth: Params, result: FitResult) -> Pulls:
    """The pulls of a fit of series whose parameters are known.

    Args:
        sim: the simulator of the series.
        truth: their parameters.
        result: the fit of their images.
    """
    true = np.stack([np.reshape(truth[name], -1) for name in result.names], axis=1)
    return Pulls((result.values - true) / result.sigma, _delay_pulls(sim, truth, result))


def _delay_pulls(sim: Simulator, truth: Params, result: FitResult) -> np.ndarray:
    """The pulls of the delays (n, images): those of the true images, each matched with the nearest found."""
    params = {name: jnp.asarray(value) for name, value in result.params.items()}
    true, found = _images(sim, truth), _images(sim, params)
    derivatives = np.asarray(_delay_derivatives(sim, result.names, params), np.float64)
    sigma = np.sqrt(np.einsum("nik,nkl,nil->ni", derivatives, result.covariance, derivatives))
    apart = np.linalg.norm(true.place[:, :, None] - found.place[:, None], axis=-1)
    nearest = np.argmin(np.where(found.mask[:, None], apart, np.inf), axis=-1)
    delay, sigma = (np.take_along_axis(array, nearest, axis=1) for array in (found.delay, sigma))
    # the first image has no delay, but for rounding
    first = np.argmin(np.where(true.mask, true.delay, np.inf), axis=-1)
    later = true.mask & (np.arange(true.mask.shape[-1])[None] != first[:, None])
    return np.where(later, (delay - true.delay) / np.where(later, sigma, 1.0), np.nan)


class _Images(NamedTuple):
    """The images of n supernovae: places (n, slots, 2), delays (n, slots), and which slots have one."""

    place: np.ndarray
    delay: np.ndarray
    mask: np.ndarray


def _images(sim: Simulator, params: Params) -> _Images:
    (images,), (delays,) = sim.image_positions(params).values(), sim.time_delays(params).values()
    return _Images(np.stack([images.x, images.y], axis=-1), np.asarray(delays), np.asarray(images.mask))


def _delay_derivatives(sim: Simulator, names: tuple[str, ...], params: Params) -> jax.Array:
    """The derivatives of the delays in the free parameters, (n, slots, k)."""

    def moved(steps: jax.Array) -> jax.Array:
        stepped = {
            name: params[name] + jnp.reshape(step, (1,) * params[name].ndim)
            for name, step in zip(names, steps, strict=True)
        }
        (delays,) = sim.time_delays(params | stepped).values()
        return delays

    return jax.jacfwd(moved)(jnp.zeros(len(names)))


def mock_series(sim: Simulator, count: int, seed: int = SEED) -> tuple[np.ndarray, Params]:
    """Images (count, epochs, bands, y, x) and parameters of `count` series of a simulator.

    Args:
        sim: the simulator.
        count: the number of series.
        seed: the seed.
    """
    key = jax.random.key(seed, impl="threefry2x32")
    size = min(BATCH, count)
    parts = [sim(key, size, start=first) for first in range(0, count, size)]
    return jax.tree.map(lambda *arrays: np.concatenate(arrays)[:count], *parts)


def summary(result: FitResult, found: Pulls) -> dict[str, np.ndarray]:
    """The pulls of the peak, the stretch and the delays by name, each (pulls,)."""
    columns = {name: found.parameters[:, result.names.index(name)] for name in (PEAK, STRETCH)}
    return columns | {"delays": found.delays[np.isfinite(found.delays)]}


def misses(row: dict[str, np.ndarray]) -> list[str]:
    """The targets that are missed, in words."""
    missed = []
    for name, values in row.items():
        if abs(np.std(values) - 1.0) > OF_WIDTH:
            missed.append(f"the pulls of {name} have width {np.std(values):.3f}")
        if np.max(np.abs(values)) > MAX_PULL:
            missed.append(f"a pull of {name} is {values[np.argmax(np.abs(values))]:.2f}")
    return missed


def main(arguments: list[str] | None = None) -> int:
    """Fit and print; 0 if all targets are met, else 1."""
    parser = argparse.ArgumentParser(
        prog="python -m validation.recovery.supernovae", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--count", type=int, default=COUNT, help="how many series (40)")
    options = parser.parse_args(arguments)
    sim = Simulator(lensed_supernova_mock())
    images, truth = mock_series(sim, options.count)
    before = time.perf_counter()
    result = fit(sim, images, starts=STARTS)
    seconds = time.perf_counter() - before
    row = summary(result, pulls(sim, truth, result))
    print(f"{options.count} series, {len(result.names)} free parameters, {seconds:.0f} s with compilation")
    print(f"converged {int(result.converged.sum())}; warnings: {'; '.join(result.warnings) or 'none'}")
    for name, values in row.items():
        largest = np.max(np.abs(values))
        print(f"{name}: {values.size} pulls of width {np.std(values):.3f}, the largest {largest:.2f}")
    missed = misses(row)
    print("\n".join(missed) or "All targets are met.")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
