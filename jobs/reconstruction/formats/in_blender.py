"""Run by Blender's own Python: `write IN.glb OUT.fbx`, or `read IN.fbx OUT.npz`.

Tried with Blender 5.0.
"""

import sys


def main(step: str, source: str, target: str) -> None:
    import bpy  # pyright: ignore[reportMissingImports]  # only there in Blender's Python

    bpy.ops.wm.read_factory_settings(use_empty=True)
    if step == "write":
        bpy.ops.import_scene.gltf(filepath=source)
        bpy.ops.export_scene.fbx(filepath=target, object_types={"MESH"}, colors_type="SRGB", bake_anim=False)
    else:
        bpy.ops.import_scene.fbx(filepath=source)
        save_triangles(bpy, target)


def save_triangles(bpy: object, target: str) -> None:
    """Every mesh of the scene where it stands, in Blender's own frame: metres, Z up."""
    import numpy as np

    vertices, faces, seen = [], [], 0
    for item in bpy.context.scene.objects:  # pyright: ignore[reportAttributeAccessIssue]  # it has no types here
        if item.type != "MESH":
            continue
        mesh = item.data
        mesh.calc_loop_triangles()
        points = np.zeros(3 * len(mesh.vertices))
        corners = np.zeros(3 * len(mesh.loop_triangles), np.int64)
        mesh.vertices.foreach_get("co", points)
        mesh.loop_triangles.foreach_get("vertices", corners)
        place = np.array(item.matrix_world)
        vertices.append(points.reshape(-1, 3) @ place[:3, :3].T + place[:3, 3])
        faces.append(corners.reshape(-1, 3) + seen)
        seen += len(mesh.vertices)
    np.savez(target, vertices=np.concatenate(vertices), faces=np.concatenate(faces))


if __name__ == "__main__":
    main(*sys.argv[sys.argv.index("--") + 1 :])
