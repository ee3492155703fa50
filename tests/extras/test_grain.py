"""A stream as a data source of Grain: shuffled, in worker processes, and taken up again from a checkpoint."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.extras

# Workers are spawned, so the program is a file with a main guard.
PROGRAM = """
import json, sys
import numpy as np
from jaxlens.streams.stream import stream

def epochs(make, count):
    '''The indices of some batches, those after a checkpoint, and the same from the checkpoint.'''
    iterator = iter(make())
    first = [next(iterator) for _ in range(count)]
    state = iterator.get_state()
    rest = [batch.index.tolist() for batch in iterator]
    again = iter(make())
    again.set_state(state)
    return first, rest, [batch.index.tolist() for batch in again]

if __name__ == "__main__":
    import grain
    from absl import flags

    # Grain's workers ask for command-line flags, which a program without them has to say are read
    flags.FLAGS.mark_as_parsed()
    file = json.loads(sys.argv[1])
    source = stream(file, 4, seed=5, start=8).source(6)
    assert isinstance(source, grain.sources.RandomAccessDataSource)
    expected = [list(range(8 + 4 * k, 12 + 4 * k)) for k in range(6)]

    whole = grain.MapDataset.source(source).shuffle(seed=1).repeat(2)
    first, rest, again = epochs(whole.to_iter_dataset, 3)
    made = [batch.index.tolist() for batch in first] + rest
    assert rest == again, (rest, again)
    assert sorted(made[:6]) == sorted(made[6:]) == expected and made[:6] != expected, made

    options = grain.sharding.NoSharding()
    sampler = grain.samplers.IndexSampler(6, options, shuffle=True, num_epochs=1, seed=3)
    def loader():
        return grain.DataLoader(data_source=source, sampler=sampler, worker_count=1)
    first, rest, again = epochs(loader, 2)
    made = [batch.index.tolist() for batch in first] + rest
    assert rest == again, (rest, again)
    assert sorted(made) == expected, made
    with stream(file, 4, seed=5, start=made[1][0]) as own:
        np.testing.assert_array_equal(first[1].images, next(own).images)
"""


def test_grain_shuffles_batches_and_goes_on_from_a_checkpoint(
    small_lens: dict[str, Any], tmp_path: Path
) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "JAX_PLATFORMS": "cpu", "PYTHONPATH": root}
    command = [sys.executable, str(program), json.dumps(small_lens)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
