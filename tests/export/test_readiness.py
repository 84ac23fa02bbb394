from jobs.export.readiness import probe


def test_probe_writes_and_reopens_a_dataset():
    (readiness,) = probe()
    assert readiness.ready, readiness.detail
    assert "12 frames" in readiness.detail
