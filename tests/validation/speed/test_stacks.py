"""Sources that are images beside Sersic sources: what is timed is what the table says."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from validation.speed import stacks
from validation.speed.timing import Timed


def test_the_sources_differ_in_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "galaxies.npy"
    np.save(path, stacks.stack(3, 8))
    path.with_suffix(".csv").write_text(stacks.table(3))
    sources = (stacks.SERSIC, stacks.LINEAR, stacks.CUBIC, stacks.NEAREST)
    made = {source: stacks.simulator(source, path, 16) for source in sources}
    assert {(sim.scene.num_pix, sim.bands) for sim in made.values()} == {(16, ("g",))}
    lights = {source: sim.scene.planes[1].light[0] for source, sim in made.items()}
    assert {source: light.profile for source, light in lights.items()} == {
        stacks.SERSIC: "SERSIC_ELLIPSE",
        stacks.LINEAR: "INTERPOL",
        stacks.CUBIC: "INTERPOL",
        stacks.NEAREST: "INTERPOL",
    }
    assert [len(sim.population.images) for sim in made.values()] == [0, 0, 0, 1]
    assert dict(lights[stacks.CUBIC].integers) == {"order": 3}
    assert dict(lights[stacks.LINEAR].integers) == {"order": 1}


def test_ratios_are_those_of_one_task() -> None:
    times = [
        Timed(task, source, seconds) for task, source, seconds in (("a", stacks.SERSIC, 2.0), ("a", "b", 3.0))
    ]
    assert stacks.ratios(times) == {("a", stacks.SERSIC): 1.0, ("a", "b"): 1.5}
