"""What a reader found, one line per check. Runs in every reader's environment: standard library only."""

from __future__ import annotations


class Findings:
    """Prints as it goes, so that nothing is lost when a reader crashes; `exit_code` is 1 once anything mismatched."""

    def __init__(self, reader: str) -> None:
        self.exit_code = 0
        self._reader = reader

    def equal(self, what: str, seen: object, expected: object) -> None:
        self._print(what, seen == expected, f"{seen}", f"expected {expected}")

    def at_most(self, what: str, seen: float, limit: float, unit: str = "") -> None:
        """NaN is a mismatch."""
        self._print(what, seen <= limit, f"{seen:.6g} {unit}".strip(), f"at most {limit:g} {unit}".strip())

    def at_least(self, what: str, seen: float, limit: float, unit: str = "") -> None:
        """NaN is a mismatch."""
        self._print(what, seen >= limit, f"{seen:.6g} {unit}".strip(), f"at least {limit:g} {unit}".strip())

    def _print(self, what: str, matches: bool, seen: str, expected: str) -> None:
        if not matches:
            self.exit_code = 1
        print(f"{'ok      ' if matches else 'MISMATCH'}  {self._reader}: {what}: {seen} ({expected})", flush=True)
