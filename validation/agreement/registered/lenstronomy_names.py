"""The parameters of one draw of a registered profile, as `jaxlens.exchange.lenstronomy_names` takes them.

That module says how lenstronomy is asked for a profile; that it asks for the same profile is what the topics
of light and mass compare.
"""

from __future__ import annotations

from typing import Any

from jaxlens.kernels.registry import Profile
from validation.agreement.registered.draws import Drawn


def rows_of(drawn: Drawn, profile: Profile, row: int) -> dict[str, Any]:
    """The parameters of one draw: floats, arrays for lists and tables, and integers."""
    kinds = profile.kinds
    values: dict[str, Any] = {}
    for key, value in drawn.items():
        if kinds[key] == "number":
            values[key] = float(value[row])
        elif kinds[key] == "list":
            values[key] = value[row].copy()
        else:
            values[key] = int(value) if kinds[key] == "integer" else value.copy()
    return values
