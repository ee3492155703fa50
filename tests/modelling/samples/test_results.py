"""The files of a fitted lens: numbers, images and a page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from astropy.io import fits
from matplotlib.image import imread

from jaxlens.fitting.result import FitResult
from jaxlens.modelling.samples import results
from jaxlens.modelling.samples.lenses import Lens
from jaxlens.modelling.samples.results import write_results
from tests.modelling.fitted_mock import fitted_mock

# the programs of the mock take seconds to compile
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def found() -> Any:
    return fitted_mock()


@pytest.mark.long
def test_each_file_has_what_was_fitted(found: Any, tmp_path: Path) -> None:
    record = write_results(Lens("J1", ()), found, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {
        "fit.h5",
        "parameters.csv",
        "model.fits",
        "page.png",
    }
    assert FitResult.load(tmp_path / "fit.h5").names == found.fit.names
    assert pd.read_csv(tmp_path / "parameters.csv")["parameter"].tolist() == list(found.fit.names)
    assert record.theta_E == pytest.approx(0.93)
    # of an isothermal ellipse, which has the area of theta_E
    assert record.critical_radius == pytest.approx(0.93, rel=2e-3)
    with fits.open(tmp_path / "model.fits") as parts:
        names = [part.name for part in parts[1:]]
        assert names == ["DATA", "MODEL", "LENS", "SIGMA", "RESIDUAL", "MASK", "SOURCE"]
        used = parts["MASK"].data[0] > 0
        arcs = (parts["MODEL"].data - parts["LENS"].data)[0]
        assert arcs[used].max() > 0.1
        row, column = np.unravel_index(np.argmax(parts["SOURCE"].data[0]), (200, 200))
        assert (row, column) == (pytest.approx(100, abs=10), pytest.approx(100, abs=10))
    assert np.ptp(imread(tmp_path / "page.png")) > 0


@pytest.mark.long
def test_a_page_that_cannot_be_drawn_is_a_warning(
    found: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(page: Any) -> Any:
        raise ImportError("pictures need matplotlib")

    monkeypatch.setattr(results, "view_lens", missing)
    record = write_results(Lens("J1", ()), found, tmp_path)
    assert record.warnings == ("there is no page: pictures need matplotlib",)
    assert (tmp_path / "model.fits").exists()
    assert write_results(Lens("J1", ()), found, tmp_path, pages=False).warnings == ()
