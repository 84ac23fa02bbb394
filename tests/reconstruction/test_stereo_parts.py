"""The steps of stereo, each against something that is known exactly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from jobs.reconstruction.appearance.ray_casting import RayCaster
from jobs.reconstruction.carving.hull import Box, Volume, sample_field
from jobs.reconstruction.carving.surface import extract_surface, smooth
from jobs.reconstruction.stereo.consistency import keep_confirmed
from jobs.reconstruction.stereo.fusion import FusionRule, merge, see_through
from jobs.reconstruction.stereo.infilling import fill_hollows
from jobs.reconstruction.stereo.kernel import DepthMap, Plane
from jobs.reconstruction.stereo.known_bowl import photograph_bowl
from jobs.reconstruction.stereo.neighbours import find_neighbours
from jobs.reconstruction.stereo.photo import Photo, prepare_photos
from jobs.reconstruction.stereo.restoring import restore
from jobs.reconstruction.stereo.sweeping import Sweep
from tests.reconstruction.turntable import look_at

SIDE_PX, DISTANCE_M, RADIUS_M = 96, 0.4, 0.05
RULE = FusionRule()


def ring(views: int, elevation_deg: float = 30.0) -> list[Photo]:
    """Cameras about the origin; the pictures are blank."""
    level, height = np.cos(np.radians(elevation_deg)), np.sin(np.radians(elevation_deg))
    angles = 2 * np.pi * np.arange(views) / views
    positions = DISTANCE_M * np.stack([level * np.cos(angles), level * np.sin(angles), np.full(views, height)], axis=1)
    blank = np.zeros((SIDE_PX, SIDE_PX), np.float32)
    return [Photo(blank, blank == 0, look_at(position, np.zeros(3), SIDE_PX)) for position in positions]


def depth_of_ball(photo: Photo, radius_m: float) -> Plane:
    v, u = (part.reshape(-1) for part in np.mgrid[:SIDE_PX, :SIDE_PX] + 0.5)
    rays, position = photo.camera.rays(u, v), photo.camera.position
    a, b = np.einsum("ij,ij->i", rays, rays), rays @ position
    inside = b**2 - a * (position @ position - radius_m**2)
    depth = np.where(inside > 0, (-b - np.sqrt(np.maximum(inside, 0))) / a, 0)
    return depth.reshape(SIDE_PX, SIDE_PX).astype(np.float32)


def ball(radius_m: float, samples: int = 64) -> Volume:
    box = Box(np.full(3, -0.08), np.full(3, 0.08))

    def field(points: NDArray[np.float32]) -> NDArray[np.float32]:
        return (radius_m - np.linalg.norm(points, axis=1)).astype(np.float32)

    return sample_field(field, box, samples, lambda done, total: None)


def radius_of(volume: Volume) -> tuple[float, float]:
    surface = extract_surface(volume)
    assert surface is not None
    radii = np.linalg.norm(surface.vertices, axis=1)
    return float(radii.min()), float(radii.max())


def test_neighbours_stand_at_good_angles_on_both_sides() -> None:
    cameras = [photo.camera for photo in ring(24, elevation_deg=0)]
    for index, neighbours in enumerate(find_neighbours(cameras, np.zeros(3), 4)):
        steps = [(other - index + 12) % 24 - 12 for other in neighbours]
        assert sorted(np.abs(steps)) == [1, 1, 2, 2]
        assert sum(steps) == 0


def test_a_camera_that_stands_alone_has_no_neighbours() -> None:
    cameras = [photo.camera for photo in ring(4, elevation_deg=0)]
    assert find_neighbours(cameras, np.zeros(3), 4) == [[], [], [], []]


def test_depths_are_kept_where_neighbours_see_the_same_surface() -> None:
    photos = ring(12)
    neighbours = find_neighbours([photo.camera for photo in photos], np.zeros(3), 4)
    true = [depth_of_ball(photo, RADIUS_M) for photo in photos]
    sure = [np.where(depth > 0, 0.9, 0).astype(np.float32) for depth in true]
    maps = [DepthMap(depth, confidence) for depth, confidence in zip(true, sure, strict=True)]
    kept = keep_confirmed(photos, maps, neighbours, 0.6, 0.004)
    assert np.count_nonzero(kept[0]) > 0.6 * np.count_nonzero(true[0])
    assert np.array_equal(kept[0][kept[0] > 0], true[0][kept[0] > 0])
    wrong = [replace(maps[0], depth=np.where(true[0] > 0, true[0] + 0.02, 0).astype(np.float32)), *maps[1:]]
    assert np.count_nonzero(keep_confirmed(photos, wrong, neighbours, 0.6, 0.004)[0]) < 0.02 * SIDE_PX**2
    unsure = [replace(maps[0], confidence=np.float32(0.5) * sure[0]), *maps[1:]]
    assert not keep_confirmed(photos, unsure, neighbours, 0.6, 0.004)[0].any()


def test_a_hull_that_is_too_large_is_carved_down_to_what_the_photos_see() -> None:
    photos = [*ring(12, -50), *ring(12, 0), *ring(12, 50)]
    hull = ball(0.06)
    seen = see_through(hull, photos, Sweep([depth_of_ball(photo, RADIUS_M) for photo in photos], 3), RULE)
    least, most = radius_of(merge(smooth(hull), seen, RULE))
    assert least > RADIUS_M - 0.6 * hull.spacing
    assert most < RADIUS_M + 0.6 * hull.spacing


def test_photos_that_stand_far_apart_confirm_each_other_one_by_one() -> None:
    photos = ring(8, elevation_deg=0)
    neighbours = find_neighbours([photo.camera for photo in photos], np.zeros(3), 6)
    assert {len(some) for some in neighbours} == {2}
    true = [depth_of_ball(photo, RADIUS_M) for photo in photos]
    maps = [DepthMap(depth, np.where(depth > 0, 0.9, 0).astype(np.float32)) for depth in true]
    kept = keep_confirmed(photos, maps, neighbours, 0.6, 0.004)
    assert np.count_nonzero(kept[0]) > 0.6 * np.count_nonzero(true[0])
    alone = keep_confirmed(photos, maps, [[] for _ in photos], 0.6, 0.004)
    assert not np.any(alone)


def test_two_photos_are_not_enough_to_carve() -> None:
    photos = ring(12)
    hull = ball(0.06)
    nothing = np.zeros((SIDE_PX, SIDE_PX), np.float32)
    depths = [depth_of_ball(photo, RADIUS_M) if index < 2 else nothing for index, photo in enumerate(photos)]
    merged = merge(smooth(hull), see_through(hull, photos, Sweep(depths, 3), RULE), RULE)
    assert np.array_equal(merged.values, smooth(hull).values)


def test_a_surface_that_moves_by_less_than_a_voxel_is_left_to_the_hull() -> None:
    photos = [*ring(12, -50), *ring(12, 0), *ring(12, 50)]
    hull = ball(RADIUS_M)
    depths = [depth_of_ball(photo, RADIUS_M - 0.5 * hull.spacing) for photo in photos]
    least, _ = radius_of(merge(smooth(hull), see_through(hull, photos, Sweep(depths, 3), RULE), RULE))
    assert least > RADIUS_M - 0.35 * hull.spacing


def test_a_gap_in_a_hollow_is_filled_as_the_plane_around_it_goes_on() -> None:
    photo = ring(1)[0]
    v, u = np.mgrid[:SIDE_PX, :SIDE_PX] + 0.5
    rays = photo.camera.rays(u.reshape(-1), v.reshape(-1))
    depth = (-photo.camera.position[2] / rays[:, 2]).reshape(SIDE_PX, SIDE_PX).astype(np.float32)
    gap = (np.abs(u - 48) < 12) & (np.abs(v - 48) < 9)
    asked = np.pad(np.ones((SIDE_PX - 4, SIDE_PX - 4), np.bool_), 2)
    shallow = depth - np.float32(0.05)
    filled = fill_hollows(np.where(gap, 0, depth), shallow, asked, 0.02)
    assert filled == pytest.approx(depth, abs=1e-5)
    on_the_hull = fill_hollows(np.where(gap, 0, depth), depth, asked, 0.02)
    assert not on_the_hull[gap].any()
    open_ended = fill_hollows(np.where(u > 40, 0, depth), shallow, asked, 0.02)
    assert not open_ended[u > 40].any()


def test_what_a_mask_shows_is_given_back() -> None:
    photos = [*ring(12, -50), *ring(12, 0), *ring(12, 50)]
    photos = [replace(photo, mask=depth_of_ball(photo, RADIUS_M) > 0) for photo in photos]
    hull = ball(RADIUS_M)
    x = hull.origin[0] + hull.spacing * np.arange(hull.values.shape[0])
    band = RULE.band * hull.spacing
    lost = np.clip(RADIUS_M - 4 * hull.spacing - x, -band, band).astype(np.float32)
    seen = replace(hull, values=np.broadcast_to(lost[:, None, None], hull.values.shape).copy())
    cut = merge(smooth(hull), seen, RULE)
    before, outside = extract_surface(cut), extract_surface(smooth(hull))
    assert before is not None
    assert outside is not None
    assert before.bounds[1, 0] < RADIUS_M - 3 * hull.spacing
    after = extract_surface(merge(smooth(hull), restore(seen, cut, RayCaster(outside), photos), RULE))
    assert after is not None
    assert after.bounds[1, 0] > before.bounds[1, 0] + 0.5 * hull.spacing


def test_texture_in_one_colour_is_not_lost_in_grey() -> None:
    views = photograph_bowl()
    blue = []
    for view in views:
        rgb = np.full_like(view.shot.rgb, 128)
        rgb[..., 2] = view.shot.rgb[..., 2]
        blue.append(replace(view, shot=replace(view.shot, rgb=rgb)))
    plain, coloured = prepare_photos(views, 60)[3], prepare_photos(blue, 60)[3]
    assert coloured.grey[coloured.mask].std() > 0.9 * plain.grey[plain.mask].std()
    assert coloured.mask.shape == coloured.grey.shape
