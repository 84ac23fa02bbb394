"""Makes a gated export official: the dataset's folder and its certificate."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from jobs.contracts.document import StorePath
from jobs.contracts.manifest import ManifestRef
from jobs.contracts.profile import Profile
from jobs.runtime.publish import publish_dataset
from jobs.runtime.store import open_store


@task(task_run_name="publish dataset", cache_policy=NO_CACHE, persist_result=False)
def publish_scene_dataset(ref: ManifestRef, profile: Profile, store_uri: str) -> StorePath:
    """Publish, or find published, the dataset of an export that its gate let through.

    Raises:
        SimfoundryError: A verdict is missing or negative, or the store failed.
    """
    return publish_dataset(open_store(store_uri), ref, profile)
