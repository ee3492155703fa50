"""The comparison of two checkouts says which arrays differ, and by how much."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from validation import compare_checkouts
from validation.compare_checkouts import (
    FIT_TOLERANCE,
    IMAGE_TOLERANCE,
    differences,
    fit_difference,
    image_difference,
    parameter_difference,
)

PART = "generate|an_example|CONFIGURATION_1|"


def dataset() -> dict[str, np.ndarray]:
    """The arrays of a dataset of three systems in two bands."""
    images = np.random.default_rng(1).normal(size=(3, 2, 5, 5)).astype(np.float32)
    seeing = np.array([0.7, np.nan, 0.9], np.float32)
    return {
        f"{PART}images": images,
        f"{PART}parameters/seeing-g": seeing,
        f"{PART}parameters/OBJECT": np.array(["LENS"] * 3),
    }


def fit() -> dict[str, np.ndarray]:
    """The arrays of a fit of one image with two free parameters."""
    return {
        "values": np.array([[1.0, 20.0]]),
        "sigma": np.array([[0.1, 0.02]]),
        "names": np.array(["theta_E", "magnitude"]),
        "converged": np.array([True]),
    }


def test_equal_arrays_differ_by_nothing() -> None:
    found = differences(dataset(), dataset())
    assert [difference.largest for difference in found] == [0.0, 0.0]
    assert all(difference.passed for difference in found)


def test_a_parameter_may_not_differ_by_one_bit() -> None:
    after = dataset()
    after[f"{PART}parameters/seeing-g"][0] = np.nextafter(np.float32(0.7), np.float32(1.0))
    parameters, images = differences(dataset(), after)
    assert (parameters.largest, parameters.remark, parameters.passed) == (1.0, "seeing-g", False)
    assert images.passed


@pytest.mark.parametrize("name", ["parameters/seeing-g", "parameters/new"])
def test_a_parameter_that_only_one_has_is_counted(name: str) -> None:
    before = {"parameters/seeing-g": np.ones(3), "parameters/new": np.ones(3)}
    one_less = {key: value for key, value in before.items() if key != name}
    for pair in ((before, one_less), (one_less, before)):
        assert parameter_difference("a part", *pair).remark == name.removeprefix("parameters/")


def test_a_parameter_of_another_dtype_is_not_identical() -> None:
    before, after = {"parameters/z": np.ones(3, np.float32)}, {"parameters/z": np.ones(3)}
    assert not parameter_difference("a part", before, after).passed


def test_pixels_are_compared_in_units_of_the_peak_of_their_image_and_band() -> None:
    before = np.full((1, 2, 4, 4), 1.0)
    before[0, 1] = 100.0
    after = before.copy()
    after[0, 0, 2, 2] += 0.5 * IMAGE_TOLERANCE
    after[0, 1, 2, 2] -= 90.0 * IMAGE_TOLERANCE
    found = image_difference("images", before, after)
    assert found.largest == pytest.approx(0.9 * IMAGE_TOLERANCE)
    assert found.passed
    after[0, 0, 2, 2] += IMAGE_TOLERANCE
    assert not image_difference("images", before, after).passed


def test_images_that_cannot_be_compared_are_beyond_the_tolerance() -> None:
    images = np.ones((2, 1, 4, 4))
    assert not image_difference("images", images, np.ones((3, 1, 4, 4))).passed
    images_with_nan = images.copy()
    images_with_nan[0, 0, 1, 1] = np.nan
    assert not image_difference("images", images, images_with_nan).passed


def test_fits_are_compared_in_units_of_their_errors() -> None:
    after = fit()
    after["values"] = after["values"] + [[0.5 * 0.1 * FIT_TOLERANCE, 2.0 * 0.02 * FIT_TOLERANCE]]
    found = fit_difference("a fit", fit(), after)
    assert found.largest == pytest.approx(2.0 * FIT_TOLERANCE)
    assert not found.passed
    assert found.remark == "largest: magnitude"
    other = fit() | {"names": np.array(["theta_E", "e1"])}
    assert not fit_difference("a fit", fit(), other).passed


def test_a_part_that_only_one_checkout_has_is_beyond_the_tolerance() -> None:
    (found,) = differences(dataset(), {})
    assert (found.passed, found.remark) == (False, "only before has it")


def test_the_command_exits_by_the_differences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = [tmp_path / name for name in ("before", "after")]
    for folder in folders:
        (folder / "jaxlens").mkdir(parents=True)
        (folder / "jaxlens" / "__init__.py").touch()
    made = {
        folder: dataset() | {f"fit|an_example|image 1|{k}": v for k, v in fit().items()} for folder in folders
    }
    monkeypatch.setattr(compare_checkouts, "outputs", lambda folder, size, batch_size: made[folder])
    assert compare_checkouts.main(list(map(str, folders))) == 0
    made[folders[1]][f"{PART}images"] *= 1.1
    assert compare_checkouts.main(list(map(str, folders))) == 1
    out = capsys.readouterr().out
    assert "generate, an_example, CONFIGURATION_1: images" in out
    assert "1 of 3 comparisons are beyond their tolerance" in out


def test_a_folder_without_jaxlens_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        compare_checkouts.main([str(tmp_path), str(tmp_path)])
    assert "holds no jaxlens/__init__.py" in capsys.readouterr().err
