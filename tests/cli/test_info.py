"""The command `info`."""

from __future__ import annotations

import os
import socket

from jaxlens import cli
from jaxlens.production.lock import FolderLock


def test_a_dataset_is_described(config_file, tmp_path, capsys, fails) -> None:
    out = tmp_path / "out"
    options = ["--size", "5", "--batch-size", "2", "--shard-size", "2", "--outdir", str(out)]
    assert cli.main(["generate", config_file, *options, "--shard", "1/2"]) == 0
    part = out / "part-1-of-2"
    capsys.readouterr()
    assert cli.main(["info", str(part)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [
        "Tiny: seed 1, complete, part 1 of 2",
        "CONFIGURATION_1 (TINY_LENS): 5 systems, 2 of 2 shards made, 2 systems a shard, 2 a batch",
    ]
    assert lines[2].startswith("format h5, float32, ")
    assert lines[2].endswith("; csv")
    assert lines[3].startswith("made in float32 on 1 x cpu ")
    assert lines[4].startswith("configuration ")
    with FolderLock(part):
        assert cli.main(["info", str(part)]) == 0
    text = capsys.readouterr().out
    assert text.endswith(f"process {os.getpid()} on {socket.gethostname()} is writing it\n")
    assert "has no manifest.json" in fails("info", out)
