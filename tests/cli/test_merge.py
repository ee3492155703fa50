"""Parts are made, merged, verified and described by the command line, and one that is cut is resumed."""

from __future__ import annotations

from pathlib import Path

import pytest

from jaxlens import cli
from jaxlens.production.manifest import read_manifest

OPTIONS = ["--size", "7", "--batch-size", "2", "--shard-size", "2", "--format", "npy"]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.mark.slow
def test_parts_become_the_dataset_of_one_run(config_file, tmp_path, capsys, fails) -> None:
    whole, parts, merged = tmp_path / "whole", tmp_path / "parts", tmp_path / "merged"
    assert cli.main(["generate", config_file, *OPTIONS, "--outdir", str(whole)]) == 0
    assert cli.main(["generate", config_file, *OPTIONS, "--outdir", str(parts), "--shard", "1/2"]) == 0
    assert "2 shards are missing (number 0 of CONFIGURATION_1, 1 of CONFIGURATION_1)" in fails("merge", parts)
    assert cli.main(["generate", config_file, *OPTIONS, "--outdir", str(parts), "--shard", "0/2"]) == 0
    capsys.readouterr()
    assert cli.main(["merge", str(parts), "--outdir", str(merged), "--copy"]) == 0
    assert capsys.readouterr().out == (
        f"{merged}: 7 systems in 4 shards; check them with: jaxlens verify {merged}\n"
    )
    assert contents(merged) == contents(whole)
    assert (
        cli.main(["merge", str(parts / "part-0-of-2"), str(parts / "part-1-of-2"), "--outdir", str(parts)])
        == 0
    )
    assert cli.main(["verify", str(parts), "--systems", "1"]) == 0
    assert (
        "4 of 4 shards whole, 7 systems; 4 of them made again, equal bit for bit" in capsys.readouterr().out
    )


def test_a_merge_without_a_folder_is_refused(tmp_path, fails) -> None:
    assert "has neither a manifest.json nor parts" in fails(
        "merge", tmp_path, "--outdir", tmp_path / "merged"
    )
    assert not (tmp_path / "merged").exists()


@pytest.mark.parametrize("content", ["images", "metadata"])
def test_a_damaged_shard_is_named_and_made_again(content, config_file, tmp_path, capsys) -> None:
    out = tmp_path / "out"
    command = ["generate", config_file, *OPTIONS, "--outdir", str(out)]
    assert cli.main(command) == 0
    before = contents(out)
    (lost,) = out.glob(f"CONFIGURATION_1_{content}-00001-of-00004.*")
    lost.write_bytes(lost.read_bytes()[:-1])
    capsys.readouterr()
    assert cli.main(["verify", str(out), "--systems", "0"]) == 1
    text = capsys.readouterr().out
    assert f"shard 1 (systems 2 to 3): {lost.name} has" in text
    assert text.endswith("NOT whole\n")
    assert cli.main([*command, "--resume"]) == 0
    assert contents(out) == before
    assert cli.main(["verify", str(out), "--systems", "0"]) == 0
    assert read_manifest(out).complete
