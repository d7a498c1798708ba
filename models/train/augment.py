"""From renders with alpha to training photos, in batches, on whatever device the renders lie: place each, lay it over a
background, light it, take it with a bad camera.

Pictures are floats [n, channels, size, size], colours 0..1. Every function draws from a `Dice` that gives each picture of the
batch its own numbers. What is dear and happens to few pictures is done to a random part of the batch of fixed size (`some`), so
that nothing waits for the GPU. Chances and strengths are choices, kept from runs that were measured; where one is known to
matter a comment says so.
"""
import functools
import math

import torch
import torch.nn.functional as F

from dataset import ALPHA, AZIMUTH, COVERAGE, HEIGHT, IGNORE, LABEL, mirror_azimuth

# Share of training pictures that are taken as a careful person takes them.
CALM = 0.5
# A px of the picture is the mean of this many samples of the render each way, or fine hair turns to noise where it shrinks.
SUPERSAMPLING = 2
# The luminance and chrominance tables of ITU T.81, annex K, at quality 50.
LUMINANCE = (
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
    18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
)  # fmt: skip
CHROMINANCE = (
    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99, 99, 99, 99,
) + (99,) * 32  # fmt: skip


class Dice:
    """Random numbers for `n` pictures, shaped [n, channels, 1, 1]."""

    def __init__(self, generator, n, device):
        self.generator, self.n, self.device = generator, n, device

    def range(self, low=0.0, high=1.0, channels=1):
        return low + (high - low) * torch.rand((self.n, channels, 1, 1), generator=self.generator, device=self.device)

    def normal(self, mean=0.0, sd=1.0, channels=1):
        return mean + sd * torch.randn((self.n, channels, 1, 1), generator=self.generator, device=self.device)

    def chance(self, p):
        return self.range() < p

    def index(self, below):
        return torch.randint(below, (self.n,), generator=self.generator, device=self.device)

    def noise(self, size, channels=1):
        return torch.randn((self.n, channels, size, size), generator=self.generator, device=self.device)

    def some(self, share, start=0):
        """Indices of a random part of the pictures from `start` on, `share` of them, and dice for these."""
        count = round((self.n - start) * share)
        chosen = torch.randperm(self.n - start, generator=self.generator, device=self.device)[:count] + start
        return chosen, Dice(self.generator, count, self.device)


def on_some(dice, x, share, change, start=0):
    """The pictures `x`, `share` of them (from `start` on) changed by `change(dice, pictures)`."""
    chosen, their = dice.some(share, start)
    return x if their.n == 0 else x.index_copy(0, chosen, change(their, x[chosen]))


@functools.cache
def constant(values, shape, device):
    """A small tensor, made once: to send it each time would wait for the GPU."""
    return torch.tensor(values, dtype=torch.float32, device=device).view(shape)


