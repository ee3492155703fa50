"""A catalogue in OM10's layout, written by an independent solver, is rendered again: the same images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.table import Table

from jaxlens import Simulator, check_catalog, cli
from jaxlens.config import example_path, load_config
from jaxlens.kernels.lensing.lens_equation import ImagePositions
from jaxlens.truth import catalog_check
from jaxlens.truth.image_differences import ImageDifferences
from validation.packaged_data import om10

SYSTEMS, SEED = 200, 1


def file_with(folder: Path, table: Table, **changes: str) -> Path:
    """The packaged example with another catalogue, and texts exchanged in the file."""
    table.write(folder / "lenses.fits", overwrite=True)
    text = example_path("om10").read_text(encoding="utf-8").replace(om10.NAME, "lenses.fits")
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    (folder / "lenses.yaml").write_text(text, encoding="utf-8")
    return folder / "lenses.yaml"


@pytest.fixture(scope="module")
def catalogue() -> Table:
    """Written by the independent solver, in double precision."""
    return om10.catalogue(SYSTEMS, SEED)


@pytest.fixture(scope="module")
def found(catalogue: Table, tmp_path_factory: pytest.TempPathFactory) -> ImageDifferences:
    return check_catalog(file_with(tmp_path_factory.mktemp("om10"), catalogue))


@pytest.mark.long
def test_every_row_is_a_system(found: ImageDifferences, catalogue: Table) -> None:
    np.testing.assert_array_equal(found.row, np.arange(SYSTEMS))
    assert found.same_number.all()
    np.testing.assert_array_equal(found.ours.count, catalogue["NIMG"])
    # doubles and quads, some of which are magnified much
    assert set(found.ours.count) == {2, 4}
    assert np.nanmax(np.abs(found.theirs.magnification)) > 20.0


@pytest.mark.long
def test_positions_to_a_thousandth_of_an_arcsec(found: ImageDifferences) -> None:
    spread = found.spread(found.position)
    assert spread.images == found.theirs.mask.sum()
    # 1e-3 is asked for
    assert spread.largest < 1e-5


@pytest.mark.long
def test_magnifications_to_a_percent(found: ImageDifferences) -> None:
    spread = found.spread(found.magnification)
    assert spread.images == found.theirs.mask.sum()
    # 1% is asked for; signs are compared too
    assert spread.largest < 1e-4


@pytest.mark.long
def test_delays_to_a_percent(found: ImageDifferences) -> None:
    spread = found.spread(found.delay)
    assert spread.images == found.theirs.mask.sum() - SYSTEMS
    # 1% is asked for; the shortest delay is less than a day
    assert spread.largest < 1e-4
    assert found.theirs.delay[found.theirs.delay > 0.0].min() < 1.0


@pytest.mark.long
def test_what_is_wrong_with_a_catalogue_is_seen(
    catalogue: Table, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Angles of another convention move images, and another Hubble constant stretches delays alone."""
    turned = catalogue.copy()
    turned["PHIE"] = 90.0 - turned["PHIE"]
    moved = check_catalog(file_with(tmp_path, turned))
    assert moved.spread(moved.position).median > 0.01
    stretched = catalogue.copy()
    stretched["DELAY"] *= 72.0 / 70.0
    assert cli.main(["check", str(file_with(tmp_path, stretched))]) == 0
    lines = capsys.readouterr().out.splitlines()
    (first,) = (k for k, line in enumerate(lines) if "200 of 200 systems compared (" in line)
    positions, _, delays, factor, numbers = lines[first + 1 : first + 6]
    assert float(positions.split()[1]) < 1e-5
    assert delays.split()[:2] == ["delays:", "2.8%"]
    assert "nearly all delays are 0.9722 times the catalogue's" in factor
    assert numbers.strip() == "all have the same number of images"


def fake_images(path: Path, systems: int | None, monkeypatch: pytest.MonkeyPatch) -> ImageDifferences:
    """`check_catalog` where system i shows the images of the catalogue's row that it takes.

    It takes the row number i modulo all rows, as with MODE: iterate.
    """
    listed = load_config(path).catalog

    def simulated(simulator: Simulator, indices: np.ndarray) -> tuple[np.ndarray, ImagePositions, np.ndarray]:
        places = indices.astype(int) % len(listed.rows)
        own = listed.images.rows(places)
        # two slots more than places, the images from the last to the first
        padded = [np.pad(v, ((0, 0), (0, 2)))[:, ::-1] for v in (own.x, own.y, own.magnification, own.delay)]
        mask = np.pad(own.mask, ((0, 0), (0, 2)))[:, ::-1]
        images = ImagePositions(*padded[:3], mask=mask, found=own.count)
        return listed.rows[places].astype(np.float32), images, padded[3]

    monkeypatch.setattr(catalog_check, "_in_batches", simulated)
    return check_catalog(path, systems=systems)


def test_a_sample_is_spread_over_the_rows(
    catalogue: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = fake_images(file_with(tmp_path, catalogue), 8, monkeypatch)
    np.testing.assert_array_equal(sample.row, np.arange(8) * 25)
    assert sample.same_number.all()
    assert sample.spread(sample.position).largest == 0.0


@pytest.mark.parametrize("mode", ["iterate", "sample"])
def test_rows_that_are_left_out_stay_aligned(
    mode: str, catalogue: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WHERE and rows that are not finite: the images are those of the row that a system takes."""
    table = catalogue.copy()
    table["VELDISP"][[3, 10]] = np.nan
    cut = f"MODE: {mode}\n    WHERE: {{ZLENS: [0.3, 0.8]}}\n    KEEP:"
    found = fake_images(file_with(tmp_path, table, **{"KEEP:": cut}), None, monkeypatch)
    lens = np.asarray(table["ZLENS"])
    wanted = np.flatnonzero((lens >= 0.3) & (lens <= 0.8) & np.isfinite(table["VELDISP"]))
    assert 50 < len(wanted) < 150
    np.testing.assert_array_equal(found.row, wanted)
    np.testing.assert_array_equal(np.nan_to_num(found.theirs.x), np.asarray(catalogue["XIMG"])[wanted])
    assert found.spread(found.delay).largest == 0.0


def test_a_file_without_listed_images(catalogue: Table, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="takes no rows of a CATALOG; give the file a CATALOG with images"):
        check_catalog("galaxy_galaxy")
    bare = catalogue["ZLENS", "ZSRC", "VELDISP", "ELLIP", "PHIE", "IMSEP", "MAGI", "MAGI_IN"]
    path = file_with(tmp_path, bare)
    assert load_config(path).catalog.images is None
    with pytest.raises(ValueError, match=r"lenses\.fits lists no images; name their columns under IMAGES"):
        check_catalog(path)
