"""Text to tree: YAML as deeplenstronomy reads it, and texts that are out to hurt."""

from __future__ import annotations

import math
import time

import pytest

from jaxlens.config.errors import ConfigError, Report
from jaxlens.config.reader import MAX_CHARACTERS, MAX_DEPTH, Node, read_text


def read(text: str) -> Node:
    """The tree of a text without problems."""
    report = Report()
    tree = read_text(text, "c.yaml", report)
    report.raise_problems()
    return tree


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1", 1),
        ("1_000", 1000),
        ("0.5", 0.5),
        ("1e-3", 1e-3),
        ("2E5", 2e5),
        ("-1.5e2", -150.0),
        (".5", 0.5),
        ("+3", 3),
        (".inf", math.inf),
        ("'1e-3'", "1e-3"),
        ("abc", "abc"),
        ("'GAUSSIAN'", "GAUSSIAN"),
        ("None", "None"),
        ("NONE", "NONE"),
        ("2024-01-01", "2024-01-01"),
        ("", None),
        ("~", None),
        ("true", True),
    ],
)
def test_scalars(written: str, value: object) -> None:
    found = read(f"a: {written}").entries["a"].value
    assert found == value
    assert isinstance(found, bool) == isinstance(value, bool)


def test_places_are_the_lines_of_the_keys() -> None:
    tree = read("a:\n  b:\n    c: 1\nd: 2\n")
    inner = tree.entries["a"].entries["b"].entries["c"]
    assert str(inner.place) == "c.yaml:3: a.b.c"
    assert str(tree.entries["d"].place) == "c.yaml:4: d"


def test_an_alias_stands_where_it_is_used() -> None:
    tree = read("a: &x 3\nb: *x\n")
    assert tree.entries["b"].value == 3
    assert str(tree.entries["b"].place) == "c.yaml:2: b"


def test_merge_keys() -> None:
    """A mapping's own entries win over merged ones, and the first of several merged ones wins."""
    tree = read("x: &x {p: 1, q: 1}\ny: &y {p: 2, r: 2}\nz:\n  p: 3\n  <<: [*x, *y]\nw: {<<: [*x, *y]}\n")
    assert {key: node.value for key, node in tree.entries["z"].entries.items()} == {"p": 3, "q": 1, "r": 2}
    assert tree.entries["w"].entries["p"].value == 1


def test_repeated_keys_are_remarked_and_the_last_wins() -> None:
    report = Report()
    tree = read_text("a: 1\nb: 2\na: 3\n", "c.yaml", report)
    assert tree.entries["a"].value == 3
    assert report.warnings == ("c.yaml:3: a: is given twice, in lines 1 and 3; the last one counts",)


BILLION_LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 10)
)
MERGE_BOMB = "a0: &a0 {k: 1}\n" + "".join(
    f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 10)}]}}\n" for i in range(1, 12)
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BILLION_LAUGHS, "has more than 200000 entries"),
        (MERGE_BOMB, "has more than 200000 entries"),
        ("a: &a [*a]\n", "is nested more than 50 deep"),
        ("a: &a {<<: *a}\n", "is nested more than 50 deep"),
        ("a: &a {<<: [*a, *a, *a]}\n", "is nested more than 50 deep"),
        ("[" * 100_000, "is nested more than 50 deep"),
        ("{a: " * 100_000, "is nested more than 50 deep"),
        ("a: " + "x" * MAX_CHARACTERS, "is over 10000000 characters"),
        ("", "is empty"),
        ("# nothing\n", "is empty"),
        ("a: *b\n", "found undefined alias 'b'"),
        ("a: !!set {x}\n", "has the tag !!set"),
        ("a: !mine 3\n", "has the tag !mine"),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else None,
)
def test_hostile_texts_are_refused_quickly(text: str, message: str) -> None:
    start = time.perf_counter()
    with pytest.raises(ConfigError, match=message):
        read(text)
    assert time.perf_counter() - start < 60.0


def test_the_deepest_legal_text_is_read() -> None:
    depth = MAX_DEPTH - 1
    node = read("{a: " * depth + "1" + "}" * depth)
    for _ in range(depth):
        node = node.entries["a"]
    assert node.value == 1
