"""Run by Isaac Sim's own Python: `isaac_sim_probe.py RESULT NONCE`. Drops a cube, takes a picture, writes numbers.

Written from the published API of Isaac Sim 5 and 6; it has not been run in Isaac Sim yet.
"""

import importlib.metadata
import json
import sys
from pathlib import Path

FRAME_S, FALL_STEPS, WARM_UP_FRAMES = 1.0 / 60.0, 20, 30


def main(result: Path, nonce: str) -> None:
    from isaacsim import SimulationApp  # pyright: ignore[reportMissingImports]  # only there in Isaac Sim's Python

    app = SimulationApp({"headless": True})
    try:
        result.write_text(json.dumps({"nonce": nonce, **measure()}))
    finally:
        app.close()


def measure() -> dict[str, object]:
    """Can only be imported once the application runs."""
    import numpy as np
    from isaacsim.core.api import World  # pyright: ignore[reportMissingImports]  # only there in Isaac Sim's Python
    from isaacsim.core.api.objects import DynamicCuboid  # pyright: ignore[reportMissingImports]  # the same
    from isaacsim.sensors.camera import Camera  # pyright: ignore[reportMissingImports]  # the same

    world = World(physics_dt=FRAME_S, rendering_dt=FRAME_S, stage_units_in_meters=1.0)
    world.scene.add_default_ground_plane()
    cube = world.scene.add(DynamicCuboid(prim_path="/World/Cube", position=np.array([0.0, 0.0, 2.0]), size=0.2))
    camera = Camera(prim_path="/World/Camera", position=np.array([2.0, 0.0, 2.0]), resolution=(128, 128))
    world.reset()
    camera.initialize()
    before = cube.get_world_pose()[0][2]
    for _ in range(FALL_STEPS):
        world.step(render=False)
    after = cube.get_world_pose()[0][2]
    for _ in range(WARM_UP_FRAMES):
        world.step(render=True)
    picture = camera.get_rgba()[..., :3]
    return {
        "version": importlib.metadata.version("isaacsim"),
        "fall_s": FALL_STEPS * FRAME_S,
        "fall_m": float(before - after),
        "picture_mean": float(picture.mean()),
        "picture_std": float(picture.std()),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
