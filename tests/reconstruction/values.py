"""Reading manifests in tests."""

from jobs.contracts.manifest import Manifest


def measured(manifest: Manifest) -> dict[str, float | None]:
    """Value of each check, by name."""
    return {check.name: check.value for check in manifest.checks}
