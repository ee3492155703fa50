"""Rays through planes of haloes: beside all planes written out, and beside lenstronomy's numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens import load_config
from jaxlens.imaging.halo_lensing import (
    halo_lensed_rays,
    halo_lensed_times,
    halo_lensed_to_plane,
    lens_arguments,
)
from jaxlens.imaging.halo_numbers import halo_redshifts, plane_of_each
from jaxlens.imaging.lens_planes import plane_deflection
from jaxlens.imaging.rays import lens_of
from jaxlens.imaging.scene import Scene, scene
from jaxlens.imaging.validity import validity_factor
from jaxlens.kernels.cosmology import distances_between, transverse_comoving_distance
from jaxlens.kernels.lensing.rays import lensing_weights, shoot
from jaxlens.kernels.types import Pair, Params
from tests.imaging.haloes import FIELD, SUBHALOES, halo_params, with_haloes

pytestmark = pytest.mark.slow

MASS = "PLANE_1-OBJECT_1-MASS_PROFILE_1"
# G of a solar mass over c^2, over a Mpc and an arcsec squared, in lenstronomy's constants: theta_E^2 of a
# point mass is 4 times this times its mass times D_ds / (D_d D_s).
MASS_AS_ANGLE = 6.67384e-11 * 1.9891e30 / 299792458.0**2 / 3.08567758e22 / (np.pi / 648000.0) ** 2
# z, x, y, mass, concentration, r_trunc of haloes between the planes, and of subhaloes.
FIELD_HALOES = (
    (0.125, 0.5, -0.3, 1e9, 12.0, 0.4),
    (0.375, -1.0, 0.2, 3e9, 10.0, 0.5),
    (0.75, 0.8, 0.7, 2e9, 9.0, 0.2),
    (0.75, -0.2, -0.9, 5e8, 15.0, 0.1),
    (1.25, 0.1, 0.4, 4e9, 8.0, 0.3),
)
OF_LENS = ((0.5, 1.0, 0.6, 2e9, 14.0, 0.3), (0.5, -0.7, -0.8, 8e8, 16.0, 0.05))
SHEETS = (1e-3, 2e-3, 1.5e-3, 5e-4)
# Directions, where they end, and when the light arrives (days), of lenstronomy 1.14.2: LensModel with
# multi_plane, the lens EPL, the haloes TNFW by LensCosmo.nfw_physical2angle, the sheets CONVERGENCE.
SEEN = (1.1, -0.4, 0.3, 0.95), (0.2, 1.2, -1.0, 0.65)
ENDS = (
    (-0.03360312051535569, -0.0888630222214716, 0.021795734620341022, 0.012690546184475652),
    (-0.07195686846342597, 0.02376113842040049, 0.18951025571629213, -0.10047501961094212),
)
TIMES = (0.0, -16.268329966552564, 8.998310458287357, -3.3640731207244627)


def system(file: dict[str, Any], redshifts: tuple[float, ...], **numbers: float) -> tuple[Scene, Params]:
    """The scene of a file, and parameters of a system; numbers that are not given are zero."""
    config = load_config(file)
    own = scene(config, config.configurations[0])
    values = dict.fromkeys(own.parameters, 0.0) | {"H0": 70.0, "Om0": 0.3} | numbers
    values |= {plane.redshift: z for plane, z in zip(own.planes, redshifts, strict=True)}
    return own, {name: jnp.asarray(value) for name, value in values.items()}


def two_lenses(file: dict[str, Any]) -> dict[str, Any]:
    """The file with its lens in two planes in front of the source."""
    planes = file["GEOMETRY"]["CONFIGURATION_1"]
    planes["PLANE_3"] = planes["PLANE_2"]
    planes["PLANE_2"] = {"OBJECT_1": "LENS", "PARAMETERS": {"REDSHIFT": 0.8}}
    return file


def written_out(own: Scene, params: Params, x: jax.Array, y: jax.Array) -> list[Pair]:
    """Where rays cross the planes of the scene, by `shoot` through all planes; haloes are point masses."""
    assert own.field_haloes is not None
    file_z = [float(params[plane.redshift]) for plane in own.planes]
    field_z = np.asarray(halo_redshifts(own, own.field_haloes, params))
    z = np.sort([*file_z, *field_z])
    cosmology = {name: params[name] for name in ("H0", "Om0", "Ode0")}
    distances = np.asarray(transverse_comoving_distance(jnp.asarray(z), **cosmology))
    between = np.asarray(distances_between(jnp.asarray(z), **cosmology))

    def deflection(k: int) -> Callable[[jax.Array, jax.Array], Pair]:
        angle = MASS_AS_ANGLE * 4.0 * between[k, -1] * (1.0 + z[k]) / (distances[k] * distances[-1])

        def points(prefix: str, shown: np.ndarray, x: jax.Array, y: jax.Array) -> Pair:
            alpha_x, alpha_y = 0.0 * x, 0.0 * y
            arrays = (np.asarray(params[f"{prefix}-{name}"])[shown] for name in ("x", "y", "mass"))
            for halo_x, halo_y, mass in zip(*arrays, strict=True):
                dx, dy = x - halo_x, y - halo_y
                scale = angle * mass / (dx**2 + dy**2)
                alpha_x, alpha_y = alpha_x + scale * dx, alpha_y + scale * dy
            return alpha_x, alpha_y

        def total(x: jax.Array, y: jax.Array) -> Pair:
            if z[k] in field_z:
                sheet = params[f"{FIELD}-kappa_sheet"][int(np.searchsorted(field_z, z[k]))]
                a, b = points(FIELD, np.asarray(params[f"{FIELD}-z"]) == z[k], x, y)
                return a - sheet * x, b - sheet * y
            j = file_z.index(z[k])
            a, b = plane_deflection(*lens_of(own, params, j), x, y)
            more_a, more_b = points(SUBHALOES, np.full(8, j == 0), x, y)
            return a + more_a, b + more_b

        return total

    found = shoot(x, y, [deflection(k) for k in range(len(z) - 1)], lensing_weights(distances, between))
    return [found[int(k)] for k in np.searchsorted(z, file_z)]


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_rays_are_those_through_all_planes_written_out(small_lens: dict[str, Any]) -> None:
    lens = {f"PLANE_{k}-OBJECT_1-MASS_PROFILE_1-theta_E": 0.6 for k in (1, 2)}
    own, params = system(two_lenses(small_lens), (0.4, 0.8, 1.5), **lens, Ode0=0.3)
    own = with_haloes(own, "POINT_MASS", bound=8, planes=(2, 1, 3), field_bound=10, window=3)
    params = halo_params(own, params, 8, seed=1)
    x, y = jnp.meshgrid(jnp.linspace(-1.6, 1.6, 4), jnp.linspace(-1.5, 1.7, 3))
    found = jax.jit(lambda p: halo_lensed_rays(own, p, x[None], y[None]))(params)
    expected = written_out(own, params, x, y)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose([v[0] for v in one], other, rtol=0.0, atol=1e-12)
    # the sources of the planes behind are seen elsewhere
    assert float(jnp.abs(found[1][0][0] - x).max()) > 0.1


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_rays_and_arrival_times_of_lenstronomy(small_lens: dict[str, Any]) -> None:
    own, params = system(
        small_lens, (0.5, 1.5), **{f"{MASS}-theta_E": 1.2, f"{MASS}-e1": 0.1, f"{MASS}-e2": -0.05}
    )
    own = with_haloes(own, "TNFW", bound=3, planes=(2, 2), field_bound=6, window=2)
    for prefix, haloes, bound in ((FIELD, FIELD_HALOES, 6), (SUBHALOES, OF_LENS, 3)):
        columns = np.pad(np.transpose(haloes), ((0, 0), (0, bound - len(haloes))))
        for name, values in zip(("z", "x", "y", "mass", "concentration", "r_trunc"), columns, strict=True):
            params[f"{prefix}-{name}"] = jnp.asarray(values)
        params[f"{prefix}-NUMBER"] = jnp.asarray(float(len(haloes)))
    params[f"{FIELD}-kappa_sheet"] = jnp.asarray(SHEETS)

    @jax.jit
    def lensed(params: Params) -> tuple[Pair, jax.Array]:
        x, y = (jnp.asarray(v) for v in SEEN)
        ends = halo_lensed_to_plane(own, 1, x, y, lens_arguments(own, params, 1))
        return ends, halo_lensed_times(own, params, 1, x, y)

    ends, times = lensed(params)
    np.testing.assert_allclose(ends, ENDS, rtol=0.0, atol=1e-6 * 1.2)
    np.testing.assert_allclose(times - times[0], TIMES, rtol=0.0, atol=1e-4)


@pytest.mark.long
def test_haloes_are_in_the_nearest_plane_and_never_cut(small_lens: dict[str, Any]) -> None:
    own, params = system(small_lens, (0.4, 1.2))
    own = with_haloes(own, "POINT_MASS", planes=(2, 4), field_bound=8, window=3)
    assert own.field_haloes is not None
    params = halo_params(own, params, 8, seed=2)
    np.testing.assert_allclose(
        halo_redshifts(own, own.field_haloes, params), [0.1, 0.3, 0.5, 0.7, 0.9, 1.1], rtol=1e-6
    )
    z = jnp.asarray([0.01, 0.19, 0.21, 0.4, 0.41, 0.61, 1.2, 1.3])
    params[f"{FIELD}-z"] = z
    # the last one is behind the source
    np.testing.assert_array_equal(plane_of_each(own, own.field_haloes, params), [0, 0, 1, 1, 2, 3, 5, 6])
    assert validity_factor(own, params) == 1.0
    assert np.isnan(validity_factor(own, params | {f"{FIELD}-z": jnp.full(8, 0.1)}))
    assert np.isnan(validity_factor(own, params | {f"{FIELD}-NUMBER": jnp.asarray(9.0)}))
    assert np.isnan(validity_factor(own, params | {f"{FIELD}-mass": jnp.full(8, jnp.nan)}))
