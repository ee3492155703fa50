"""Images of point sources behind haloes, beside those on a fine grid; labels of haloes near them."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.imaging import halo_labels
from jaxlens.imaging.halo_lensing import halo_lensed_to_plane, lens_arguments
from jaxlens.imaging.point_sources import point_source_images
from jaxlens.kernels.lensing.lens_equation import ImagePositions
from jaxlens.kernels.lensing.rays import magnification
from jaxlens.kernels.types import Pair, Params
from tests.imaging.haloes import FIELD, SUBHALOES, halo_params, with_haloes
from tests.imaging.test_halo_rays import MASS, system

pytestmark = pytest.mark.slow

QUASAR, HOST = "PLANE_2-OBJECT_2", "PLANE_2-OBJECT_1-LIGHT_PROFILE_1"


def on_grid(u: np.ndarray, v: np.ndarray) -> int:
    """How many triangles of a grid (n, n) of residuals have the source inside."""
    corners = [(w[:-1, :-1], w[:-1, 1:], w[1:, :-1], w[1:, 1:]) for w in (u, v)]
    count = 0
    for triangle in ((0, 1, 2), (3, 2, 1)):
        sides = []
        for a, b in zip(triangle, (*triangle[1:], triangle[0]), strict=True):
            sides.append(corners[0][a] * corners[1][b] - corners[0][b] * corners[1][a])
        count += int(np.sum(np.all(np.stack(sides) > 0, axis=0) | np.all(np.stack(sides) < 0, axis=0)))
    return count


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_images_are_those_of_a_fine_grid(small_quasar: dict[str, Any], key: jax.Array) -> None:
    sim = Simulator(small_quasar)
    own = with_haloes(sim.scene, "TNFW", bound=6, planes=(1, 1), field_bound=6, window=6)
    drawn = sim.sample(key, 3)
    systems = [
        halo_params(own, {name: value[i] for name, value in drawn.items()}, 6, seed=i, heavy=1e10)
        for i in range(3)
    ]

    def residual(params: Params, x: jax.Array, y: jax.Array) -> Pair:
        u, v = halo_lensed_to_plane(own, 1, x, y, lens_arguments(own, params, 1))
        return u - params[f"{HOST}-center_x"], v - params[f"{HOST}-center_y"]

    @jax.jit
    def solved(params: Params) -> tuple[ImagePositions, Pair, jax.Array, Pair]:
        images = point_source_images(own, params)[QUASAR]
        mu = magnification(lambda x, y: residual(params, x, y), images.x, images.y)
        # an even number of points, so that none is at the centre
        axis = jnp.linspace(-2.4, 2.4, 240)
        grid = residual(params, *jnp.meshgrid(axis, axis))
        return images, residual(params, images.x, images.y), mu, grid

    for params in systems:
        images, left, mu, grid = (jax.tree.map(np.asarray, one) for one in solved(params))
        shown = images.mask
        assert np.abs(np.stack(left)[:, shown]).max() < 1e-9
        np.testing.assert_allclose(images.magnification[shown], mu[shown], rtol=1e-9)
        # the grid also has the image at the centre of the singular lens
        assert images.found == on_grid(*grid) - 1
    # haloes for which there is no room are not left out
    too_many = solved(systems[0] | {f"{SUBHALOES}-NUMBER": jnp.asarray(7.0)})[0]
    assert np.isnan(too_many.x).all()
    assert np.isnan(too_many.magnification).all()


@pytest.mark.long
def test_labels_are_sums_over_haloes(small_lens: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    # the images that a round lens makes of the source, without the solver, which takes longest to compile
    places = jnp.asarray([1.1, -0.9, 0.0]), jnp.zeros(3)
    images = ImagePositions(*places, jnp.asarray([9.0, -8.0, 0.0]), jnp.asarray([True, True, False]), 2)
    monkeypatch.setattr(halo_labels, "main_source_images", lambda *_: images)
    own, params = system(
        small_lens, (0.5, 1.5), **{f"{MASS}-theta_E": 1.0, "pixel_scale": 0.2, f"{HOST}-center_x": 0.1}
    )
    own = with_haloes(own, "POINT_MASS", bound=4, planes=(1, 1), field_bound=4, window=4)
    for prefix in (SUBHALOES, FIELD):
        params |= {
            f"{prefix}-x": jnp.asarray([1.15, -0.3, 1.1, -0.92]),
            f"{prefix}-y": jnp.asarray([0.0, 0.4, 0.02, 0.0]),
            f"{prefix}-mass": jnp.asarray([1e8, 2e8, 3e8, 4e8]),
            f"{prefix}-NUMBER": jnp.asarray(3.0),
        }
    params |= {f"{FIELD}-z": jnp.asarray([0.2, 1.0, 1.6, 1.0]), f"{FIELD}-kappa_sheet": jnp.zeros(2)}
    found = halo_labels.halo_labels(own, params)
    expected = {
        f"{SUBHALOES}-mass_within_theta_E": 2e8,
        f"{SUBHALOES}-largest_mass_near_image": 3e8,
        # the third one is behind the source
        f"{FIELD}-mass_within_theta_E": 2e8,
        f"{FIELD}-largest_mass_near_image": 1e8,
    }
    assert found.keys() == expected.keys()
    np.testing.assert_allclose([found[name] for name in expected], list(expected.values()), rtol=1e-6)
