"""Progress (to be replaced)."""

from __future__ import annotations

from typing import Any


class Progress:
    """Nothing."""

    def __init__(self, total: int, shown: bool | None = None, **more: Any) -> None: ...

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *more: Any) -> None: ...

    def update(self, n: int) -> None: ...

    def announce(self, text: str) -> None: ...
