"""The simulated lenses that are fitted, and the rows of their fits' times."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens import Simulator
from validation.recovery.mocks import galaxy_galaxy_mock, lensed_quasar_mock
from validation.speed.fits import report
from validation.speed.fits.lenses import SEED, Trace, lenses, ranges
from validation.speed.names import LENS, SOURCE

# Systems of a batch: the same in all tests, so that each program is compiled once.
SYSTEMS = 10


@pytest.fixture(scope="module")
def mock() -> Simulator:
    return Simulator(galaxy_galaxy_mock())


def sampled(mock: Simulator, start: int = 0) -> dict[str, jax.Array]:
    return mock.sample(jax.random.key(SEED, impl="threefry2x32"), SYSTEMS, start)


def test_the_mocks_have_so_many_free_parameters(mock: Simulator) -> None:
    assert len(mock.priors) == 21
    assert len(Simulator(lensed_quasar_mock()).priors) == 22
    assert len([name for name in mock.priors if name.startswith((f"{LENS}-MASS", f"{LENS}-SHEAR"))]) == 7


@pytest.mark.long
def test_the_arcs_are_as_bright_as_a_good_survey_has_them(mock: Simulator) -> None:
    params = sampled(mock)
    dark = params | {f"{LENS}-LIGHT_PROFILE_1-magnitude": jnp.full(SYSTEMS, 99.0)}
    sigma = mock.expected(params)[1]
    signal_to_noise = np.sqrt(np.sum((mock.render(dark) / sigma) ** 2, axis=(1, 2, 3)))
    assert np.all((signal_to_noise > 50) & (signal_to_noise < 400))


@pytest.mark.long
def test_every_source_is_behind_its_lens(mock: Simulator) -> None:
    for start in range(0, 50, SYSTEMS):
        params = {name: np.asarray(value) for name, value in sampled(mock, start).items()}
        place = [params[f"{SOURCE}-LIGHT_PROFILE_1-center_{axis}"] for axis in "xy"]
        assert np.all(np.hypot(*place) < params[f"{LENS}-MASS_PROFILE_1-theta_E"])


@pytest.mark.long
def test_the_chi_square_of_the_truth_is_that_of_its_noise(mock: Simulator) -> None:
    models = np.asarray(mock.render(sampled(mock)))[:, 0]
    for lens, model in zip(lenses(mock, SYSTEMS), models, strict=True):
        chi_square = np.sum(((lens.image - model) / lens.sigma) ** 2)
        assert abs(chi_square - 4096) < 4 * np.sqrt(2 * 4096)


def test_a_range_begins_inside_its_ends(mock: Simulator) -> None:
    for limits in ranges(mock).values():
        assert limits.low < limits.middle - limits.spread < limits.middle + limits.spread < limits.high


CHAINS = Trace((1.0, 2.0, 4.0), (4000.2, 9000.0, 4000.0), 6.0)


def test_a_level_is_near_the_lowest_of_all() -> None:
    assert report.levels({"a": [CHAINS], "b": [Trace((1.0,), (3990.0,), 1.0)]}) == [3992.0]


def test_the_time_counts_until_the_level_and_wholly_where_it_is_missed() -> None:
    found = report.row("chains", [CHAINS, CHAINS], [4000.1, 3000.0])
    assert (found.seconds, found.processor_seconds, found.reached) == (4.0, 6.0, 1)
    assert report.row("chains", [CHAINS], [4001.0]).seconds == 1.0


def test_as_many_chains_are_needed_as_fail_in_a_row_and_one() -> None:
    assert report.chains_needed([CHAINS], [4001.0]) == 2
    assert report.chains_needed([CHAINS], [3000.0]) is None
    all_of_them, until_good = report.chain_rows("chains", [CHAINS], [4001.0])
    assert all_of_them.seconds == pytest.approx(2 * 4.0 / 3)
    # the cyclic orders of the chains take 1 s, 1 + 2 s and 2 s
    assert until_good.seconds == pytest.approx(2.0)
