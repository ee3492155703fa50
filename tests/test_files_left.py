"""A run of the tests fails where it leaves files in the tree."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

CONFTEST = Path(__file__).parent / "conftest.py"
ROOT = CONFTEST.parents[1]
LEFT = ["tests/forgotten.csv", "tests/.cache/program"]
ALLOWED = [".cache/program", "tests/__pycache__/module.pyc", "venv/module.py"]


def test_a_run_that_leaves_files_fails_and_names_them(tmp_path: Path) -> None:
    for name in (*LEFT, *ALLOWED):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / "venv" / "pyvenv.cfg").touch()
    shutil.copy(CONFTEST, tmp_path / "tests")
    code = f"def test_that_leaves_files():\n    [open(name, 'w').close() for name in {[*LEFT, *ALLOWED]}]\n"
    (tmp_path / "tests" / "test_it.py").write_text(code)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "tests"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert "1 passed" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 1
    assert all(name in done.stdout.splitlines() for name in LEFT)
    assert not any(name in done.stdout.splitlines() for name in ALLOWED)
