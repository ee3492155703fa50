"""Draws as a table, a file and ArviZ's groups.

The draws are made by hand; nothing is sampled.
"""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest

from jaxlens.files.errors import StorageError
from jaxlens.fitting.posteriors.posterior_draws import Posterior, joined
from tests.fitting.posteriors.gaussians import NAMES, made_draws


def test_the_table_has_a_row_for_each_parameter() -> None:
    made = made_draws(1, 4, 500)
    table = made.table()
    assert list(table.index) == list(NAMES)
    assert list(table.columns) == ["mean", "std", "p16", "p50", "p84", "r_hat", "ess", "ess_tail"]
    np.testing.assert_allclose(table["mean"], [0.0, 10.0, 20.0], atol=0.1)
    np.testing.assert_allclose(table["std"], 1.0, atol=0.1)
    np.testing.assert_allclose(table["p84"] - table["p16"], 2.0, atol=0.15)
    assert (table["r_hat"] < 1.01).all()
    assert (table["ess"] > 1500).all()


def test_the_table_of_several_lenses_is_by_lens_and_parameter() -> None:
    table = made_draws().table()
    assert table.index.names == ["image", "parameter"]
    assert table.loc[(1, "gamma1"), "mean"] == pytest.approx(11.0, abs=0.3)


def test_a_posterior_says_what_it_is() -> None:
    made = dataclasses.replace(
        made_draws(1),
        method="nested",
        log_evidence=np.array([-1234.5]),
        log_evidence_error=np.array([0.06]),
        warnings=("no",),
    )
    first, *rest = str(made).splitlines()
    assert first == (
        "Posterior of 1 lens, 3 parameters by nested: 3 x 50 draws, ln evidence -1234.50 +- 0.06, 1 warning"
    )
    assert len(rest) == 4
    assert repr(made_draws()) == "Posterior of 2 lenses, 3 parameters by numpyro: 3 x 50 draws"


def test_too_few_draws_say_nothing_of_themselves() -> None:
    assert np.isnan(made_draws(1, 1, 3).table()["r_hat"]).all()


def test_efficiency_is_the_fraction_of_the_draws_that_count() -> None:
    made = made_draws(2, 1, 40)
    np.testing.assert_allclose(made.efficiency, 1.0)
    weight = np.zeros((2, 1, 40))
    weight[1, 0, 10:] = -np.inf
    np.testing.assert_allclose(dataclasses.replace(made, log_weight=weight).efficiency, [1.0, 0.25])


def test_a_file_gives_equal_draws(tmp_path: Path) -> None:
    made = dataclasses.replace(made_draws(), warnings=("one", "two"))
    made.save(tmp_path / "draws.h5")
    found = Posterior.load(tmp_path / "draws.h5")
    for field in dataclasses.fields(Posterior):
        np.testing.assert_array_equal(getattr(found, field.name), getattr(made, field.name))


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    from jaxlens.fitting.result_files import write_fields

    write_fields(tmp_path / "fit.h5", {"names": ("a",)})
    with pytest.raises(
        StorageError, match=re.escape("fit.h5: is not a posterior of format 1 or 2; give a file")
    ):
        Posterior.load(tmp_path / "fit.h5")


def test_parts_come_back_in_the_order_of_the_lenses() -> None:
    both = made_draws(3)

    def lenses(chosen: list[int]) -> Posterior:
        arrays = {
            field.name: getattr(both, field.name)[chosen]
            for field in dataclasses.fields(Posterior)
            if isinstance(getattr(both, field.name), np.ndarray)
        }
        return dataclasses.replace(both, **arrays)

    again = joined([lenses([2]), lenses([0, 1])], np.array([2, 0, 1]))
    np.testing.assert_array_equal(again.draws, both.draws)
    np.testing.assert_array_equal(again.log_density, both.log_density)
