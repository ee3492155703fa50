"""Relations that a user registers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import jaxlens
from jaxlens.config import own_relations
from jaxlens.kernels.relations import RELATIONS


@pytest.fixture(autouse=True)
def _removed() -> Iterator[None]:
    before = set(RELATIONS)
    yield
    for name in set(RELATIONS) - before:
        del RELATIONS[name]
        own_relations._OWN.discard(name)


def test_a_user_s_relation_stands_beside_those_of_jaxlens() -> None:
    @jaxlens.relation("own", scatter=0.1, unit="dex")
    def own(*, x: float, slope: float = 2.0) -> float:
        return slope * x

    assert RELATIONS["own"].function is own
    assert (RELATIONS["own"].scatter, RELATIONS["own"].unit) == (0.1, "dex")

    @jaxlens.relation("own")
    def again(*, x: float) -> float:
        return x

    assert RELATIONS["own"].function is again


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("kpc_to_arcsec", "kpc_to_arcsec is a relation of jaxlens; choose another name"),
        ("two words", "'two words' is no name of a relation"),
        ("", "'' is no name of a relation"),
    ],
)
def test_a_name_that_is_taken_or_no_word(name: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        jaxlens.relation(name)


def test_a_relation_that_is_refused_leaves_its_name_free() -> None:
    with pytest.raises(ValueError, match="has another form"):
        jaxlens.relation("own")(lambda x: x)
    assert "own" not in RELATIONS
    jaxlens.relation("own")(lambda *, x: x)
