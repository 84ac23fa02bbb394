"""Structure from motion: where photos were taken from, by what they show.

Source: Schönberger and Frahm 2016, "Structure-from-motion revisited" (COLMAP, through pycolmap).
"""

# pycolmap's stubs know neither the enumerations' members nor what its Eigen types turn into.
# pyright: reportAttributeAccessIssue=false, reportArgumentType=false

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pycolmap

from jobs.contracts.reconstruction import PosingSettings
from jobs.reconstruction.cameras.camera import Camera
from jobs.reconstruction.cameras.features import Features
from jobs.reconstruction.cameras.lens import Lens
from jobs.reconstruction.cameras.photo_pairs import choose_pairs
from jobs.reconstruction.cameras.structure import Structure
from jobs.reconstruction.errors import ProviderFailed

_SEED = 1
_GUESSED_FOCAL = 1.2
"""Of the longer side, where the photo does not say. Source: COLMAP's default."""
_MOST_PLACED = 0.9
"""Where fewer of the photos are placed and focal lengths were guessed, a second try with those found may place more."""
_SMALLEST_MODEL = 3
_LEAST_COMMON = 15
"""Points that a photo must share with those already placed, half of COLMAP's default: with that, smooth things fall
apart into a model for each side."""
_STILL_PX = 1.5
Told = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Look:
    """A photo as structure from motion sees it; `size_px` of the picture that the features were found in."""

    lens: Lens
    size_px: tuple[int, int]
    features: Features


@dataclass(frozen=True)
class Findings:
    """`structure`: None if no two photos could be placed. `still_share`: of the pairs of photos that have something in
    common, those in which it has not moved within the picture."""

    structure: Structure | None
    still_share: float


def find_structure(looks: Sequence[Look], settings: PosingSettings, folder: Path, told: Told) -> Findings:
    """The largest set of photos that fit together. The same bytes every time, whatever the number of threads.

    Raises:
        ProviderFailed: COLMAP broke, which is no fault of the photos.
    """
    pairs = choose_pairs([look.features for look in looks], settings.partners, lambda i, n: told("pairs", i, n))
    path = folder / "features.db"
    path.unlink(missing_ok=True)
    pycolmap.logging.minloglevel = pycolmap.logging.FATAL
    try:
        _write(looks, path)
        told("matches", 0, 0)
        _match(pairs, path)
        told("poses", 0, 0)
        model = _map(path, folder)
        if len(_placed(model)) < _MOST_PLACED * len(looks) and _adopt_focal_lengths(model, path):
            model = max(model, _map(path, folder), key=lambda one: len(_placed(one)))
        still_share = _measure_stillness(looks, path)
    except (RuntimeError, ValueError) as error:
        raise ProviderFailed("structure from motion", str(error)) from error
    return Findings(_structure(model, looks) if len(_placed(model)) > 1 else None, still_share)


def _write(looks: Sequence[Look], path: Path) -> None:
    """Photo i becomes image i + 1."""
    database = pycolmap.Database.open(path)
    rigs: dict[tuple[Lens, tuple[int, int]], tuple[int, int]] = {}
    for index, look in enumerate(looks):
        key = (look.lens, look.size_px)
        if key not in rigs:
            rigs[key] = _write_camera(database, look)
        camera_id, rig_id = rigs[key]
        image = pycolmap.Image(name=_name(index), camera_id=camera_id)
        image.image_id = database.write_image(image)
        frame = pycolmap.Frame(rig_id=rig_id)
        frame.add_data_id(image.data_id)
        image.frame_id = database.write_frame(frame)
        database.update_image(image)
        database.write_keypoints(image.image_id, look.features.xy)
        descriptors = pycolmap.FeatureDescriptors(pycolmap.FeatureExtractorType.SIFT, look.features.descriptors)
        database.write_descriptors(image.image_id, descriptors)
    database.close()


def _write_camera(database: pycolmap.Database, look: Look) -> tuple[int, int]:
    width, height = look.size_px
    share = look.lens.focal_share
    focal = _GUESSED_FOCAL * max(width, height) if share is None else share * math.hypot(width, height)
    camera = pycolmap.Camera(
        model="SIMPLE_RADIAL", width=width, height=height, params=[focal, width / 2, height / 2, 0.0]
    )
    camera.has_prior_focal_length = share is not None
    camera.camera_id = database.write_camera(camera)
    rig = pycolmap.Rig()
    rig.add_ref_sensor(camera.sensor_id)
    return camera.camera_id, database.write_rig(rig)


