"""The command `surveys`."""

from jaxlens import cli
from jaxlens.config.surveys import survey_path, surveys


def test_surveys_are_listed_printed_and_copied(tmp_path, capsys, fails):
    assert cli.main(["surveys"]) == 0
    printed = capsys.readouterr().out
    assert all(name in printed and description in printed for name, description in surveys().items())
    assert cli.main(["surveys", "lsst"]) == 0
    text = survey_path("lsst").read_text()
    assert capsys.readouterr().out.rstrip() == text.rstrip()
    assert cli.main(["surveys", "lsst", "--copy-to", str(tmp_path / "mine")]) == 0
    assert (tmp_path / "mine" / "lsst.yaml").read_text() == text
    assert cli.main(["surveys", "--copy-to", str(tmp_path / "all")]) == 0
    assert len(list((tmp_path / "all").iterdir())) == len(surveys())
    capsys.readouterr()
    assert fails("surveys", "lst") == "jaxlens: survey='lst' is not known; did you mean lsst?\n"
