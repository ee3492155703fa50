"""A run of the tests fails where it leaves files in the tree."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).parent / "conftest.py"
ROOT = CONFTEST.parents[1]
LEAVES = "def test_that_leaves_a_file():\n    open({name!r}, 'w').close()\n"


@pytest.mark.parametrize(
    ("name", "ignored"), [("tests/forgotten.csv", False), (".cache/program", True), ("venv/lib.py", True)]
)
def test_a_run_that_leaves_a_file_fails_and_names_it(tmp_path: Path, name: str, ignored: bool) -> None:
    for folder in ("tests", ".cache", "venv"):
        (tmp_path / folder).mkdir()
    (tmp_path / "venv" / "pyvenv.cfg").touch()
    shutil.copy(CONFTEST, tmp_path / "tests")
    (tmp_path / "tests" / "test_it.py").write_text(LEAVES.format(name=name))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "tests"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert "1 passed" in done.stdout, done.stdout + done.stderr
    assert done.returncode == (0 if ignored else 1)
    assert (name in done.stdout) is not ignored
