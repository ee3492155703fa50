"""AB magnitudes of type Ia supernovae, from sncosmo.

Two groups, `hsiao` and `salt`: `z`, `distance` (Mpc), `ebv` and `ebv_mw` of shape (cases,), for `salt` `x0`,
`x1` and `c` too; `phase` (n,) in days of the rest frame; `magnitude` (cases, n, bands) and `compared`, which
is false where a band is not covered, or where the flux is 7 magnitudes below its peak.  Dust is Fitzpatrick's
with `hsiao` and O'Donnell's with `salt`, in the host and in the Milky Way.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import sncosmo
from astropy.cosmology import FlatLambdaCDM

from jaxlens.config.passbands import curves
from jaxlens.config.templates import hsiao_table
from validation.agreement.inputs.draws import float32_exact
from validation.agreement.inputs.transients import ABSMAG, PHASES, REDSHIFTS, bands, write_salt_folder

# Magnitudes below the peak down to which the flux is compared.
DEPTH = 7.0
# What stands for magnitudes that are not compared.
FAINT = 99.0

Arrays = dict[str, np.ndarray]


def groups() -> dict[str, Arrays]:
    """The template of Hsiao et al., and a synthetic SALT model, each at all redshifts."""
    rng = np.random.default_rng(20260130)
    with tempfile.TemporaryDirectory() as folder:
        write_salt_folder(Path(folder))
        salt = sncosmo.SALT2Source(modeldir=folder)
        return {"hsiao": _hsiao(rng), "salt": _salt(rng, salt)}


def _drawn(rng: np.random.Generator) -> Arrays:
    """Redshifts, distances and dust."""
    z = float32_exact(np.array(REDSHIFTS))
    distance = FlatLambdaCDM(H0=70.0, Om0=0.3).luminosity_distance(z).value
    both = {name: float32_exact(rng.uniform(0.0, 0.3, z.size)) for name in ("ebv", "ebv_mw")}
    return {"z": z, "distance": float32_exact(distance)} | both


def _hsiao(rng: np.random.Generator) -> Arrays:
    """The packaged table as a source of sncosmo, of absolute magnitude ABSMAG."""
    drawn = _drawn(rng)
    source = sncosmo.TimeSeriesSource(*hsiao_table())
    plain = sncosmo.Model(source)
    days = np.arange(-3.0, 3.0, 0.01)
    band = sncosmo.Bandpass(*curves("bessell")["B"], name="B")
    peak = np.max(plain.bandflux(band, days, zp=0.0, zpsys="ab"))
    amplitude = 10.0 ** (-0.4 * ABSMAG) / peak * (1e-5 / drawn["distance"]) ** 2
    model = _dusty(source, sncosmo.F99Dust)
    return _observed(model, drawn, {"amplitude": amplitude}, drawn)


def _salt(rng: np.random.Generator, source: sncosmo.Source) -> Arrays:
    """A SALT model with x0 of the order of that of real supernovae."""
    drawn = _drawn(rng)
    own = {"x0": 10.0 ** rng.uniform(-6.0, -2.0, len(REDSHIFTS)), "x1": rng.normal(0.0, 1.0, len(REDSHIFTS))}
    own["c"] = rng.normal(0.0, 0.1, len(REDSHIFTS))
    own = {name: float32_exact(values) for name, values in own.items()}
    return _observed(_dusty(source, sncosmo.OD94Dust), drawn, own, drawn | own)


def _dusty(source: sncosmo.Source, law: type) -> sncosmo.Model:
    """A model with dust of R_V = 3.1 in the host and in the Milky Way."""
    return sncosmo.Model(source, [law(), law()], ["host", "mw"], ["rest", "obs"])


def _observed(model: sncosmo.Model, drawn: Arrays, own: Arrays, kept: Arrays) -> Arrays:
    """The magnitudes of each case; `own` are the parameters of the source."""
    magnitudes = np.full((len(REDSHIFTS), PHASES.size, len(bands())), FAINT)
    for i, z in enumerate(drawn["z"]):
        values = {name: values[i] for name, values in own.items()}
        model.set(z=z, t0=0.0, hostebv=drawn["ebv"][i], mwebv=drawn["ebv_mw"][i], **values)
        for k, (name, curve) in enumerate(bands().items()):
            try:
                flux = model.bandflux(
                    sncosmo.Bandpass(*curve, name=name), PHASES * (1.0 + z), zp=0.0, zpsys="ab"
                )
            except ValueError:
                # sncosmo's error for a band that the spectra do not cover
                continue
            bright = flux > 10.0 ** (-0.4 * DEPTH) * np.max(flux)
            magnitudes[i, bright, k] = -2.5 * np.log10(flux[bright])
    return kept | {"phase": PHASES, "magnitude": magnitudes, "compared": magnitudes < FAINT}
