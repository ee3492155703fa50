"""A record is what it was after it was written and read, also where a number is missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jaxlens.modelling.samples.lenses import Lens
from jaxlens.modelling.samples.record import Record, record_of_failure, record_of_fit


def test_a_record_is_the_same_after_reading(fake: Callable[..., Any]) -> None:
    record = record_of_fit(Lens("A", (), z_lens=0.2), fake(chi_square=190.0), 1.19)
    assert record.theta_E == 1.2
    assert record.theta_E_error == pytest.approx(0.006)
    assert record.chi_square_per_degree == 2.0
    assert record.critical_radius == 1.19
    assert record.rungs == ({"label": "SIE", "evidence": -70.0, "kept": False},)
    again = Record.from_json(record.json())
    # a time that is not known is NaN, which equals nothing
    assert again.json() == record.json()
    assert again.flags == record.flags
    assert again.parameters == record.parameters
    assert again.redshifts == (0.2, None)


def test_a_failure_keeps_its_reason() -> None:
    record = record_of_failure(Lens("A", ()), ValueError("no pixel\n is used"))
    assert (record.status, record.error) == ("failed", "ValueError: no pixel is used")
    assert Record.from_json(record.json()).error == record.error
    assert "NaN" not in record.json()


@pytest.mark.parametrize("text", ["", "[]", '{"name": "A"}'])
def test_what_is_no_record_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no record of a lens"):
        Record.from_json(text)
