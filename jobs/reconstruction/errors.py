"""What can be wrong with a capture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from jobs.runtime.errors import BadInput, SimfoundryError, Unavailable

_LISTED = 8


def listed(names: Iterable[str]) -> str:
    """The first few names, and how many more there are."""
    names = list(names)
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(f"'{name}'" for name in names[:_LISTED]) + more


class NoPhotos(BadInput):
    def __init__(self, name: str) -> None:
        super().__init__(f"'{name}' has no photos. Give a folder with JPEG, PNG, WEBP, TIFF or BMP files.")


class TooManyPhotos(BadInput):
    def __init__(self, name: str, seen: int, allowed: int) -> None:
        super().__init__(f"'{name}' has {seen} photos; at most {allowed} are read. Leave some out or raise the limit.")


class TooFewViews(BadInput):
    """Fewer usable views than the request demands. `cut` views show only a part of the object, `duplicates` what
    others show."""

    def __init__(
        self,
        usable: int,
        required: int,
        cut: Sequence[str],
        doubtful: Sequence[str] = (),
        duplicates: Sequence[str] = (),
    ) -> None:
        why = f" The frame cuts the object in {listed(cut)}." if cut else ""
        why += f" Their silhouettes contradict the other views: {listed(doubtful)}." if doubtful else ""
        why += f" They show the same as others, from the same place: {listed(duplicates)}." if duplicates else ""
        super().__init__(
            f"{usable} usable photo{'' if usable == 1 else 's'}, at least {required} are needed.{why} "
            "Add photos from all sides that show the whole object with some margin."
        )


class UnreadableImage(BadInput):
    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"'{name}' cannot be read as a picture: {reason}. If it is cut off or damaged, copy it again.")


class MislabelledImage(BadInput):
    def __init__(self, name: str, content: str) -> None:
        super().__init__(
            f"'{name}' is called otherwise, but its content is {content}. "
            "Expected a JPEG, PNG, WEBP, TIFF, BMP or GIF picture whose extension says so: rename or convert it."
        )


class PictureTooLarge(BadInput):
    def __init__(self, name: str, seen: str, allowed: str) -> None:
        super().__init__(f"'{name}' has {seen}; at most {allowed} are read. Scale it down or raise the limit.")


class InvalidCameras(BadInput):
    def __init__(self, name: str, problems: Sequence[str]) -> None:
        super().__init__(
            f"The camera file '{name}' cannot be used: {'; '.join(problems[:_LISTED])}. "
            "Expected a nerfstudio transforms.json, a Middlebury *_par.txt, or COLMAP's cameras and images; export the "
            "cameras again."
        )


class UnknownCameraModel(BadInput):
    def __init__(self, name: str, model: str, known: Iterable[str]) -> None:
        super().__init__(
            f"The camera file '{name}' uses the camera model '{model}'. Known: {', '.join(sorted(known))}. "
            "Undistort the photos to a pinhole model first."
        )


class CamerasDoNotMatch(BadInput):
    """The cameras are well-formed, but not those of the photos."""

    def __init__(self, name: str, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            f"The cameras in '{name}' do not match the photos: {'; '.join(problems[:_LISTED])}. "
            "Use the camera file that was made from exactly these photos."
        )


class EmptySilhouette(BadInput):
    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            f"No object was found in {listed(names)}: nothing stands out from the background. "
            "Use a plain background in another colour, or PNG files with alpha."
        )


class FullSilhouette(BadInput):
    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            f"No background was found in {listed(names)}: the object, or a busy background, fills the picture. "
            "Step back, use a plain background, or give PNG files with alpha."
        )


class SeveralObjects(BadInput):
    def __init__(self, name: str, seen: str) -> None:
        super().__init__(
            f"'{name}' shows {seen}, where one object was expected. Photograph each object by itself, with some space "
            "around it; if this is one object, say so with --allow-several ('allow_several' in a request)."
        )


class PartsMisnamed(BadInput):
    """File names that cannot be the names of parts."""

    def __init__(self, problems: Iterable[str]) -> None:
        super().__init__(
            f"The parts cannot be told apart by their files' names: {'; '.join(problems)}. Name each file after its "
            "part, with up to 48 lower-case letters, digits and '_', beginning with a letter: base.obj, door_left.obj."
        )


class TooManyParts(BadInput):
    """A file with joints beside it, each of whose objects would be a part."""

    def __init__(self, seen: int, allowed: int) -> None:
        super().__init__(
            f"The file has {seen} named objects; with joints beside it each is a part, and at most {allowed} are "
            "taken. Join those that move together, or raise the limit."
        )


class JointsUnusable(BadInput):
    """A `joints.json` from which nothing can be built."""

    def __init__(self, name: str, problems: Iterable[str]) -> None:
        super().__init__(
            f"'{name}' does not say how the parts move: {'; '.join(problems)}. Mend it, or leave it out to have the "
            "joints found by the parts' shapes."
        )


class ProviderFailed(SimfoundryError):
    """A provider broke while it worked; the next one in the request's list is tried."""

    def __init__(self, provider: str, seen: str) -> None:
        super().__init__(f"The provider '{provider}' failed: {seen}. Name another one after it in the request.")


class NoProviderTakes(BadInput):
    def __init__(self, kind: str, asked: Iterable[str]) -> None:
        super().__init__(
            f"None of the providers asked for ({', '.join(asked)}) takes a source of kind '{kind}'. "
            "Photos need visual_hull, one picture needs single_view, a mesh needs mesh_import, part meshes need "
            "parts_import."
        )


class AllProvidersFailed(Unavailable):
    def __init__(self, failures: Iterable[str]) -> None:
        super().__init__(f"Every provider failed: {' | '.join(failures)}")
