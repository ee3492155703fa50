"""Both interfaces of ArviZ get the same groups."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tests.fitting.posteriors.gaussians import NAMES, made_draws


def library(monkeypatch: pytest.MonkeyPatch, from_dict: Any) -> None:
    """A library `arviz` that has this function."""
    module = ModuleType("arviz")
    module.from_dict = from_dict  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "arviz", module)


def test_the_groups_of_version_0_are_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    def from_dict(
        posterior: Any = None, sample_stats: Any = None, dims: Any = None, attrs: Any = None
    ) -> Any:
        return posterior, sample_stats, dims, attrs

    library(monkeypatch, from_dict)
    made = made_draws()
    posterior, statistics, dims, attrs = made.to_arviz()
    assert tuple(posterior) == NAMES
    np.testing.assert_array_equal(posterior["gamma1"][:, :, 1], made.draws[1, :, :, 1])
    assert set(statistics) == {"lp", "diverging", "n_steps", "acceptance_rate"}
    assert dims["gamma1"] == dims["lp"] == ["image"]
    assert attrs["method"] == "numpyro"


def test_the_groups_of_version_1_are_a_dictionary(monkeypatch: pytest.MonkeyPatch) -> None:
    library(monkeypatch, lambda data, *, dims=None, attrs=None: (data, dims))
    made = made_draws(1)
    data, dims = made.to_arviz()
    assert set(data) == {"posterior", "sample_stats"}
    np.testing.assert_array_equal(data["posterior"]["theta_E"], made.draws[0, :, :, 0])
    assert dims == {}


def test_without_arviz_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "arviz", None)
    with pytest.raises(ImportError, match=r"arviz is not installed: pip install 'jaxlens-sim\[inference\]'"):
        made_draws().to_arviz()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_arviz_summarises_the_draws() -> None:
    import arviz

    made = made_draws(2, 4, 250)
    data = made.to_arviz()
    assert dict(data["posterior"].sizes) == {"chain": 4, "draw": 250, "image": 2}
    summary = arviz.summary(data, round_to="none")
    np.testing.assert_allclose(float(summary.loc["gamma1[1]", "mean"]), made.mean[1, 1], rtol=1e-6)
    assert bool(np.all(data["sample_stats"]["n_steps"] == 7))
