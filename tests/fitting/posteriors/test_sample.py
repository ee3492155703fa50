"""Every method against posteriors that are known: Gaussians in closed form, others on a grid."""

from __future__ import annotations

import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.fitting.posteriors.density import Density, Part
from jaxlens.fitting.posteriors.nested import Nested
from jaxlens.fitting.posteriors.posterior_draws import Posterior, PosteriorWarning
from jaxlens.fitting.posteriors.sample import METHODS, sample
from tests.fitting.posteriors.gaussians import log_evidences, two_gaussians

LIBRARIES = dict(zip(METHODS, ("numpyro", "blackjax", "blackjax", "numpyro", "dynesty"), strict=True))


def bent(shared: tuple[()], data: jax.Array, u: jax.Array) -> jax.Array:
    """A banana in u of which the second coordinate has the prior of a uniform parameter between 0 and 1.

    exp(-x^2 / 2 - (y - x^2 / 8)^2 / (2 * 0.5^2)) with x = u_0 and y = 4 / (1 + exp(-u_1)) - 1.
    """
    x, y = u[0], 4.0 * jax.nn.sigmoid(u[1]) - 1.0
    prior = jax.nn.log_sigmoid(u[1]) + jax.nn.log_sigmoid(-u[1])
    return data * (-0.5 * x**2 - 2.0 * (y - 0.125 * x**2) ** 2) + prior


class Grid:
    """`bent` integrated on a fine grid: the evidence, and means and standard deviations of x and y."""

    def __init__(self) -> None:
        x, u = np.linspace(-6.0, 6.0, 1201), np.linspace(-14.0, 14.0, 1401)
        y = 4.0 / (1.0 + np.exp(-u)) - 1.0
        log_prior = -np.logaddexp(0.0, -u) - np.logaddexp(0.0, u)
        density = np.exp(-0.5 * x[:, None] ** 2 - 2.0 * (y - 0.125 * x[:, None] ** 2) ** 2 + log_prior)
        total = density.sum()
        self.log_evidence = np.log(total * (x[1] - x[0]) * (u[1] - u[0]))
        weight = density / total
        values = np.stack(np.broadcast_arrays(x[:, None], y))
        self.mean = np.sum(weight * values, axis=(1, 2))
        self.std = np.sqrt(np.sum(weight * (values - self.mean[:, None, None]) ** 2, axis=(1, 2)))


def limited(u: np.ndarray) -> np.ndarray:
    u = np.asarray(u)
    return np.stack([u[..., 0], 4.0 / (1.0 + np.exp(-u[..., 1])) - 1.0], axis=-1)


def of_bent(method: str, draws: int, **options: object) -> Posterior:
    """Draws of `bent` from its maximum with a covariance that is only about right."""
    density = Density(("x", "y"), bent, limited, (), np.ones(1, np.float32), np.array([3.0]))
    return sample(density, [[0.0, -1.0]], [np.diag([1.0, 0.4])], method, draws, **options)  # type: ignore[arg-type]


def assert_gaussians(found: Posterior) -> None:
    """Means, standard deviations and correlations of u are those of `two_gaussians`."""
    density, mean, covariance = two_gaussians()
    sigma = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
    u = found.unconstrained.reshape(2, -1, 3)
    assert np.abs((u.mean(axis=1) - mean) / sigma).max() < 0.1
    assert np.abs(u.std(axis=1) / sigma - 1.0).max() < 0.1
    for own, expected in zip(u, covariance, strict=True):
        correlation = expected / np.sqrt(np.outer(np.diagonal(expected), np.diagonal(expected)))
        np.testing.assert_allclose(np.corrcoef(own.T), correlation, atol=0.1)
    np.testing.assert_allclose(found.draws, density.constrained(found.unconstrained))
    own_density = density.at(found.unconstrained[:, 0, 7])
    np.testing.assert_allclose(found.log_density[:, 0, 7], own_density, atol=0.05)


@pytest.mark.long
@pytest.mark.parametrize("method", ["numpyro", "blackjax"])
def test_chains_of_two_gaussians_have_their_moments(method: str) -> None:
    """The lenses' scales differ by a thousand; nothing but the step is adapted, in 50 draws."""
    density, mean, covariance = two_gaussians()
    found = sample(density, mean, covariance, method, 400, chains=3, warmup=50, key=jax.random.key(1))
    assert found.draws.shape == (2, 3, 400, 3)
    assert_gaussians(found)
    assert found.warnings == ()
    assert np.isnan(found.log_evidence).all()
    # whitened, a trajectory turns after a few steps
    assert found.gradients.mean() < 12
    assert found.effective_size.min() > 400
    again = sample(density, mean, covariance, method, 400, chains=3, warmup=50, key=jax.random.key(1))
    np.testing.assert_array_equal(again.draws, found.draws)


@pytest.mark.long
@pytest.mark.parametrize("method", ["pathfinder", "svi"])
def test_quick_approximations_of_gaussians_are_exact_and_so_is_the_evidence(method: str) -> None:
    density, mean, covariance = two_gaussians()
    options = {"steps": 300} if method == "svi" else {}
    found = sample(density, mean, covariance, method, 500, chains=2, **options)
    assert_gaussians(found)
    assert (found.efficiency > 0.9).all()
    np.testing.assert_allclose(found.log_evidence, log_evidences(covariance), atol=0.03)
    assert (found.log_evidence_error < 0.03).all()


