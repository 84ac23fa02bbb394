"""The JSON API: `/storage/v1/...`, `/upload/storage/v1/...` and `/download/storage/v1/...`."""

from __future__ import annotations

import base64
import json
from typing import Any

from tests.gcs_server.bucket import Blob, Bucket, Preconditions
from tests.gcs_server.media import send
from tests.gcs_server.message import Answer, Refused, Request
from tests.gcs_server.state import State
from tests.gcs_server.uploads import Resumable, split_related

MAX_COMPONENTS = 32


def handle_json(state: State, request: Request) -> Answer:
    """`segments` begin after `/storage/v1`."""
    match request.segments:
        case ("b",) if request.method == "POST":
            return Answer.document(_bucket_resource(state.create(request.document()["name"])))
        case ("b",):
            return Answer.document({"items": [_bucket_resource(bucket) for bucket in state.buckets.values()]})
        case ("b", name):
            return _bucket(state, state.bucket(name), request)
        case ("b", name, "o") if request.method == "GET":
            return _list(state.bucket(name), request)
        case ("b", name, "o", path):
            return _object(state.bucket(name), path, request)
        case ("b", name, "o", path, "compose"):
            return _compose(state.bucket(name), path, request)
        case ("b", name, "o", path, ("rewriteTo" | "copyTo") as verb, "b", other, "o", target):
            return _copy(state.bucket(name), path, state.bucket(other), target, verb, request)
        case _:
            raise Refused(501, f"{request.method} {request.target} is not implemented")


def handle_upload(state: State, request: Request) -> Answer:
    """`/upload/storage/v1/b/BUCKET/o`: simple, multipart or resumable."""
    if "upload_id" in request.query:
        return state.uploads.proceed(request)
    bucket, conditions = state.bucket(request.segments[1]), Preconditions.of(request.query)
    kind = request.query.get("uploadType")
    if kind == "media":
        fields: dict[str, Any] = {"contentType": request.headers.get("content-type")}
        return _created(bucket, bucket.write(request.query["name"], request.body, fields, conditions))
    if kind == "multipart":
        metadata, data, content_type = split_related(request)
        fields = {"contentType": content_type, **json.loads(metadata)}
        return _created(bucket, bucket.write(request.query.get("name") or fields["name"], data, fields, conditions))
    fields = {"contentType": request.headers.get("x-upload-content-type"), **request.document()}
    upload = Resumable(bucket, request.query.get("name") or fields["name"], fields, conditions)
    upload_id = state.uploads.start_resumable(upload)
    address = f"{request.base_url}/upload/storage/v1/b/{bucket.name}/o?uploadType=resumable&upload_id={upload_id}"
    return Answer(200, {"location": address})


def _bucket(state: State, bucket: Bucket, request: Request) -> Answer:
    if request.method == "DELETE":
        state.remove(bucket)
        return Answer(204)
    return Answer.document(_bucket_resource(bucket))


def _bucket_resource(bucket: Bucket) -> dict[str, str]:
    return {"kind": "storage#bucket", "id": bucket.name, "name": bucket.name, "location": "US", "metageneration": "1"}


def _created(bucket: Bucket, blob: Blob) -> Answer:
    return Answer.document(blob.resource(bucket.name))


def _list(bucket: Bucket, request: Request) -> Answer:
    token = request.query.get("pageToken")
    page = bucket.list(request.query, base64.b64decode(token).decode() if token else None)
    listing: dict[str, Any] = {
        "kind": "storage#objects",
        "items": [blob.resource(bucket.name) for blob in page.blobs],
        "prefixes": list(page.prefixes),
    }
    if page.next_after is not None:
        listing["nextPageToken"] = base64.b64encode(page.next_after.encode()).decode()
    return Answer.document(listing)


def _object(bucket: Bucket, path: str, request: Request) -> Answer:
    conditions, generation = Preconditions.of(request.query), request.query.get("generation")
    if request.method == "GET":
        blob = bucket.get(path, generation)
        conditions.require(blob, unmet=304)
        return send(blob, request) if request.query.get("alt") == "media" else _created(bucket, blob)
    if request.method in ("PATCH", "PUT"):
        return _created(bucket, bucket.patch(path, request.document(), conditions))
    if request.method == "DELETE":
        bucket.delete(path, generation, conditions)
        return Answer(204)
    raise Refused(501, f"{request.method} of an object is not implemented")


def _compose(bucket: Bucket, path: str, request: Request) -> Answer:
    wanted = request.document()
    if not 1 <= len(wanted["sourceObjects"]) <= MAX_COMPONENTS:
        raise Refused(400, f"between 1 and {MAX_COMPONENTS} components are allowed")
    pieces: list[bytes] = []
    for item in wanted["sourceObjects"]:
        blob = bucket.get(item["name"], item.get("generation") and str(item["generation"]))
        Preconditions.of(item.get("objectPreconditions", {})).require(blob)
        pieces.append(blob.data)
    fields = wanted.get("destination", {})
    return _created(bucket, bucket.write(path, b"".join(pieces), fields, Preconditions.of(request.query), True))


def _copy(source: Bucket, path: str, target: Bucket, name: str, verb: str, request: Request) -> Answer:
    blob = source.get(path, request.query.get("sourceGeneration"))
    Preconditions.of(request.query, source=True).require(blob)
    fields = {**blob.fields, **request.document()}
    copy = target.write(name, blob.data, fields, Preconditions.of(request.query), blob.composite)
    resource, size = copy.resource(target.name), str(len(copy.data))
    if verb == "copyTo":
        return Answer.document(resource)
    done = {"kind": "storage#rewriteResponse", "totalBytesRewritten": size, "objectSize": size, "done": True}
    return Answer.document({**done, "resource": resource})
