"""Lensing by masses and haloes together: with matter along the line of sight as a profile, and in series."""

from __future__ import annotations

import copy
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.imaging.halo_lensing import halo_lensed_times, halo_lensed_to_plane, lens_arguments
from jaxlens.imaging.scene import Scene
from jaxlens.kernels.types import Pair, Params
from tests.imaging.haloes import halo_params, with_haloes
from tests.imaging.test_halo_rays import MASS, system

LINE = "PLANE_1-OBJECT_1-MASS_PROFILE_2"
KAPPA_OD, KAPPA_LOS = 0.03, -0.05
SEEN = np.array([[1.1, -0.4, 0.3], [0.2, 1.2, -0.9]])


def of_file(file: dict[str, Any], **line: float) -> tuple[Scene, Params]:
    """A scene whose lens has subhaloes, and parameters of a system."""
    numbers = {f"{MASS}-theta_E": 1.0, f"{MASS}-e1": 0.1} | {f"{LINE}-{k}": v for k, v in line.items()}
    own, params = system(file, (0.5, 1.5), **numbers)
    own = with_haloes(own, "POINT_MASS", bound=4)
    return own, halo_params(own, params, 3, seed=4)


def ends(own: Scene, params: Params, x: Any, y: Any) -> Pair:
    return halo_lensed_to_plane(own, 1, x, y, lens_arguments(own, params, 1))


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_subhaloes_belong_to_a_lens_behind_a_line_of_sight(small_lens: dict[str, Any]) -> None:
    alone = of_file(copy.deepcopy(small_lens))
    minimal = {"NAME": "LOS_MINIMAL", "PARAMETERS": {"kappa_od": 0.0, "kappa_los": 0.0}}
    small_lens["SPECIES"]["GALAXY_1"]["MASS_PROFILE_2"] = minimal
    with_line = of_file(small_lens, kappa_od=KAPPA_OD, kappa_los=KAPPA_LOS)
    # beta = (1 - kappa_los) theta - (1 - kappa_od) alpha((1 - kappa_od) theta)
    od, los = 1.0 - KAPPA_OD, 1.0 - KAPPA_LOS
    expected = los * SEEN - od * (od * SEEN - np.asarray(ends(*alone, *jnp.asarray(od * SEEN))))
    x, y = jnp.asarray(SEEN)
    np.testing.assert_allclose(ends(*with_line, x, y), expected, rtol=0.0, atol=1e-12)
    # without matter along the line of sight the light travels as long as through the lens alone
    nothing = of_file(small_lens)
    np.testing.assert_allclose(
        halo_lensed_times(*nothing, 1, x, y), halo_lensed_times(*alone, 1, x, y), rtol=1e-9, atol=1e-9
    )


@pytest.mark.long
def test_the_light_of_a_series_is_lensed_by_haloes(small_series: dict[str, Any], key: Any) -> None:
    numbers = {"f_sub": 0.1, "f_sub_radius": 1.0, "radius": 2.0, "M_min": 1e8, "M_max": 1e10}
    small_series["SPECIES"]["GALAXY_1"]["SUBSTRUCTURE"] = {"PARAMETERS": numbers}
    sim = Simulator(small_series)
    params = sim.sample(key, 1)
    number = "PLANE_1-OBJECT_1-SUBSTRUCTURE-NUMBER"
    assert params[number][0] > 0
    found = np.asarray(sim.render(params))
    smooth = np.asarray(sim.render(params | {number: np.zeros(1, np.float32)}))
    assert np.isfinite(found).all()
    seen = smooth.any(axis=(2, 3, 4))[0]
    change = np.abs(found - smooth).max(axis=(2, 3, 4))[0] / smooth.max(axis=(2, 3, 4))[0].clip(1e-9)
    assert (change[seen] > 1e-3).all()
    assert (found[0, ~seen] == 0.0).all()