def _match(pairs: Sequence[tuple[int, int]], path: Path) -> None:
    listing = path.with_suffix(".pairs")
    listing.write_text("".join(f"{_name(i)} {_name(j)}\n" for i, j in pairs))
    matching = pycolmap.FeatureMatchingOptions()
    matching.num_threads = len(os.sched_getaffinity(0))
    pairing = pycolmap.ImportedPairingOptions()
    pairing.match_list_path = listing
    pycolmap.match_image_pairs(path, matching, pairing, _verification())


def _verification() -> pycolmap.TwoViewGeometryOptions:
    options = pycolmap.TwoViewGeometryOptions()
    options.ransac.random_seed = _SEED
    return options


def _map(path: Path, folder: Path) -> pycolmap.Reconstruction | None:
    """The largest of the models; in one thread, as sums in several differ from run to run."""
    options = pycolmap.IncrementalPipelineOptions()
    options.num_threads = 1
    options.random_seed = _SEED
    options.extract_colors = False
    options.min_model_size = _SMALLEST_MODEL
    options.mapper.abs_pose_min_num_inliers = _LEAST_COMMON
    models = pycolmap.incremental_mapping(path, folder, folder, options)
    ordered = [models[key] for key in sorted(models)]
    return max(ordered, key=lambda model: (model.num_reg_images(), model.num_points3D()), default=None)


def _placed(model: pycolmap.Reconstruction | None) -> list[int]:
    return [] if model is None else sorted(model.reg_image_ids())


def _adopt_focal_lengths(model: pycolmap.Reconstruction | None, path: Path) -> bool:
    """Take the guessed focal lengths from the model, and judge the matches anew; False if none was guessed."""
    if model is None:
        return False
    database = pycolmap.Database.open(path)
    guessed = [camera for camera in database.read_all_cameras() if not camera.has_prior_focal_length]
    found = [model.cameras[camera.camera_id] for camera in guessed if camera.camera_id in model.cameras]
    for camera in found:
        camera.has_prior_focal_length = True
        database.update_camera(camera)
    if found:
        database.clear_two_view_geometries()
    database.close()
    if found:
        verifier = pycolmap.GeometricVerifierOptions()
        verifier.num_threads = len(os.sched_getaffinity(0))
        pycolmap.geometric_verification(path, verifier, two_view_geometry_options=_verification())
    return bool(found)


def _measure_stillness(looks: Sequence[Look], path: Path) -> float:
    database = pycolmap.Database.open(path)
    ids, geometries = database.read_two_view_geometries()
    database.close()
    still = []
    for pair_id, geometry in zip(ids, geometries, strict=True):
        matches = np.asarray(geometry.inlier_matches)
        if len(matches):
            first, second = pycolmap.pair_id_to_image_pair(pair_id)
            moved = looks[first - 1].features.xy[matches[:, 0]] - looks[second - 1].features.xy[matches[:, 1]]
            still.append(float(np.median(np.hypot(moved[:, 0], moved[:, 1]))) < _STILL_PX)
    return float(np.mean(still)) if still else 0.0


def _structure(model: pycolmap.Reconstruction, looks: Sequence[Look]) -> Structure:
    cameras = {image_id - 1: _camera(model, image_id) for image_id in _placed(model)}
    point_ids = sorted(model.point3D_ids())
    seen = sorted(
        (element.image_id - 1, number, element.point2D_idx)
        for number, point_id in enumerate(point_ids)
        for element in model.points3D[point_id].track.elements
    )
    return Structure(
        cameras=cameras,
        sizes_px={index: looks[index].size_px for index in cameras},
        points=np.array([model.points3D[point_id].xyz for point_id in point_ids]).reshape(-1, 3),
        photo=np.array([photo for photo, _, _ in seen], np.int64),
        point=np.array([number for _, number, _ in seen], np.int64),
        xy=np.array([looks[photo].features.xy[feature] for photo, _, feature in seen], np.float64).reshape(-1, 2),
        residual_px=float(model.compute_mean_reprojection_error()),
    )


def _camera(model: pycolmap.Reconstruction, image_id: int) -> Camera:
    image = model.images[image_id]
    focal, x, y, radial = model.cameras[image.camera_id].params
    matrix = np.asarray(image.cam_from_world().matrix())
    K = np.array([[focal, 0, x], [0, focal, y], [0, 0, 1]])
    return Camera(K, matrix[:, :3], matrix[:, 3], (float(radial), 0.0, 0.0, 0.0, 0.0))


def _name(index: int) -> str:
    return f"{index:06d}"
