"""Backgrounds: drawn walls, curtains, tiles, clutter, cloth, hair-like fibres; and, with --panoramas, views of real rooms.

    python backgrounds.py --out backgrounds.npy --count 3000 --seed 5 --panoramas panoramas

writes uint8 [count, SIZE, SIZE, 3], sRGB. Panoramas are a folder of OpenEXR files, equirectangular and of linear light; README.md
names the ones that were used, which their authors gave to the public domain.
"""
import argparse
import glob
import os

import cv2
import numpy as np

SIZE = 288


def grid(n):
    """Row and column coordinates of an n x n picture."""
    y, x = np.mgrid[:n, :n].astype(np.float32)
    return y, x


def fractal(rng, n, channels=1, low=2, high=64, gain=(-0.5, 2.6)):
    """Sum of smooth noises of random strength, in grey levels."""
    out = np.zeros((n, n, channels), np.float32)
    cell = low
    while cell <= high:
        if rng.random() < 0.6:
            m = max(2, n // cell)
            noise = rng.standard_normal((m, m, channels), np.float32)
            out += cv2.resize(noise, (n, n), interpolation=cv2.INTER_CUBIC).reshape(n, n, channels) * np.exp(rng.uniform(*gain))
        cell *= 2
    return out


def colour(rng):
    """A surface colour: mostly greyish, sometimes vivid."""
    c = rng.uniform(0, 255, 3)
    vivid = rng.choice([0.05, 0.2, 0.4, 1.0], p=[0.35, 0.3, 0.25, 0.1])
    return (c.mean() + (c - c.mean()) * vivid + rng.normal(0, 4, 3)).astype(np.float32)


def skin_colour(rng):
    """Beige to brown, the colours of skin and of wood."""
    light = np.array([240, 200, 175], np.float32)
    dark = np.array([70, 45, 35], np.float32)
    t = rng.beta(1.2, 2.0)
    return (light + (dark - light) * t) * rng.normal(1, 0.06, 3).astype(np.float32)


def plain(rng, n):
    """A painted wall, lit from one side."""
    y, x = grid(n)
    a = rng.uniform(0, 2 * np.pi)
    kind = rng.random()
    paint = skin_colour(rng) if kind < 0.3 else rng.uniform(150, 245) * rng.normal(1, 0.03, 3) if kind < 0.6 else colour(rng)
    wall = np.ones((n, n, 3), np.float32) * np.asarray(paint, np.float32)
    wall += ((x * np.cos(a) + y * np.sin(a)) / n)[..., None] * rng.normal(0, 45, 3).astype(np.float32)
    return wall + fractal(rng, n, gain=(-1.5, 1.2))


def stripes(rng, n):
    """Curtain folds, blinds, boards: waves along one direction."""
    y, x = grid(n)
    a = rng.choice([0.0, np.pi / 2, rng.uniform(0, np.pi)]) + rng.normal(0, 0.05)
    along, across = x * np.cos(a) + y * np.sin(a), -x * np.sin(a) + y * np.cos(a)
    wave = np.sin(along / rng.uniform(4, 60) * 6.28 + rng.uniform(0, 4) * np.sin(across / rng.uniform(20, 100)))
    if rng.random() < 0.4:
        wave = np.sign(wave)
    base = np.ones((n, n, 3), np.float32) * (skin_colour(rng) if rng.random() < 0.2 else colour(rng))
    return base * (1 + wave[..., None] * np.float32(rng.normal(0, 0.2))) + wave[..., None] * np.float32(rng.normal(0, 12))


def tiles(rng, n):
    """Wall tiles or a checked floor with joints."""
    y, x = grid(n)
    w, h = rng.uniform(14, 80), rng.uniform(14, 80)
    shift = rng.choice([0.0, 0.5]) * w
    row = np.floor(y / h)
    u, v = (x + shift * row) % w, y % h
    base = np.ones((n, n, 3), np.float32) * colour(rng)
    shade = rng.normal(0, rng.choice([2, 6, 25]), (256, 256)).astype(np.float32)
    base += shade[row.astype(int) % 256, (np.floor((x + shift * row) / w)).astype(int) % 256][..., None]
    joint = rng.uniform(1, 4)
    base[(u < joint) | (v < joint)] += rng.normal(0, 40)
    return base


def fibres(rng, n):
    """Fur, carpet, straw: hair-like strokes that are not hair of the head."""
    a, length = rng.uniform(0, np.pi), int(rng.integers(5, 25))
    kernel = np.zeros((length, length), np.float32)
    c = length // 2
    d = np.array([c * np.cos(a), c * np.sin(a)])
    cv2.line(kernel, tuple((c - d).astype(int).tolist()), tuple((c + d).astype(int).tolist()), 1, 1)
    z = cv2.filter2D(rng.standard_normal((n, n), np.float32), -1, kernel / kernel.sum())
    return np.ones((n, n, 3), np.float32) * colour(rng) + (z / z.std() * rng.uniform(5, 30))[..., None] + fractal(rng, n)


def mottled(rng, n):
    """Plaster, foliage, cloth: noise at several scales, sometimes coloured."""
    return np.ones((n, n, 3), np.float32) * colour(rng) + fractal(rng, n, 1 if rng.random() < 0.8 else 3, gain=(-0.5, 3.0))


SURFACES = (plain, stripes, tiles, fibres, mottled)


def surface(rng, n):
    """One surface that fills the picture."""
    return SURFACES[rng.choice(len(SURFACES), p=[0.4, 0.2, 0.12, 0.1, 0.18])](rng, n)


def load_panoramas(folder):
    """The panoramas of a folder, float32 [h, 2 h, 3] of linear light."""
    import OpenEXR

    paths = sorted(glob.glob(os.path.join(folder, "*.exr")))
    if not paths:
        raise SystemExit(f"no .exr file in {folder}")
    return [np.asarray(OpenEXR.File(path).channels()["RGB"].pixels, np.float32) for path in paths]


def view(rng, panorama, n):
    """What a camera sees that stands in a panorama, mostly level, a little out of focus: a head is in front of it."""
    y, x = (grid(n) - np.float32((n - 1) / 2)) / np.float32(n / 2)
    half = np.tan(np.radians(rng.uniform(18, 45)))
    direction = np.stack([x * half, -y * half, np.ones_like(x)], -1)
    direction /= np.linalg.norm(direction, axis=-1, keepdims=True)
    pitch = np.radians(rng.normal(-8, 14) if rng.random() < 0.75 else rng.uniform(-90, -30))
    c, s = np.cos(pitch), np.sin(pitch)
    up, ahead = c * direction[..., 1] + s * direction[..., 2], c * direction[..., 2] - s * direction[..., 1]
    azimuth = np.arctan2(direction[..., 0], ahead) + rng.uniform(-np.pi, np.pi)
    h, w = panorama.shape[:2]
    u = ((azimuth / (2 * np.pi)) % 1 * w).astype(np.float32)
    v = ((0.5 - np.arcsin(np.clip(up, -1, 1)) / np.pi) * h - 0.5).astype(np.float32)
    seen = cv2.remap(panorama, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    seen = seen / max(1e-4, float(np.percentile(seen, rng.uniform(60, 97)))) * rng.uniform(0.3, 0.9)
    return np.clip(seen, 0, 1) ** np.float32(1 / 2.2) * 255


def add_thing(rng, image):
    """A cupboard, lamp, bottle, cable or blurred person: a shape with its own surface and a soft shadow."""
    n = image.shape[0]
    mask = np.zeros((n, n), np.uint8)
    centre, size = rng.uniform(0, n, 2), rng.uniform(0.05, 0.6, 2) * n
    angle = float(rng.choice([0, 90, rng.uniform(0, 180)]) + rng.normal(0, 3))
    kind = rng.integers(4)
    if kind <= 1:
        box = cv2.boxPoints(((float(centre[0]), float(centre[1])), (float(size[0]), float(size[1])), angle))
        cv2.fillPoly(mask, [box.astype(np.int32)], 1)
    elif kind == 2:
        cv2.ellipse(mask, tuple(centre.astype(int).tolist()), tuple((size / 2 + 1).astype(int).tolist()), angle, 0, 360, 1, -1)
    else:
        ends = rng.uniform(0, n, (2, 2)).astype(int).tolist()
        cv2.line(mask, tuple(ends[0]), tuple(ends[1]), 1, int(rng.integers(1, 14)))
    dx, dy = rng.normal(0, 6, 2).astype(int)
    shadow = cv2.GaussianBlur(np.roll(mask, (dy, dx), (0, 1)).astype(np.float32), (0, 0), rng.uniform(1, 10))
    image *= 1 - shadow[..., None] * np.float32(rng.uniform(0, 0.5))
    thing = surface(rng, n)
    if rng.random() < 0.08:  # a window or lamp
        thing = thing * 0.2 + 230
    np.copyto(image, thing, where=mask[..., None] > 0)


def background(rng, panoramas=(), n=SIZE):
    """One background, uint8 [n, n, 3]; where there are panoramas, two in five are views of them."""
    room = len(panoramas) > 0 and rng.random() < 0.4
    image = view(rng, panoramas[rng.integers(len(panoramas))], n) if room else surface(rng, n)
    for _ in range(rng.choice([0, 1, 2, 4, 8], p=[0.25, 0.2, 0.2, 0.2, 0.15])):
        add_thing(rng, image)
    if rng.random() < 0.7:
        image = cv2.GaussianBlur(image, (0, 0), np.exp(rng.uniform(-1, 2.4)))
    if rng.random() < 0.4:  # light falls off across the room
        y, x = grid(n)
        image *= (1 + rng.normal(0, 0.5) * (x / n - 0.5) + rng.normal(0, 0.5) * (y / n - 0.5))[..., None].astype(np.float32)
    image *= rng.uniform(0.05, 0.35) if rng.random() < 0.15 else rng.uniform(0.4, 1.25)  # dark room or lit one
    return np.clip(image, 0, 255).astype(np.uint8)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default="backgrounds.npy")
    parser.add_argument("--count", type=int, default=900)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--panoramas", help="folder of panoramas (OpenEXR)")
    parser.add_argument("--sheet", help="also write a contact sheet (PNG)")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    rng = np.random.default_rng(options.seed)
    panoramas = load_panoramas(options.panoramas) if options.panoramas else ()
    pictures = np.stack([background(rng, panoramas) for _ in range(options.count)])
    np.save(options.out, pictures)
    if options.sheet:
        rows = [np.hstack(pictures[i : i + 12, ::3, ::3]) for i in range(0, min(72, options.count) // 12 * 12, 12)]
        cv2.imwrite(options.sheet, np.vstack(rows)[..., ::-1])


if __name__ == "__main__":
    main()
