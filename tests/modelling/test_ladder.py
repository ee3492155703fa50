"""Models of the mass, and which of them is taken."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from jaxlens.modelling.ladder import best, carried, mass_labels, mass_rungs
from jaxlens.modelling.model import LensData
from jaxlens.modelling.problem import lens_problem
from jaxlens.modelling.rung import Rung, fitted
from tests.modelling.core_mocks import FLUXES, GAUSSIANS, SHEAR, TRUTH, mock, problem_of
from tests.modelling.joint_mocks import MASS

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("x64")]


@pytest.mark.long
@pytest.mark.parametrize(
    ("slope", "shear", "labels"),
    [
        (True, True, {"SIE": 3, "EPL": 2, "SIE + shear": 1, "EPL + shear": 0}),
        (True, False, {"SIE": 1, "EPL": 0}),
        (False, True, {"one mass": 2, "mass + shear": 0}),
        (False, False, {"one mass": 0}),
    ],
)
def test_models_are_those_that_the_file_allows(slope: bool, shear: bool, labels: dict[str, int]) -> None:
    """With how many numbers each holds: the slope at 2, the shear at 0."""
    fixed = {} if slope else {f"{MASS}-gamma": 2.1}
    fixed |= {} if shear else {f"{SHEAR}-gamma1": 0.0, f"{SHEAR}-gamma2": 0.0}
    problem = lens_problem(problem_of().sim, GAUSSIANS, fixed=fixed)
    found = mass_labels(problem)
    assert {label: len(held) for label, held in found.items()} == labels
    assert list(found) == list(labels)
    for held in found.values():
        point = np.full(len(problem.names), 0.7)
        point[list(held)] = list(held.values())
        x = dict(zip(problem.names, problem.constrained(point), strict=True))
        for index in held:
            name = problem.names[index]
            assert name in (f"{MASS}-gamma", f"{SHEAR}-gamma1", f"{SHEAR}-gamma2")
            np.testing.assert_allclose(x[name], 2.0 if name.endswith("-gamma") else 0.0, atol=1e-7)


def rung(label: str, evidence: float) -> Rung:
    problem = problem_of()
    lens = mock(problem, FLUXES, side=8)
    k = len(problem.names)
    return Rung(label, problem, lens.settings, np.zeros(k), 0.0, 0.0, np.eye(k), 1, evidence, 0.0, 1)


@pytest.mark.long
def test_the_first_that_has_nearly_the_largest_evidence_is_taken() -> None:
    simple = rung("simple", 10.0)
    assert best([simple, replace(simple, label="richer", evidence=10.9)]).label == "simple"
    assert best([simple, replace(simple, label="richer", evidence=11.1)]).label == "richer"
    others = [replace(simple, label=name, evidence=e) for name, e in (("a", 12.0), ("b", 15.0), ("c", 15.9))]
    assert best([simple, *others]).label == "b"
    # of two that are alike within the gain, the first is taken, though the last has the most
    assert best([simple, *others[::-1]]).label == "c"


def test_a_model_far_from_its_prior_is_taken_only_where_all_are() -> None:
    near = rung("near", 10.0)
    away = np.zeros_like(near.point)
    away[1] = -4.2
    far = replace(near, label="far", evidence=90.0, point=away)
    assert best([near, far]).label == "near"
    assert best([replace(near, label="less", evidence=1.0, point=away), far]).label == "far"
    # the size of a source is no number of the lens
    size = next(i for i, name in enumerate(near.problem.names) if name.startswith("PLANE_2"))
    small = np.where(np.arange(near.point.size) == size, -4.2, 0.0)
    assert best([near, replace(far, point=small)]).label == "far"


def test_a_hopeless_model_is_not_fitted() -> None:
    """The shear of the known model is 0.03 and -0.02 with errors of a hundredth of their priors, 0.05."""
    known = rung("SIE + shear", 0.0)
    at = {known.problem.names.index(f"{SHEAR}-gamma{i}"): value for i, value in ((1, 0.6), (2, -0.4))}
    point = np.array(known.point)
    point[list(at)] = list(at.values())
    sharp = replace(known, point=point, curvature=1e4 * np.eye(point.size))
    models = {"SIE": dict.fromkeys(at, 0.0), "SIE + shear": {}}
    found = mass_rungs(known.problem, LensData(*[np.zeros(())] * 4), known.settings, models, sharp)
    assert [each.label for each in found] == ["SIE + shear"]


def test_a_model_is_judged_by_the_richest_one_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside a slope that is held the shear is far from 0, and beside a free one it is not."""
    known = rung("SIE + shear", 0.0)
    slope, shear = (known.problem.names.index(name) for name in (f"{MASS}-gamma", f"{SHEAR}-gamma1"))
    light = known.problem.of_the_lens_light()
    models = {
        "SIE": {slope: 0.0, shear: 0.0},
        "EPL": {shear: 0.0},
        "SIE + shear": {slope: 0.0},
        "EPL + shear": {},
    }
    starts = {}

    def fitted(label, problem, data, settings, points, held, *, far, own_light=True):
        starts[label, own_light] = points
        point = np.zeros(len(problem.names))
        point[slope], point[light] = 0.7, 0.1
        return replace(known, label=label, point=point, curvature=1e4 * np.eye(point.size))

    monkeypatch.setattr("jaxlens.modelling.ladder.fitted", fitted)
    point = np.zeros(len(known.problem.names))
    point[shear] = 0.7
    first = replace(
        known,
        point=point,
        curvature=1e4 * np.eye(point.size),
        settings=known.settings.holding(models["SIE + shear"]),
    )
    found = mass_rungs(known.problem, LensData(*[np.zeros(())] * 4), known.settings, models, first)
    # a slope of 2 is far from that of the richest model
    assert [each.label for each in found] == ["EPL", "SIE + shear", "EPL + shear"]
    # the light of the lens is the richest model's in all
    assert {of: len(points) for of, points in starts.items()} == {
        ("EPL + shear", True): 1,
        ("EPL", False): 2,
        ("SIE + shear", False): 2,
    }
    np.testing.assert_array_equal(starts["EPL", False][:, light], 0.1)
    np.testing.assert_array_equal(starts["EPL", False][:, [slope, shear]], [[0.7, 0.0], [0.0, 0.7]])


