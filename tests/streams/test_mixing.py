"""The mixture of an endless stream: proportions, bounds and places, from any index on."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens.streams.mixing import Mixture, divided, indices

UNEQUAL = Mixture((0.45, 0.3, 0.2, 0.05))
STARTS = (0, 1, 12_345, 2**32 - 50, 2**63 + 7, 2**64 - 50)


@pytest.mark.parametrize("start", STARTS)
def test_every_run_has_the_proportions_of_the_fractions(start: int) -> None:
    for count in (10, 100, 10_000):
        held = np.bincount(UNEQUAL.of(indices(start, count)), minlength=4)
        # a low-discrepancy sequence: the error grows as the logarithm, where chance's grows as the root
        assert np.all(np.abs(held - count * np.array(UNEQUAL.fractions)) < 1.0 + 0.5 * np.log(count))


def test_the_configuration_of_an_index_depends_on_nothing_else() -> None:
    long = UNEQUAL.of(indices(0, 500))
    for start, count in ((0, 7), (123, 64), (499, 1)):
        np.testing.assert_array_equal(UNEQUAL.of(indices(start, count)), long[start : start + count])
    scaled = Mixture(tuple(4 * fraction for fraction in UNEQUAL.fractions))
    np.testing.assert_array_equal(scaled.of(indices(0, 500)), long)


@pytest.mark.parametrize("count", [1, 2, 7, 33, 128])
def test_no_run_has_more_of_a_configuration_than_is_said_and_some_run_has_as_many(count: int) -> None:
    most = np.zeros(4, int)
    for start in (*range(3000), *STARTS):
        most = np.maximum(most, np.bincount(UNEQUAL.of(indices(start, count)), minlength=4))
    assert tuple(most) == UNEQUAL.most(count)


def test_one_configuration_has_every_system() -> None:
    assert Mixture((0.3,)).most(17) == (17,)
    assert not Mixture((0.3,)).of(indices(2**64 - 5, 10)).any()


@pytest.mark.parametrize("start", STARTS)
def test_every_system_stands_in_its_slot(start: int) -> None:
    lengths = [most + 2 for most in UNEQUAL.most(40)]
    found = divided(UNEQUAL, lengths, start, 40)
    assert [len(systems) for systems in found.systems] == lengths
    np.testing.assert_array_equal(np.concatenate(found.systems)[found.place], indices(start, 40))
    ends = np.cumsum([0, *lengths])
    for place, configuration in zip(found.place, found.configuration, strict=True):
        assert ends[configuration] <= place < ends[configuration + 1]
    # what fills an array up is one of the run, so that it is surely a system that can be made
    assert set(np.concatenate(found.systems).tolist()) <= set(indices(start, 40).tolist())


@pytest.mark.parametrize("fractions", [(), (0.0, 0.0), (0.5, -0.1), (0.5, 0.0), (1.0, float("inf"))])
def test_fractions_that_are_no_proportions_are_refused(fractions: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="each above 0"):
        Mixture(fractions)
