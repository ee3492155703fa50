"""Systems of several files, and of configurations in other proportions than those of their FRACTION."""

from __future__ import annotations

import copy
import json
from typing import Any

import numpy as np
import pytest

from jaxlens.config import load_config
from jaxlens.streams.splits import train_test_streams
from jaxlens.streams.stream import stream

REDSHIFT = "PLANE_1-OBJECT_1-REDSHIFT"


@pytest.fixture
def galaxies(small_lens: dict[str, Any]) -> dict[str, Any]:
    """A file of single galaxies, on 8 pixels."""
    small_lens["IMAGE"]["PARAMETERS"]["numPix"] = 8
    plane = {"OBJECT_1": "SOURCE", "PARAMETERS": {"REDSHIFT": 0.5}}
    small_lens["GEOMETRY"] = {"CONFIGURATION_1": {"NAME": "SINGLE", "FRACTION": 0.5, "PLANE_1": plane}}
    small_lens["DATASET"]["NAME"] = "Near"
    return small_lens


def moved(file: dict[str, Any], redshift: float, name: str) -> dict[str, Any]:
    """The same file with another redshift and name."""
    other = copy.deepcopy(file)
    other["GEOMETRY"]["CONFIGURATION_1"]["PLANE_1"]["PARAMETERS"]["REDSHIFT"] = redshift
    other["DATASET"]["NAME"] = name
    return other


@pytest.mark.long
def test_files_are_mixed_in_proportion_to_their_weights(galaxies: dict[str, Any]) -> None:
    far = moved(galaxies, 0.9, "Far")
    with stream([galaxies, far], 16, labels=REDSHIFT, weights=[3, 1]) as batches:
        assert batches.files == ("Near", "Far")
        assert batches.configurations == ("Near/SINGLE", "Far/SINGLE")
        batch = next(batches)
        np.testing.assert_array_equal(batch.file, batch.configuration)
        redshifts = np.where(batch.file == 0, 0.5, 0.9)
        np.testing.assert_allclose(batch.labels[:, 0], redshifts, rtol=1e-6)
        assert 10 <= np.sum(batch.file == 0) <= 14
        state = json.loads(json.dumps(batches.state_dict()))
        again = stream([galaxies, far], 16, labels=REDSHIFT, weights=[3, 1])
        again.load_state_dict(state)
        assert again.index == 16
        turned = stream([far, galaxies], 16, weights=[3, 1])
        for other in (stream([galaxies, far], 16), turned, stream(far, 16)):
            with pytest.raises(ValueError, match="that of a stream of another file"):
                other.load_state_dict(state)


def test_weights_take_the_place_of_fractions(galaxies: dict[str, Any]) -> None:
    single = galaxies["GEOMETRY"]["CONFIGURATION_1"]
    galaxies["GEOMETRY"]["CONFIGURATION_2"] = single | {"NAME": "RARE", "FRACTION": 0.0}
    mixed = stream(galaxies, 4, weights={"RARE": 1, "CONFIGURATION_1": 3})
    assert mixed.configurations == ("SINGLE", "RARE")
    assert [one.fraction for one in mixed._mixed] == [3, 1]
    train, test = train_test_streams(galaxies, 4, weights={"RARE": 1})
    assert train.configurations == test.configurations == ("RARE",)


def test_files_of_one_name_are_numbered(galaxies: dict[str, Any]) -> None:
    assert stream([galaxies, galaxies], 4).files == ("Near", "Near-2")
    assert stream(load_config(galaxies), 4).files == ("Near",)


def test_what_cannot_be_mixed_is_refused(galaxies: dict[str, Any]) -> None:
    def refused(message: str, *files: Any, **options: Any) -> None:
        with pytest.raises(ValueError, match=message):
            stream(list(files), 4, **options)

    refused("there is no file")
    refused("there are 2 files and 1 weights; give one for each", galaxies, galaxies, weights=[1.0])
    refused("give a number for each file, in their order", galaxies, galaxies, weights={"SINGLE": 1})
    refused("give a mapping from configurations to numbers", galaxies, weights=[1.0])
    refused("give numbers above 0", galaxies, galaxies, weights=[1.0, 0.0])
    refused("give numbers above 0", galaxies, weights={"SINGLE": -1})
    refused("configurations cannot be given with several files", galaxies, galaxies, configurations="SINGLE")
    refused("with weights", galaxies, weights={"SINGLE": 1}, configurations="SINGLE")
    refused(
        r"of the same bands, but Near has g, r, .* has g, r, i; give `survey` or `bands`",
        galaxies,
        "lens_or_not",
    )
    wide = copy.deepcopy(galaxies)
    wide["IMAGE"]["PARAMETERS"]["numPix"] = 9
    with pytest.raises(ValueError, match="images of one shape"):
        stream([galaxies, wide], 4).has(REDSHIFT)
