"""Mock lenses recovered by `jaxlens.fit`: `python -m validation.recovery [galaxies|quasars] [--count N]`.

Simulates lenses of `validation.recovery.mocks`, fits them together in float32 with the simulator's own noise
model, and compares with the truth: chi-square per degree of freedom, and the pulls (fit minus truth over
sigma) of every parameter; of quasars also those of the image positions, whose errors follow from the
covariance.  Exits with 1 where a target is missed.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens import FitResult, Simulator
from jaxlens.fitting.fit import fit
from jaxlens.simulator.generation import Params
from validation.recovery.mocks import galaxy_galaxy_mock, lensed_quasar_mock

# The file of each kind of lens, and the usual number of lenses.
MOCKS = {"galaxies": (galaxy_galaxy_mock, 50), "quasars": (lensed_quasar_mock, 10)}
SEED = 1
# A lens is recovered if its chi-square per degree of freedom and all its pulls are smaller.
MAX_CHI_SQUARE = 1.05
MAX_PULL = 5.0
# Largest deviation of the mean of all pulls from 0, and of their width from 1.
OF_POOLED = 0.15
# Smallest share of the lenses that must be recovered: 48 of 50.
MIN_SHARE = 0.96


class Recovered(NamedTuple):
    """Pulls of the parameters (n, k) and of the image positions (n, images, 2), NaN without an image."""

    pulls: np.ndarray
    positions: np.ndarray


def recovered(sim: Simulator, truth: Params, result: FitResult) -> Recovered:
    """The pulls of a fit of systems whose parameters are known.

    Args:
        sim: the simulator of the systems.
        truth: their parameters.
        result: the fit of their images.
    """
    # the mocks have one band, so that the names of free parameters are without a band
    true = np.stack([np.reshape(truth[name], -1) for name in result.names], axis=1)
    return Recovered((result.values - true) / result.sigma, _position_pulls(sim, truth, result))


def _position_pulls(sim: Simulator, truth: Params, result: FitResult) -> np.ndarray:
    """For each image of the truth, the offset of the model's nearest image over its error, along x and y."""
    if not sim.image_positions(truth):
        return np.full((len(result.values), 1, 2), np.nan)
    true, seen = _positions(sim, truth)
    params = {name: jnp.asarray(value) for name, value in result.params.items()}
    model, found = _positions(sim, params)
    derivatives = np.asarray(_position_derivatives(sim, result.names, params), np.float64)
    sigma = np.sqrt(np.einsum("nisk,nkl,nisl->nis", derivatives, result.covariance, derivatives))
    apart = np.linalg.norm(true[:, :, None] - model[:, None], axis=-1)
    nearest = np.argmin(np.where(found[:, None], apart, np.inf), axis=-1)[..., None]
    model, sigma = (np.take_along_axis(array, nearest, axis=1) for array in (model, sigma))
    return np.where(seen[..., None], (model - true) / sigma, np.nan)


def _positions(sim: Simulator, params: Params) -> tuple[np.ndarray, np.ndarray]:
    """The images of the point source (n, slots, 2), and which slots have one."""
    (images,) = sim.image_positions(params).values()
    return np.stack([images.x, images.y], axis=-1), np.asarray(images.mask)


def _position_derivatives(sim: Simulator, names: tuple[str, ...], params: Params) -> jax.Array:
    """The derivatives of the image positions in the free parameters, (n, slots, 2, k)."""

    def moved(steps: jax.Array) -> jax.Array:
        (images,) = sim.image_positions(params | _stepped(params, names, steps)).values()
        return jnp.stack([images.x, images.y], axis=-1)

    return jax.jacfwd(moved)(jnp.zeros(len(names)))


def _stepped(params: Params, names: tuple[str, ...], steps: jax.Array) -> Params:
    return {name: params[name] + steps[i] for i, name in enumerate(names)}


def summary(result: FitResult, found: Recovered, seconds: float) -> dict[str, Any]:
    """The values that are compared with the targets, by name.

    Args:
        result: the fit.
        found: its pulls.
        seconds: how long it took.
    """
    chi_square = result.chi_square_per_degree
    both = np.concatenate([found.pulls, np.reshape(found.positions, (len(found.pulls), -1))], axis=1)
    inside = np.nanmax(np.abs(both), axis=1) <= MAX_PULL
    pooled = both[np.isfinite(both)]
    return {
        "lenses": len(chi_square),
        "free parameters": len(result.names),
        "recovered": int(np.sum((chi_square < MAX_CHI_SQUARE) & inside)),
        "largest chi-square per degree of freedom": float(np.max(chi_square)),
        "largest pull": float(np.nanmax(np.abs(both))),
        "pooled pulls": int(pooled.size),
        "mean of the pulls": float(np.mean(pooled)),
        "width of the pulls": float(np.std(pooled)),
        "converged": int(np.sum(result.converged)),
        "seconds, compilation included": round(seconds, 1),
        "warnings": list(result.warnings),
    }


def misses(row: dict[str, Any]) -> list[str]:
    """The targets that are missed, in words."""
    missed = []
    least = int(np.floor(MIN_SHARE * row["lenses"]))
    if row["recovered"] < least:
        missed.append(f"{row['recovered']} of {row['lenses']} are recovered, and should be {least}")
    if abs(row["mean of the pulls"]) > OF_POOLED:
        missed.append(f"the pulls have mean {row['mean of the pulls']:.3f}")
    if abs(row["width of the pulls"] - 1.0) > OF_POOLED:
        missed.append(f"the pulls have width {row['width of the pulls']:.3f}")
    return missed


def run(kind: str, count: int | None = None) -> dict[str, Any]:
    """Simulate, fit, compare: the summary of `galaxies` or `quasars`."""
    mock, usual = MOCKS[kind]
    sim = Simulator(mock())
    images, truth = sim(jax.random.key(SEED, impl="threefry2x32"), count or usual)
    before = time.perf_counter()
    result = fit(sim, images)
    seconds = time.perf_counter() - before
    return summary(result, recovered(sim, truth, result), seconds)


def main(arguments: list[str] | None = None) -> int:
    """Print the table; 0 if all targets are met, else 1."""
    parser = argparse.ArgumentParser(
        prog="python -m validation.recovery", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("kind", nargs="*", help="galaxies, quasars (both)")
    parser.add_argument("--count", type=int, help="how many lenses (50 galaxies, 10 quasars)")
    parser.add_argument("--out", type=Path, help="a JSON file for the table")
    options = parser.parse_args(arguments)
    unknown = [kind for kind in options.kind if kind not in MOCKS]
    if unknown:
        parser.error(f"{unknown[0]} is none of {', '.join(MOCKS)}")
    rows = {kind: run(kind, options.count) for kind in options.kind or MOCKS}
    print(_table(rows))
    if options.out:
        options.out.write_text(json.dumps(rows, indent=1) + "\n")
    missed = [f"{kind}: {text}" for kind, row in rows.items() for text in misses(row)]
    print("\n".join(missed) or "All targets are met.")
    return 1 if missed else 0


def _table(rows: dict[str, dict[str, Any]]) -> str:
    """The summaries side by side, in Markdown."""
    names = next(iter(rows.values()))
    lines = [f"| | {' | '.join(rows)} |", "|---" * (len(rows) + 1) + "|"]
    for name in names:
        values = (row[name] for row in rows.values())
        cells = (
            f"{v:.3f}" if isinstance(v, float) else "; ".join(v) if isinstance(v, list) else v for v in values
        )
        lines.append(f"| {name} | {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
