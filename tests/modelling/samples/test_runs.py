"""A run over a sample: nothing stops it, what is whole is kept, and it goes on where it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from astropy.io import fits

from jaxlens.config import Config, load_config
from jaxlens.engine.stopping import Stopped
from jaxlens.files.errors import StorageError
from jaxlens.modelling.samples import runs
from jaxlens.modelling.samples.lenses import Lens
from jaxlens.modelling.samples.record import Record, record_of_fit
from jaxlens.modelling.samples.runs import Sample, fit_sample
from tests.modelling.samples.conftest import made_up_fit

NAMES = ["J0001-0001", "J0002+0002", "J0003+0003"]


class Fits:
    """Made-up fits, which are counted; those of some lenses fail."""

    def __init__(self, *failing: str) -> None:
        self.failing, self.seen, self.keys = failing, [], {}

    def __call__(self, config: Config, images: Sequence[Any], *, key: Any, fixed: Any, **options: Any) -> Any:
        (name,) = [name for name in NAMES if np.allclose(images[0].images, self.images[name])]
        self.seen.append(name)
        self.keys[name], self.fixed, self.options = str(key), fixed, options
        if name in self.failing:
            raise RuntimeError("the solver broke")
        return made_up_fit(1.0 + 0.1 * NAMES.index(name))

    def of(self, folder: Path) -> Fits:
        self.images = {name: fits.getdata(folder / name / "image.fits") for name in NAMES}
        return self


@pytest.fixture(autouse=True)
def numbers_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but the record is written, and the records of these fits have no pictures."""

    def written(lens: Lens, found: Any, place: Path, pages: bool) -> Record:
        (place / "fit.h5").touch()
        return record_of_fit(lens, found)

    monkeypatch.setattr(runs, "write_results", written)


@pytest.fixture(scope="module")
def config() -> Config:
    return load_config("slacs")


@pytest.fixture
def run(folder: Path, tmp_path: Path, config: Config) -> Callable[..., Sample]:
    """`fit_sample` of the folder with made-up fits."""

    def started(fitter: Fits, **options: Any) -> Sample:
        return fit_sample(folder, config, tmp_path / "out", fitter=fitter.of(folder), **options)

    return started


def test_each_lens_has_a_row_and_a_failed_one_its_error(run: Callable[..., Sample], tmp_path: Path) -> None:
    told: list[str] = []
    sample = run(Fits(NAMES[1]), told=lambda record: told.append(record.name))
    assert told == NAMES
    table = pd.read_csv(tmp_path / "out" / "results.csv")
    assert table["name"].tolist() == NAMES
    assert table["status"].tolist() == ["fitted", "failed", "fitted"]
    assert table["theta_E"].tolist()[::2] == [1.0, 1.2]
    assert table["error"][1] == "RuntimeError: the solver broke"
    assert [one.name for one in sample.failed] == [NAMES[1]]
    assert "solver broke" in (tmp_path / "out" / "lenses" / NAMES[1] / "error.txt").read_text()
    assert {path.name for path in (tmp_path / "out" / "lenses").iterdir()} == set(NAMES)
    assert (tmp_path / "out" / "lens.yaml").read_text() == load_config("slacs").text


def test_a_broken_image_is_a_failure_like_others(run: Callable[..., Sample], folder: Path) -> None:
    fitter = Fits()
    fitter.of(folder)
    (folder / NAMES[0] / "noise.fits").write_bytes(b"no FITS")
    sample = run(fitter)
    assert [one.name for one in sample.failed] == [NAMES[0]]
    assert "noise.fits" in sample.failed[0].error
    assert fitter.seen == NAMES[1:]


def test_a_stopped_run_is_resumed_where_it_was(run: Callable[..., Sample], tmp_path: Path) -> None:
    fitter = Fits()
    with pytest.raises(Stopped, match="1 of 3 lenses are done; go on with --resume"):
        run(fitter, stop=lambda: len(fitter.seen) == 1)
    assert pd.read_csv(tmp_path / "out" / "results.csv")["name"].tolist() == NAMES[:1]
    again = Fits()
    sample = run(again, resume=True)
    assert again.seen == NAMES[1:]
    assert sample.table()["theta_E"].tolist() == [1.0, 1.1, 1.2]


def test_what_an_interruption_leaves_is_not_taken_for_a_lens(
    run: Callable[..., Sample], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any) -> Record:
        raise KeyboardInterrupt

    with monkeypatch.context() as changed:
        changed.setattr(runs, "write_results", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run(Fits())
    assert list((tmp_path / "out" / "lenses").iterdir()) == []
    fitter = Fits()
    run(fitter, resume=True)
    assert fitter.seen == NAMES


def test_failed_and_changed_lenses_are_fitted_again(run: Callable[..., Sample], folder: Path) -> None:
    run(Fits(NAMES[1]))
    kept = Fits()
    run(kept, resume=True)
    assert kept.seen == []
    retried = Fits()
    assert run(retried, resume=True, retry=True).failed == ()
    assert retried.seen == [NAMES[1]]
    fits.writeto(folder / NAMES[2] / "noise.fits", np.full((10, 10), 2.0), overwrite=True)
    changed = Fits()
    run(changed, resume=True)
    assert changed.seen == [NAMES[2]]


def test_results_are_neither_mixed_nor_lost(run: Callable[..., Sample], tmp_path: Path) -> None:
    run(Fits(), options={"starts": 8})
    with pytest.raises(StorageError, match="has the results of a sample; go on with --resume"):
        run(Fits())
    with pytest.raises(
        StorageError, match=r"another options: it was {'starts': 8}, and now it is {'starts': 9}"
    ):
        run(Fits(), options={"starts": 9}, resume=True)
    with pytest.raises(StorageError, match="cannot be resumed with another seed: it was 0, and now it is 1"):
        run(Fits(), options={"starts": 8}, seed=1, resume=True)
    assert len(pd.read_csv(tmp_path / "out" / "results.csv")) == 3
    fitter = Fits()
    run(fitter, limit=1, overwrite=True)
    assert {path.name for path in (tmp_path / "out" / "lenses").iterdir()} == {NAMES[0]}


def test_some_lenses_alone_have_the_random_numbers_that_they_have_among_all(
    run: Callable[..., Sample],
) -> None:
    every, one = Fits(), Fits()
    run(every)
    run(one, only=[NAMES[2]], overwrite=True)
    assert one.seen == [NAMES[2]]
    assert one.keys[NAMES[2]] == every.keys[NAMES[2]] != every.keys[NAMES[0]]
    with pytest.raises(ValueError, match="'J9' is none of the lenses, which are J0001-0001, J0002"):
        run(one, only=["J9"], overwrite=True)


def test_redshifts_of_a_table_are_those_of_the_fit(folder: Path, tmp_path: Path, config: Config) -> None:
    rows = [f"{name},{name}/image.fits,{name}/noise.fits,0.3,0.9" for name in NAMES[:1]]
    (folder / "table.csv").write_text("\n".join(["name,image,sigma,z_lens,z_source", *rows]) + "\n")
    fitter = Fits().of(folder)
    options = {"fixed": {"H0": 71.0}}
    sample = fit_sample(folder / "table.csv", config, tmp_path / "out", fitter=fitter, options=options)
    assert fitter.fixed == {"PLANE_1-OBJECT_1-REDSHIFT": 0.3, "PLANE_2-OBJECT_1-REDSHIFT": 0.9, "H0": 71.0}
    assert sample.records[0].redshifts == (0.3, 0.9)
