"""The completion of the command in shells."""

from __future__ import annotations

import subprocess
import sys

import pytest

from jaxlens import cli
from jaxlens.cli.commands import COMMANDS


def printed(capsys, shell: str) -> str:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--print-completion", shell])
    assert not ended.value.code
    return str(capsys.readouterr().out)


def test_bash_knows_commands_and_options(capsys, tmp_path) -> None:
    text = printed(capsys, "bash")
    assert all(f"_shtab_jaxlens_{name}_option_strings" in text for name in COMMANDS)
    assert "--survey" in text
    script = tmp_path / "jaxlens.bash"
    script.write_text(text, encoding="utf-8")
    # it is a script of bash
    subprocess.run(["bash", "-n", str(script)], check=True)


def test_zsh(capsys) -> None:
    assert printed(capsys, "zsh").startswith("#compdef jaxlens")


def test_without_shtab_the_extra_is_named(capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "shtab", None)
    with pytest.raises(SystemExit) as ended:
        cli.main(["--print-completion", "bash"])
    assert ended.value.code == 1
    assert "pip install 'jaxlens-sim[completion]'" in capsys.readouterr().err