@pytest.mark.long
@pytest.mark.parametrize("method", ["numpyro", "blackjax"])
def test_chains_of_a_bent_posterior_are_those_of_a_grid(method: str) -> None:
    found, grid = of_bent(method, 1000, warmup=100), Grid()
    np.testing.assert_allclose(found.mean[0], grid.mean, atol=0.1)
    np.testing.assert_allclose(found.std[0], grid.std, rtol=0.08)


@pytest.mark.long
@pytest.mark.parametrize("around", ["fit", "prior"])
def test_nested_evidence_of_a_bent_posterior_is_that_of_a_grid(around: str) -> None:
    found, grid = of_bent("nested", 1500, around=around, live=150), Grid()
    error = found.log_evidence_error[0]
    assert error < 0.1
    assert abs(found.log_evidence[0] - 3.0 - grid.log_evidence) < 4.0 * error
    np.testing.assert_allclose(found.mean[0], grid.mean, atol=0.1)
    np.testing.assert_allclose(found.std[0], grid.std, rtol=0.1)


@pytest.mark.long
def test_nested_evidence_of_gaussians_is_exact() -> None:
    density, mean, covariance = two_gaussians()
    found = sample(density, mean, covariance, "nested", 1500, live=200)
    assert_gaussians(found)
    pull = (found.log_evidence - log_evidences(covariance)) / found.log_evidence_error
    assert np.abs(pull).max() < 4.0


@pytest.mark.long
def test_a_normal_approximation_of_what_is_not_normal_is_warned_of() -> None:
    def cauchy(shared: tuple[()], data: jax.Array, u: jax.Array) -> jax.Array:
        return -jnp.sum(jnp.log1p(u**2 / data**2))

    density = Density(tuple("abcd"), cauchy, lambda u: u, (), np.full(1, 0.1, np.float32), np.zeros(1))
    with pytest.warns(PosteriorWarning, match=r"not the normal distribution that was fitted.*lens 0 of 1"):
        found = sample(density, np.zeros((1, 4)), 0.005 * np.eye(4)[None], "pathfinder", 2000, chains=1)
    assert found.efficiency[0] < 0.1


@pytest.mark.long
def test_chains_that_do_not_mix_are_warned_of() -> None:
    """Two maxima that are 40 standard deviations apart: each chain sees one of them."""

    def two(shared: tuple[()], data: jax.Array, u: jax.Array) -> jax.Array:
        return jnp.logaddexp(-0.5 * jnp.sum((u - data) ** 2), -0.5 * jnp.sum((u + data) ** 2))

    density = Density(("a",), two, lambda u: u, (), np.full(1, 20.0, np.float32), np.zeros(1))
    with pytest.warns(PosteriorWarning) as caught:
        found = sample(density, [[0.0]], [[[25.0]]], "blackjax", 100, chains=12, warmup=50)
    assert any("chains do not agree" in str(one.message) for one in caught)
    assert found.r_hat[0, 0] > 1.5


def test_lenses_of_several_functions_come_back_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each part has its own data, centre and covariance; here the draws are Laplace's."""
    density, mean, covariance = two_gaussians()
    monkeypatch.setitem(sample.__globals__["_NUTS"], "numpyro", Independent)

    def part(i: int) -> Part:
        data = jax.tree.map(lambda array: array[i : i + 1], density.data)
        own = Density(density.names, density.log_density, density.constrained, density.shared, data,
                      density.offset[i : i + 1])  # fmt: skip
        return Part(own, np.array([i]))

    found = sample([part(1), part(0)], mean, covariance, "numpyro", 4000, chains=2)
    assert_gaussians(found)
    assert found.warnings == ()


class Independent:
    """A method whose chains are independent draws of a standard normal distribution."""

    def __init__(self, draws: int, warmup: int) -> None:
        self.draws = draws

    def __call__(self, log_density: object, start: jax.Array, key: jax.Array) -> object:
        from jaxlens.fitting.posteriors.chains import Chain

        v = jax.random.normal(key, (self.draws, *start.shape), start.dtype)
        value = jax.vmap(log_density)(v)  # type: ignore[arg-type]
        zero = jnp.zeros_like(value)
        return Chain(v, value, zero, zero > 0, zero, zero + 1, jnp.ones(()), jnp.ones((), int))


@pytest.mark.parametrize("method", METHODS)
def test_a_library_that_lacks_is_named_with_its_extra(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    library = LIBRARIES[method]
    for name in [name for name in sys.modules if name.partition(".")[0] == library]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    extra = "nested" if method == "nested" else "inference"
    with pytest.raises(
        ImportError, match=rf"{library} is not installed: pip install 'jaxlens-sim\[{extra}\]'"
    ):
        sample(*two_gaussians(), method, 10)


def test_wrong_arguments_are_refused() -> None:
    three = two_gaussians()
    with pytest.raises(ValueError, match=r"there is no method 'numpiro'; did you mean numpyro\?"):
        sample(*three, "numpiro")
    for name in ("draws", "chains", "warmup"):
        with pytest.raises(ValueError, match=f"{name} is 0; it must be at least 1"):
            sample(*three, "numpyro", **{name: 0})  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="live"):
        sample(*three, "numpyro", live=3)
    with pytest.raises(ValueError, match="around is 'file'; give 'fit' or 'prior'"):
        Nested(10, around="file")
