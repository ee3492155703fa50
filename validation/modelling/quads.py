"""H0 from lensed quasars with delays: `python -m validation.modelling quads [--count N]`.

Makes 40 quads by lenstronomy (`quad_mocks`), fits each by `jaxlens.fit_quasar` with free fluxes, and compares
H0 with the truth: the pulls, fit minus truth over sigma, have width 1 within 0.3 and none is over 4.  Exits
with 1 where one of these is missed.
"""

from __future__ import annotations

import argparse
import time
import warnings

import numpy as np

from jaxlens import Simulator
from jaxlens.fitting.observations import read_image
from jaxlens.modelling.bases import Sersic
from jaxlens.modelling.quasars.delays import TimeDelays
from jaxlens.modelling.quasars.fit_quasar import fit_quasar
from jaxlens.modelling.quasars.result import QuasarFit
from validation.modelling.quad_mocks import (
    FIT_FACTOR,
    HOST,
    LENS,
    PIXEL_SCALE,
    TOLERANCE,
    Quad,
    configuration,
    made_quad,
)

COUNT = 40
# The largest pull, and the largest deviation of their width from 1.
MAX_PULL, OF_WIDTH = 4.0, 0.3
# Arcsec from the middle of the images within which pixels are fitted.
RADIUS = 1.8
# What pulls are printed for besides H0.
LISTED = (
    "H0",
    f"{LENS}-MASS_PROFILE_1-theta_E",
    f"{LENS}-MASS_PROFILE_1-gamma",
    f"{LENS}-SHEAR_PROFILE_1-gamma1",
)


def fitted(sim: Simulator, quad: Quad) -> QuasarFit:
    """The fit of one quad.

    Args:
        sim: the simulator of `quad_mocks.configuration`.
        quad: what is observed.
    """
    seen = read_image(
        quad.image, sigma=quad.sigma, psf=quad.kernel, psf_factor=FIT_FACTOR, pixel_scale=PIXEL_SCALE
    )
    return fit_quasar(
        sim,
        seen,
        quad.positions,
        tolerance=TOLERANCE,
        delays=TimeDelays(quad.delays, quad.delay_errors),
        bases=(Sersic(f"{LENS}-LIGHT_PROFILE_1"), Sersic(HOST)),
        host=HOST,
        radius=RADIUS,
    )


def pulls(quad: Quad, fit: QuasarFit) -> dict[str, float]:
    """Fit minus truth over sigma of what is listed.

    Args:
        quad: with its true numbers.
        fit: its fit.
    """
    return {name: (fit.value(name)[0] - quad.truth[name]) / fit.value(name)[1] for name in LISTED}


def misses(values: np.ndarray) -> list[str]:
    """The targets that the pulls of H0 (n,) miss, in words."""
    width, largest = float(np.std(values)), float(np.max(np.abs(values)))
    missed = []
    if not abs(width - 1.0) <= OF_WIDTH:
        missed.append(f"the pulls of H0 have width {width:.2f}, not 1 within {OF_WIDTH}")
    if not largest <= MAX_PULL:
        missed.append(f"a pull of H0 is {largest:.1f}, over {MAX_PULL:g}")
    return missed


def main(arguments: list[str] | None = None) -> int:
    """Make, fit and print; 0 if all targets are met, else 1."""
    parser = argparse.ArgumentParser(
        prog="python -m validation.modelling quads", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--count", type=int, default=COUNT, help="how many quads (40)")
    options = parser.parse_args(arguments)
    sim = Simulator(configuration())
    print("quad  H0 true   fit            pull  chi-square  seconds  warnings")
    rows = []
    for seed in range(options.count):
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module=r"lenstronomy")
            quad = made_quad(seed)
        before = time.perf_counter()
        fit = fitted(sim, quad)
        seconds = time.perf_counter() - before
        own, (value, sigma) = pulls(quad, fit), fit.value("H0")
        rows.append(own)
        ratio = fit.chi_square / fit.degrees_of_freedom
        print(
            f"{seed:4d} {quad.truth['H0']:8.2f} {value:8.2f} +- {sigma:5.2f} {own['H0']:6.2f} {ratio:10.3f} "
            f"{seconds:9.1f}  {'; '.join(fit.warnings) or '-'}",
            flush=True,
        )
    for name in LISTED:
        column = np.array([row[name] for row in rows])
        spread = f"mean {column.mean():+.2f}, width {column.std():.2f}"
        print(f"{name}: pulls of {spread}, the largest {np.max(np.abs(column)):.2f}")
    missed = misses(np.array([row["H0"] for row in rows]))
    print("\n".join(missed) or "All targets are met.")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
