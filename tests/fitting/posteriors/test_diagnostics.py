"""R-hat and effective sizes of chains whose autocorrelation is known."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens.fitting.posteriors.diagnostics import effective_size, effective_size_of_tails, r_hat


def autoregressive(rho: float, sets: int = 20, chains: int = 4, draws: int = 2000) -> np.ndarray:
    """Stationary chains of which each draw is rho times the one before plus noise, of unit variance."""
    found = np.random.default_rng(1).normal(size=(sets, chains, draws))
    for i in range(1, draws):
        found[..., i] = rho * found[..., i - 1] + np.sqrt(1.0 - rho**2) * found[..., i]
    return found


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9])
def test_the_effective_size_is_that_of_the_autocorrelation(rho: float) -> None:
    """N draws with the autocorrelation rho^lag are worth N (1 - rho) / (1 + rho)."""
    found = effective_size(autoregressive(rho))
    assert found.mean() == pytest.approx(8000 * (1 - rho) / (1 + rho), rel=0.06)


def test_alternating_draws_are_worth_more_than_independent_ones() -> None:
    """The mean is then better known: N (1 - rho) / (1 + rho) with rho = -0.5 is 3 N."""
    assert effective_size(autoregressive(-0.5)).mean() > 2.0 * 8000


def test_tails_of_independent_draws_are_worth_all_of_them() -> None:
    assert effective_size_of_tails(autoregressive(0.0)).mean() == pytest.approx(8000, rel=0.1)


def test_r_hat_is_one_where_chains_agree_and_more_where_they_do_not() -> None:
    chains = autoregressive(0.3, draws=1000)
    assert r_hat(chains).max() < 1.01
    # draws of variance 1 in four chains, one of which stands 1 away: variance between chains 1 / 4
    moved = chains.copy()
    moved[:, 0] += 1.0
    assert r_hat(moved).mean() == pytest.approx(np.sqrt(1.0 + 0.25), abs=0.04)


def test_r_hat_sees_a_chain_that_is_wider_and_trends_within_a_chain() -> None:
    wider = autoregressive(0.0, draws=1000)
    wider[:, 0] *= 3.0
    assert r_hat(wider).min() > 1.05
    trend = autoregressive(0.0, draws=1000) + np.linspace(-1.0, 1.0, 1000)
    assert r_hat(trend).min() > 1.1


def test_neither_depends_on_the_parameter_s_scale() -> None:
    """Ranks are used, so any increasing function of the parameter has the same."""
    chains = autoregressive(0.5, sets=2, draws=400)
    for function in (r_hat, effective_size, effective_size_of_tails):
        np.testing.assert_allclose(function(np.exp(3.0 * chains)), function(chains), rtol=0.02)


def test_what_does_not_move_has_no_size() -> None:
    still = np.ones((1, 2, 10))
    assert np.isnan(r_hat(still)).all()
    assert np.isnan(effective_size(still)).all()
    with pytest.raises(ValueError, match="chains of 3 draws say nothing"):
        r_hat(np.zeros((1, 2, 3)))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_arviz_has_the_same() -> None:
    import arviz

    for rho in (0.0, 0.7):
        chains = autoregressive(rho, sets=3, draws=1000)
        for i, own in enumerate(chains):
            data = arviz.convert_to_dataset({"x": own})
            np.testing.assert_allclose(r_hat(chains)[i], float(arviz.rhat(data)["x"]), rtol=1e-3)
            np.testing.assert_allclose(effective_size(chains)[i], float(arviz.ess(data)["x"]), rtol=0.01)
            tail = float(arviz.ess(data, method="tail")["x"])
            np.testing.assert_allclose(effective_size_of_tails(chains)[i], tail, rtol=0.02)
