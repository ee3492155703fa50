"""The posterior of several bands and exposures: sums of its parts, derivatives, and what a fit recovers.

Images are the simulator's, which has pixels and PSFs of its own; all tests share one compiled program.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxlens
from jaxlens.fitting import least_squares
from jaxlens.fitting.least_squares import Expansion
from jaxlens.modelling.columns import columns
from jaxlens.modelling.expansion import expansion
from jaxlens.modelling.joint_problem import joint_problem
from jaxlens.modelling.lens_data import LensImages, lens_data
from jaxlens.modelling.model import LensData, Settings
from jaxlens.modelling.problem import LensProblem, lens_problem
from jaxlens.modelling.sky import sky_levels
from tests.modelling.joint_mocks import (
    BASES,
    LIGHT,
    TRUTH,
    configuration,
    kernel,
    observed,
    pixel_map,
    rendered,
    windows_of,
)

pytestmark = pytest.mark.slow

BANDS = ("g", "r", "i")
ELLIPTICITY = np.array([0.1, 0.02, -0.07])
SIGMA = 0.05
# where the second exposure of g, turned by 0.6, and the other bands' are, besides what their headers say
ANGLE, SHIFT = 0.6, (0.04, -0.03)
SKY = {"g-1": 0.2, "r": -0.1, "i": 0.0, "g-2": 0.05}


class Lens(NamedTuple):
    """A lens and its images, and the posterior at coordinates u."""

    problem: LensProblem
    images: LensImages
    settings: Settings
    posterior: Callable[[LensData, jax.Array], Expansion]

    @property
    def truth(self) -> np.ndarray:
        """The coordinates of the mock."""
        own = dict(zip((f"{LIGHT}-e1-{band}" for band in BANDS), ELLIPTICITY, strict=True))
        offsets = {f"{axis}_offset-g-2": v for axis, v in zip("xy", SHIFT, strict=True)}
        values = {**dict.fromkeys(self.problem.names, 0.0), **TRUTH, **own, **offsets}
        return self.problem.unconstrained(np.array([values[name] for name in self.problem.names]))


@pytest.fixture(scope="module")
def lens() -> Iterator[Lens]:
    """Three bands, of which one has a second exposure that is turned and off, without noise."""
    with jax.enable_x64(True):
        sim = jaxlens.Simulator(configuration(",".join(BANDS)))
        problem = lens_problem(sim, BASES)
        windows = windows_of(sim)
        values = {**problem.base, **TRUTH, f"{LIGHT}-e1": ELLIPTICITY}
        first = rendered(windows, values, pixel_map(), kernel(0.8))
        turned = rendered(windows, values, pixel_map(ANGLE, *SHIFT), kernel(1.3))
        sky = np.array([SKY["g-1"], SKY["r"], SKY["i"]])[:, None, None]
        images = lens_data(
            sim,
            [
                observed(first + sky, SIGMA, kernel(0.8)),
                observed(turned[:1] + SKY["g-2"], SIGMA, kernel(1.3), ANGLE, bands=("g",)),
            ],
            1.2,
        )
        problem = joint_problem(problem, images)
        precision = np.full(problem.lens.count, 1e-8)
        settings = Settings(jnp.ones(len(problem.names)), jnp.asarray(precision))
        run = jax.jit(partial(expansion, problem.lens, problem.constants, problem.base))
        yield Lens(problem, images, settings, lambda data, u: run(data, settings, u))


def with_band(lens: Lens, band: int) -> LensData:
    """The images, of which one band has weight."""
    weight = np.array(lens.images.data.weight)
    weight[np.arange(len(BANDS)) != band] = 0.0
    return lens.images.data._replace(weight=weight)


def noisy(lens: Lens) -> LensData:
    """The images with noise."""
    data = lens.images.data
    noise = SIGMA * np.random.default_rng(2).standard_normal(data.image.shape)
    return data._replace(image=data.image + noise * (np.asarray(data.weight) > 0.0))


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_images_at_once_are_those_in_turn(lens: Lens, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a GPU computes, all images in one, and a CPU, one after the other."""
    data = lens.images.data
    params = {name: jnp.asarray(value, float) for name, value in lens.problem.base.items()}
    in_turn = np.asarray(jax.jit(partial(columns, lens.problem.lens))(params, data))
    monkeypatch.setattr(jax.lax, "platform_dependent", lambda *given, cpu, default: default(*given))
    at_once = np.asarray(jax.jit(lambda own: columns(lens.problem.lens, own, data))(params))
    used = np.any(np.asarray(data.weight) > 0.0, axis=(2, 3))
    np.testing.assert_allclose(at_once[used], in_turn[used], rtol=1e-9)
    assert np.count_nonzero(used) == 4
    assert not in_turn[~used].any()


