"""The variance of the linear matter field by scale, and its correlation function, from colossus."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
from colossus.cosmology import cosmology
from colossus.lss import peaks
from numpy.polynomial import Chebyshev

# The cosmology of the power spectrum: rounded from Planck 2018 (A&A 641, A6), the default of pyHalo.
COSMOLOGY = {"H0": 67.5, "Om0": 0.309, "Ob0": 0.049, "ns": 0.965, "sigma8": 0.81, "flat": True}
# log10 of the masses (solar masses / h) whose spheres the variance covers, and the number of samples.
MASSES, SAMPLES = (2.0, 16.0), 600
# The distances (Mpc/h) that the correlation function covers, and the number of samples.
DISTANCES, STEPS = (0.05, 60.0), 4000
# The degrees of the polynomials; with higher ones, they follow the rounding of colossus.
DEGREES = (14, 12)

HEAD = '''"""The linear matter field today, in scales of Mpc/h: polynomials that `validation.packaged_data` makes.

The power spectrum is that of Eisenstein & Hu (1998, ApJ 496, 605) for the cosmology H0 = {H0}, Om0 = {Om0},
Ob0 = {Ob0}, ns = {ns}, sigma8 = {sigma8}, as colossus (Diemer 2018, ApJS 239, 35) computes it.
Each array has the coefficients of a Chebyshev series in ln r, mapped from `..._DOMAIN` to [-1, 1].
"""

import numpy as np
'''


def write(folder: Path) -> Path:
    """Write `matter_table.py` to the folder of the kernels of haloes, and return its path."""
    own = cosmology.setCosmology("jaxlens", COSMOLOGY)
    radii = peaks.lagrangianR(10.0 ** np.linspace(*MASSES, SAMPLES))
    sigma = Chebyshev.fit(np.log(radii), np.log(own.sigma(radii, 0.0)), DEGREES[0])
    r = np.geomspace(*DISTANCES, STEPS)
    by_logarithm = own.correlationFunction(np.clip(r, *DISTANCES), 0.0) * r
    steps = 0.5 * (by_logarithm[1:] + by_logarithm[:-1]) * np.diff(np.log(r))
    integral = Chebyshev.fit(np.log(r), np.concatenate([[0.0], np.cumsum(steps)]), DEGREES[1])
    text = HEAD.format(**COSMOLOGY)
    text += _array("ln sigma of spheres of radius r.", "LN_SIGMA", sigma)
    text += _array("The integral of the correlation function up to r (Mpc/h).", "CORRELATION", integral)
    path = folder / "matter_table.py"
    path.write_text(text, encoding="utf-8")
    subprocess.run([sys.executable, "-m", "ruff", "format", "-q", str(path)], check=True)
    return path


def _array(comment: str, name: str, series: Chebyshev) -> str:
    """The lines of one series."""
    domain = ", ".join(f"{value:.9f}" for value in series.domain)
    numbers = ", ".join(f"{value:.8e}" for value in series.coef)
    return f"# {comment}\n{name}_DOMAIN = ({domain})\n{name} = np.array([{numbers}])\n"
