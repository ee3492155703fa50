"""Made-up fits of lenses, of which runs, tables and flags see only the numbers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from astropy.io import fits

from jaxlens.fitting.result import FitResult
from jaxlens.fitting.transforms import Transform

MASS, LIGHT = "PLANE_1-OBJECT_1-MASS_PROFILE_1", "PLANE_1-OBJECT_1-LIGHT_PROFILE_1"
SHEAR = "PLANE_1-OBJECT_1-SHEAR_PROFILE_1"
NAMES = (f"{MASS}-theta_E", f"{MASS}-center_x", f"{SHEAR}-gamma1")


def made_up_fit(theta_E: float = 1.2, **changed: Any) -> Any:
    """A fit of one lens with these numbers, all of which are good unless they are changed."""
    values = {
        "sigma": (0.006, 0.01, 0.01),
        "center_x": 0.01,
        "gamma1": 0.02,
        "converged": True,
        "chi_square": 95.0,
        "reached": 20,
        "starts": 32,
        "unconstrained": (0.5, 0.2, 0.4),
        "at_bound": (False, False, False),
        "start_values": None,
        "start_log_posterior": (-50.0, -50.1, -90.0),
    } | changed
    free = np.array([[theta_E, values["center_x"], values["gamma1"]]])
    starts = values["start_values"] or [theta_E, 1.001 * theta_E, 1.5 * theta_E]
    ends = np.array([[[radius, 0.0, 0.0] for radius in starts]])
    params = dict(zip(NAMES, free.T, strict=True)) | {
        f"{MASS}-center_y": np.zeros(1),
        f"{SHEAR}-gamma2": np.zeros(1),
        f"{LIGHT}-center_x": np.zeros(1),
        f"{LIGHT}-center_y": np.zeros(1),
    }
    image = np.ones((1, 1, 10, 10))
    fit = FitResult(
        names=NAMES,
        priors=("uniform", "normal", "normal"),
        bands=("F814W",),
        configuration="CONFIGURATION_1",
        config="",
        params=params,
        values=free,
        covariance=np.diag(np.square(values["sigma"]))[None],
        unconstrained=np.array([values["unconstrained"]]),
        unconstrained_covariance=np.diag(np.square(values["sigma"]))[None],
        transform=Transform(np.full(3, -np.inf), np.full(3, np.inf), np.array([1.2, 0.0, 0.0]), np.ones(3)),
        chi_square=np.array([values["chi_square"]]),
        degrees_of_freedom=np.array([95]),
        log_posterior=np.array([-50.0]),
        history=np.zeros((1, 1, 3)),
        start_values=ends,
        start_log_posterior=np.array([values["start_log_posterior"]]),
        agreed=np.array([[True, True, False]]),
        converged=np.array([values["converged"]]),
        at_bound=np.array([values["at_bound"]]),
        warnings=(),
        images=image,
        model=image,
        noise_sigma=image,
        mask=image > 0,
    )
    return SimpleNamespace(
        fit=fit,
        model="SIE + shear",
        evidence=-60.0,
        amplitudes=np.ones((1, 3)),
        reached=values["reached"],
        starts=values["starts"],
        rungs=({"label": "SIE", "evidence": np.float64(-70.0), "kept": False},),
        confidence="sure",
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with three lenses, one of which has a PSF."""
    return write_lenses(tmp_path / "lenses", ("J0001-0001", "J0002+0002", "J0003+0003"))


def write_lenses(path: Path, names: tuple[str, ...], side: int = 10) -> Path:
    """A folder of lenses with images and noise."""
    rng = np.random.default_rng(4)
    for name in names:
        (path / name).mkdir(parents=True)
        fits.writeto(path / name / "image.fits", rng.normal(size=(side, side)))
        fits.writeto(path / name / "noise.fits", np.ones((side, side)))
    fits.writeto(path / names[0] / "psf.fits", np.ones((3, 3)))
    return path


@pytest.fixture
def fake() -> Callable[..., Any]:
    """`made_up_fit`, as a fixture."""
    return made_up_fit
