"""The gallery has twenty pictures, each with the file that made it, and its page is up to date."""

from __future__ import annotations

import pytest

from jaxlens.config import load_config
from validation.gallery import DOCS, OTHERS, PICTURES, Picture, page


def test_the_page_is_that_of_the_pictures() -> None:
    assert (DOCS / "gallery.md").read_text(encoding="utf-8") == page()
    assert len(PICTURES) + len(OTHERS) >= 20


def test_each_picture_is_there_and_small() -> None:
    for name in [*(f"gallery/{one.name}.png" for one in PICTURES), *(name for name, _, _ in OTHERS)]:
        assert (DOCS / name).exists(), name
    assert sum(path.stat().st_size for path in (DOCS / "gallery").glob("*.png")) < 1_500_000


@pytest.mark.parametrize("picture", PICTURES, ids=[one.name for one in PICTURES])
def test_each_file_is_legal(picture: Picture) -> None:
    assert load_config(picture.config()).configuration(picture.configuration).label
