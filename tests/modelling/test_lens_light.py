"""The light of a lens and the ring about it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import jaxlens
from jaxlens.modelling.amplitude_priors import first_precision
from jaxlens.modelling.bases import MultiGaussian
from jaxlens.modelling.descent import descents, solution_at
from jaxlens.modelling.lens_light import pixel_positions, ring
from jaxlens.modelling.model import Settings
from jaxlens.modelling.problem import lens_problem
from tests.modelling.core_mocks import SIGMA, TRUTH, empty_data, mock, problem_of, tree
from tests.modelling.joint_mocks import LIGHT, MASS, PIXEL_SCALE, SOURCE, normal

BASES = (MultiGaussian(LIGHT, 2, 0.15, 0.4), MultiGaussian(SOURCE, 1, 0.12, 0.12))
FLUXES = np.array([10.0, 30.0, 3.0])
SIDE, SCALE = 34, 0.1
LIGHT_2 = LIGHT[:-1] + "2"

pytestmark = pytest.mark.usefixtures("x64")


def test_pixels_are_where_the_grid_says() -> None:
    """The middle of the image is at the grid's centre; columns go along x, rows along y."""
    x, y = pixel_positions(empty_data(4))
    np.testing.assert_allclose(x[0, 0, 2], PIXEL_SCALE * np.array([-1.5, -0.5, 0.5, 1.5]))
    np.testing.assert_allclose(y[0, 0, :, 1], x[0, 0, 2])
    data = empty_data(3)
    grid = np.array([0.0, 2.0, -1.0, 0.0, 0.5, -0.25])
    x, y = pixel_positions(data._replace(grid=grid[None, None]))
    np.testing.assert_allclose(x[0, 0, :, 1], [-1.5, 0.5, 2.5])
    np.testing.assert_allclose(y[0, 0, 1], [0.75, -0.25, -1.25])


@pytest.mark.long
def test_arcs_are_left_out_of_the_light_and_say_the_radius() -> None:
    """The radius of the ring is the Einstein radius to a tenth; light fitted to all pixels has arcs in it."""
    problem = problem_of(BASES)
    lens = mock(problem, FLUXES, seed=1, side=SIDE, scale=SCALE)
    alone = replace(problem, lens=replace(problem.lens, bases=BASES[:1]))
    active = np.array([float(name.startswith(LIGHT)) for name in problem.names])
    settings = Settings(active, first_precision(alone, lens.data))
    found = ring(alone, lens.data, settings, LIGHT)
    assert abs(found.radius / TRUTH[f"{MASS}-theta_E"] - 1.0) < 0.1
    assert found.radius < found.extent < 1.7
    assert found.centre == (0.0, 0.0)
    assert np.all(found.point[active == 0.0] == 0.0)
    distance = np.hypot(found.x, found.y)
    assert np.all(distance[found.significance > 0.0] > 0.6)

    def flux(point: np.ndarray, weight: np.ndarray) -> float:
        data = lens.data._replace(weight=weight)
        return float(np.sum(solution_at(alone, data, settings, point).amplitudes))

    inner = np.where(distance < 0.5, lens.data.weight, 0.0)
    assert abs(flux(found.point, inner) / np.sum(FLUXES[:2]) - 1.0) < 0.02
    left = np.where(found.significance > 0.0, 0.0, lens.data.weight)
    plain = descents(alone, lens.data, settings, np.zeros((1, active.size)), 15).points[0]
    own = abs(flux(found.point, left) / np.sum(FLUXES[:2]) - 1.0)
    assert own < 0.1
    assert abs(flux(plain, lens.data.weight) / np.sum(FLUXES[:2]) - 1.0) > 2.0 * own

    # without a source there is no ring
    images = mock(problem, FLUXES * [1.0, 1.0, 0.0], side=SIDE, scale=SCALE).data
    none = ring(alone, images._replace(image=images.image + 0.1 * SIGMA), settings, LIGHT)
    assert np.isnan(none.radius)
    assert not none.significance.any()


@pytest.mark.long
def test_an_ellipse_does_not_go_to_a_bright_arc() -> None:
    """Two ellipses with centres of their own, and an image of the source as bright as the lens beside it."""
    file = tree(slope=False, shear=False)
    profiles = file["SPECIES"]["GALAXY_1"]
    centre = {"center_x": normal(0.0, 0.05), "center_y": normal(0.0, 0.05)}
    for number in (1, 2):
        own = {**profiles["LIGHT_PROFILE_1"]["PARAMETERS"], **centre}
        profiles[f"LIGHT_PROFILE_{number}"] = {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": own}
    bases = (*(MultiGaussian(prefix, 3, 0.12, 0.4) for prefix in (LIGHT, LIGHT_2)), BASES[1])
    problem = lens_problem(jaxlens.Simulator(file), bases)
    alone = replace(problem, lens=replace(problem.lens, bases=bases[:2], sky=False))
    data = empty_data(SIDE, SCALE)
    x, y = pixel_positions(data)
    light = 6.0 * np.exp(-0.5 * ((x - 0.02) ** 2 + y**2) / 0.35**2)
    arc = 6.0 * np.exp(-0.5 * ((x - 0.8) ** 2 + (y - 0.6) ** 2) / 0.16**2)
    noise = SIGMA * np.random.default_rng(2).standard_normal(x.shape)
    active = np.array([float("LIGHT" in name and "PLANE_1" in name) for name in problem.names])
    settings = Settings(active, first_precision(alone, data._replace(image=light + arc + noise)))
    found = ring(alone, data._replace(image=light + arc + noise), settings, LIGHT)
    places = [found.point[problem.indices(prefix, ("-center_x", "-center_y"))] for prefix in (LIGHT, LIGHT_2)]
    # standard deviations of the priors of the centres
    assert np.all(np.abs(places) < 3.0)
    assert abs(found.radius - 1.0) < 0.1
