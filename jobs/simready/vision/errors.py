"""What can go wrong when a model is asked over a network."""

from __future__ import annotations

from jobs.runtime.errors import SimfoundryError, TransientError, Unavailable
from jobs.runtime.redaction import redact
from jobs.runtime.settings import secret_values

_EXCERPT = 200


class VisionUnavailable(Unavailable):
    def __init__(self, provider: str, missing: str) -> None:
        super().__init__(f"Vision provider '{provider}' cannot be asked: {missing} is not set. Set it, or name none.")


class VisionFailed(SimfoundryError):
    """It gave nothing that can be used; the next source of physical properties is taken, and the manifest says so."""


class VisionRefused(VisionFailed):
    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(
            f"The vision endpoint answered {status}: '{_excerpt(body)}'. Check its address, model and key."
        )


class VisionRedirected(VisionFailed):
    def __init__(self, status: int, target: str) -> None:
        super().__init__(
            f"The vision endpoint answered {status} and points to '{_excerpt(target.encode())}'. Pictures and keys go "
            "to the address that was set only; set the other one if it is meant."
        )


class VisionUntrusted(VisionFailed):
    def __init__(self, reason: str) -> None:
        super().__init__(f"The vision endpoint is not who it says it is: {reason}. Check its address and certificate.")


class VisionTooLarge(VisionFailed):
    def __init__(self, limit: int) -> None:
        super().__init__(f"The vision endpoint's answer exceeds {limit} bytes; a few hundred were expected.")


class VisionNonsense(VisionFailed):
    def __init__(self, problem: str, body: bytes) -> None:
        super().__init__(f"The vision model's answer cannot be used: {problem}. It began '{_excerpt(body)}'.")


class VisionUnsure(VisionFailed):
    def __init__(self, model: str, confidence: float, least: float) -> None:
        super().__init__(
            f"The vision model '{model}' has a confidence of {confidence:g}, below {least:g}; its answer is left out."
        )


class NothingToShow(VisionFailed):
    def __init__(self) -> None:
        super().__init__("The mesh came without a picture, so no vision model was asked.")


class VisionBusy(TransientError):
    """No answer for now: asking again may help, so nothing is committed without it."""

    def __init__(self, reason: str, attempts: int) -> None:
        super().__init__(
            f"The vision endpoint gave no answer in {attempts} attempts: {reason}. Try again later, or without vision."
        )


def _excerpt(body: bytes) -> str:
    """What may be shown of an answer: a server could send the key back."""
    return redact(body.decode("utf-8", "replace"), secret_values())[:_EXCERPT]
