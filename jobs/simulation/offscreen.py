"""Pictures of a MuJoCo model without a window, through EGL or OSMesa.

The context is chosen here and not by `mujoco.Renderer`, which fixes its choice when mujoco is first imported: which
module of ours imports mujoco first must not decide whether pictures can be made.
"""

# mujoco ships no types (pyright reads nothing but settings in the next line):
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import ctypes
import importlib
import os
from functools import cache
from typing import Any

import mujoco
import numpy as np
from numpy.typing import NDArray

from jobs.simulation.simulator import SimulatorUnavailable

LIBRARIES = {"egl": "libEGL.so.1", "osmesa": "libOSMesa.so.8"}
REMEDY = "Install Debian's libegl1, libosmesa6 and libgl1 (apt-get install libegl1 libosmesa6 libgl1)."
_GL_FAILURES = (ImportError, AttributeError, OSError, RuntimeError, TypeError, mujoco.FatalError)


class Offscreen:
    """Renders one model. Everything native is freed by `close`."""

    def __init__(self, model: mujoco.MjModel) -> None:
        """Raises: SimulatorUnavailable: No usable OpenGL library."""
        self._model = model
        self._size_px = (0, 0)
        self._scene = mujoco.MjvScene(model, maxgeom=2000)
        self._option = mujoco.MjvOption()
        self._camera = mujoco.MjvCamera()
        self._camera.type = mujoco.mjtCamera.mjCAMERA_FIXED
        self._context = _open_context()
        self._resources = _make_resources(model, self._context)
        self.renderer = _renderer_name()

    def picture(self, data: mujoco.MjData, camera: str, width_px: int, height_px: int) -> NDArray[np.uint8]:
        """(height, width, 3) sRGB, first row on top."""
        return self._draw(data, camera, width_px, height_px)

    def geometries(self, data: mujoco.MjData, camera: str, width_px: int, height_px: int) -> NDArray[np.int32]:
        """(height, width) which geometry each pixel shows; -1 where none."""
        flags = self._scene.flags
        flags[mujoco.mjtRndFlag.mjRND_SEGMENT] = flags[mujoco.mjtRndFlag.mjRND_IDCOLOR] = 1
        try:
            pixels = self._draw(data, camera, width_px, height_px).astype(np.uint32)
        finally:
            flags[mujoco.mjtRndFlag.mjRND_SEGMENT] = flags[mujoco.mjtRndFlag.mjRND_IDCOLOR] = 0
        segments = pixels @ np.array([1, 1 << 8, 1 << 16], np.uint32)
        geometry_of = np.full(self._scene.ngeom + 1, -1, np.int32)
        for geometry in self._scene.geoms[: self._scene.ngeom]:
            if geometry.segid >= 0 and geometry.objtype == mujoco.mjtObj.mjOBJ_GEOM:
                geometry_of[geometry.segid + 1] = geometry.objid
        return geometry_of[segments]

    def close(self) -> None:
        self._context.make_current()
        self._resources.free()
        self._context.free()

    def _draw(self, data: mujoco.MjData, camera: str, width_px: int, height_px: int) -> NDArray[np.uint8]:
        self._context.make_current()
        if self._size_px != (width_px, height_px):
            mujoco.mjr_resizeOffscreen(width_px, height_px, self._resources)
            mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN.value, self._resources)
            self._size_px = (width_px, height_px)
        self._camera.fixedcamid = self._model.camera(camera).id
        everything = mujoco.mjtCatBit.mjCAT_ALL.value
        mujoco.mjv_updateScene(self._model, data, self._option, None, self._camera, everything, self._scene)
        frame = mujoco.MjrRect(0, 0, width_px, height_px)
        pixels = np.empty((height_px, width_px, 3), np.uint8)
        mujoco.mjr_render(frame, self._scene, self._resources)
        mujoco.mjr_readPixels(pixels, None, frame, self._resources)
        return np.ascontiguousarray(pixels[::-1])


@cache
def renderer_name() -> str:
    """What OpenGL calls the thing that draws.

    Raises:
        SimulatorUnavailable: No usable OpenGL library.
    """
    offscreen = Offscreen(mujoco.MjSpec().compile())
    try:
        return offscreen.renderer
    finally:
        offscreen.close()


def _open_context() -> Any:
    backend = _choose_backend()
    try:
        context = importlib.import_module(f"mujoco.{backend}").GLContext(16, 16)
        context.make_current()
    except _GL_FAILURES as error:
        raise SimulatorUnavailable("mujoco", f"{backend} gives no OpenGL context ({error})", REMEDY) from error
    return context


def _make_resources(model: mujoco.MjModel, context: Any) -> mujoco.MjrContext:
    try:
        return mujoco.MjrContext(model, mujoco.mjtFontScale.mjFONTSCALE_100.value)
    except _GL_FAILURES as error:
        context.free()
        raise SimulatorUnavailable("mujoco", f"OpenGL cannot hold the model ({error})", REMEDY) from error


def _choose_backend() -> str:
    """EGL where its library is, else OSMesa, unless MUJOCO_GL says otherwise.

    The native libraries can be told only through the environment, and only before they are first used. Without
    LP_NUM_THREADS=0 Mesa starts a thread per core, and several processes on one machine slow each other down.
    """
    os.environ.setdefault("LP_NUM_THREADS", "0")
    asked = os.environ.get("MUJOCO_GL", "").lower()
    if asked and asked not in LIBRARIES:
        seen = f"MUJOCO_GL is '{asked}', which does not render without a window"
        raise SimulatorUnavailable("mujoco", seen, "Unset MUJOCO_GL, or set it to egl or osmesa.")
    loadable = [name for name in ([asked] if asked else LIBRARIES) if _loads(LIBRARIES[name])]
    if not loadable:
        seen = f"none of {', '.join(LIBRARIES[name] for name in ([asked] if asked else LIBRARIES))} can be loaded"
        raise SimulatorUnavailable("mujoco", seen, REMEDY)
    os.environ["MUJOCO_GL"] = loadable[0]
    return loadable[0]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _renderer_name() -> str:
    """Of the current context. OpenGL is imported late: its platform is settled by the import of the context."""
    from OpenGL import GL

    return bytes(GL.glGetString(GL.GL_RENDERER) or b"unknown").decode()
