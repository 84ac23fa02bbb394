"""What an operator sets is read once, and a value that makes no sense is named."""

import pytest

from tasks.settings import DEFAULT_JOB_TIME_LIMIT_S, OperatorSettings, SettingInvalid


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch):
    for name in ("STORE", "PARALLEL_JOBS", "JOB_TIME_LIMIT_S", "CPU_HOUR_PRICE", "CURRENCY"):
        monkeypatch.delenv(f"SIMFOUNDRY_{name}", raising=False)


def test_nobody_who_states_no_price_gets_one():
    settings = OperatorSettings.from_environment()
    assert settings.cpu_hour_price is None
    assert settings.job_time_limit_s == DEFAULT_JOB_TIME_LIMIT_S
    assert settings.parallel_jobs >= 1


def test_a_price_of_zero_is_a_price(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SIMFOUNDRY_CPU_HOUR_PRICE", "0")
    assert OperatorSettings.from_environment().cpu_hour_price == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [("PARALLEL_JOBS", "0"), ("PARALLEL_JOBS", "two"), ("JOB_TIME_LIMIT_S", "inf"), ("CPU_HOUR_PRICE", "-1")],
)
def test_a_value_that_makes_no_sense_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str):
    monkeypatch.setenv(f"SIMFOUNDRY_{name}", value)
    with pytest.raises(SettingInvalid, match=f"SIMFOUNDRY_{name}.*{value}"):
        OperatorSettings.from_environment()
