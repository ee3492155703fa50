"""One file for each family of profiles: its image is lenstronomy's, its derivative that of differences."""

from __future__ import annotations

import json
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.imaging.render import render
from validation.agreement import references
from validation.agreement.checks.families import QUICK, TOLERANCE
from validation.agreement.checks.whole_images import TOLERANCE as OF_PEAK
from validation.agreement.gradients.families import derivative
from validation.agreement.inputs.families import files
from validation.agreement.references import Group
from validation.agreement.registered.evaluation import operation_by_operation

pytestmark = pytest.mark.slow

FAMILIES = [pytest.param(name, marks=[] if name in QUICK else [pytest.mark.slow]) for name in files()]


@cache
def groups() -> dict[str, dict[str, np.ndarray]]:
    """The frozen references."""
    return references.load("families")


@pytest.mark.long
@pytest.mark.parametrize("name", FAMILIES)
def test_the_image_of_a_family_is_lenstronomy_s(name: str) -> None:
    """Computed operation by operation: a dozen programs would take longer to compile."""
    group: Group = groups()[name]
    with jax.enable_x64(True), operation_by_operation():
        simulator = Simulator(json.loads(str(group["config"])), str(group["configuration"]))
        params = {key: jnp.asarray(value[0]) for key, value in references.parameters(group).items()}
        ours = np.asarray(render(simulator.scene, params, simulator.assets))
    theirs = group["image"][0]
    assert np.max(np.abs(ours - theirs)) < OF_PEAK["float64"] * np.max(theirs)
    assert np.min(np.max(theirs, axis=(1, 2))) > 1.0, "there is something to compare"


@pytest.mark.long
@pytest.mark.parametrize("name", FAMILIES)
def test_the_derivative_of_an_image_is_that_of_differences(name: str) -> None:
    """In reverse mode where it is quick; the profiles' own tests compare the two modes."""
    assert derivative(groups()[name], reverse=name in QUICK).error < TOLERANCE


def test_every_file_has_its_references() -> None:
    assert set(files()) == set(groups()), "run python -m validation.agreement.make_references families"
