"""The concentrations of Diemer & Joyce (2019) as a polynomial, from colossus: a module of the kernels.

`python -m validation.packaged_data.concentrations` (extra `haloes`) writes
`kernels/halos/diemer_joyce_table.py`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from colossus.cosmology import cosmology
from colossus.halo.concentration import concentration
from numpy.polynomial import chebyshev

# colossus's name of the cosmology.
COSMOLOGY = "planck18"
DEFINITIONS = ("200c", "200m", "vir")
# The masses (log10, solar masses without h) and redshifts of the table.
LOG10_MASS, REDSHIFTS = (4.0, 15.5), (0.0, 10.0)
# Degrees in the logarithms of mass and of 1 + z, and nodes with which they are found.
DEGREES, NODES = (8, 6), (48, 32)
# The module that is written.
PATH = Path(__file__).parents[2] / "kernels" / "halos" / "diemer_joyce_table.py"


def table(definition: str) -> tuple[np.ndarray, float]:
    """The coefficients (powers of mass, powers of 1 + z) of ln c, and the largest error of ln c."""
    h = cosmology.setCosmology(COSMOLOGY).h
    places = [chebyshev.chebpts1(count) for count in NODES]
    ends = [LOG10_MASS, tuple(np.log1p(REDSHIFTS))]
    log_mass, log_z = (
        low + 0.5 * (x + 1.0) * (high - low) for x, (low, high) in zip(places, ends, strict=True)
    )
    values = np.log(
        [concentration(10**log_mass * h, definition, z, model="diemer19") for z in np.expm1(log_z)]
    ).T
    fits = [chebyshev.chebvander(x, degree) for x, degree in zip(places, DEGREES, strict=True)]
    coefficients = np.linalg.pinv(fits[0]) @ values @ np.linalg.pinv(fits[1]).T
    error = np.abs(fits[0] @ coefficients @ fits[1].T - values).max()
    powers = [np.array([_powers(n, degree) for n in range(degree + 1)]) for degree in DEGREES]
    return powers[0].T @ coefficients @ powers[1], float(error)


def _powers(order: int, degree: int) -> np.ndarray:
    """The powers of a Chebyshev polynomial."""
    found = chebyshev.cheb2poly([0.0] * order + [1.0])
    return np.concatenate([found, np.zeros(degree + 1 - len(found))])


def text(tables: dict[str, tuple[np.ndarray, float]]) -> str:
    """The module."""
    model = cosmology.setCosmology(COSMOLOGY)
    numbers = (
        f"H0 = {model.H0}, Om0 = {model.Om0}, Ob0 = {model.Ob0}, sigma8 = {model.sigma8}, ns = {model.ns}"
    )
    worst = max(error for _, error in tables.values())
    lines = [
        '"""The logarithm of the concentration of Diemer & Joyce (2019, ApJ 871, 168), as polynomials.',
        "",
        "From colossus (Diemer 2018, ApJS 239, 35) by `validation.packaged_data.concentrations`.",
        f"Cosmology: its {COSMOLOGY} ({numbers}).",
        f"The largest error of a concentration is {worst:.1%}.",
        '"""',
        "",
        "from __future__ import annotations",
        "",
        "# The ends of log10 mass (solar masses, no h) and of ln(1 + z), where the variables are -1 and 1.",
        f"LOG10_MASS = ({LOG10_MASS[0]}, {LOG10_MASS[1]})",
        f"LOG_ONE_PLUS_Z = ({np.log1p(REDSHIFTS[0]):.1f}, {np.log1p(REDSHIFTS[1]):.10f})",
        "# By definition of the mass: a row for each power of the mass, in it the powers of 1 + z.",
        "COEFFICIENTS = {",
    ]
    for name, (coefficients, _) in tables.items():
        rows = [f"        ({', '.join(f'{value:.6f}' for value in row)})," for row in coefficients]
        lines += [f'    "{name}": (', *rows, "    ),"]
    return "\n".join([*lines, "}", ""])


def main() -> None:
    """Write the module, and print the errors."""
    tables = {definition: table(definition) for definition in DEFINITIONS}
    PATH.write_text(text(tables), encoding="utf-8")
    for name, (_, error) in tables.items():
        print(f"{name}: largest error of ln c {error:.2e}")


if __name__ == "__main__":
    main()
