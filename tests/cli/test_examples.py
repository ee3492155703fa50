"""The command `examples`."""

from jaxlens import cli
from jaxlens.config import example_files, example_path, examples, load_config


def test_examples_are_listed_with_their_descriptions(capsys):
    assert cli.main(["examples"]) == 0
    text = capsys.readouterr().out
    assert all(name in text and description in text for name, description in examples().items())


def test_examples_are_copied(tmp_path):
    assert cli.main(["examples", "lensed_quasar", "--copy-to", str(tmp_path / "mine")]) == 0
    copy = tmp_path / "mine" / "lensed_quasar.yaml"
    assert copy.read_text() == example_path("lensed_quasar").read_text()
    assert cli.main(["examples", "--copy-to", str(tmp_path / "all")]) == 0
    assert {path.name for path in (tmp_path / "all").iterdir()} == {
        path.name for name in examples() for path in example_files(name)
    }


def test_an_example_is_copied_with_its_tables(tmp_path):
    assert cli.main(["examples", "lensed_supernova_series", "--copy-to", str(tmp_path)]) == 0
    assert (
        load_config(tmp_path / "lensed_supernova_series.yaml").configurations[0].series.cadence.epochs == 12
    )


def test_a_copy_does_not_overwrite_a_file_that_was_changed(tmp_path, fails):
    (tmp_path / "lensed_quasar.yaml").write_text("mine")
    text = fails("examples", "lensed_quasar", "--copy-to", tmp_path)
    assert "lensed_quasar.yaml" in text
    assert (tmp_path / "lensed_quasar.yaml").read_text() == "mine"


def test_an_example_that_is_not_there_is_named(fails):
    assert "lensed_quasr" in fails("examples", "lensed_quasr")