@pytest.mark.long
def test_coordinates_keep_their_names() -> None:
    """From a model without shear to one with it and back."""
    simple, rich = problem_of(shear=False), problem_of()
    point = np.arange(1.0, len(simple.names) + 1.0)
    found = dict(zip(rich.names, carried(point, simple, rich), strict=True))
    assert {name: found[name] for name in simple.names} == dict(zip(simple.names, point, strict=True))
    assert {found[name] for name in set(rich.names) - set(simple.names)} == {0.0}
    np.testing.assert_array_equal(carried(carried(point, simple, rich), rich, simple), point)


def test_held_coordinates_do_not_move() -> None:
    settings = rung("any", 0.0).settings
    found = settings.holding({2: 0.1, 4: 0.0})
    assert np.flatnonzero(np.asarray(found.active) == 0.0).tolist() == [2, 4]
    assert np.all(np.asarray(settings.active) == 1.0)


@pytest.mark.long
def test_evidence_finds_the_model_of_the_mock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lens with shear; those without it are fitted too."""
    monkeypatch.setattr("jaxlens.modelling.ladder.HOPELESS", np.inf)
    problem = problem_of(GAUSSIANS)
    lens = mock(problem, FLUXES, seed=4, side=18)
    models = mass_labels(problem)
    label = "SIE + shear"
    first = fitted(label, problem, lens.data, lens.settings, lens.truth[None], models[label])
    rungs = mass_rungs(problem, lens.data, lens.settings, models, first)
    assert [each.label for each in rungs] == list(models)
    light = problem.of_the_lens_light()
    assert light.size
    assert all(np.array_equal(each.point[light], rungs[-1].point[light]) for each in rungs)
    assert np.all(rungs[-1].point[light] != first.point[light])
    assert "shear" in best(rungs).label
    by_label = {each.label: each for each in rungs}
    assert by_label["EPL + shear"].value <= min(each.value for each in rungs) + 3.0
    used = lens.data.image.size
    for each in rungs:
        held = models[each.label]
        np.testing.assert_allclose(each.point[list(held)], list(held.values()))
        assert used - each.degrees - (len(problem.names) - len(held)) in range(2, 9)
        assert each.steps >= 1
    radius = problem.names.index(f"{MASS}-theta_E")
    found = problem.constrained(by_label["EPL + shear"].point)[radius]
    assert abs(found - TRUTH[f"{MASS}-theta_E"]) < 0.02
