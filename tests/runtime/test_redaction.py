"""What looks like a secret does not leave the process; what does not, stays readable."""

from __future__ import annotations

import pytest

from jobs.runtime.redaction import redact
from jobs.runtime.settings import secret_values


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Authorization: Bearer ya29.A0ARrdaM-secret", "A0ARrdaM"),
        ("'authorization': 'Basic dXNlcjpwYXNz'", "dXNlcjpwYXNz"),
        ("https://user:hunter2@host/path", "hunter2"),
        ("PUT https://host/o?uploadType=resumable&upload_id=ABPtcPo", "ABPtcPo"),
        ("https://host/o?X-Goog-Signature=deadbeef&Expires=9", "deadbeef"),
        ("api_key=tsk_1234567890", "1234567890"),
        ('{"api_key": "abc-def"}', "abc-def"),
        ("TRIPO_API_KEY=abc-def", "abc-def"),
        ("password: hunter2", "hunter2"),
        ("the key AIzaSyA1234567890 is wrong", "SyA1234567890"),
        ("hf_abcdefghijkl", "abcdefghijkl"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE\nvQ==\n-----END PRIVATE KEY-----", "MIIE"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE cut off", "MIIE"),
    ],
)
def test_secrets_are_hidden(text: str, secret: str) -> None:
    assert secret in text
    assert secret not in redact(text)
    assert "***" in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "'photos/a b.jpg' has 3 pixels, at least 64 are needed. Take another photo.",
        "No profile named 'demoo'. Known: demo, lab, production. Did you mean 'demo'?",
        "The store gs://bucket/prefix cannot be read: 403 Forbidden",
        "outputs/simready/0123456789abcdef/manifest.json has sha256 0123456789ab",
        "Is it closed? No: 12 edges are open.",
        "keyframe 3 of 4; monkey = 7",
    ],
)
def test_other_words_stay(text: str) -> None:
    assert redact(text) == text


def test_given_secrets_are_hidden_wherever_they_are() -> None:
    assert redact("abc12345-abc12345", ["abc12345"]) == "***-***"


def test_a_short_value_is_no_secret() -> None:
    assert redact("a true statement", ["true", ""]) == "a true statement"


def test_secrets_of_the_environment_are_those_with_telling_names(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MY_API_KEY", "my_token", "DB_PASSWORD", "X_SECRET_Y", "CREDENTIALS"):
        monkeypatch.setenv(name, f"value of {name}")
    monkeypatch.setenv("MY_FOLDER", "/not/secret")
    assert {"value of MY_API_KEY", "value of my_token", "value of DB_PASSWORD"} <= set(secret_values())
    assert "/not/secret" not in secret_values()
