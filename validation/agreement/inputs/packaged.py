"""The packaged examples that are compared."""

from __future__ import annotations

from jaxlens.config import examples, load_config


def single_exposures() -> list[str]:
    """The packaged examples without TIMESERIES, which lenstronomy has not."""
    return [name for name in examples() if load_config(name).configurations[0].series is None]
