"""What the registry reads from a relation's function, and scatter in both units."""

from __future__ import annotations

import pytest

from jaxlens.kernels.relations import registry


@pytest.fixture(autouse=True)
def _empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "RELATIONS", {})


def test_parameters_are_the_keyword_only_arguments() -> None:
    @registry.relation("own", scatter=0.2, unit="dex")
    def own(*, mass, slope=-0.5, cosmology):
        """The equation."""
        return cosmology["H0"] * mass**slope

    found = registry.RELATIONS["own"]
    assert found.function is own
    assert dict(found.parameters) == {"mass": None, "slope": -0.5}
    assert found.takes_cosmology
    assert (found.scatter, found.unit, found.doc) == (0.2, "dex", "The equation.")
    assert float(found.mean({"H0": 70.0}, mass=4.0)) == pytest.approx(35.0)
    assert float(found.mean({"H0": 70.0}, mass=4.0, slope=1.0)) == pytest.approx(280.0)


def test_scatter_multiplies_in_dex_and_adds_otherwise() -> None:
    registry.relation("factor", unit="dex")(lambda *, x: x)
    registry.relation("sum")(lambda *, x: x)
    assert float(registry.RELATIONS["factor"].scattered(3.0, 2.0)) == pytest.approx(300.0)
    assert float(registry.RELATIONS["sum"].scattered(3.0, -2.0)) == pytest.approx(1.0)
    assert not registry.RELATIONS["sum"].takes_cosmology
    assert float(registry.RELATIONS["sum"].mean({}, x=2)) == 2.0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"unit": "mag"}, "own: the unit of the scatter is 'mag'; give 'dex' or 'linear'"),
        ({"scatter": -0.1}, "own: the scatter is -0.1; it must not be below zero"),
    ],
)
def test_wrong_scatter(options: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        registry.relation("own", **options)


@pytest.mark.parametrize("function", [lambda x: x, lambda: 1.0, lambda **_: 1.0])
def test_another_form_is_refused(function: object) -> None:
    with pytest.raises(ValueError, match="the relation 'own' has another form"):
        registry.relation("own")(function)
