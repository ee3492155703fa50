"""The file with given haloes: legal, with room for them, and with the planes of the references."""

from __future__ import annotations

from jaxlens.config import load_config
from validation.haloes.small_lens import lens_file


def test_there_is_room_for_the_haloes_of_the_references() -> None:
    one = load_config(lens_file({"sub": 300, "los": 80})).configurations[0]
    assert one.line_of_sight is not None
    assert one.line_of_sight.planes == (2, 6)
    assert one.line_of_sight.bound == one.line_of_sight.window == 80


def test_without_haloes_there_is_no_line_of_sight() -> None:
    assert load_config(lens_file({})).configurations[0].line_of_sight is None