@pytest.mark.long
def test_its_parameters(lens: Lens) -> None:
    names = lens.problem.names
    assert names[-6:] == tuple(f"{axis}_offset-{name}" for name in ("r", "i", "g-2") for axis in "xy")
    assert lens.problem.free.names(BANDS) == names
    # half a pixel is one standard deviation of the prior of an offset
    x = lens.problem.constrained(np.ones(len(names)))
    np.testing.assert_allclose(x[-6:], 0.5 * 0.15, rtol=1e-6)


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_the_truth_fits_the_simulators_images(lens: Lens) -> None:
    """Where the pixels are, the PSF of each and the levels of the sky are right: residuals are rounding."""
    found = lens.posterior(lens.images.data, jnp.asarray(lens.truth))
    used = np.count_nonzero(lens.images.data.weight)
    assert abs(float(found.aux) + 0.5 * used) < 1e-3 * used


@pytest.mark.usefixtures("x64")
def test_the_gradient_is_the_difference_of_values(lens: Lens) -> None:
    data = noisy(lens)
    u = jnp.asarray(lens.truth) + 0.1
    found = lens.posterior(data, u)
    for i in range(u.size):
        up, down = (lens.posterior(data, u.at[i].add(step)).value for step in (1e-4, -1e-4))
        np.testing.assert_allclose(found.gradient[i], (up - down) / 2e-4, rtol=1e-4, atol=1e-3)


@pytest.mark.usefixtures("x64")
def test_bands_add_up(lens: Lens) -> None:
    """-ln L, its gradient and its curvature are sums over bands, whose amplitudes are their own."""
    data, u = noisy(lens), jnp.asarray(lens.truth)
    every = lens.posterior(data, u)
    none = lens.posterior(data._replace(weight=np.zeros_like(data.weight)), u)
    parts = [lens.posterior(with_band(lens, b)._replace(image=data.image), u) for b in range(len(BANDS))]
    for name in ("value", "gradient", "curvature"):
        prior = np.asarray(getattr(none, name))
        total = sum(np.asarray(getattr(part, name)) - prior for part in parts)
        np.testing.assert_allclose(getattr(every, name) - prior, total, rtol=1e-8, atol=1e-6)


def information(curvature: np.ndarray, shared: np.ndarray) -> np.ndarray:
    """The inverse covariance of shared coordinates, with all others marginalised."""
    return np.linalg.inv(np.linalg.inv(curvature)[np.ix_(shared, shared)])


@pytest.mark.usefixtures("x64")
def test_information_of_bands_adds_up(lens: Lens) -> None:
    """The lens and the source are shared; each band has its own light of the lens, amplitudes and offsets."""
    names = lens.problem.names
    shared = np.array([i for i, name in enumerate(names) if name in TRUTH])
    u = jnp.asarray(lens.truth)
    none = lens.images.data._replace(weight=np.zeros_like(lens.images.data.weight))
    prior = information(np.asarray(lens.posterior(none, u).curvature), shared)
    joint = information(np.asarray(lens.posterior(lens.images.data, u).curvature), shared)
    alone = [
        information(np.asarray(lens.posterior(with_band(lens, b), u).curvature), shared)
        for b in range(len(BANDS))
    ]
    np.testing.assert_allclose(joint - prior, sum(each - prior for each in alone), rtol=1e-6, atol=1e-4)
    radius = list(shared).index(names.index(next(iter(TRUTH))))
    errors = [np.sqrt(np.linalg.inv(each)[radius, radius]) for each in (joint, *alone)]
    assert errors[0] < 0.9 * min(errors[1:])


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_a_fit_finds_lens_offsets_and_sky(lens: Lens) -> None:
    """From the priors' medians to the mock: an exposure that is turned and off by an unknown shift included.

    Without noise what remains is the pull of the priors.
    """
    data = lens.images.data
    state = least_squares.start(jnp.zeros(len(lens.problem.names)))
    for _ in range(25):
        if state.ended(1e-4):
            break
        state = least_squares.descend(partial(lens.posterior, data), state)
    assert float(state.decrease) < 1e-3
    covariance = np.linalg.inv(np.asarray(state.expansion.curvature))
    pulls = (np.asarray(state.point) - lens.truth) / np.sqrt(np.diagonal(covariance))
    assert np.max(np.abs(pulls)) < 0.5
    x = lens.problem.constrained(np.asarray(state.point))
    np.testing.assert_allclose(x[-2:], SHIFT, atol=0.003)
    np.testing.assert_allclose(x[:3], ELLIPTICITY, atol=0.01)
    levels = sky_levels(lens.problem, lens.images, lens.settings, state.point, covariance)
    assert levels.names == ("g-1", "r", "i", "g-2")
    np.testing.assert_allclose(levels.values, [SKY[name] for name in levels.names], atol=0.01)
    # each is known as well as so many pixels say, and not much worse
    used = np.count_nonzero(lens.images.data.weight, axis=(2, 3))
    least = SIGMA / np.sqrt([used[0, 0], used[1, 0], used[2, 0], used[0, 1]])
    assert np.all(levels.errors > least)
    assert np.all(levels.errors < 10.0 * least)
