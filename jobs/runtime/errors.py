"""The errors that a user meets. One base; its branches are the exit codes of jobs and of the command line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence


class SimfoundryError(Exception):
    """Says what was seen, what was expected and what to do. A bare one is a defect of ours."""

    exit_code = 70


class BadInput(SimfoundryError):
    """What the user gave cannot be worked with; trying again will not help."""

    exit_code = 65


class Unavailable(SimfoundryError):
    """A required device, simulator or provider is not there."""

    exit_code = 69


class StoreError(SimfoundryError):
    """The store cannot be written, or does not hold what it promised."""

    exit_code = 73


class TransientError(SimfoundryError):
    """May work when tried again; the only branch that is retried."""

    exit_code = 75


class UnknownName(BadInput):
    """A name that is in no table."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        close = difflib.get_close_matches(name, names, n=1)
        hint = f" Did you mean '{close[0]}'?" if close else ""
        super().__init__(f"No {kind} named '{name}'. Known: {', '.join(names)}.{hint}")


class UnknownProfile(UnknownName):
    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__("profile", name, known)


class InvalidRequest(BadInput):
    """A request document that does not follow its schema."""

    def __init__(self, where: str, problems: str) -> None:
        super().__init__(f"{where} is not a valid request: {problems}")


class InputNotAdmitted(BadInput):
    """A job was given an output that no gate has let through."""

    def __init__(self, job: str, key: str, profile: str, why: str) -> None:
        super().__init__(
            f"The input {job} {key[:12]} has no passed verdict under profile '{profile}': {why}. "
            "Run the gate first, or choose another input."
        )


class ArtifactMissing(StoreError):
    def __init__(self, store: str, path: str) -> None:
        super().__init__(f"{store} holds no '{path}'. It was never written, or somebody removed it.")


class ArtifactCorrupt(StoreError):
    def __init__(self, store: str, path: str, expected: str, seen: str) -> None:
        super().__init__(
            f"'{path}' in {store} has sha256 {seen[:12]}, its manifest says {expected[:12]}: "
            "the file was changed or damaged after it was committed. Restore it, or remove the output and run again."
        )


class DocumentDamaged(StoreError):
    def __init__(self, store: str, path: str, kind: str, problem: str) -> None:
        super().__init__(
            f"'{path}' in {store} is not a valid {kind}: {problem}. "
            "It was changed or damaged after it was committed. Restore it, or remove its folder and run again."
        )


class OutputIncomplete(StoreError):
    def __init__(self, store: str, folder: str, missing: Sequence[str], files: int) -> None:
        super().__init__(
            f"The output '{folder}' in {store} lacks {len(missing)} of its {files} files, '{missing[0]}' for one: "
            "somebody removed them after it was committed. Restore them, or remove the folder and run again."
        )


class StoreUnwritable(StoreError):
    def __init__(self, store: str, reason: str) -> None:
        super().__init__(
            f"The store {store} cannot be written: {reason}. Choose another --store or mend its permissions."
        )


class StoreUnreadable(StoreError):
    def __init__(self, store: str, reason: str) -> None:
        super().__init__(f"The store {store} cannot be read: {reason}. Check its address and your permissions.")


class StoreUnreachable(TransientError):
    def __init__(self, store: str, reason: str) -> None:
        super().__init__(f"The store {store} did not answer properly: {reason}. Try again; what was committed is safe.")


class NotInstalled(Unavailable):
    def __init__(self, job: str, distribution: str) -> None:
        super().__init__(
            f"The job '{job}' needs the package '{distribution}', which is not installed. "
            f"Run `make setup`, or `pip install -e '.[{job}]' -c constraints.txt`."
        )


class DefectiveJob(SimfoundryError):
    """A job ended in a way that it does not account for."""

    def __init__(self, job: str, seen: str) -> None:
        super().__init__(f"The job '{job}' broke: {seen}. This is a defect; please report it with the lines above.")
