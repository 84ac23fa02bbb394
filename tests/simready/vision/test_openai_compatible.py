"""The provider against a real server that behaves in every way that servers do."""

from __future__ import annotations

import base64
import io
import socket
from pathlib import Path

import pytest
from PIL import Image

from jobs.contracts.simready import VisionSettings
from jobs.runtime.errors import SimfoundryError
from jobs.runtime.settings import VisionEndpoint
from jobs.simready.physics.materials import UNSPECIFIED
from jobs.simready.vision.errors import (
    VisionBusy,
    VisionFailed,
    VisionNonsense,
    VisionRedirected,
    VisionRefused,
    VisionTooLarge,
    VisionUnavailable,
    VisionUntrusted,
)
from jobs.simready.vision.openai_compatible import OpenAiCompatible
from jobs.simready.vision.sight import Sight
from tests.simready.vision.server import (
    KEY,
    MODEL,
    Reply,
    VisionServer,
    answer,
    cut,
    drip,
    hang,
    running_tls_server,
    say,
)

QUICK = VisionSettings(time_limit_s=20, attempts=2, pause_s=0.01, max_answer_bytes=2000)
HASTY = QUICK.model_copy(update={"time_limit_s": 0.3})
MUG = {"material": "ceramic", "category": "mug", "confidence": 0.9, "moving_parts": []}


def jpeg() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (32, 16), (200, 30, 20)).save(written, "JPEG")
    return written.getvalue()


def look(server: VisionServer, settings: VisionSettings = QUICK) -> tuple[Sight, int]:
    """What is seen, and how many requests were counted."""
    counted: list[None] = []
    found = OpenAiCompatible(server.endpoint).look(jpeg(), settings, lambda: counted.append(None))
    assert found.model == MODEL
    return found.sight, len(counted)


def test_the_picture_the_names_and_the_key_are_sent_and_the_answer_is_read(vision_server: VisionServer) -> None:
    vision_server.replies = [say(MUG)]
    sight, calls = look(vision_server)
    assert (sight.material, sight.category, sight.confidence, calls) == ("ceramic", "mug", 0.9, 1)
    [asked] = vision_server.asked
    assert (asked["path"], asked["model"]) == ("/v1/chat/completions", MODEL)
    text, picture = asked["messages"][0]["content"]
    assert "revolute" in text["text"]
    sent = base64.b64decode(picture["image_url"]["url"].removeprefix("data:image/jpeg;base64,"))
    assert Image.open(io.BytesIO(sent)).size == (32, 16)
    schema = asked["response_format"]["json_schema"]["schema"]
    assert {"ceramic", "unknown"} <= set(schema["properties"]["material"]["enum"])
    assert UNSPECIFIED not in schema["properties"]["material"]["enum"]
    assert vision_server.headers[0]["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("once", [answer(429, b"", Retry_After="0"), answer(500, b"oops"), answer(503, b""), cut])
def test_what_passes_is_asked_again(vision_server: VisionServer, once: Reply) -> None:
    vision_server.replies = [once, say(MUG)]
    sight, calls = look(vision_server)
    assert (sight.material, calls) == ("ceramic", 2)


@pytest.mark.parametrize(
    ("reply", "settings", "why"),
    [
        (answer(429, b""), QUICK, "status 429"),
        (answer(502, b""), QUICK, "status 502"),
        (hang(1.5), HASTY, r"nothing within 0\.3 s"),
        (drip(1.5), HASTY, r"nothing within 0\.3 s"),
        (cut, QUICK, "RemoteDisconnected"),
    ],
)
def test_what_does_not_pass_is_transient(
    vision_server: VisionServer, reply: Reply, settings: VisionSettings, why: str
) -> None:
    vision_server.replies = [reply]
    with pytest.raises(VisionBusy, match=rf"no answer in 2 attempts: {why}") as caught:
        look(vision_server, settings)
    assert len(vision_server.asked) == 2
    assert caught.value.exit_code == 75


def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = VisionEndpoint(url=f"http://127.0.0.1:{taken.getsockname()[1]}/v1", model=MODEL, key=KEY)
        with pytest.raises(VisionBusy, match="ConnectionRefused"):
            OpenAiCompatible(nobody).look(jpeg(), QUICK, lambda: None)


@pytest.mark.parametrize(
    ("reply", "error", "why"),
    [
        (answer(401, b"bad key"), VisionRefused, "answered 401: 'bad key'"),
        (answer(404, b"no such model"), VisionRefused, "answered 404"),
        (answer(302, b"", Location="http://127.0.0.1:1/v1"), VisionRedirected, "points to 'http://127.0.0.1:1/v1'"),
        (answer(200, b"x" * 2001), VisionTooLarge, "exceeds 2000 bytes"),
        (answer(200, b"<html>"), VisionNonsense, "no chat completion"),
        (answer(200, b"[" * 2000), VisionNonsense, "no chat completion"),
        (answer(200, b'{"choices": []}'), VisionNonsense, "no chat completion"),
        (say("It is a nice mug."), VisionNonsense, "Invalid JSON"),
        (say(None), VisionNonsense, "cannot be used"),
        (say({**MUG, "material": "unobtainium"}), VisionNonsense, "no material is named 'unobtainium'"),
        (say({**MUG, "material": "unspecified"}), VisionNonsense, "no material is named 'unspecified'"),
        (say({**MUG, "category": "teleporter"}), VisionNonsense, "no category is named 'teleporter'"),
        (say({**MUG, "confidence": 7}), VisionNonsense, "confidence"),
        (say({**MUG, "mass_kg": 0.3}), VisionNonsense, "mass_kg"),
    ],
)
def test_what_cannot_be_used_is_final_and_says_why(
    vision_server: VisionServer, reply: Reply, error: type[VisionFailed], why: str
) -> None:
    vision_server.replies = [reply]
    with pytest.raises(error, match=why):
        look(vision_server)
    assert len(vision_server.asked) == 1, "asking again would not help, and nothing follows a redirect"


def test_a_key_that_a_server_sends_back_is_not_repeated(
    vision_server: VisionServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIMFOUNDRY_VISION_KEY", KEY)
    vision_server.replies = [answer(401, f"we do not know {KEY}".encode())]
    with pytest.raises(VisionRefused) as caught:
        look(vision_server)
    assert KEY not in str(caught.value)
    assert KEY not in repr(vision_server.endpoint)


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    with running_tls_server(tmp_path) as url, pytest.raises(VisionUntrusted, match=r"self.signed certificate"):
        OpenAiCompatible(VisionEndpoint(url=url, model=MODEL, key=KEY)).look(jpeg(), QUICK, lambda: None)


@pytest.mark.parametrize(
    ("endpoint", "missing"),
    [
        (VisionEndpoint(), "SIMFOUNDRY_VISION_URL is not set"),
        (VisionEndpoint(url="http://127.0.0.1:1/v1"), "SIMFOUNDRY_VISION_MODEL is not set"),
        (VisionEndpoint(url="http://127.0.0.1:1/v1", model=MODEL), "SIMFOUNDRY_VISION_KEY is not set"),
        (VisionEndpoint(url="file:///etc/passwd", model=MODEL, key=KEY), "http or https address"),
    ],
)
def test_without_address_model_or_key_it_is_unavailable(endpoint: VisionEndpoint, missing: str) -> None:
    with pytest.raises(VisionUnavailable, match=missing) as caught:
        OpenAiCompatible(endpoint).look(jpeg(), QUICK, lambda: None)
    assert isinstance(caught.value, SimfoundryError)
    assert caught.value.exit_code == 69
