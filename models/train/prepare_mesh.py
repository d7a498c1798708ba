"""Packs ICT-FaceKit's head (MIT licence) into the one file that `scalpmap phantom head --mesh` reads.

    python3 prepare_mesh.py ICT_FACEKIT_DIR head_mesh.bin

Format, little endian: b"SMHEAD1\\0"; u32 vertices, triangles, shapes; f32 [vertices][3] neutral positions in cm;
u32 [triangles][3]; u8 [vertices] material (0 skin, 1 sclera, 2 iris, 3 eye socket); f16 [shapes + 2][vertices][3]
displacements: identity shapes (weights about N(0, 1)), then closed eyes, then open jaw.
"""
import pathlib
import struct
import sys

import numpy as np

# Vertices past this index are lashes and tear fluid, which are not drawn.
VERTICES = 25000

folder, out = pathlib.Path(sys.argv[1]), sys.argv[2]
positions, triangles = [], []
faces = 0
for line in open(folder / "neutral.obj"):
    if line.startswith("v "):
        positions.append([float(x) for x in line.split()[1:4]])
    elif line.startswith("f "):
        q = [int(x.split("/")[0]) - 1 for x in line.split()[1:]]
        # face and head; eye sockets; sclera and iris. Mouth, gums and teeth stay hidden behind the lips.
        if faces <= 11143 or 13226 <= faces <= 14033 or 21496 <= faces <= 24691:
            triangles += [(q[0], q[k], q[k + 1]) for k in range(1, len(q) - 1)]
        faces += 1
positions = np.array(positions, "<f4")[:VERTICES]
triangles = np.array(triangles, "<u4")
assert triangles.max() < VERTICES
material = np.zeros(VERTICES, np.uint8)
material[13294:14062] = 3
material[21451:22221] = material[23021:23791] = 1
material[22221:23021] = material[23791:24591] = 2
identity = np.load(folder / "identity_deltas.npz")["deltas"][:, :VERTICES]
expression = np.load(folder / "expression_deltas.npz")
extra = np.stack([expression["eye_blink"][:VERTICES], expression["jaw_open"][:VERTICES]])
with open(out, "wb") as f:
    f.write(b"SMHEAD1\0" + struct.pack("<3I", VERTICES, len(triangles), len(identity)))
    for a in (positions, triangles, material, identity.astype("<f2"), extra.astype("<f2")):
        f.write(np.ascontiguousarray(a).tobytes())
