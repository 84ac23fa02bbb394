"""The XML API, `/BUCKET/OBJECT`: multipart uploads, and whole objects."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import google_crc32c

from tests.gcs_server.bucket import Bucket, Preconditions
from tests.gcs_server.media import send
from tests.gcs_server.message import Answer, Refused, Request
from tests.gcs_server.state import State
from tests.gcs_server.uploads import Parts, stated_hashes

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


def handle_xml(state: State, request: Request) -> Answer:
    bucket, name = state.bucket(request.segments[0]), "/".join(request.segments[1:])
    match request.method:
        case "POST" if "uploads" in request.query:
            return _initiate(state, bucket, name, request)
        case "PUT" if "partNumber" in request.query:
            return _part(state, request)
        case "POST" if "uploadId" in request.query:
            return _complete(state, bucket, name, request)
        case "DELETE" if "uploadId" in request.query:
            state.uploads.forget_parts(request.query["uploadId"])
            return Answer(204)
        case "PUT":
            fields = {**_fields(request), **stated_hashes(request)}
            blob = bucket.write(name, request.body, fields, _conditions(request))
            return Answer(200, {"etag": f'"{blob.etag}"', "x-goog-generation": str(blob.generation)})
        case "GET" | "HEAD":
            return send(bucket.get(name, request.query.get("generation")), request)
        case "DELETE":
            bucket.delete(name, request.query.get("generation"), _conditions(request))
            return Answer(204)
        case _:
            raise Refused(501, f"{request.method} is not implemented")


def _initiate(state: State, bucket: Bucket, name: str, request: Request) -> Answer:
    upload_id = state.uploads.start_parts(Parts(_fields(request)))
    return Answer.xml(
        f'<InitiateMultipartUploadResult xmlns="{NAMESPACE}"><Bucket>{bucket.name}</Bucket>'
        f"<Key>{escape(name)}</Key><UploadId>{upload_id}</UploadId></InitiateMultipartUploadResult>"
    )


def _part(state: State, request: Request) -> Answer:
    crc32c = base64.b64encode(google_crc32c.Checksum(request.body).digest()).decode()
    md5 = hashlib.md5(request.body, usedforsecurity=False)
    seen = {"crc32c": crc32c, "md5Hash": base64.b64encode(md5.digest()).decode()}
    if any(seen[key] != value for key, value in stated_hashes(request).items()):
        raise Refused(400, "The checksum of the part does not match.")
    state.uploads.parts(request.query["uploadId"]).parts[int(request.query["partNumber"])] = request.body
    hashes = f"crc32c={seen['crc32c']},md5={seen['md5Hash']}"
    return Answer(200, {"etag": f'"{md5.hexdigest()}"', "x-goog-hash": hashes})


def _complete(state: State, bucket: Bucket, name: str, request: Request) -> Answer:
    upload = state.uploads.parts(request.query["uploadId"])
    tree = ElementTree.fromstring(request.body)  # the body comes from a test, not from a stranger
    numbers = [int(item.text or "") for item in tree.iter() if item.tag.endswith("PartNumber")]
    if numbers != sorted(numbers) or not set(numbers) <= set(upload.parts):
        raise Refused(400, "The parts are not in order, or one is missing.")
    data = b"".join(upload.parts[number] for number in numbers)
    blob = bucket.write(name, data, upload.fields, _conditions(request), composite=True)
    state.uploads.forget_parts(request.query["uploadId"])
    return Answer.xml(
        f'<CompleteMultipartUploadResult xmlns="{NAMESPACE}"><Bucket>{bucket.name}</Bucket>'
        f'<Key>{escape(name)}</Key><ETag>"{blob.etag}"</ETag></CompleteMultipartUploadResult>',
        {"x-goog-generation": str(blob.generation), "x-goog-hash": f"crc32c={blob.crc32c}"},
    )


def _fields(request: Request) -> dict[str, Any]:
    prefix = "x-goog-meta-"
    metadata = {key.removeprefix(prefix): text for key, text in request.headers.items() if key.startswith(prefix)}
    return {"contentType": request.headers.get("content-type"), "metadata": metadata or None}


def _conditions(request: Request) -> Preconditions:
    stated = request.headers.get("x-goog-if-generation-match")
    return Preconditions(generation=int(stated) if stated is not None else None)
