"""What users write for true, false, nothing and numbers, beside YAML's own spellings.

deeplenstronomy's documents write the word `None` (`PARAMETERS: None`), which YAML reads as a text, and users
write `1`, `yes` and `"true"` for switches.  A spelling is accepted where it can mean one thing only; else a
problem names what it may mean.
"""

from __future__ import annotations

import re

from jaxlens.config.errors import Report, shown
from jaxlens.config.reader import Node
from jaxlens.config.scalars import is_number

_TRUE = ("true", "yes", "y", "on", "t", "1", "1.0")
_FALSE = ("false", "no", "n", "off", "f", "0", "0.0")
_NOTHING = ("none", "null")
# Integers that YAML 1.1 does not read as decimals: 010 is 8 (octal), and 1:30 is 90 (base 60).
_OCTAL = re.compile(r"[-+]?0[0-7_]+")
_BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?")
_YAML_12_OCTAL = re.compile(r"[-+]?0o[0-7]+")
# Numbers that are read as they are meant, but not written as numbers usually are.
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")
_HEXADECIMAL = re.compile(r"[-+]?0x[0-9a-fA-F_]+")
_BINARY = re.compile(r"[-+]?0b[01_]+")
_GROUPED = re.compile(r"[-+]?[0-9]{1,3}(_[0-9]{3})*(\.[0-9]*)?([eE][-+]?[0-9]+)?")
# Numbers with commas: 1,000 may have a comma for thousands, or for the decimal point.
_THOUSANDS = re.compile(r"[-+]?[0-9]{1,3}(,[0-9]{3})+")
_DECIMAL_COMMA = re.compile(r"[-+]?[0-9]*,[0-9]+")


def is_none_word(node: Node) -> bool:
    """Whether a value is the word `None` (or `null` in quotes), which YAML reads as a text.

    >>> from jaxlens.config.errors import Place
    >>> is_none_word(Node(Place("c.yaml"), "None", "None")), is_none_word(Node(Place("c.yaml"), None))
    (True, False)
    """
    return isinstance(node.value, str) and node.value.strip().lower() in _NOTHING


def is_nothing(node: Node) -> bool:
    """Whether a value is empty, YAML's null, or the word `None`."""
    return node.value is None or is_none_word(node)


def switch(node: Node, report: Report, true: str, false: str) -> bool | None:
    """The boolean that a value spells: true, yes, on, 1 and so on, in any case, with or without quotes.

    Args:
        node: the value.
        report: the problem is added to it.
        true: what true does, for the problem.
        false: what false does.

    Returns:
        The boolean; None, and a problem that names both readings, where the value spells neither.

    >>> from jaxlens.config.errors import Place
    >>> report, place = Report(), Place("c.yaml", 3, "BACKGROUNDS.ITERATE")
    >>> switch(Node(place, 1, "1"), report, "...", "..."), switch(Node(place, "No", "No"), report, "", "")
    (True, False)
    """
    if isinstance(node.value, bool):
        return node.value
    text = node.text.strip().lower()
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    report.problem(node.place, f"is {_found(node)}; give true ({true}) or false ({false})")
    return None


def _found(node: Node) -> str:
    """What stands in the place of a boolean, for the message."""
    if isinstance(node.value, (dict, tuple)):
        return "a mapping" if isinstance(node.value, dict) else "a list"
    if is_none_word(node):
        return "the word None"
    if node.value is None:
        return "empty"
    return f"the text {shown(node.value)}" if isinstance(node.value, str) else node.text


def as_number(node: Node) -> object:
    """The value of a node, where a number in quotes is a number.

    >>> from jaxlens.config.errors import Place
    >>> as_number(Node(Place("c.yaml"), "0.2", "0.2"))
    0.2
    """
    if isinstance(node.value, str) and is_number(node.value.strip()):
        return float(node.value)
    return node.value


def ambiguous_number(node: Node) -> str:
    """The problem with a number that may mean two; "" for any other value.

    >>> from jaxlens.config.errors import Place
    >>> ambiguous_number(Node(Place("c.yaml"), 8, "010"))
    'is 010, which YAML reads as 8 (octal); write 8, or 10 if that is meant'
    """
    text = node.text.strip()
    if isinstance(node.value, str):
        if _YAML_12_OCTAL.fullmatch(text):
            finding = f"is the text {shown(text)}, an octal number of YAML 1.2"
            return f"{finding}; write {int(text, 8)}, or {int(text.replace('0o', ''))} if that is meant"
        if _THOUSANDS.fullmatch(text):
            whole, point = text.replace(",", ""), text.replace(",", ".", 1)
            return f"is the text {shown(text)}; write {whole}, or {point} if that is meant"
        if _DECIMAL_COMMA.fullmatch(text):
            return f"is the text {shown(text)}; write {text.replace(',', '.')} with a point"
        return ""
    if isinstance(node.value, (int, float)) and _BASE_60.fullmatch(text):
        return f"is {shown(text)}, which YAML reads as {node.value:g} (base 60); write a plain number"
    if isinstance(node.value, (int, float)) and _OCTAL.fullmatch(text):
        decimal = int(text.replace("_", ""))
        finding = f"is {text}, which YAML reads as {node.value:g} (octal)"
        return (
            "" if decimal == node.value else f"{finding}; write {node.value:g}, or {decimal} if that is meant"
        )
    return ""


def unusual_number(node: Node) -> str:
    """The remark on a number that is not written as numbers usually are; "" for any other value.

    >>> from jaxlens.config.errors import Place
    >>> unusual_number(Node(Place("c.yaml"), 8.0, "08"))
    'is 08, which YAML reads as a text; it is taken for 8, so write 8'
    """
    text = node.text.strip()
    value = as_number(node)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return ""
    if _LEADING_ZERO.fullmatch(text) and not isinstance(node.value, int):
        return f"is {text}, which YAML reads as a text; it is taken for {value:g}, so write {value:g}"
    for pattern, kind in ((_HEXADECIMAL, "hexadecimal"), (_BINARY, "binary")):
        if pattern.fullmatch(text):
            return f"is {text}, which YAML reads as {value:g} ({kind}); write {value:g}"
    if "_" in text and not _GROUPED.fullmatch(text):
        return f"is {text}, which YAML reads as {value:g}; write {value:g}"
    return ""
