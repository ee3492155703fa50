"""Lenses drawn about a ring, and the search from them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.registry import MASS_PROFILES
from jaxlens.modelling.descent import Ends
from jaxlens.modelling.lens_light import Ring, pixel_positions
from jaxlens.modelling.search import NEAR_RING, RADIUS_SPREAD, Search, drawn_lenses, search, seen_from
from tests.modelling.core_mocks import FLUXES, GAUSSIANS, SHEAR, TRUTH, Lens, mock, problem_of
from tests.modelling.joint_mocks import LIGHT, MASS, SOURCE

SIDE = 18
# lenses drawn at once, in one compiled program
DRAWS = 200
ELLIPSE = jax.jit(MASS_PROFILES["EPL"].deflection)

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("x64")]


class Arcs(NamedTuple):
    """A lens and the ring of its mock."""

    lens: Lens
    ring: Ring


@pytest.fixture(scope="module")
def arcs() -> Iterator[Arcs]:
    """The pixels in which the source is brighter than half of its peak."""
    with jax.enable_x64(True):
        lens = mock(problem_of(GAUSSIANS), FLUXES, side=SIDE)
        light = np.asarray(mock(lens.problem, FLUXES * (np.arange(8) > 3), side=SIDE).data.image)
        significance = np.where(light > 0.5 * np.max(light), 10.0, 0.0)
        x, y = pixel_positions(lens.data)
        point = np.where([name.startswith(LIGHT) for name in lens.problem.names], lens.truth, 0.0)
        yield Arcs(lens, Ring(point, (0.0, 0.0), significance, TRUTH[f"{MASS}-theta_E"], 1.2, x, y))


def traced(arcs: Arcs, values: dict[str, float]) -> np.ndarray:
    """Where the rays of the arcs end, by the profiles of EPL and SHEAR themselves, (2, rays)."""
    seen = arcs.ring.significance > 0.0
    x, y = arcs.ring.x[seen], arcs.ring.y[seen]
    own = {"e2": 0.03, "center_x": 0.0, "center_y": 0.0}
    own |= {name: values[f"{MASS}-{name}"] for name in ("theta_E", "e1", "gamma")}
    # compiled once, as the radius and the slope are arguments
    ellipse = ELLIPSE(x, y, **{name: jnp.asarray(value) for name, value in own.items()})
    shear = {name: values[f"{SHEAR}-{name}"] for name in ("gamma1", "gamma2")}
    tide = MASS_PROFILES["SHEAR"].deflection(x, y, **shear)
    return np.stack([x, y]) - np.asarray(ellipse) - np.asarray(tide)


@pytest.mark.long
def test_sources_are_where_the_rays_of_the_arcs_end(arcs: Arcs) -> None:
    """Of each drawn mass; with the mass of the mock that is its source."""
    lens, names = arcs.lens, list(arcs.lens.problem.names)
    places = [names.index(f"{SOURCE}-center_{axis}") for axis in "xy"]
    held = {i: float(u) for i, u in enumerate(lens.truth) if names[i].startswith((MASS, SHEAR))}
    points = drawn_lenses(lens.problem, arcs.ring, held, np.random.default_rng(0), DRAWS, 1.0)
    assert points.shape == (DRAWS, len(names))
    for index, value in held.items():
        np.testing.assert_array_equal(points[:, index], value)
    light = names.index(f"{LIGHT}-e1")
    np.testing.assert_array_equal(points[:, light], arcs.ring.point[light])
    drawn = lens.problem.constrained(points)[:, places]
    ends = traced(arcs, TRUTH)
    np.testing.assert_allclose(np.mean(drawn, axis=0), np.mean(ends, axis=1), atol=0.02)
    np.testing.assert_allclose(np.std(drawn, axis=0), 0.5 * np.std(ends, axis=1), rtol=0.2)
    source = [TRUTH[f"{SOURCE}-center_{axis}"] for axis in "xy"]
    np.testing.assert_allclose(np.mean(drawn, axis=0), source, atol=0.1)

    narrow = drawn_lenses(lens.problem, arcs.ring, {}, np.random.default_rng(0), DRAWS, 1e-6)
    for x in lens.problem.constrained(narrow[:8]):
        ends = traced(arcs, dict(zip(names, x, strict=True)))
        np.testing.assert_allclose(x[places], np.mean(ends, axis=1), atol=1e-5)


def test_radii_are_near_the_rings_or_of_the_prior(arcs: Arcs) -> None:
    """Three in four are near it: a spread of 0.01 of the radius, where the prior has 0.1."""
    at = arcs.lens.problem.names.index(f"{MASS}-theta_E")
    width = 0.01 / RADIUS_SPREAD
    rng = np.random.default_rng(0)
    # 2000 in all, by the program of as many as before
    points = np.concatenate(
        [drawn_lenses(arcs.lens.problem, arcs.ring, {}, rng, DRAWS, width) for _ in range(2000 // DRAWS)]
    )
    radii = arcs.lens.problem.constrained(points)[:, at]
    near = np.abs(radii - arcs.ring.radius) < 0.03 * arcs.ring.radius
    # of the others a few are near by chance
    share = np.mean(near)
    assert NEAR_RING - 0.03 < share < NEAR_RING + (1.0 - NEAR_RING) * 0.3 + 0.03
    assert np.std(radii[~near]) > 0.05


def test_the_starts_of_a_model_are_those_of_the_maximum_whose_mass_is_nearest() -> None:
    """Three reached the best maximum of the search, two the one that the model came from, one another."""
    names = (f"{LIGHT}-e1", f"{MASS}-theta_E", f"{MASS}-e1")
    points = np.array(
        [
            [0.0, 0.0, 0.0],
            [0.0, 0.01, 0.0],
            [0.0, 0.0, 0.02],
            [2.0, 0.5, 0.5],
            [0.1, 0.51, 0.5],
            [1.0, 2.0, 2.0],
        ]
    )
    values = np.array([0.0, 1.0, 2.9, 50.0, 51.0, 90.0])
    ends = Ends(points, values, np.zeros(6), np.zeros((6, 3, 3)), np.zeros(6))
    looked = Search(ends, 3, 6, 24, names, points)
    # the light has moved far since
    assert seen_from(looked, names[1:], np.array([0.6, 0.4])).reached == 2
    assert seen_from(looked, names[1:], np.array([0.1, -0.1])).reached == 3
    assert seen_from(looked, names[1:], np.array([1.9, 2.2])).reached == 1
    assert seen_from(looked, names[1:], np.array([0.6, 0.4])).starts == 6
    # a maximum that one descent reached, about as far as the one of two
    assert seen_from(looked, names[1:], np.array([1.27, 1.27])).reached == 2
    # one that ended on its way is at no maximum
    unfinished = Search(ends._replace(decreases=np.array([0, 0, 0, 0, 0, 40.0])), 3, 6, 24, names, points)
    assert seen_from(unfinished, names[1:], np.array([1.9, 2.2])).reached == 2


@pytest.mark.long
def test_a_search_finds_the_lens(arcs: Arcs) -> None:
    lens = arcs.lens
    gamma = lens.problem.names.index(f"{MASS}-gamma")
    active = np.ones(lens.truth.size)
    active[gamma] = 0.0
    settings = lens.settings._replace(active=active)
    held = {gamma: float(lens.truth[gamma])}
    found = search(lens.problem, lens.data, settings, arcs.ring, held, starts=6, draws=24, seed=1)
    assert found.reached >= 2
    assert found.starts >= 6
    assert found.draws >= 24
    assert np.all(found.ends.points[:, gamma] == lens.truth[gamma])
    light = lens.problem.indices(LIGHT)
    assert light.size
    assert np.all(found.ends.points[:, light] == arcs.ring.point[light])
    best = dict(zip(found.names, found.values[0], strict=True))
    assert abs(best[f"{MASS}-theta_E"] - TRUTH[f"{MASS}-theta_E"]) < 0.02
    assert abs(best[f"{SOURCE}-center_x"] - TRUTH[f"{SOURCE}-center_x"]) < 0.03
    assert np.all(np.diff(found.ends.values) >= 0.0)
