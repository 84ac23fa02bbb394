"""What silhouettes cannot tell, from how the photos look: hollows, flat tops, the inside of a bowl."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from jobs.reconstruction.appearance.ray_casting import RayCaster
from jobs.reconstruction.carving.carved import Hull, Told
from jobs.reconstruction.carving.hull import Volume
from jobs.reconstruction.carving.surface import extract_surface, smooth
from jobs.reconstruction.stereo.footing import find_footing
from jobs.reconstruction.stereo.fusion import FusionRule, merge, see_through
from jobs.reconstruction.stereo.kernel import SweepKernel
from jobs.reconstruction.stereo.photo import prepare_photos
from jobs.reconstruction.stereo.restoring import restore
from jobs.reconstruction.stereo.sweeping import SweepRule, sweep

COARSE = SweepRule(object_px=120, disparity_px=1.0, before=1, behind=None, tolerance=0.7, hollow_steps=1.0)
FINE = SweepRule(object_px=180, disparity_px=0.7, before=3, behind=3, tolerance=1.0, sources=3)


def refine(hull: Hull, kernel: SweepKernel, told: Told) -> Hull:
    """Sweep from the hull's surface inwards on small photos, then about what came out on larger ones.

    The same hull with a surface inside the old one; where photos show no texture it is the old one.
    """
    rule = FusionRule()
    with ThreadPoolExecutor(1) as pool:
        sizes = [pool.submit(prepare_photos, hull.views, sweeping.object_px) for sweeping in (COARSE, FINE)]
        whole = _without_underside(hull)
        even = smooth(whole)
        outside = extract_surface(even)
        if outside is None:
            return hull
        around = RayCaster(outside)
    surface, known, underside = outside, None, hull.underside
    for number, (sweeping, prepared) in enumerate(zip((COARSE, FINE), sizes, strict=True)):
        told("stereo", number, 2)
        photos = prepared.result()
        swept = sweep(photos, around if surface is outside else RayCaster(surface), kernel, sweeping)
        if underside is not None:
            underside = find_footing(underside, whole, photos, swept.depths)
        seen = see_through(whole, photos, swept, rule)
        known = seen if known is None else _prefer(seen, known)
        merged = merge(even, known, rule)
        known = restore(known, merged, around, photos)
        surface = extract_surface(merge(even, known, rule)) or outside
    return replace(hull, surface=surface, underside=underside)


def _without_underside(hull: Hull) -> Volume:
    """A little below the underside, so that the edge there stays sharp until the solid is cut."""
    if hull.underside is None:
        return hull.volume
    return replace(hull.underside, offset=hull.underside.offset - 2 * hull.volume.spacing).cut(hull.volume)


def _prefer(better: Volume, other: Volume) -> Volume:
    """What the better one says, and where it says nothing the other."""
    return replace(better, values=np.where(better.values < better.values.max(), better.values, other.values))
