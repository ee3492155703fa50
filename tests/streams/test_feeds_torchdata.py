"""torchdata's StatefulDataLoader goes on exactly where it stood, also that of spawned workers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

# Workers are spawned, so the program is a file with a main guard.
PROGRAM = """
import json, sys
from jaxlens.streams.stream import stream

def taken(iterator, count):
    return [next(iterator).index.tolist() for _ in range(count)]

if __name__ == "__main__":
    from torchdata.stateful_dataloader import StatefulDataLoader

    file = json.loads(sys.argv[1])
    for workers in (0, 2):
        context = "spawn" if workers else None
        def loader():
            dataset = stream(file, 4, seed=5).torch()
            return StatefulDataLoader(
                dataset, batch_size=None, num_workers=workers, multiprocessing_context=context
            )
        whole = loader()
        iterator = iter(whole)
        first, state, rest = taken(iterator, 3), whole.state_dict(), taken(iterator, 3)
        del iterator
        again = loader()
        again.load_state_dict(state)
        assert taken(iter(again), 3) == rest
        assert len({tuple(indices) for indices in first + rest}) == 6
"""


@pytest.mark.long
def test_a_stateful_loader_goes_on_where_it_stood(small_lens: dict[str, Any], tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "JAX_PLATFORMS": "cpu", "PYTHONPATH": root}
    command = [sys.executable, str(program), json.dumps(small_lens)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
