"""All ways to read a training set give its images with their labels."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from jaxlens.examples.lens_finding import THETA_E
from jaxlens.files.reader import read
from validation.speed.training_reads import markdown
from validation.speed.training_sets import LABELS, Images, ahead, forget, ways, written

SYSTEMS, SIZE = 12, 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("training_set")
    written(path, SYSTEMS)
    return path


@pytest.fixture
def images(folder: Path) -> Iterator[Images]:
    found = Images(folder)
    yield found
    found.close()


@pytest.mark.long
def test_every_way_reads_the_whole_set_with_its_labels(images: Images, folder: Path) -> None:
    stored = [read(folder / f"{label}_images.h5") for label in LABELS]
    whole = np.concatenate([one.images for one in stored])
    truth = np.concatenate([stored[0].metadata[f"{THETA_E}-g"], np.zeros(SYSTEMS // 2)])
    reads = [way for way in ways() if way.cold is not None]
    assert len(reads) >= 6
    for way in reads:
        batches = ahead(way.open(images, SIZE, 0))
        made = list(itertools.islice(batches, SYSTEMS // SIZE))
        batches.close()
        seen, theta_E, lensed = (np.concatenate(column) for column in zip(*made, strict=True))
        chosen = [int(np.argmin(np.abs(whole - image).max((1, 2, 3)))) for image in seen]
        assert sorted(chosen) == list(range(SYSTEMS)), way
        np.testing.assert_array_equal(seen, whole[chosen])
        np.testing.assert_allclose(theta_E, truth[chosen], rtol=1e-6)
        np.testing.assert_array_equal(lensed, np.array(chosen) < SYSTEMS // 2)


@pytest.mark.long
def test_a_file_dropped_from_the_page_cache_is_read_again(images: Images) -> None:
    before = images.image(3)
    forget(images.paths[0])
    np.testing.assert_array_equal(images.image(3), before)


def test_the_table_has_a_line_for_every_way() -> None:
    times = {"alone": 1.6, "alone_processor": 2.0, "cost": 3.0, "cost_processor": 4.4}
    rows = [{"way": "the network alone", "step": 5.0}, {"way": "read", "cache": "cold"} | times]
    assert markdown(rows).splitlines()[2:] == ["| read | cold | 2 | 2 | 3 | 4 |"]
