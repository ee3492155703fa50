"""Datasets, streams and `check` where SELECT keeps some systems, or none."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from jaxlens import cli, make_dataset, stream

MASS = "PLANE_1-OBJECT_1-MASS_PROFILE_1"


@pytest.fixture
def selected(small_lens: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
    """A lens on few pixels, quick to compile, of which half are kept."""
    light = {"NAME": "GAUSSIAN", "PARAMETERS": {"magnitude": 21.0, "sigma": 0.2}}
    for galaxy in small_lens["SPECIES"].values():
        galaxy["LIGHT_PROFILE_1"] = light
        galaxy.pop("SHEAR_PROFILE_1", None)
    mass = small_lens["SPECIES"]["GALAXY_1"]["MASS_PROFILE_1"]
    mass |= {"NAME": "SIS", "PARAMETERS": {"theta_E": mass["PARAMETERS"]["theta_E"]}}
    small_lens["IMAGE"]["PARAMETERS"] |= {"numPix": 12, "pixel_scale": 0.4, "psf_type": "NONE"}
    small_lens["DATASET"]["PARAMETERS"] |= {"OUTDIR": str(tmp_path / "made"), "SIZE": 9}
    small_lens["GEOMETRY"]["CONFIGURATION_1"]["SELECT"] = {"theta_E_min": 1.0}
    return small_lens


@pytest.mark.long
def test_a_dataset_and_a_stream_have_only_systems_that_meet_the_criteria(selected: dict[str, Any]) -> None:
    dataset = make_dataset(selected)
    metadata = dataset.metadata()
    assert metadata[f"{MASS}-theta_E-g"].min() >= 1.0
    tries = metadata["SELECTION_TRIES-g"]
    assert tries.dtype.kind == "i"
    assert tries.min() == 1
    assert tries.max() > 1
    assert np.isfinite(dataset.images()).all()
    batch = next(stream(selected, 8, labels=[f"{MASS}-theta_E"]))
    assert np.min(batch.labels) >= 1.0
    assert np.min(batch.parameters["SELECTION_TRIES"]) == 1.0


@pytest.mark.long
def test_what_rejects_all_is_said_before_anything_is_written(
    selected: dict[str, Any], tmp_path: Path
) -> None:
    select = {"theta_E_min": 1.0, "snr_min": 1e6, "MAX_TRIES": 20}
    selected["GEOMETRY"]["CONFIGURATION_1"]["SELECT"] = select
    text = (
        r"CONFIGURATION_1: no attempt of 20 \(MAX_TRIES\) makes system 0{} meet SELECT; snr_min: 1000000 "
        r"rejects most, 100.0% of the \d+ draws that are tested on it, and 0 of \d+ attempts in this batch"
    )
    with pytest.raises(ValueError, match=text.format("")):
        make_dataset(selected, save_to_disk=True)
    assert os.listdir(tmp_path) == []
    with pytest.raises(ValueError, match=text.format(" of the stream")):
        next(stream(selected, 4))


@pytest.mark.slow
def test_check_says_what_is_kept_and_what_rejects(
    selected: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "file.yaml"
    for bound, is_rare in ((1.0, False), (1.199, True)):
        selected["GEOMETRY"]["CONFIGURATION_1"]["SELECT"] = {"theta_E_min": bound}
        path.write_text(yaml.safe_dump(selected))
        assert cli.main(["check", str(path)]) == 0
        printed = capsys.readouterr()
        assert "CONFIGURATION_1 (LENSES): SELECT keeps" in printed.out
        assert f"theta_E_min: {bound:g} rejects" in printed.out
        assert printed.out.endswith("no problems\n")
        assert ("warning: CONFIGURATION_1: SELECT keeps" in printed.err) == is_rare
        assert ("theta_E_min: 1.199 rejects most" in printed.err) == is_rare
