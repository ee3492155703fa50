"""LABELS of a file: what it may say, and what is wrong with it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from jaxlens import ConfigError, load_config
from jaxlens.config.model.labels import Labels
from tests.products.lenses import LENS


def labels(value: Any, **image: Any) -> Labels | None:
    text = yaml.safe_load(LENS)
    text["IMAGE"]["PARAMETERS"] |= image
    return load_config(text | {"LABELS": value}).labels


def test_a_file_with_and_without_labels() -> None:
    assert load_config(yaml.safe_load(LENS)).labels is None
    assert labels({"snr_min": 20, "resolved": 1.5}) == Labels(snr_min=20.0, resolved=1.5)
    for text in ("theta_E > 1.5 * seeing", "theta_E>=seeing*1.5", 1.5):
        assert labels({"resolved": text}) == Labels(resolved=1.5)
    assert labels({"resolved": "theta_E > seeing"}) == Labels(resolved=1.0)
    assert labels({"theta_E_min": 0.5, "magnification_min": 0}) == Labels(None, 0.5, 0.0, None)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"snr_mim": 20}, "LABELS.snr_mim: is not a label; did you mean snr_min"),
        ({"snr_min": -1}, "LABELS.snr_min: is -1; it must be a finite number of at least 0"),
        ({"snr_min": "many"}, "LABELS.snr_min: .*; give a number"),
        ({"resolved": "theta_E < seeing"}, "LABELS.resolved: is 'theta_E < seeing'; give theta_E > seeing, "),
        ({"resolved": "theta_E > 2 * seeing * 2"}, "LABELS.resolved: .*, or the number alone"),
        ({"resolved": "theta_E > much * seeing"}, "LABELS.resolved: is the text 'much'; give a number"),
        (20, "LABELS: .*; give a mapping of keys to values"),
    ],
)
def test_what_is_wrong_is_said(value: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        labels(value)


def test_a_psf_without_a_seeing_resolves_nothing() -> None:
    with pytest.raises(ConfigError, match="compares with the seeing, which psf_type NONE has not"):
        labels({"resolved": 1.0}, psf_type="NONE")
