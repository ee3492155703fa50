"""Rays through several planes, and arrival times behind one.

`two_deflectors`, `three_deflectors`: systems of SIEs, each with a shear in the first plane.  Redshifts
(cases, planes) end with the source's; `theta_E`, `e1`, `e2`, `center_x`, `center_y` are of shape (cases,
deflectors), `gamma1`, `gamma2` of shape (cases,); a ray at `x`, `y` (cases, rays) meets plane k at
`beta_x[:, k]`, `beta_y[:, k]` (cases, planes, rays) and takes `time` (cases, rays) in days, relative to a
straight path.

`arrival_time`: `time` in days (cases, images) of rays at `x`, `y` from a source at `source_x`, `source_y`,
behind an EPL at gamma = 2 with shear.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
from astropy.cosmology import FlatLambdaCDM
from lenstronomy.LensModel.lens_model import LensModel

from validation.topics.draws import exact, float32_exact

CASES = 12
RAYS = 24
COSMOLOGY = {"H0": 70.0, "Om0": 0.3}


def groups() -> dict[str, dict[str, np.ndarray]]:
    """Two and three deflecting planes, and arrival times."""
    rng = np.random.default_rng(20260105)
    with warnings.catch_warnings():
        # lenstronomy remarks on every cosmology that it is given.
        warnings.simplefilter("ignore")
        return {
            "two_deflectors": _planes(rng, 2),
            "three_deflectors": _planes(rng, 3),
            "arrival_time": _arrival_time(rng),
        }


def _planes(rng: np.random.Generator, deflectors: int) -> dict[str, np.ndarray]:
    size = (CASES, deflectors)
    gaps = rng.uniform(0.1, 0.8, (CASES, deflectors + 1))
    arrays = {
        "redshift": np.cumsum(gaps, axis=1),
        "theta_E": rng.uniform(0.2, 1.5, size),
        "e1": rng.uniform(-0.3, 0.3, size),
        "e2": rng.uniform(-0.3, 0.3, size),
        "center_x": rng.normal(0, 0.3, size),
        "center_y": rng.normal(0, 0.3, size),
        "gamma1": rng.normal(0, 0.05, CASES),
        "gamma2": rng.normal(0, 0.05, CASES),
        "x": rng.uniform(-4, 4, (CASES, RAYS)),
        "y": rng.uniform(-4, 4, (CASES, RAYS)),
    }
    arrays = exact(arrays)
    shot = [_shoot(arrays, case) for case in range(CASES)]
    beta = np.array([positions for positions, _ in shot])
    arrays |= {"beta_x": beta[:, :, 0], "beta_y": beta[:, :, 1], "time": np.array([time for _, time in shot])}
    return arrays | {name: np.array(value) for name, value in COSMOLOGY.items()}


def _shoot(arrays: dict[str, np.ndarray], case: int) -> tuple[list[Sequence[np.ndarray]], np.ndarray]:
    """(x, y) of the rays of a case in each plane, and their arrival times, by lenstronomy."""
    redshifts = arrays["redshift"][case].tolist()
    deflectors = len(redshifts) - 1
    cosmology = FlatLambdaCDM(**COSMOLOGY)
    parameters = [
        {name: float(arrays[name][case, k]) for name in ("theta_E", "e1", "e2", "center_x", "center_y")}
        for k in range(deflectors)
    ]
    parameters.append({name: float(arrays[name][case]) for name in ("gamma1", "gamma2")})
    models = ["SIE"] * deflectors + ["SHEAR"]
    positions = []
    for z_plane in redshifts:
        lens = LensModel(
            models,
            lens_redshift_list=[*redshifts[:-1], redshifts[0]],
            z_source=z_plane,
            z_source_convention=redshifts[-1],
            multi_plane=True,
            cosmo=cosmology,
        )
        positions.append(lens.ray_shooting(arrays["x"][case], arrays["y"][case], parameters))
    return positions, np.asarray(lens.arrival_time(arrays["x"][case], arrays["y"][case], parameters))


def _arrival_time(rng: np.random.Generator) -> dict[str, np.ndarray]:
    drawn = {
        "z_lens": rng.uniform(0.1, 0.9, CASES),
        "z_source": rng.uniform(1.0, 3.0, CASES),
        "theta_E": rng.uniform(0.5, 2.0, CASES),
        "e1": rng.uniform(-0.3, 0.3, CASES),
        "e2": rng.uniform(-0.3, 0.3, CASES),
        "gamma1": rng.normal(0, 0.05, CASES),
        "gamma2": rng.normal(0, 0.05, CASES),
        "source_x": rng.normal(0, 0.2, CASES),
        "source_y": rng.normal(0, 0.2, CASES),
    }
    arrays = {name: float32_exact(array) for name, array in drawn.items()}
    arrays |= {name: float32_exact(rng.uniform(-2.5, 2.5, (CASES, 4))) for name in ("x", "y")}
    times = np.array([_time(arrays, case) for case in range(CASES)])
    return arrays | {name: np.array(value) for name, value in COSMOLOGY.items()} | {"time": times}


def _time(arrays: dict[str, np.ndarray], case: int) -> np.ndarray:
    row = {name: float(array[case]) for name, array in arrays.items() if array.ndim == 1}
    lens = LensModel(
        ["EPL", "SHEAR"],
        z_lens=row["z_lens"],
        z_source=row["z_source"],
        cosmo=FlatLambdaCDM(**COSMOLOGY),
    )
    parameters = [
        {"gamma": 2.0, **{name: row[name] for name in ("theta_E", "e1", "e2")}},
        {name: row[name] for name in ("gamma1", "gamma2")},
    ]
    source = {"x_source": row["source_x"], "y_source": row["source_y"]}
    return np.asarray(lens.arrival_time(arrays["x"][case], arrays["y"][case], parameters, **source))
