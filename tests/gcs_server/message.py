"""HTTP requests and answers, as the handlers of this server see them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Request:
    """`segments` are the decoded parts of the path; header names are in lower case."""

    method: str
    target: str
    segments: tuple[str, ...]
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    base_url: str

    def document(self) -> dict[str, Any]:
        return json.loads(self.body) if self.body else {}


@dataclass
class Answer:
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @classmethod
    def document(cls, content: Any) -> Answer:
        return cls(200, {"content-type": "application/json"}, json.dumps(content).encode())

    @classmethod
    def xml(cls, content: str, headers: dict[str, str] | None = None) -> Answer:
        return cls(200, {"content-type": "application/xml", **(headers or {})}, content.encode())


class Refused(Exception):
    """The request is answered with an error status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status

    def answer(self) -> Answer:
        content = {"error": {"code": self.status, "message": str(self), "errors": [{"message": str(self)}]}}
        return Answer(self.status, {"content-type": "application/json"}, json.dumps(content).encode())
