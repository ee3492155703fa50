"""pyHalo with a released lenstronomy.

pyHalo 1.5 imports three profiles that lenstronomy 1.14 does not have yet, also where no halo is of them.
`importable` has modules of these names stand in, which serve for nothing but the import.
"""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType

# Modules of lenstronomy's profiles, and the class of each.
MISSING = {
    "king": "King",
    "core_collapsed_halo": "CoreCollapsedHalo",
    "core_collapsed_halo_bh": "CoreCollapsedHaloBH",
}


def importable() -> None:
    """Let pyHalo be imported."""
    for name, kind in MISSING.items():
        full = f"lenstronomy.LensModel.Profiles.{name}"
        if full not in sys.modules and importlib.util.find_spec(full) is None:
            module = ModuleType(full)
            setattr(module, kind, type(kind, (), {}))
            sys.modules[full] = module
