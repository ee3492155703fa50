"""Compare the results of two checkouts of jaxlens: `python -m validation.compare_checkouts BEFORE AFTER`.

It is for changes of the code that must not change results.  Each checkout, a folder that holds `jaxlens/`,
runs `jaxlens generate` on every packaged example, takes two batches of `jaxlens.stream` of each, and fits one
image with `jaxlens.fit`, in a process of its own (`validation.checkout_outputs`).  Parameters must be
identical bit by bit; pixels, noise included, may differ by 2e-6 of the peak of their image and band; fitted
parameters by 1e-3 of their standard deviation.  Prints a table and exits with 1 where a difference is larger.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

# Largest difference of a pixel, in units of the peak of its image and band: some roundings of a float32.
IMAGE_TOLERANCE = 2e-6
# Largest difference of a fitted parameter, in units of its standard deviation.
FIT_TOLERANCE = 1e-3
# How the names of arrays begin that are parameters.
PARAMETER = "parameters/"

Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Difference:
    """One line of the table: the name of the comparison, the largest difference, and its tolerance.

    `unit` is that of the difference, in words; `remark` names the arrays that differ.
    """

    name: str
    largest: float
    tolerance: float
    unit: str
    remark: str = ""

    @property
    def passed(self) -> bool:
        """Whether the largest difference is within the tolerance (NaN is not)."""
        return bool(self.largest <= self.tolerance)


def main(arguments: list[str] | None = None) -> int:
    """Run both checkouts, compare and print: 0 where all is within tolerance, else 1."""
    parser = argparse.ArgumentParser(
        prog="python -m validation.compare_checkouts", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("before", type=Path, help="folder of the first checkout, which holds jaxlens/")
    parser.add_argument("after", type=Path, help="folder of the second")
    parser.add_argument("--size", type=int, default=16, help="systems of each example (%(default)s)")
    parser.add_argument("--batch-size", type=int, default=4, help="systems of a batch (%(default)s)")
    options = parser.parse_args(arguments)
    for checkout in (options.before, options.after):
        if not (checkout / "jaxlens" / "__init__.py").is_file():
            parser.error(f"{checkout} holds no jaxlens/__init__.py")
    before, after = (
        outputs(checkout, options.size, options.batch_size) for checkout in (options.before, options.after)
    )
    found = differences(before, after)
    print(f"before: {options.before}\nafter:  {options.after}\n{table(found)}")
    missed = [difference for difference in found if not difference.passed]
    print(f"{len(missed)} of {len(found)} comparisons are beyond their tolerance")
    return 1 if missed else 0


def outputs(checkout: Path, size: int, batch_size: int) -> dict[str, np.ndarray]:
    """Everything that a checkout makes, in a new process with this interpreter.

    Args:
        checkout: the folder that holds `jaxlens/`.
        size: systems of each example's dataset.
        batch_size: systems of a batch, in datasets and streams.

    Returns:
        The arrays of `validation.checkout_outputs`, by name.

    Raises:
        subprocess.CalledProcessError: the checkout failed; its messages are on standard error.
    """
    program = Path(__file__).with_name("checkout_outputs.py")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "outputs.npz"
        # -P keeps the program's folder out of sys.path, so that jaxlens is the checkout's alone
        command = [sys.executable, "-P", program, checkout.resolve(), out, size, batch_size]
        environment = os.environ | {"PYTHONPATH": str(checkout.resolve())}
        subprocess.run(list(map(str, command)), cwd=folder, env=environment, check=True)
        with np.load(out) as arrays:
            return dict(arrays)


def differences(before: Arrays, after: Arrays) -> list[Difference]:
    """The lines of the table, two for each part of a task: its parameters and its images; one for a fit.

    Args:
        before: the arrays of `validation.checkout_outputs` by name.
        after: the same of the other checkout.
    """
    parts = sorted({name.rpartition("|")[0] for name in (*before, *after)})
    return [line for part in parts for line in _of_part(part, _arrays(before, part), _arrays(after, part))]


def _arrays(arrays: Arrays, part: str) -> dict[str, np.ndarray]:
    """The arrays of a part, by their own names."""
    start = f"{part}|"
    return {name.removeprefix(start): array for name, array in arrays.items() if name.startswith(start)}


def _of_part(part: str, before: Arrays, after: Arrays) -> list[Difference]:
    name = ", ".join(part.split("|"))
    if not before or not after:
        only = "before" if before else "after"
        return [Difference(name, 1.0, 0.0, "part is missing", f"only {only} has it")]
    if "values" in before:
        return [fit_difference(name, before, after)]
    return [
        parameter_difference(f"{name}: parameters", before, after),
        image_difference(f"{name}: images", before["images"], after["images"]),
    ]


def parameter_difference(name: str, before: Arrays, after: Arrays) -> Difference:
    """The number of parameters that are not identical bit by bit, or that only one of the two has.

    Args:
        name: the name of the line.
        before: the arrays of a part by name; parameters are called `parameters/<name>`.
        after: the same of the other checkout.
    """
    names = sorted({key for key in (*before, *after) if key.startswith(PARAMETER)})
    apart = [
        key for key in names if not (key in before and key in after and identical(before[key], after[key]))
    ]
    remark = ", ".join(key.removeprefix(PARAMETER) for key in apart)
    return Difference(name, float(len(apart)), 0.0, f"of {len(names)} differ", remark)


def identical(before: np.ndarray, after: np.ndarray) -> bool:
    """Whether two arrays have one dtype, one shape and the same bits (NaN is equal to itself)."""
    same_kind = before.dtype == after.dtype and before.shape == after.shape
    return same_kind and before.tobytes() == after.tobytes()


def image_difference(name: str, before: np.ndarray, after: np.ndarray) -> Difference:
    """The largest difference of a pixel, over the peak of its image and band.

    Args:
        name: the name of the line.
        before: images (..., y, x).
        after: the same of the other checkout.
    """
    unit = "of the peak"
    if before.shape != after.shape:
        return Difference(name, np.inf, IMAGE_TOLERANCE, unit, f"shapes {before.shape} and {after.shape}")
    peak = np.max(np.abs(before), axis=(-2, -1), keepdims=True, initial=0.0)
    apart = np.abs(after.astype(float) - before) / np.where(peak > 0.0, peak, 1.0)
    return Difference(name, float(np.max(apart, initial=0.0)), IMAGE_TOLERANCE, unit)


def fit_difference(name: str, before: Arrays, after: Arrays) -> Difference:
    """The largest difference of a fitted parameter, in units of its standard deviation before.

    Args:
        name: the name of the line.
        before: `values` and `sigma` (n, k), `names` (k,) and `converged` (n,) of a fit of n images.
        after: the same of the other checkout.
    """
    unit = "of the fit's sigma"
    if not identical(before["names"], after["names"]):
        return Difference(name, np.inf, FIT_TOLERANCE, unit, "other parameters are free")
    apart = np.abs(after["values"].astype(float) - before["values"]) / before["sigma"]
    worst = str(before["names"][np.unravel_index(np.argmax(apart), apart.shape)[1]])
    converged = [bool(np.all(arrays["converged"])) for arrays in (before, after)]
    remark = f"largest: {worst}" + ("" if all(converged) else "; a fit did not converge")
    return Difference(name, float(np.max(apart)), FIT_TOLERANCE, unit, remark)


def table(found: list[Difference]) -> str:
    """A line a comparison, and below it the remark where there is one."""
    width = max(len(difference.name) for difference in found)
    lines = []
    for difference in found:
        measured = f"{difference.largest:.2g} {difference.unit} (at most {difference.tolerance:g})"
        lines.append(f"{'ok' if difference.passed else 'BEYOND':<7}{difference.name:<{width}}  {measured}")
        if difference.remark:
            lines.append(f"         {difference.remark}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
