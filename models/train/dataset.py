"""Shards of renders, found anew while training runs, and batches of them.

A shard is a .npy file, uint8 [n, H, H, channels], as the head renderer writes it (see README.md).
"""
import glob
import os
import time
import zlib

import numpy as np
import torch

# Channels of a shard after r, g, b.
ALPHA, LABEL, COVERAGE, AZIMUTH, HEIGHT = 3, 4, 5, 6, 7
# Labels: 0 background, 1 skin, 2 hair, 3 scalp, then:
THIN, FACIAL_HAIR, IGNORE = 4, 5, 255
# Seconds between two looks for new shards.
RESCAN = 10
# One shard in so many is kept for validation, chosen by its name.
HOLD_OUT = 16


def mirror_azimuth(code):
    """Azimuth codes of the mirrored head."""
    return (256 - code) % 256


def azimuth_radians(code):
    """Codes 0..255 to -pi..pi, 0 at the face, positive towards the client's left."""
    return (code - 128.0) * (np.pi / 128.0)


def height_unit(code):
    """Codes 1..255 to -1..1, 12.75 cm to a unit: chin -0.92, brow 0.25, crown 0.92; code 0 is off the head."""
    return code / 127.5 - 1.0


def held_out(path):
    """Whether a shard belongs to the validation set: by its name, so that a growing folder never moves one."""
    return zlib.crc32(os.path.basename(path).encode()) % HOLD_OUT == 0


class Renders:
    """All renders of some folders; `rescan` adds those that came since. They stay on the disk, or on the GPU where there is one."""

    def __init__(self, folders, device, validation=False):
        self.folders, self.device, self.validation = folders, torch.device(device), validation
        self.shards, self.places = {}, []
        self.rescan()

    def rescan(self):
        """Looks for new shards. A file that cannot be read yet is left for the next look."""
        self.scanned = time.monotonic()
        for folder in self.folders:
            for path in sorted(glob.glob(os.path.join(folder, "*.npy"))):
                if path in self.shards or held_out(path) != self.validation:
                    continue
                try:
                    shard = np.load(path, mmap_mode="r")
                except (OSError, ValueError):
                    continue
                on_gpu = self.device.type == "cuda"
                self.shards[path] = torch.from_numpy(np.array(shard)).to(self.device) if on_gpu else shard
                self.places += [(path, i) for i in range(len(shard))]

    def __len__(self):
        return len(self.places)

    def take(self, indices):
        """The renders of some indices, uint8 [n, H, H, channels], on the device."""
        return torch.stack([torch.as_tensor(self.shards[path][i] if self.device.type == "cuda" else np.array(self.shards[path][i])) for path, i in (self.places[k] for k in indices)])

    def draw(self, rng, n):
        """`n` random renders, after a look for new ones if the last is old."""
        if time.monotonic() - self.scanned > RESCAN:
            self.rescan()
        return self.take(rng.integers(len(self), size=n))


def load_backgrounds(path, device):
    """The backgrounds, uint8 [n, H, H, 3], on the device."""
    return torch.from_numpy(np.load(path)).to(device)


def validation_pictures(folders, backgrounds, size, count, device, seed=77, batch=40):
    """The same `count` pictures each time, from held-out shards, in batches; fewer where there are fewer renders."""
    from augment import training_pictures

    renders = Renders(folders, device, validation=True)
    if len(renders) == 0:
        raise SystemExit(f"no held-out shard in {folders}: at least about {2 * HOLD_OUT} shards are needed")
    generator = torch.Generator(device).manual_seed(seed)
    order = np.random.default_rng(seed).permutation(len(renders))[:count]
    return [training_pictures(generator, renders.take(order[i : i + batch]), backgrounds, size) for i in range(0, len(order), batch)]
