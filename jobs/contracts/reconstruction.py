"""Request and result of the reconstruction job."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from jobs.contracts.document import Document, JobName, LengthUnit, Metres, Name, Sha256, StorePath
from jobs.contracts.manifest import ManifestRef


class UploadedFile(Document):
    """A file that somebody put into the store; `name` is its path in the folder it came from."""

    name: StorePath
    path: StorePath
    sha256: Sha256
    bytes: Annotated[int, Field(ge=0)]


class Turntable(Document):
    """Photos in order of name, the object turned by `step_deg` between them, the camera at rest; seen from above, a
    positive step turns it counter-clockwise."""

    step_deg: Annotated[float, Field(gt=-180, lt=180)]


class PhotoSource(Document):
    """Photos of one object.

    `cameras`: a `transforms.json`, a Middlebury `*_par.txt`, or COLMAP's `cameras` and `images`, both text or both
    binary. Without them the photos must tell: by a turntable's step, by the capture mat, or by their texture.
    `known_size_m`: the longest extent; `known_distance_m`: the median distance from the cameras to the object's middle.
    `allow_several`: what looks like two objects is one.
    """

    kind: Literal["photos"]
    photos: tuple[UploadedFile, ...]
    cameras: tuple[UploadedFile, ...] = ()
    turntable: Turntable | None = None
    known_size_m: Metres | None = None
    known_distance_m: Metres | None = None
    allow_several: bool = False

    @property
    def files(self) -> tuple[UploadedFile, ...]:
        """Everything that it is made of."""
        return (*self.photos, *self.cameras)


class ScanSource(Document):
    """RGB-D frames with poses, of a tabletop say: the files of a TUM, 7-Scenes, Redwood or Record3D-like folder.

    `depth_unit`: of one step of a depth picture's integers, where the layout does not say.
    """

    kind: Literal["scan"]
    files: tuple[UploadedFile, ...]
    depth_unit: LengthUnit | None = None


class ScannedObjectSource(Document):
    """One object of the scan that the request's `scan` refers to; `name` is its name in the scan's layout."""

    kind: Literal["scanned_object"]
    name: Name

    @property
    def files(self) -> tuple[UploadedFile, ...]:
        """Everything that it is made of."""
        return ()


class PictureSource(Document):
    """One picture of one object: a guess at its shape, never a measurement."""

    kind: Literal["picture"]
    picture: UploadedFile
    known_size_m: Metres | None = None

    @property
    def files(self) -> tuple[UploadedFile, ...]:
        """Everything that it is made of."""
        return (self.picture,)


class MeshSource(Document):
    """An existing mesh; `companions` are the material, texture and layer files beside it."""

    kind: Literal["mesh"]
    mesh: UploadedFile
    companions: tuple[UploadedFile, ...] = ()
    units: LengthUnit | None = None

    @property
    def files(self) -> tuple[UploadedFile, ...]:
        """Everything that it is made of."""
        return (self.mesh, *self.companions)


class PartsSource(Document):
    """A thing as part meshes in one frame, each named as its file, or `apart`: as one file that is to be taken apart;
    `joints`: a `joints.json` that says how they move; `companions` as of a mesh."""

    kind: Literal["parts"]
    parts: Annotated[tuple[UploadedFile, ...], Field(min_length=1)]
    apart: bool = False
    joints: UploadedFile | None = None
    companions: tuple[UploadedFile, ...] = ()
    units: LengthUnit | None = None

    @model_validator(mode="after")
    def _one_file_to_take_apart(self) -> Self:
        if self.apart and len(self.parts) != 1:
            raise ValueError(f"one file is taken apart, and {len(self.parts)} were given")
        return self

    @property
    def files(self) -> tuple[UploadedFile, ...]:
        """Everything that it is made of."""
        return (*self.parts, *([self.joints] if self.joints else []), *self.companions)


CaptureSource = PhotoSource | ScanSource | PictureSource | MeshSource | PartsSource
"""What people bring; a scanned object comes out of a scan."""
Source = CaptureSource | ScannedObjectSource
SOURCE_OF_PROVIDER: dict[str, str] = {
    "multi_view_stereo": "photos",
    "visual_hull": "photos",
    "rgbd_fusion": "scan",
    "scanned_object": "scanned_object",
    "single_view": "picture",
    "mesh_import": "mesh",
    "parts_import": "parts",
}
"""The kind of source that each provider takes, so that a request names only those that can serve it: the same photos
asked for under two profiles are the same request, whatever else the profiles admit."""
ScaleSource = Literal["known_size", "known_distance", "mat", "cameras", "depth", "file_format", "units", "assumed"]
"""Where metres came from. `assumed` means nobody said."""
MeshFormat = Literal["gltf", "obj", "ply", "stl", "usdz", "dxf", "step", "fbx"]


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


class PartingSettings(Document):
    """Which pieces of a thing that came in one file may be parts that move.

    Sizes are those of the largest side of a piece's box, as part of the whole thing's: what is below `smallest`, or
    below `small` and shaped otherwise than a part, sits on what is nearest. `views`: rays along the longest side, in
    each of six directions. A part is seen from outside by `shown` of itself at least; it is a board whose outline
    fills `full` of its box and `covers` so much of the whole's outline, or lies by `inside` within the others' hull.
    What touches the others, nearer than `touching`, and has no handle, which stands out by `handle` (both parts of the
    diagonal), is fixed to them: a board that does so anywhere, a tray that does so by half. At most `max_pieces` are
    looked at, and `max_parts` parts made.
    """

    smallest: Annotated[float, Field(gt=0, lt=1)] = 0.03
    small: Annotated[float, Field(gt=0, lt=1)] = 0.25
    views: Annotated[int, Field(ge=16, le=512)] = 96
    shown: Annotated[float, Field(gt=0, le=1)] = 0.6
    full: Annotated[float, Field(gt=0, le=1)] = 0.6
    covers: Annotated[float, Field(gt=0, le=1)] = 0.05
    inside: Annotated[float, Field(gt=0, le=1)] = 0.5
    touching: Annotated[float, Field(gt=0, lt=1)] = 0.0005
    handle: Annotated[float, Field(gt=0, lt=1)] = 0.01
    max_pieces: Annotated[int, Field(ge=2, le=4096)] = 256
    max_parts: Annotated[int, Field(ge=2, le=256)] = 32


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


class PosingSettings(Document):
    """Poses from the photos' own texture (structure from motion).

    `features` of each photo, at `max_side_px`, are compared with those of its `partners` most similar photos.
    `min_share` of the photos must find their place.
    """

    max_side_px: Annotated[int, Field(ge=320, le=4096)] = 1200
    features: Annotated[int, Field(ge=256, le=16384)] = 4096
    partners: Annotated[int, Field(ge=4, le=200)] = 20
    min_share: Annotated[float, Field(gt=0, le=1)] = 0.5


class StereoSettings(Document):
    """Matching photos against each other inside the visual hull. `device`: where that is computed."""

    device: Literal["cpu", "cuda"] = "cpu"


class ScanSettings(Document):
    """RGB-D scans.

    At most `max_frames` frames are used, evenly spread; every `hold_out`-th of them is not fused but measures the
    result. Depth beyond `max_depth_m` is left out. An object is at least `min_height_m` high, between `min_object_m`
    and `max_object_m` long, and was seen from within `max_distance_m`; a support is level and has at least
    `min_support_m2`. `passes`: how often poses are moved onto the fused surface.
    """

    min_frames: Annotated[int, Field(ge=2)] = 8
    max_frames: Annotated[int, Field(ge=8, le=2000)] = 250
    hold_out: Annotated[int, Field(ge=2, le=100)] = 10
    max_depth_m: Annotated[float, Field(gt=0, le=10)] = 3.0
    min_height_m: Annotated[float, Field(gt=0, le=1)] = 0.02
    min_object_m: Annotated[float, Field(gt=0, le=1)] = 0.03
    max_object_m: Annotated[float, Field(gt=0, le=5)] = 0.6
    max_distance_m: Annotated[float, Field(gt=0, le=10)] = 1.6
    min_support_m2: Annotated[float, Field(gt=0)] = 0.05
    passes: Annotated[int, Field(ge=0, le=10)] = 3


class ReconstructionRequest(Document):
    """One capture, of one object unless it is a scan. `providers` are tried in this order.

    `scan`: the committed scan that a `scanned_object` is taken from. `formats`: written beside `mesh.glb`.
    """

    job: ClassVar[JobName] = "reconstruction"
    schema_version: Literal[1]
    profile: Name
    name: Name
    source: Annotated[Source, Field(discriminator="kind")]
    scan: ManifestRef | None = None
    providers: Annotated[tuple[Name, ...], Field(min_length=1)]
    formats: tuple[MeshFormat, ...] = ()
    pictures: PictureLimits = PictureLimits()
    meshes: MeshLimits = MeshLimits()
    carving: CarvingSettings = CarvingSettings()
    scans: ScanSettings = ScanSettings()
    posing: PosingSettings = PosingSettings()
    stereo: StereoSettings = StereoSettings()
    parting: PartingSettings = PartingSettings()

    @model_validator(mode="after")
    def _scan_where_one_is_needed(self) -> Self:
        if (self.scan is not None) != (self.source.kind == "scanned_object"):
            raise ValueError("'scan' belongs to a source of kind 'scanned_object', and to no other")
        return self


class ReconstructedMesh(Document):
    """`mesh.json`, beside `mesh.glb`. Object frame: metres, Z up, origin where the source had it.

    `scale_source` `assumed` is accepted by `demo` only.
    """

    schema_version: Literal[1]
    name: Name
    provider: Name
    scale_source: ScaleSource
    vertices: int
    faces: int
    extents_m: tuple[float, float, float]
    volume_m3: float
    has_colour: bool
    views_used: int | None = None
    views_cut: tuple[str, ...] = ()
