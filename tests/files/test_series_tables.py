"""The rows of a table, put together to systems, and the parameters in them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from jaxlens.files.series_tables import rows_of_systems
from jaxlens.files.table import parameters

BANDS = ("g", "r")
SHAPES: dict[str, tuple[int, ...]] = {
    "H0": (),
    "seeing": (2,),
    "sky": (3, 2),
    "STEP": (3, 1),
    "day": (3, 2),
    "num_epochs": (2,),
}


def table(**changes: Any) -> dict[str, Any]:
    """System 5 with two epochs in g and one in r, and system 2 with three in both, mixed up."""
    nan = float("nan")
    columns = {
        "OBJID": ([2, 5, 2, 5, 2],) * 2,
        "H0": ([70.0, 60.0, 70.0, 60.0, 70.0],) * 2,
        "seeing": ([0.9, 0.8, 0.9, 0.8, 0.9], [0.7, 0.6, 0.7, 0.6, 0.7]),
        "sky": ([23.0, 11.0, 21.0, 10.0, 22.0], [33.0, 41.0, 31.0, 40.0, 32.0]),
        "STEP": ([3.0, 1.5, 1.0, 0.5, 2.0],) * 2,
        "day": ([3.0, 7.0, 1.0, 6.0, 2.0], [3.5, nan, 1.5, 6.5, 2.5]),
        "num_epochs": ([3, 2, 3, 2, 3], [3, 1, 3, 1, 3]),
    }
    found = {f"{name}-{band}": pair[b] for name, pair in columns.items() for b, band in enumerate(BANDS)}
    return found | {"-".join(name.rsplit("_", 1)): value for name, value in changes.items()}


def test_the_rows_of_a_system_are_put_in_order() -> None:
    found = parameters(table(), SHAPES, BANDS)
    assert {name: value.shape[1:] for name, value in found.items()} == SHAPES
    assert found["H0"].tolist() == [70, 60]
    assert found["seeing"].tolist() == [[0.9, 0.7], [0.8, 0.6]]
    assert found["sky"][0].tolist() == [[21, 31], [22, 32], [23, 33]]
    assert found["STEP"][:, :, 0].tolist() == [[1, 2, 3], [0.5, 1.5, 1.5]]
    assert found["num_epochs"].tolist() == [[3, 3], [2, 1]]
    # an epoch that a system does not have is at the time of its last one
    assert found["day"][1].tolist() == [[6, 6.5], [7, 6.5], [7, 6.5]]


def test_no_rows_are_no_systems() -> None:
    found = parameters({name: [] for name in table()}, SHAPES, BANDS)
    assert {name: value.shape for name, value in found.items()} == {n: (0, *s) for n, s in SHAPES.items()}


def test_nights_that_are_equal_in_a_table_keep_its_order() -> None:
    assert rows_of_systems([0, 0, 0], [[1.0], [1.0], [0.0]]).rows.tolist() == [[2, 0, 1]]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"num_epochs_g": [3, 3, 3, 3, 3]},
            "the system of OBJID 5 has 2 rows; its num_epochs is 3, and the file has 3; give a row for each",
        ),
        ({"H0_g": [70, 60, 70, 61, 70]}, "H0 differs between g and r; it is one number for all bands"),
        (
            {"seeing_g": [0.9, 0.8, 0.9, 0.1, 0.9]},
            "seeing differs between the rows of OBJID 5; it is one number for all epochs",
        ),
        (
            {"day_g": [3.0, 7.0, float("nan"), 6.0, 2.0]},
            "the column day of OBJID 2 is not finite at an epoch that num_epochs counts",
        ),
        ({"sky_r": [33, 41, float("inf"), 40, 32]}, "the column sky-r is inf in row 2; it must be finite"),
        ({"OBJID_g": [2, 5, 2, float("nan"), 2]}, "the column OBJID-g is nan in row 3; it must be finite"),
    ],
)
def test_what_is_wrong_in_a_table_is_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        parameters(table(**changes), SHAPES, BANDS)


@pytest.mark.parametrize("name", ["OBJID", "num_epochs", "day"])
def test_a_missing_column_is_named(name: str) -> None:
    rest = {column: values for column, values in table().items() if not column.startswith(name)}
    with pytest.raises(ValueError, match=f"^the table lacks {name}-g, {name}-r"):
        parameters(rest, SHAPES, BANDS)


def test_more_epochs_than_the_file_has_are_refused() -> None:
    shapes = SHAPES | {"sky": (2, 2), "STEP": (2, 1), "day": (2, 2)}
    with pytest.raises(ValueError, match="OBJID 2 has 3 rows; its num_epochs is 3, and the file has 2"):
        parameters(table(), shapes, BANDS)
