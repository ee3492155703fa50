"""The simulator that functions are given, checked."""

from __future__ import annotations

from jaxlens.simulator.base import SimulatorBase


def check_simulator(sim: object) -> None:
    """TypeError where an argument `sim` is no Simulator, such as the name of a file.

    >>> check_simulator("galaxy_galaxy")
    Traceback (most recent call last):
    TypeError: sim is a str; give a Simulator, as jaxlens.Simulator("galaxy_galaxy")
    """
    if not isinstance(sim, SimulatorBase):
        raise TypeError(
            f'sim is a {type(sim).__name__}; give a Simulator, as jaxlens.Simulator("galaxy_galaxy")'
        )
