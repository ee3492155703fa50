"""Time delays of lensed point sources, by lenstronomy's TDCosmography; behind two planes by `arrival_time`.

Groups: `single_plane`, an SIE with shear and a source behind it; `two_planes`, another SIE between them.
Parameters of the lenses are of shape (cases,), those of the second SIE begin with `far_`.  There are the
redshifts `z_lens`, `z_far`, `z_source`, the source's position `source_x`, `source_y`, and of each image
(cases, slots) its position `x`, `y` and the `delay` in days behind the first, zero in empty slots; `number`
are its images, `H0` and `Om0` the flat cosmology's.
"""

from __future__ import annotations

import warnings

import numpy as np
from astropy.cosmology import FlatLambdaCDM
from lenstronomy.Analysis.td_cosmography import TDCosmography
from lenstronomy.LensModel.lens_model import LensModel

from validation.agreement.exact.images import LensPlanes
from validation.agreement.inputs.draws import exact
from validation.agreement.references import PARAMETER_PREFIX

# Cases of each group.
CASES = {"single_plane": 12, "two_planes": 12}
# H0 (km/s/Mpc) and Om0 of the flat cosmology.
COSMOLOGY = {"H0": 72.0, "Om0": 0.28}
SLOTS = 6
# Half the width (arcsec) of the window in which images are searched, and cells along it.
HALF_WIDTH, CELLS = 5.0, 240
# Images of a smaller abs(mu) are not counted; sources with one of a larger abs(mu) are excluded.
FAINT, BRIGHT = 1e-2, 1e3
SHAPE = ("theta_E", "e1", "e2", "center_x", "center_y")

Case = dict[str, np.ndarray]


def groups() -> dict[str, dict[str, np.ndarray]]:
    """Every group; the sources have two images or more."""
    rng = np.random.default_rng(20261128)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # lenstronomy warns about every cosmology, and divides by zero in centers.
        warnings.simplefilter("ignore")
        return {name: _group(rng, name, cases) for name, cases in CASES.items()}


def _group(rng: np.random.Generator, name: str, cases: int) -> dict[str, np.ndarray]:
    rows: list[Case] = []
    while len(rows) < cases:
        case = _draw(rng, name)
        images = _images(name, case)
        if images is not None:
            rows.append(case | _solved(name, case, *images))
    arrays = {key: np.array([row[key] for row in rows]) for key in rows[0]}
    return arrays | {key: np.full(cases, value) for key, value in COSMOLOGY.items()}


def _draw(rng: np.random.Generator, name: str) -> Case:
    """Lenses, redshifts and the source of a case."""
    lens = {"theta_E": rng.uniform(0.6, 1.8)} | dict(zip(("e1", "e2"), rng.normal(0, 0.12, 2), strict=True))
    lens |= dict(zip(("center_x", "center_y"), rng.normal(0, 0.05, 2), strict=True))
    lens |= dict(zip(("gamma1", "gamma2"), rng.normal(0, 0.04, 2), strict=True))
    redshifts = {"z_lens": rng.uniform(0.15, 0.5), "z_far": rng.uniform(0.6, 0.9)}
    if name == "two_planes":
        lens |= {"far_theta_E": rng.uniform(0.1, 0.5), "far_e1": rng.normal(0, 0.1), "far_e2": 0.05}
        lens |= dict(zip(("far_center_x", "far_center_y"), rng.normal(0, 0.5, 2), strict=True))
    drawn = exact({PARAMETER_PREFIX + key: np.array(value) for key, value in lens.items()})
    source = dict(zip(("source_x", "source_y"), rng.normal(0, 0.2, 2), strict=True))
    return drawn | exact(
        {k: np.array(v) for k, v in (redshifts | {"z_source": rng.uniform(1.2, 2.5)} | source).items()}
    )


def _profiles(name: str, case: Case) -> list[list[tuple[str, dict[str, float]]]]:
    """The profiles of each deflecting plane."""
    value = {key[len(PARAMETER_PREFIX) :]: float(v) for key, v in case.items() if key[0] == "p"}
    near = [("SIE", {n: value[n] for n in SHAPE}), ("SHEAR", {n: value[n] for n in ("gamma1", "gamma2")})]
    return [near, [("SIE", {n: value[f"far_{n}"] for n in SHAPE})]] if name == "two_planes" else [near]


def _redshifts(name: str, case: Case) -> list[float]:
    names = ("z_lens", "z_far", "z_source") if name == "two_planes" else ("z_lens", "z_source")
    return [float(case[key]) for key in names]


def _images(name: str, case: Case) -> tuple[np.ndarray, np.ndarray] | None:
    """The images (x, y); None where there is one only, or one is too bright or at the window's edge."""
    planes = LensPlanes(_profiles(name, case), _redshifts(name, case), FlatLambdaCDM(**COSMOLOGY))
    source = float(case["source_x"]), float(case["source_y"])
    x, y, mu = planes.images(source, planes.source_plane, HALF_WIDTH, CELLS)
    seen = np.abs(mu) > FAINT
    unclear = np.any(np.abs(mu) > BRIGHT) or np.any(np.maximum(abs(x), abs(y))[seen] > 0.9 * HALF_WIDTH)
    return None if unclear or not 2 <= seen.sum() <= SLOTS else (x[seen], y[seen])


def _solved(name: str, case: Case, x: np.ndarray, y: np.ndarray) -> Case:
    """The images with their delays."""
    flat = [(plane, profile) for plane, own in enumerate(_profiles(name, case)) for profile in own]
    names, values = [profile for _, (profile, _) in flat], [own for _, (_, own) in flat]
    *lenses, source = _redshifts(name, case)
    cosmology = FlatLambdaCDM(**COSMOLOGY)
    if name == "two_planes":
        model = LensModel(
            names,
            lens_redshift_list=[lenses[plane] for plane, _ in flat],
            z_source=source,
            z_source_convention=source,
            multi_plane=True,
            cosmo=cosmology,
        )
        times = np.asarray(model.arrival_time(x, y, values))
    else:
        model = {"lens_model_list": names, "point_source_model_list": ["LENSED_POSITION"]}
        cosmography = TDCosmography(lenses[0], source, model, cosmo_fiducial=cosmology)
        times = np.asarray(cosmography.time_delays(values, [{"ra_image": x, "dec_image": y}], kappa_ext=0))
    rows = {"x": x, "y": y, "delay": np.ravel(times) - times.min()}
    padded = {key: np.pad(row, (0, SLOTS - len(row))) for key, row in rows.items()}
    return padded | {"number": np.array(len(x))}
