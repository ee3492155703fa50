"""The rows of the truth tables are what a simulator knows of its systems."""

import jax
import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.truth.tables import truth_tables


def test_x(crowded, key):
    sim = Simulator(crowded)
    params = sim.sample(key, 6)
    for k, t in truth_tables(sim, params).items():
        print(k)
        print(t.to_string())
    assert 0
