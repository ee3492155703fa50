"""`jaxlens schema`."""

from __future__ import annotations

import json

from jaxlens import cli
from jaxlens.config.schema import json_schema


def test_schema_prints_the_schema(capsys) -> None:
    assert cli.main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == json_schema()


def test_profiles_of_the_user_are_in_it(capsys, tmp_path) -> None:
    own = tmp_path / "own.py"
    own.write_text(
        "from jaxlens import distribution\n\n\n"
        '@distribution("of_the_schema")\ndef of_the_schema(key, *, mean):\n    return mean\n',
        encoding="utf-8",
    )
    assert cli.main(["schema", "--import", str(own)]) == 0
    assert "of_the_schema" in capsys.readouterr().out
