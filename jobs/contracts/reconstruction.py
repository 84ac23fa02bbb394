"""Request and result of the reconstruction job."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from jobs.contracts.document import Document, JobName, LengthUnit, Metres, Name, Sha256, StorePath


class UploadedFile(Document):
    """A file that somebody put into the store; `name` is its path in the folder it came from."""

    name: StorePath
    path: StorePath
    sha256: Sha256
    bytes: Annotated[int, Field(ge=0)]


class PhotoSource(Document):
    """Posed photos of one object. `cameras` is a `transforms.json` or a Middlebury `*_par.txt`."""

    kind: Literal["photos"]
    photos: tuple[UploadedFile, ...]
    cameras: UploadedFile
    known_size_m: Metres | None = None


class MeshSource(Document):
    """An existing mesh; `companions` are the material and texture files beside it."""

    kind: Literal["mesh"]
    mesh: UploadedFile
    companions: tuple[UploadedFile, ...] = ()
    units: LengthUnit | None = None


class PictureLimits(Document):
    """Bounds on untrusted pictures, enforced on the header before anything is decoded."""

    max_photos: Annotated[int, Field(ge=1)] = 400
    max_file_bytes: Annotated[int, Field(ge=1)] = 100_000_000
    max_pixels: Annotated[int, Field(ge=1)] = 50_000_000


class MeshLimits(Document):
    """Bounds on untrusted meshes."""

    max_file_bytes: Annotated[int, Field(ge=1)] = 500_000_000
    max_faces: Annotated[int, Field(ge=1)] = 2_000_000
    max_texture_pixels: Annotated[int, Field(ge=1)] = 50_000_000


class CarvingSettings(Document):
    """Space carving.

    `grid` voxels along the longest side. `doubters`: how many views may disagree before a point is carved away, where
    their outlines are doubtful (in shadow, say); a certain outline carves alone.
    `min_views` usable views (object wholly inside the frame) are required.
    """

    grid: Annotated[int, Field(ge=32, le=512)] = 192
    doubters: Annotated[int, Field(ge=0, le=8)] = 1
    min_views: Annotated[int, Field(ge=3)] = 8
    max_side_px: Annotated[int, Field(ge=64)] = 1280


class ReconstructionRequest(Document):
    """One capture of one object. `providers` are tried in this order."""

    job: ClassVar[JobName] = "reconstruction"
    schema_version: Literal[1]
    profile: Name
    name: Name
    source: Annotated[PhotoSource | MeshSource, Field(discriminator="kind")]
    providers: Annotated[tuple[Name, ...], Field(min_length=1)]
    pictures: PictureLimits = PictureLimits()
    meshes: MeshLimits = MeshLimits()
    carving: CarvingSettings = CarvingSettings()


class ReconstructedMesh(Document):
    """`mesh.json`, beside `mesh.glb`. Object frame: metres, Z up, origin where the source had it.

    `scale_source`: where metres came from. `assumed` means nobody said: only `demo` accepts it.
    """

    schema_version: Literal[1]
    name: Name
    provider: Name
    scale_source: Literal["known_size", "cameras", "file_format", "units", "assumed"]
    vertices: int
    faces: int
    extents_m: tuple[float, float, float]
    volume_m3: float
    has_colour: bool
    views_used: int | None = None
    views_cut: tuple[str, ...] = ()
