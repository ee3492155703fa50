"""The packaged examples that are compared."""

from __future__ import annotations

from jaxlens.config import examples, load_config


def single_exposures() -> list[str]:
    """The packaged examples without TIMESERIES, which lenstronomy has not, and without SELECT.

    What a file with SELECT has more than others is how its systems are drawn; its profiles are those of
    random scenes.
    """
    first = {name: load_config(name).configurations[0] for name in examples()}
    return [name for name, one in first.items() if one.series is None and one.selection is None]