def head_is_cut(label):
    """Whether a render's own frame cuts the head at the top or a side; only its neck may go on beyond the frame."""
    n, side = label.shape[0], label.shape[-1]
    edge = torch.cat([label[:, 0], label[:, : side * 2 // 3, 0], label[:, : side * 2 // 3, -1]], 1)
    return ((edge > 0) & (edge != IGNORE)).any(1).view(n, 1, 1, 1)


def centred(size, device):
    """Coordinates of px in a picture, -0.5 .. 0.5 across it: x [1, 1, 1, size] and y [1, 1, size, 1]."""
    line = (torch.arange(size, device=device, dtype=torch.float32) + 0.5) / size - 0.5
    return line.view(1, 1, 1, size), line.view(1, 1, size, 1)


def placement(dice, cut, calm):
    """Where each picture looks on its render: size, turn, shift, sometimes a tight crop or a sideways photo."""
    kind = torch.where(calm, 0.0, dice.range())
    zoom = torch.where(
        kind < 0.7,
        dice.range(math.log(0.85), math.log(1.3)).exp(),
        torch.where(kind < 0.88, dice.range(math.log(0.45), math.log(0.85)).exp(), dice.range(math.log(1.3), math.log(2.0)).exp()),
    )
    zoom = torch.where(cut, torch.maximum(zoom, dice.range(1.0, 1.2)), zoom)
    sideways = dice.chance(0.1) & ~calm
    turn = dice.normal() * torch.where(calm, 8.0, 13.0) + torch.where(sideways, 90.0 * dice.range(1, 4).floor(), 0.0)
    spread = torch.where(zoom < 1.3, 0.035, 0.18)
    # Phones and crops are not square: a little stretch, which also covers the rounding of sides to multiples of 32.
    stretch, upright = dice.range(0.92, 1.0), dice.chance(0.5)
    return {
        "zoom": zoom,
        "turn": turn * (math.pi / 180),
        "shift": (dice.normal() * spread, dice.normal() * spread),
        "stretch": (torch.where(upright, stretch, 1.0), torch.where(upright, 1.0, stretch)),
        "mirror": torch.where(dice.chance(0.5), -1.0, 1.0),
    }


def sampling_grid(place, size, device):
    """Grid for `grid_sample`, [n, size, size, 2], of pictures placed as `placement` says."""
    x, y = centred(size, device)
    u = (x - place["shift"][0]) / (place["zoom"] * place["stretch"][0]) * place["mirror"]
    v = (y - place["shift"][1]) / (place["zoom"] * place["stretch"][1])
    cos, sin = place["turn"].cos(), place["turn"].sin()
    return torch.stack([(cos * u - sin * v)[:, 0], (sin * u + cos * v)[:, 0]], 3) * 2


def warp(items, place, size):
    """Renders, uint8 [n, side, side, channels], placed in their pictures: rgb and alpha 0..1, label, coverage 0..1, azimuth, height."""
    # The torso goes on beyond the render's edge, so the edge is repeated rather than cut.
    go = dict(padding_mode="border", align_corners=False)
    smooth = items[..., [0, 1, 2, ALPHA, COVERAGE]].permute(0, 3, 1, 2).float() * (1 / 255)
    fine = sampling_grid(place, size * SUPERSAMPLING, items.device)
    smooth = F.avg_pool2d(F.grid_sample(smooth, fine, mode="bilinear", **go), SUPERSAMPLING)
    codes = items[..., [LABEL, AZIMUTH, HEIGHT]].permute(0, 3, 1, 2).float()
    codes = F.grid_sample(codes, sampling_grid(place, size, items.device), mode="nearest", **go).round()
    azimuth = torch.where(place["mirror"][:, 0] < 0, mirror_azimuth(codes[:, 1]), codes[:, 1])
    return smooth[:, :3], smooth[:, 3:4], codes[:, 0].long(), smooth[:, 4], azimuth, codes[:, 2]


def pick_backgrounds(dice, backgrounds, size):
    """A random part of a random background for each picture."""
    chosen = backgrounds[dice.index(len(backgrounds))].permute(0, 3, 1, 2).float() * (1 / 255)
    x, y = centred(size, chosen.device)
    share = dice.range(0.35, 1.0)
    u = x * share + dice.range(-0.5, 0.5) * (1 - share)
    v = y * share + dice.range(-0.5, 0.5) * (1 - share)
    u = u * torch.where(dice.chance(0.5), -1.0, 1.0)
    grid = torch.stack(torch.broadcast_tensors(u[:, 0], v[:, 0]), 3) * 2
    return F.grid_sample(chosen, grid, mode="bilinear", padding_mode="border", align_corners=False)


def smoothed(mask):
    """A mask with edges about as soft as a camera's."""
    return F.avg_pool2d(mask, 3, 1, 1, count_include_pad=False)


def grey_of(x):
    return x.mean(1, keepdim=True)


def masked_mean(x, mask):
    return (x * mask).sum((2, 3), keepdim=True) / mask.sum((2, 3), keepdim=True).clamp(min=1)


def colour_of_the_head(dice, rgb, alpha):
    """The colour of a random px of each head, [n, 3, 1, 1]."""
    n = rgb.shape[0]
    inside = (alpha[:, 0, ::8, ::8] > 0.9).flatten(1)
    lots = torch.rand(inside.shape, generator=dice.generator, device=dice.device)
    at = (lots + inside).argmax(1).view(n, 1, 1).expand(n, 3, 1)
    return rgb[:, :, ::8, ::8].flatten(2).gather(2, at).view(n, 3, 1, 1)


def recolour(dice, rgb, alpha, label, cover, backgrounds):
    """Other clothes, hair and skin: colours of things change together, so that no colour alone decides what a thing is."""
    rgb = torch.where(dice.chance(0.35), rgb * dice.normal(1, 0.08, 3), rgb)
    # Dyed, faded, grey hair. Brighter and darker, by the hair's share of each px.
    hair = torch.maximum(smoothed((label == 2).float()[:, None]), cover[:, None])
    gain = (dice.normal(0, 0.35) + dice.normal(0, 0.12, 3)).exp()
    rgb = torch.where(dice.chance(0.22), rgb * (1 + hair * (gain - 1)), rgb)
    chosen, their = dice.some(0.4)
    clothed = clothe(their, rgb[chosen], alpha[chosen], label[chosen], backgrounds)
    return rgb.index_copy(0, chosen, clothed)


def clothe(dice, rgb, alpha, label, backgrounds):
    """Other cloth: its folds stay, its colour and pattern are a background's; black is worn most."""
    cloth = smoothed(((label == 0)[:, None] & (alpha > 0.5)).float())
    folds = (grey_of(rgb) / masked_mean(grey_of(rgb), cloth).clamp(min=0.02)).clamp(0.2, 3)
    pattern = pick_backgrounds(dice, backgrounds, rgb.shape[-1])
    pattern = torch.where(dice.chance(0.3), pattern * dice.range(0.04, 0.25), pattern)
    pattern = torch.where(dice.chance(0.4), pattern.mean((2, 3), keepdim=True), pattern)
    pattern = torch.where(dice.chance(0.3), colour_of_the_head(dice, rgb, alpha) * dice.range(0.7, 1.2), pattern)
    return torch.lerp(rgb, pattern * folds, cloth)


def compose(dice, rgb, alpha, backgrounds):
    """The head over a background; a quarter of the backgrounds take a colour of the head, so colour alone never decides."""
    room = pick_backgrounds(dice, backgrounds, rgb.shape[-1])
    tinted = room - room.mean((2, 3), keepdim=True) + colour_of_the_head(dice, rgb, alpha)
    room = torch.where(dice.chance(0.25), tinted, room).clamp(0, 1)
    return rgb * alpha + room * (1 - alpha)


def ellipse(x, y, cx, cy, rx, ry, angle):
    """Where each picture has a turned ellipse, [n, 1, size, size]."""
    u, v = x - cx, y - cy
    cos, sin = angle.cos(), angle.sin()
    return ((cos * u + sin * v) / rx) ** 2 + ((cos * v - sin * u) / ry) ** 2 < 1


def occlude(dice, x, label, backgrounds):
    """A towel, gown, glove or hand that comes in from the border. Cloth is background; a bare hand is not scored."""
    size = x.shape[-1]
    px, py = centred(size, x.device)
    cx, cy = dice.range(-0.5, 0.5), dice.range(-0.5, 0.5)
    cx, cy = cx + 0.25 * cx.sign(), cy + 0.25 * cy.sign()
    # Mostly from below: gowns and towels lie on the shoulders.
    below = dice.chance(0.35)
    cx, cy = torch.where(below, dice.range(-0.4, 0.4), cx), torch.where(below, dice.range(0.45, 0.75), cy)
    rx, ry = dice.range(0.08, 0.4), dice.range(0.08, 0.4)
    rx, ry = torch.where(below, rx * 1.6, rx), torch.where(below, ry * 0.8, ry)
    cloth = ellipse(px, py, cx, cy, rx, ry, dice.range(0, math.pi) * torch.where(below, 0.15, 1.0))
    # Fingers: up to four capsules side by side that point to the middle.
    length = torch.hypot(cx, cy).clamp(min=0.05)
    dx, dy = -cx / length, -cy / length
    along, across = (px - cx) * dx + (py - cy) * dy, (py - cy) * dx - (px - cx) * dy
    width, fingers = dice.range(0.035, 0.07), dice.range(1, 5).floor()
    finger = (across / (1.15 * width)).floor()
    gap = ((across / (1.15 * width)) - finger - 0.5).abs() < 0.44
    reach = 0.05 + 0.15 * torch.frac(torch.sin(finger * 12.9898 + dice.range(0, 9)).abs() * 43.7)
    hand = (finger >= 0) & (finger < fingers) & gap & (along < reach)
    is_hand, gloved = dice.chance(0.25), dice.chance(0.5)
    skin = constant((0.88, 0.69, 0.59), (1, 3, 1, 1), x.device) * dice.range(0.3, 1.1)
    tone = torch.where(gloved, dice.range(0.08, 1, 3), skin)
    tone = tone * (1 + 0.05 * F.interpolate(dice.noise(8), size=size, mode="bilinear", align_corners=False))
    thing = pick_backgrounds(dice, backgrounds, size)
    thing = torch.where(dice.chance(0.3), thing * dice.range(0.05, 0.4), thing)
    on = torch.where(is_hand, hand, cloth)
    x = torch.where(on, torch.where(is_hand, tone, thing), x)
    label = torch.where(on[:, 0], torch.where((is_hand & ~gloved)[:, 0], IGNORE, 0), label)
    return x, label, on[:, 0]


def light(dice, x):
    """Shadow or light: a patch with hard or soft edges, a ramp, or soft clouds. Shadows on bald skin were called hair without
    them; a shadow on skin is redder than the skin in light, because blue is absorbed most."""
    size = x.shape[-1]
    px, py = centred(size, x.device)
    # A patch is where half-planes meet.
    depth = torch.ones_like(px + py)
    for _ in range(4):
        angle, at = dice.range(0, 2 * math.pi), dice.range(-0.1, 0.55)
        beside = at - (px * angle.cos() + py * angle.sin())
        depth = torch.where(dice.chance(0.75), torch.minimum(depth, beside), depth)
    edge = dice.range(math.log(1 / size), math.log(0.12)).exp()
    patch = torch.sigmoid(depth / edge * 1.7) * dice.range(0.2, 1.4).log()
    angle = dice.range(0, 2 * math.pi)
    ramp = dice.range(0.4, 1.8) * (angle.cos() * px + angle.sin() * py)
    clouds = F.interpolate(dice.noise(6), size=size, mode="bicubic", align_corners=False) * dice.range(0.15, 0.45) - 0.1
    kind = dice.range()
    field = torch.where(kind < 0.6, patch, torch.where(kind < 0.8, ramp, clouds))
    tint = 1 + dice.range() * constant((-0.15, 0.0, 0.2), (1, 3, 1, 1), x.device)
    return x * (field * tint).exp()


def grain(dice, x):
    """Texture of every scale over the whole picture."""
    size, field = x.shape[-1], 0
    for cells, sd in ((size, 0.06), (size // 2, 0.06), (size // 4, 0.05), (size // 8, 0.05)):
        noise = F.interpolate(dice.noise(cells), size=size, mode="bilinear", align_corners=False) if cells < size else dice.noise(cells)
        field = field + noise * (sd * dice.range() * dice.chance(0.5))
    return x * field.exp()


def random_filter(dice, x):
    """Colours mixed by a random small filter, so that shape is what is left (Xu et al. 2021, arXiv:2007.13003), partly mixed in."""
    n, size = x.shape[0], x.shape[-1]
    kernel = torch.randn((n * 3, 3, 3, 3), generator=dice.generator, device=x.device) * (1 / 27**0.5)
    mixed = F.conv2d(F.pad(x.reshape(1, n * 3, size, size), (1, 1, 1, 1), mode="replicate"), kernel, groups=n).view_as(x)
    mean, sd = x.mean((1, 2, 3), keepdim=True), x.std((1, 2, 3), keepdim=True)
    mixed = (mixed - mixed.mean((1, 2, 3), keepdim=True)) / mixed.std((1, 2, 3), keepdim=True).clamp(min=1e-3) * sd + mean
    return torch.lerp(x, mixed, dice.range(0.1, 0.7))


def expose(dice, x, calm):
    """Gamma, exposure, white balance, contrast, saturation, haze, greyscale; a calm photo is nearly as it was rendered."""

    def strength(quiet, loud):
        return torch.where(calm, quiet, loud)

    x = x.clamp(1e-4, 1) ** (dice.normal() * strength(0.12, 0.24)).exp() * (dice.normal(-0.04) * strength(0.1, 0.2)).exp()
    cast = torch.where(dice.chance(0.1), 0.18, 0.07)
    x = x * (dice.normal(0, 1, 3) * torch.where(calm, 0.05, cast)).exp()
    mean = x.mean((1, 2, 3), keepdim=True)
    x = (x - mean) * (dice.normal() * strength(0.0, 0.17)).exp() + mean + dice.normal() * strength(0.0, 0.04)
    grey = grey_of(x)
    saturation = (dice.normal(-0.1) * strength(0.15, 0.3)).exp() * (1 - (dice.chance(0.05) & ~calm).float())
    x = grey + (x - grey) * saturation
    haze = dice.range(0, 0.5) * (dice.chance(0.12) & ~calm)
    return x * (1 - haze) + haze * dice.range(0.4, 0.9)


def filtered(x, kernels):
    """Each picture through its own kernel, [n, 1, k, l]."""
    n, c, h, w = x.shape
    k, l = kernels.shape[-2:]
    padded = F.pad(x, (l // 2, l // 2, k // 2, k // 2), mode="replicate").reshape(1, n * c, h + k - 1, w + l - 1)
    return F.conv2d(padded, kernels.repeat_interleave(c, 0), groups=n * c).view(n, c, h, w)


def gaussian(x, sigma, radius=6):
    """Each picture blurred by its own sigma in px, [n, 1, 1, 1]."""
    at = torch.arange(-radius, radius + 1, device=x.device, dtype=torch.float32)
    kernel = (-0.5 * (at / sigma.clamp(min=0.05)) ** 2).exp()
    kernel = kernel / kernel.sum(3, keepdim=True)
    return filtered(filtered(x, kernel), kernel.transpose(2, 3))


def defocused(dice, x):
    """Out of focus, by up to two and a half px at worst."""
    return gaussian(x, dice.range(-1.2, 0.9).exp())


def nearly_sharp(dice, x):
    """Out of focus by about a px at most."""
    return gaussian(x, dice.range(-1.2, 0.1).exp(), 3)


def moved(dice, x):
    """Moved while the shutter was open: a short line of the kernel's px."""
    at = torch.arange(-3, 4, device=x.device, dtype=torch.float32)
    angle, half = dice.range(0, math.pi), dice.range(1.0, 3.5)
    u, v = at.view(1, 1, 1, 7), at.view(1, 1, 7, 1)
    along, across = u * angle.cos() + v * angle.sin(), v * angle.cos() - u * angle.sin()
    line = (half + 0.5 - along.abs()).clamp(0, 1) * (1 - across.abs()).clamp(0, 1)
    return filtered(x, line / line.sum((2, 3), keepdim=True))


def blocks(x):
    """[n, c, h, w] to [n, c, h/8, w/8, 8, 8]."""
    n, c, h, w = x.shape
    return x.view(n, c, h // 8, 8, w // 8, 8).transpose(3, 4)


def jpeg(dice, x):
    """What JPEG of quality 20 to 95 leaves, chrominance at half the size."""
    device, quality = x.device, dice.range(20, 95)
    k = torch.arange(8, device=device, dtype=torch.float32)
    dct = torch.cos((2 * k[None] + 1) * k[:, None] * (math.pi / 16)) * 0.5
    dct[0] *= 0.5**0.5
    scale = torch.where(quality < 50, 50 / quality, 2 - quality / 50).view(-1, 1, 1, 1, 1, 1)

    def coded(plane, table):
        steps = (constant(table, (8, 8), device) * scale).clamp(1, 255)
        levels = (dct @ blocks(plane * 255 - 128) @ dct.T / steps).round() * steps
        back = dct.T @ levels @ dct
        n, c, h, w = plane.shape
        return (back.transpose(3, 4).reshape(n, c, h, w) + 128) * (1 / 255)

    r, g, b = x[:, :1], x[:, 1:2], x[:, 2:]
    luma = 0.299 * r + 0.587 * g + 0.114 * b
    chroma = F.avg_pool2d(torch.cat([(b - luma) / 1.772, (r - luma) / 1.402], 1) + 0.5, 2)
    luma, chroma = coded(luma, LUMINANCE), coded(chroma, CHROMINANCE) - 0.5
    cb, cr = F.interpolate(chroma, scale_factor=2, mode="bilinear", align_corners=False).split(1, 1)
    return torch.cat([luma + 1.402 * cr, luma - 0.344136 * cb - 0.714136 * cr, luma + 1.772 * cb], 1).clamp(0, 1)


def sharpened(dice, x):
    """The halos of a phone's sharpening."""
    return x + (x - gaussian(x, torch.full_like(dice.range(), 1.2), 3)) * dice.range(0.3, 1.5)


def noisy(dice, x, calm):
    """Fine noise, and on some pictures coarse noise as of a small sensor cleaned up."""
    size = x.shape[-1]
    x = x + dice.noise(size, 3) * torch.where(calm, dice.range(-6, -4.2), dice.range(-6, -3.2)).exp()
    coarse = F.interpolate(dice.noise(size // 3, 3) * 0.03, size=size, mode="bilinear", align_corners=False)
    return (x + coarse * (dice.range() < torch.where(calm, 0.05, 0.2))).clamp(0, 1)


def training_pictures(generator, items, backgrounds, size):
    """Renders, uint8 [n, side, side, channels], as photos: a dictionary of rgb 0..1 [n, 3, size, size], label, coverage 0..1,
    azimuth and height codes, each [n, size, size]. The first of them are the calm ones."""
    dice = Dice(generator, len(items), items.device)
    # Most consult photos are plain: with hard augmentation alone the net spends itself on photos that nobody takes.
    loud_from = round(len(items) * CALM)
    calm = (torch.arange(len(items), device=items.device) < loud_from).view(-1, 1, 1, 1)
    place = placement(dice, head_is_cut(items[..., LABEL]), calm)
    rgb, alpha, label, cover, azimuth, height = warp(items, place, size)
    rgb = recolour(dice, rgb, alpha, label, cover, backgrounds)
    x = compose(dice, rgb, alpha, backgrounds)
    chosen, their = dice.some(0.25)
    shown, named, hidden = occlude(their, x[chosen], label[chosen], backgrounds)
    x, label = x.index_copy(0, chosen, shown), label.index_copy(0, chosen, named)
    height = height.index_copy(0, chosen, torch.where(hidden, 0.0, height[chosen]))
    x = on_some(dice, x, 0.55, light)
    x = on_some(dice, x, 0.17, light)
    x = on_some(dice, x, 0.3, grain, loud_from)
    x = on_some(dice, x, 0.15, random_filter, loud_from)
    x = expose(dice, x, calm)
    x = on_some(dice, x, 0.4, nearly_sharp)
    x = on_some(dice, x, 0.4, defocused, loud_from)
    x = on_some(dice, x, 0.12, moved, loud_from)
    x = noisy(dice, on_some(dice, x, 0.25, sharpened), calm)
    x = on_some(dice, x, 0.5, jpeg)
    return {"rgb": (x * 255).round() * (1 / 255), "label": label, "coverage": cover, "azimuth": azimuth, "height": height}
