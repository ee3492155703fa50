"""All masses of a plane together: a line of sight against lenstronomy 1.14.2, and what has no potential."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.imaging.copies import Copy, CopyNumbers
from jaxlens.imaging.lens_planes import plane_deflection, plane_fermat_potential, plane_potential
from jaxlens.imaging.scene_objects import Copied, Mass
from jaxlens.kernels import MASS_PROFILES
from jaxlens.kernels.lensing.rays import jacobian

pytestmark = pytest.mark.slow

X, Y = np.array([0.9, -1.2]), np.array([0.7, 0.4])
LENS = {
    "EPL": {"theta_E": 1.2, "gamma": 1.9, "e1": 0.1, "e2": -0.05, "center_x": 0.05, "center_y": -0.02},
    "SHEAR": {"gamma1": 0.03, "gamma2": -0.05},
}
# alpha_x, alpha_y and the Fermat potential of lenstronomy's LensModel at the two positions.
EXPECTED = {
    "LOS": (
        [0.888471843529, -1.16136069098],
        [0.73866736688, 0.451997013055],
        [-0.521408328427, -0.664991005824],
    ),
    "LOS_MINIMAL": (
        [0.892220820609, -1.11301474162],
        [0.732745226251, 0.415897273742],
        [-0.521918330908, -0.69951312054],
    ),
    "LOS_FLEXION": (
        [0.745065548252, -1.05568797359],
        [0.866362117337, 0.421785127731],
        [-0.521859286485, -0.692535047291],
    ),
    "LOS_FLEXION_MINIMAL": (
        [0.860690767364, -1.20606407747],
        [0.76632459522, 0.39275556748],
        [-0.523208412966, -0.654995457812],
    ),
}
# The Hessian of lenstronomy's LensModel with LOS.
HESSIAN = (
    [0.473186170161, 0.192631101901],
    [-0.49453095795, 0.221599004942],
    [-0.492262501697, 0.244607446222],
    [0.669467818822, 0.882388828952],
)


def _plane(*names: str) -> tuple[list[Mass], list[dict[str, float]]]:
    """The masses of a plane, and their parameters; those of a line of sight are 0.6 of their usual size."""
    values = []
    for name in names:
        profile = MASS_PROFILES[name]
        if profile.line_of_sight is None:
            values.append(LENS[name])
            continue
        keys = enumerate(profile.parameters)
        values.append({key: 0.6 * profile.meanings[key].high * np.cos(1.0 + 1.7 * k) for k, key in keys})
    pairs = enumerate(zip(names, values, strict=True))
    return [Mass(f"MASS_PROFILE_{k}", name, tuple(own)) for k, (name, own) in pairs], values


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_line_of_sight_is_that_of_lenstronomy(name):
    masses, values = _plane("EPL", name, "SHEAR")
    with jax.enable_x64(True):
        x, y = jnp.asarray(X), jnp.asarray(Y)
        ours = (*plane_deflection(masses, values, x, y), plane_fermat_potential(masses, values, x, y))
    np.testing.assert_allclose(ours, EXPECTED[name], rtol=1e-10)


@pytest.mark.long
def test_its_hessian_is_that_of_lenstronomy():
    masses, values = _plane("EPL", "SHEAR", "LOS")
    with jax.enable_x64(True):
        x, y = jnp.asarray(X), jnp.asarray(Y)
        ours = jacobian(lambda x, y: plane_deflection(masses, values, x, y), x, y)
    np.testing.assert_allclose(ours, HESSIAN, rtol=1e-10)


def test_a_profile_without_a_potential_is_named():
    masses = [Mass("PLANE_1-OBJECT_1-MASS_PROFILE_2", "DIPOLE", ())]
    with pytest.raises(ValueError, match="PLANE_1-OBJECT_1-MASS_PROFILE_2 is DIPOLE, which has no potential"):
        plane_potential(masses, [{}], jnp.zeros(2), jnp.zeros(2))


def test_copies_deflect_as_masses_at_their_places() -> None:
    """The first two of three spheres, each shifted as a whole; the third is not there."""
    centres, radii = [(0.5, -0.2), (-1.0, 0.4), (0.1, 0.1)], [0.3, 0.7, 5.0]
    sphere = Mass("PLANE_1-OBJECT_2-MASS_PROFILE_1", "SIS", ("theta_E", "center_x", "center_y"))
    own = {"theta_E": jnp.asarray(radii), "center_x": jnp.full(3, 0.1), "center_y": jnp.zeros(3)}
    place_x, place_y = (jnp.asarray(one) for one in zip(*centres, strict=True))
    numbers = CopyNumbers(jnp.array([True, True, False]), Copy(place_x, place_y, (own,)))
    groups = [(Copied("PLANE_1-OBJECT_2", 3, True, mass=(sphere,)), numbers)]
    alone = [
        {"theta_E": radius, "center_x": x + 0.1, "center_y": y}
        for (x, y), radius in zip(centres[:2], radii[:2], strict=True)
    ]
    x, y = jnp.array([0.7, -1.2]), jnp.array([0.9, 0.3])
    for of_plane in (plane_deflection, plane_potential):
        found, expected = of_plane([], [], x, y, groups), of_plane([sphere, sphere], alone, x, y)
        np.testing.assert_allclose(found, expected, rtol=2e-6)
