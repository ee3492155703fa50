"""How long pyHalo takes to draw the haloes of a system like those of `line_of_sight`; prints JSON."""

from __future__ import annotations

import json
import time

from validation.haloes.oracles import pyhalo

# Systems that are timed, after one that is not.
SYSTEMS = 5
# Masses, cone and normalisation of the packaged file, at the middle of its redshifts.
MODEL = {
    "z_lens": 0.5,
    "z_source": 1.75,
    "sigma_sub": 0.025,
    "log_mlow": 7.0,
    "log_mhigh": 10.0,
    "log_m_host": 13.0,
    "cone_opening_angle_arcsec": 6.0,
    "lens_plane_spacing": 0.05,
    "concentration_model_subhalos": "DIEMERJOYCE19",
    "concentration_model_fieldhalos": "DIEMERJOYCE19",
}


def main() -> None:
    """Draw and print."""
    pyhalo.importable()
    from pyHalo.preset_models import preset_model_from_name

    draw = preset_model_from_name("CDM")
    draw(**MODEL).lensing_quantities()
    started, numbers = time.perf_counter(), []
    for _ in range(SYSTEMS):
        realization = draw(**MODEL)
        realization.lensing_quantities()
        numbers.append(len(realization.halos))
    seconds = (time.perf_counter() - started) / SYSTEMS
    print(json.dumps({"seconds": seconds, "haloes": sum(numbers) / SYSTEMS}))


if __name__ == "__main__":
    main()
