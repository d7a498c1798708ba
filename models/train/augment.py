"""From a render with alpha to a training photo: place it, lay it over a background, light it, take it with a bad camera.

Every function takes the random generator first and changes floats in 0..1. Chances and strengths are choices, kept from
runs that were measured; where one is known to matter a comment says so.
"""
import cv2
import numpy as np

from dataset import ALPHA, AZIMUTH, COVERAGE, HEIGHT, IGNORE, LABEL, mirror_azimuth

# Channels of a training picture: r, g, b, label, coverage, azimuth, height.
PACKED = 7
# Share of training pictures that are taken as a careful person takes them.
CALM = 0.55
_NOISE = np.random.default_rng(9).standard_normal(1_500_000).astype(np.float32)


def f32(x):
    return np.asarray(x, np.float32)


def head_is_cut(item):
    """Whether the render's own frame cuts the head at the top or a side; only its neck may go on beyond the frame."""
    item = item[..., LABEL]
    edge = np.concatenate([item[0], item[: len(item) * 2 // 3, 0], item[: len(item) * 2 // 3, -1]])
    return bool(((edge > 0) & (edge != IGNORE)).any())


def placement(rng, side, size, cut, calm):
    """A 2 x 3 map from render to picture and its scale: size, turn, shift, sometimes a tight crop or a sideways photo."""
    kind = 0 if calm else rng.random()
    if kind < 0.7:
        zoom = np.exp(rng.uniform(np.log(0.85), np.log(1.3)))
    elif kind < 0.88:
        zoom = np.exp(rng.uniform(np.log(0.5), np.log(0.85)))
    else:
        zoom = np.exp(rng.uniform(np.log(1.3), np.log(2.0)))
    if cut:
        zoom = max(zoom, rng.uniform(1.0, 1.2))
    turn = rng.normal(0, 8 if calm else 13) + (90 * rng.integers(1, 4) if rng.random() < (0.0 if calm else 0.1) else 0)
    scale = zoom * size / side
    m = cv2.getRotationMatrix2D((side / 2, side / 2), turn, scale)
    spread = 0.035 if zoom < 1.3 else 0.18
    m[:, 2] += size / 2 - side / 2 + rng.normal(0, spread, 2) * size
    # Phones and crops are not square: a little stretch, which also covers the rounding of sides to multiples of 32.
    m[rng.integers(2)] *= rng.uniform(0.92, 1.0)
    flip = rng.random() < 0.5
    if flip:
        m[0] *= -1
        m[0, 2] += size - 1
    return m, scale, flip


def warp(item, m, scale, flip, size):
    """The render placed in the picture: rgb, alpha 0..1, label, coverage, azimuth, height."""
    shrink = min(1.0, scale * 1.3)
    if shrink < 0.8:  # average before sampling, or fine hair turns to noise
        side = max(8, round(item.shape[0] * shrink))
        k = side / item.shape[0]
        smooth = cv2.resize(item[..., [0, 1, 2, ALPHA]], (side, side), interpolation=cv2.INTER_AREA)
        cover = cv2.resize(item[..., COVERAGE], (side, side), interpolation=cv2.INTER_AREA)
        index = np.minimum((np.arange(side) + 0.5) / k, item.shape[0] - 1).astype(int)
        codes = item[index][:, index][..., [LABEL, AZIMUTH, HEIGHT]]
        m = m.copy()
        m[:, :2] /= k
    else:
        smooth, cover, codes = item[..., [0, 1, 2, ALPHA]], item[..., COVERAGE], item[..., [LABEL, AZIMUTH, HEIGHT]]
    # The torso goes on beyond the render's edge, so the edge is repeated rather than cut.
    go = dict(dsize=(size, size), borderMode=cv2.BORDER_REPLICATE)
    smooth = cv2.warpAffine(np.ascontiguousarray(smooth), m, flags=cv2.INTER_LINEAR, **go)
    cover = cv2.warpAffine(np.ascontiguousarray(cover), m, flags=cv2.INTER_LINEAR, **go)
    codes = cv2.warpAffine(np.ascontiguousarray(codes), m, flags=cv2.INTER_NEAREST, **go)
    label, azimuth, height = codes[..., 0], codes[..., 1], codes[..., 2]
    if flip:
        azimuth = mirror_azimuth(azimuth)
    return smooth[..., :3].astype(np.float32), f32(smooth[..., 3:]) / 255, label, cover, azimuth, height


def pick_background(rng, backgrounds, size):
    """A random part of a random background, at the picture's size, 0..255."""
    b = backgrounds[rng.integers(len(backgrounds))]
    k = int(rng.integers(110, b.shape[0] + 1))
    x, y = rng.integers(0, b.shape[0] - k + 1, 2)
    b = cv2.resize(b[y : y + k, x : x + k], (size, size), interpolation=cv2.INTER_AREA)
    return f32(b[:, ::-1] if rng.random() < 0.5 else b)


def compose(rng, rgb, alpha, label, backgrounds, size):
    """The head over a background; a quarter of the backgrounds take a colour of the head, so colour alone never decides."""
    b = pick_background(rng, backgrounds, size)
    if rng.random() < 0.25:
        inside = alpha[..., 0] > 0.9
        if inside.any():
            colours = rgb[inside]
            b = b - f32(cv2.mean(b)[:3]) + colours[rng.integers(len(colours))]
    if rng.random() < 0.3:
        rgb = rgb * f32(1 + rng.normal(0, 0.08, 3))
    if rng.random() < 0.12:  # dyed hair
        mask = cv2.GaussianBlur((label == 2).astype(np.float32), (0, 0), 1.0)[..., None]
        rgb = rgb * (1 + mask * f32(rng.normal(0, 0.35, 3)))
    return rgb * alpha + np.clip(b, 0, 255) * (1 - alpha)


def occlude(rng, x, label, backgrounds, size):
    """A towel, gown, glove or hand that comes in from the border. Cloth is background; a hand is not scored."""
    centre = rng.uniform(0, size, 2)
    centre += np.sign(centre - size / 2) * size * 0.25
    axes = rng.uniform(0.08, 0.4, 2) * size
    mask = np.zeros((size, size), np.uint8)
    angle = float(rng.uniform(0, 180))
    hand = rng.random() < 0.25
    if hand:  # fingers: a few parallel capsules
        direction = size / 2 - centre
        direction = direction / (np.linalg.norm(direction) + 1e-6)
        side = np.array([-direction[1], direction[0]])
        width = size * rng.uniform(0.035, 0.07)
        for k in range(int(rng.integers(1, 5))):
            a = centre + side * width * 1.15 * k - direction * size
            b = centre + side * width * 1.15 * k + direction * size * rng.uniform(0.05, 0.2)
            cv2.line(mask, tuple(a.astype(int).tolist()), tuple(b.astype(int).tolist()), 1, max(2, int(width)))
        glove = rng.random() < 0.5
        tone = f32(rng.uniform(20, 255, 3) if glove else f32([225, 175, 150]) * rng.uniform(0.3, 1.1))
        thing = np.broadcast_to(tone, x.shape) * (1 + 0.05 * cv2.resize(f32(rng.normal(0, 1, (8, 8))), (size, size))[..., None])
    else:
        cv2.ellipse(mask, tuple(centre.astype(int).tolist()), tuple(axes.astype(int).tolist()), angle, 0, 360, 1, -1)
        thing = pick_background(rng, backgrounds, size)
        glove = True
    on = mask > 0
    return np.where(on[..., None], thing, x), np.where(on, 0 if glove else IGNORE, label).astype(np.uint8), on


def light(rng, x, size):
    """Shadow or light: patches with hard or soft edges, a ramp across the picture, or soft clouds. Shadows on bald skin were called
    hair without them; a shadow on skin is redder than the skin in light, because blue is absorbed most."""
    kind = rng.random()
    if kind < 0.6:
        corners = (rng.uniform(-0.3, 1.3, (rng.integers(3, 6), 2)) * size).astype(np.int32)
        field = np.zeros((size, size), np.float32)
        cv2.fillPoly(field, [cv2.convexHull(corners)], 1)
        field = cv2.GaussianBlur(field, (0, 0), np.exp(rng.uniform(0, 3.3)))
        field *= f32(np.log(rng.uniform(0.2, 1.4)))
    elif kind < 0.8:
        angle = rng.uniform(0, 2 * np.pi)
        along = np.linspace(-1, 1, size, dtype=np.float32)
        field = f32(rng.uniform(0.2, 0.9)) * (f32(np.cos(angle)) * along[None] + f32(np.sin(angle)) * along[:, None])
    else:
        cells = int(rng.integers(3, 8))
        field = cv2.resize(f32(rng.normal(-0.1, rng.uniform(0.15, 0.45), (cells, cells))), (size, size), interpolation=cv2.INTER_CUBIC)
    tint = f32(rng.uniform(0, 1))
    return x * np.exp(field[..., None] * (1 + tint * f32([-0.15, 0.0, 0.2])))


def expose(rng, x, calm):
    """Gamma, exposure, white balance, contrast, saturation, haze, greyscale; a calm photo is nearly as it was rendered."""
    if calm:
        x = np.clip(x, 0, 1) ** f32(np.exp(rng.normal(0, 0.12))) * f32(np.exp(rng.normal(-0.03, 0.1)))
        x = x * f32(np.exp(rng.normal(0, 0.05, 3)))
        grey = cv2.transform(x, np.full((1, 3), 1 / 3, np.float32))[..., None]
        return grey + (x - grey) * f32(np.exp(rng.normal(-0.1, 0.15)))
    gamma, gain = np.exp(rng.normal(0, 0.22)), np.exp(rng.normal(-0.05, 0.17))
    x = cv2.LUT((np.clip(x, 0, 1) * 255).astype(np.uint8), f32((np.arange(256) / 255.0) ** gamma * gain))
    x = x * f32(np.exp(rng.normal(0, 0.18 if rng.random() < 0.1 else 0.07, 3)))
    mean = f32(np.mean(cv2.mean(x)[:3]))
    x = (x - mean) * f32(np.exp(rng.normal(0, 0.15))) + mean + f32(rng.normal(0, 0.04))
    grey = cv2.transform(x, np.full((1, 3), 1 / 3, np.float32))[..., None]
    x = grey + (x - grey) * f32(0 if rng.random() < 0.05 else np.exp(rng.normal(-0.15, 0.28)))
    if rng.random() < 0.12:
        haze = rng.uniform(0, 0.5)
        x = x * f32(1 - haze) + f32(haze * rng.uniform(0.4, 0.9))
    return x


def blur(rng, x, calm):
    """Out of focus or moved."""
    if rng.random() < 0.55:
        x = cv2.GaussianBlur(x, (0, 0), np.exp(rng.uniform(-1.2, 0.1 if calm else 0.8)))
    if rng.random() < (0.0 if calm else 0.12):
        n = int(rng.integers(3, 8))
        kernel, c, a = np.zeros((n, n), np.float32), n // 2, rng.uniform(0, np.pi)
        d = np.round(c * np.array([np.cos(a), np.sin(a)])).astype(int)
        cv2.line(kernel, (c - int(d[0]), c - int(d[1])), (c + int(d[0]), c + int(d[1])), 1, 1)
        x = cv2.filter2D(x, -1, kernel / kernel.sum())
    return x


def sensor(rng, x, size, calm):
    """Sharpening halos, fine and coarse noise, JPEG. Float 0..1 to uint8."""
    if rng.random() < 0.25:
        x = x + (x - cv2.GaussianBlur(x, (0, 0), 1.2)) * f32(rng.uniform(0.3, 1.5))
    at = rng.integers(0, len(_NOISE) - x.size)
    x = x + _NOISE[at : at + x.size].reshape(x.shape) * f32(np.exp(rng.uniform(-6, -4.2 if calm else -3.2)))
    if rng.random() < (0.05 if calm else 0.2):
        x = x + cv2.resize(f32(rng.normal(0, 0.03, (size // 3, size // 3, 3))), (size, size))
    x = (np.clip(x, 0, 1) * 255).astype(np.uint8)
    if rng.random() < 0.5:
        jpeg = cv2.imencode(".jpg", x, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(50 if calm else 25, 95))])[1]
        x = cv2.imdecode(jpeg, cv2.IMREAD_COLOR)
    return x


def training_picture(rng, item, backgrounds, size):
    """One render, uint8 [n, n, channels], to a training picture, uint8 [size, size, PACKED]."""
    # Most consult photos are plain: with hard augmentation alone the net spends itself on photos that nobody takes.
    calm = rng.random() < CALM
    m, scale, flip = placement(rng, item.shape[0], size, head_is_cut(item), calm)
    rgb, alpha, label, cover, azimuth, height = warp(item, m, scale, flip, size)
    x = compose(rng, rgb, alpha, label, backgrounds, size)
    if rng.random() < 0.2:
        x, label, hidden = occlude(rng, x, label, backgrounds, size)
        height = np.where(hidden, 0, height)
    for _ in range(rng.choice(3, p=(0.5, 0.4, 0.1) if calm else (0.35, 0.4, 0.25))):
        x = light(rng, x, size)
    x = sensor(rng, blur(rng, expose(rng, f32(x) * f32(1 / 255), calm), calm), size, calm)
    return np.dstack([x, label, cover, azimuth, height]).astype(np.uint8)
