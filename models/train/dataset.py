"""Shards of renders, found anew while training runs, and the stream of batches made from them.

A shard is a .npy file, uint8 [n, H, H, channels], as the head renderer writes it (see README.md).
"""
import glob
import os
import time
import zlib

import cv2
import numpy as np
import torch

# Channels of a shard after r, g, b.
ALPHA, LABEL, COVERAGE, AZIMUTH, HEIGHT = 3, 4, 5, 6, 7
# Labels: 0 background, 1 skin, 2 hair, 3 scalp, then:
THIN, FACIAL_HAIR, IGNORE = 4, 5, 255
# Seconds between two looks for new shards.
RESCAN = 30
# One shard in so many is kept for validation, chosen by its name.
HOLD_OUT = 16


def mirror_azimuth(code):
    """Azimuth codes of the mirrored head."""
    return (256 - code.astype(np.int32)).astype(np.uint8)


def azimuth_radians(code):
    """Codes 0..255 to -pi..pi, 0 at the face, positive towards the client's left; numpy or torch."""
    return (code - 128.0) * (np.pi / 128.0)


def height_unit(code):
    """Codes 1..255 to -1..1, 12.75 cm to a unit: chin -0.92, brow 0.25, crown 0.92; code 0 is off the head. numpy or torch."""
    return code / 127.5 - 1.0


def held_out(path):
    """Whether a shard belongs to the validation set: by its name, so that a growing folder never moves one."""
    return zlib.crc32(os.path.basename(path).encode()) % HOLD_OUT == 0


class Shards:
    """All shards of some folders, memory-mapped; `rescan` adds those that came since."""

    def __init__(self, folders, validation=False):
        self.folders, self.validation = folders, validation
        self.open, self.pictures = {}, []
        self.scanned = 0.0
        self.rescan()

    def rescan(self):
        """Looks for new shards. A file that cannot be read yet is left for the next look."""
        self.scanned = time.monotonic()
        for folder in self.folders:
            for path in sorted(glob.glob(os.path.join(folder, "*.npy"))):
                if path in self.open or held_out(path) != self.validation:
                    continue
                try:
                    shard = np.load(path, mmap_mode="r")
                except (OSError, ValueError):
                    continue
                self.open[path] = shard
                self.pictures += [(path, i) for i in range(len(shard))]

    def __len__(self):
        return len(self.pictures)

    def pick(self, rng):
        """A random render, after a look for new ones if the last is old."""
        if time.monotonic() - self.scanned > RESCAN:
            self.rescan()
        return self[rng.integers(len(self.pictures))]

    def __getitem__(self, index):
        path, i = self.pictures[index]
        return np.asarray(self.open[path][i])


class Stream(torch.utils.data.IterableDataset):
    """Endless batches of training pictures, uint8 [batch, size, size, 7]."""

    def __init__(self, folders, backgrounds, size, batch, seed):
        self.folders, self.backgrounds, self.size, self.batch, self.seed = folders, backgrounds, size, batch, seed

    def __iter__(self):
        from augment import training_picture

        cv2.setNumThreads(1)
        worker = torch.utils.data.get_worker_info()
        rng = np.random.default_rng(self.seed + 991 * (worker.id if worker else 0))
        shards, backgrounds = Shards(self.folders), np.load(self.backgrounds, mmap_mode="r")
        while True:
            yield np.stack([training_picture(rng, shards.pick(rng), backgrounds, self.size) for _ in range(self.batch)])


def validation_pictures(folders, backgrounds, size, count, seed=77):
    """The same `count` pictures each time, from held-out shards; fewer where there are fewer renders."""
    from augment import training_picture

    rng, shards = np.random.default_rng(seed), Shards(folders, validation=True)
    if len(shards) == 0:
        raise SystemExit(f"no held-out shard in {folders}: at least about {2 * HOLD_OUT} shards are needed")
    back = np.load(backgrounds, mmap_mode="r")
    order = rng.permutation(len(shards))[:count]
    return np.stack([training_picture(rng, shards[i], back, size) for i in order])
