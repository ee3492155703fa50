"""Products by name: which a configuration has, and what makes a system detectable."""

from __future__ import annotations

from functools import cache
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
import yaml

import jaxlens
from jaxlens import Simulator, load_config
from tests.products.lenses import LENS, MASS, lens, simulator

BOUNDS = {"snr_min": 20, "theta_E_min": 0.5, "magnification_min": 3, "resolved": 1.5}


@cache
def labelled() -> Simulator:
    """The simulator of the file with LABELS."""
    return Simulator(load_config(yaml.safe_load(LENS) | {"LABELS": BOUNDS}))


def test_the_products_of_a_configuration() -> None:
    shared = ("einstein_radius", "einstein_radius_mass", "source_magnification", "arc_snr", "arc_magnitude")
    assert simulator().product_names == shared
    assert labelled().product_names == (*shared, "detectable")
    assert simulator().with_products().scene.products == shared
    with pytest.raises(ValueError, match="'detectable' is none of this configuration"):
        simulator().with_products(["detectable"])
    with pytest.raises(ValueError, match="'arc_snir' is no product; did you mean arc_snr"):
        simulator().with_products(["arc_snir"])


@pytest.mark.long
def test_detectable_systems_meet_all_labels() -> None:
    """Theta_E is 0, 0.3 (too small), 0.8 (below 1.5 times the seeing 0.7) and 1.2; the last is faint."""
    sizes, light = [0.0, 0.3, 0.8, 1.2, 1.2], [21.0, 21.0, 21.0, 21.0, 28.0]
    params = {name: jnp.repeat(value, 5, axis=0) for name, value in lens(0.02).items()}
    params |= {f"{MASS}-theta_E": jnp.asarray(sizes)}
    params |= {"PLANE_2-OBJECT_1-LIGHT_PROFILE_1-magnitude": jnp.asarray(light)}
    found = {name: np.asarray(value) for name, value in labelled().products(params).items()}
    assert found["detectable"].tolist() == [0.0, 0.0, 0.0, 1.0, 0.0]
    np.testing.assert_allclose(found["einstein_radius"], sizes, rtol=1e-3)
    assert (found["arc_snr"][:4] > 20.0).all()
    assert found["arc_snr"][4] < 20.0
    assert found["source_magnification"][3] == pytest.approx(found["source_magnification"][4], rel=1e-5)


@pytest.mark.long
def test_columns_and_labels() -> None:
    """Those of a dataset are the products of its parameters, at any batch size, and those of a stream too."""
    text = yaml.safe_load(LENS) | {"LABELS": BOUNDS}
    drawn: dict[str, Any] = {"NAME": "uniform", "PARAMETERS": {"minimum": 0.5, "maximum": 1.5}}
    text["SPECIES"]["GALAXY_1"]["MASS_PROFILE_1"]["PARAMETERS"]["theta_E"] = {"DISTRIBUTION": drawn}
    text["DATASET"]["PARAMETERS"]["SIZE"] = 5
    tables = [
        jaxlens.make_dataset(text, products=True, batch_size=size, progress=False).metadata()
        for size in (2, 5)
    ]
    plain = jaxlens.make_dataset(text, progress=False)
    sim = Simulator(text)
    products = sim.products(sim.params_from_table(tables[0]))
    for name, value in products.items():
        np.testing.assert_allclose(tables[0][f"{name}-g"], np.ravel(value), rtol=1e-5)
        np.testing.assert_allclose(tables[0][f"{name}-g"], tables[1][f"{name}-g"], rtol=1e-5)
    shared = plain.metadata()
    assert set(tables[1]) - set(shared) == {f"{name}-g" for name in products}
    for column in shared:
        np.testing.assert_array_equal(shared[column], tables[1][column])
    labels = ["einstein_radius", "detectable", "arc_snr-g"]
    with jaxlens.stream(text, 4, labels=labels) as stream:
        batch = next(stream)
    assert stream.label_names == tuple(labels)
    own = sim.products({name: batch.parameters[name] for name in sim.parameter_names})
    expected = [np.ravel(own[name]) for name in ("einstein_radius", "detectable", "arc_snr")]
    np.testing.assert_allclose(batch.labels, np.stack(expected, axis=1), rtol=1e-5)
