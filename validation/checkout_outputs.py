"""The outputs of one checkout of jaxlens: datasets, training batches and a fit, saved as one npz file.

`validation.compare_checkouts` runs this file as a program, in a process of its own, for each of the two
checkouts: `python -P checkout_outputs.py CHECKOUT OUT SIZE BATCH_SIZE`.  It imports nothing of `validation`
and uses only the public interface of jaxlens (`jaxlens generate`, `jaxlens.stream`, `jaxlens.fit`,
`jaxlens.Simulator`), so that it runs with old and new checkouts alike.

An array's name is `<task>|<example>|<part>|<array>`, the part being a configuration, a batch or an image; a
parameter's array is called `parameters/<name>`.
"""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pandas as pd

import jaxlens
from jaxlens.cli import main as jaxlens_command

SEED = 1
# Batches taken of each stream.
BATCHES = 2
FITTED_EXAMPLE = "galaxy_galaxy"

# By name; np.savez accepts no narrower type of values.
Arrays = dict[str, Any]


def main() -> None:
    """Make everything with the jaxlens of the checkout and save it.

    Raises:
        RuntimeError: the jaxlens that Python imports is not the checkout's.
    """
    checkout, out = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    size, batch_size = int(sys.argv[3]), int(sys.argv[4])
    if not Path(jaxlens.__file__).resolve().is_relative_to(checkout):
        raise RuntimeError(f"imported {jaxlens.__file__}, which is not in {checkout}")
    warnings.simplefilter("ignore")
    arrays: Arrays = {}
    for example in example_names(checkout):
        print(f"{checkout}: {example}", file=sys.stderr, flush=True)
        arrays |= generated(example, size, batch_size)
        arrays |= streamed(example, batch_size)
        jax.clear_caches()
    print(f"{checkout}: fit", file=sys.stderr, flush=True)
    arrays |= fitted(FITTED_EXAMPLE)
    np.savez(out, **arrays)


def example_names(checkout: Path) -> list[str]:
    """The names of the packaged examples of a checkout."""
    return sorted(path.stem for path in (checkout / "jaxlens").rglob("examples/*.yaml"))


def generated(example: str, size: int, batch_size: int) -> Arrays:
    """Images (n, bands, y, x) and metadata of every configuration, by the command `jaxlens generate`.

    The seed is that of the example's file.

    Args:
        example: the name of a packaged example.
        size: systems of the dataset.
        batch_size: systems of a batch.
    """
    arrays: Arrays = {}
    with tempfile.TemporaryDirectory() as folder:
        options = ["--size", str(size), "--batch-size", str(batch_size), "--format", "npy"]
        with contextlib.redirect_stdout(io.StringIO()):
            code = jaxlens_command(["generate", example, *options, "--outdir", folder])
        if code:
            raise RuntimeError(f"jaxlens generate {example} ended with {code}")
        for path in sorted(Path(folder).rglob("*_images.npy")):
            label = path.name.removesuffix("_images.npy")
            start = f"generate|{example}|{label}|"
            table = pd.read_csv(path.with_name(f"{label}_metadata.csv"), float_precision="round_trip")
            arrays[start + "images"] = np.load(path)
            arrays |= {f"{start}parameters/{name}": _plain(table[name]) for name in table.columns}
    return arrays


def _plain(column: pd.Series) -> np.ndarray:
    """A column as an array that needs no pickling."""
    array = column.to_numpy()
    return array.astype(str) if array.dtype == object else array


def streamed(example: str, batch_size: int) -> Arrays:
    """The first training batches: images, parameters, configurations and indices."""
    arrays: Arrays = {}
    with jaxlens.stream(example, batch_size, seed=SEED) as batches:
        for k in range(1, BATCHES + 1):
            batch, start = next(batches), f"stream|{example}|batch {k}|"
            arrays[start + "images"] = np.asarray(batch.images)
            parameters = batch.parameters | {"configuration": batch.configuration, "index": batch.index}
            arrays |= {f"{start}parameters/{name}": np.asarray(value) for name, value in parameters.items()}
    return arrays


def fitted(example: str) -> Arrays:
    """One simulated image of an example, fitted: the free parameters' values and errors, by name."""
    simulator = jaxlens.Simulator(example)
    images, _ = simulator(jax.random.key(SEED, impl="threefry2x32"), 1)
    result = jaxlens.fit(simulator, images)
    sigma = np.sqrt(np.diagonal(result.covariance, axis1=1, axis2=2))
    start = f"fit|{example}|image 1|"
    return {
        start + "values": np.asarray(result.values),
        start + "sigma": np.asarray(sigma),
        start + "names": np.asarray(result.names),
        start + "converged": np.asarray(result.converged),
    }


if __name__ == "__main__":
    main()
