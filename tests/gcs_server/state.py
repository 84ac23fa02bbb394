"""All that the server knows."""

from __future__ import annotations

from tests.gcs_server.bucket import Bucket
from tests.gcs_server.faults import Faults
from tests.gcs_server.message import Refused
from tests.gcs_server.uploads import Uploads


class State:
    def __init__(self) -> None:
        self.buckets: dict[str, Bucket] = {}
        self.uploads = Uploads()
        self.faults = Faults()

    def bucket(self, name: str) -> Bucket:
        """Raises: Refused: 404."""
        if name not in self.buckets:
            raise Refused(404, "The specified bucket does not exist.")
        return self.buckets[name]

    def create(self, name: str) -> Bucket:
        """Raises: Refused: 409."""
        if name in self.buckets:
            raise Refused(409, "Your previous request to create the named bucket succeeded and you already own it.")
        return self.buckets.setdefault(name, Bucket(name))

    def remove(self, bucket: Bucket) -> None:
        """Raises: Refused: 409, it is not empty."""
        if len(bucket):
            raise Refused(409, "The bucket you tried to delete is not empty.")
        del self.buckets[bucket.name]
