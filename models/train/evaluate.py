"""Runs a checkpoint on photos and writes STEM.tissue.png for each; a report only, nothing is trained or tuned on them.

    python evaluate.py --checkpoint run/best.pt --photos PHOTOS --out out [--side 288] [--flip] [--overlay]
    score.py heads out
"""
import argparse
import glob
import json
import os
import time

import cv2
import numpy as np
import torch
import torch.nn.functional as F

from net import CLASSES, COVERAGE, STRIDE, HeadNet, normalise

# Colours of the overlay by tissue: background, skin, hair, scalp.
COLOURS = np.array([[90, 90, 90], [80, 160, 255], [60, 40, 200], [60, 220, 120]], np.float32)[:, ::-1]


def input_size(width, height, side):
    """Sides of the net's input: the longer one `side`, both multiples of STRIDE."""
    k = side / max(width, height)
    return tuple(max(STRIDE, round(v * k / STRIDE) * STRIDE) for v in (width, height))


@torch.no_grad()
def predict(net, rgb, side, flip):
    """Tissue probabilities [4, h, w] (facial hair counted as skin) and coverage [h, w] at half the input's size."""
    x = normalise(torch.from_numpy(cv2.resize(rgb, input_size(rgb.shape[1], rgb.shape[0], side), interpolation=cv2.INTER_AREA))[None])
    probability, cover = 0, 0
    for mirrored in (False, True) if flip else (False,):
        out = net(x.flip(3) if mirrored else x)
        out = out.flip(3) if mirrored else out
        probability = probability + F.softmax(out[:, : len(CLASSES)], 1)[0]
        cover = cover + torch.sigmoid(out[0, COVERAGE])
    n = 2 if flip else 1
    probability = (probability / n).numpy()
    probability[1] += probability[4]
    return probability[:4], (cover / n).numpy()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--photos", required=True, help="folder of photos")
    parser.add_argument("--out", required=True)
    parser.add_argument("--side", type=int, default=288)
    parser.add_argument("--flip", action="store_true")
    parser.add_argument("--overlay", action="store_true", help="also write STEM.overlay.jpg")
    options = parser.parse_args()
    torch.set_num_threads(1)
    net = HeadNet().eval()
    net.load_state_dict(torch.load(options.checkpoint, weights_only=False, map_location="cpu")["weights"])
    os.makedirs(options.out, exist_ok=True)
    seconds = []
    for path in sorted(glob.glob(os.path.join(options.photos, "*"))):
        rgb = cv2.imread(path)[..., ::-1]
        start = time.perf_counter()
        probability, cover = predict(net, rgb, options.side, options.flip)
        seconds.append(time.perf_counter() - start)
        stem, size = os.path.join(options.out, os.path.splitext(os.path.basename(path))[0]), rgb.shape[1::-1]
        tissue = np.stack([cv2.resize(p, size, interpolation=cv2.INTER_LINEAR) for p in probability]).argmax(0)
        cv2.imwrite(stem + ".tissue.png", tissue.astype(np.uint8))
        if options.overlay:
            share = cv2.resize(cover, size)[..., None]
            mixed = np.where(tissue[..., None] > 0, 0.55 * rgb + 0.45 * COLOURS[tissue], rgb * 0.6)
            sheet = np.hstack([rgb, mixed, np.repeat(share * 255, 3, 2)])
            cv2.imwrite(stem + ".overlay.jpg", sheet[..., ::-1].astype(np.uint8))
    print(json.dumps({"photos": len(seconds), "seconds_each": float(np.median(seconds))}))


if __name__ == "__main__":
    main()
