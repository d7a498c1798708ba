"""The net: a U-Net with a stride-2 stem that predicts at half the input's resolution.

Output channels, in this order (`src/segmentation/net.rs` reads them by it):

    0-4  logits of background, skin, hair, bare scalp, facial hair
    5    logit of coverage, the share of the skin hidden by hair
    6-7  sine and cosine of the azimuth on the head, 0 = face, positive towards the client's left
    8    height on the head, -1 (below the chin) .. 1 (above the crown)

Position and coverage come free from the renderer. They are trained as companions of the classes: the border between
forehead and bald scalp has no edge in the photo, only a place on the head.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F

CLASSES = ("background", "skin", "hair", "scalp", "facial hair")
CHANNELS = len(CLASSES) + 4
COVERAGE, POSITION = 5, slice(6, 9)
# Sides of the input must be multiples of this: five halvings.
STRIDE = 32
# Inputs are sRGB 0..1, minus MEAN, over SPREAD.
MEAN, SPREAD = 0.45, 0.25


class ConvBlock(nn.Sequential):
    """Convolution, batch norm, ReLU."""

    def __init__(self, inputs, outputs, stride=1):
        super().__init__(nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class Residual(nn.Module):
    """x + conv(conv(x)), then ReLU."""

    def __init__(self, width):
        super().__init__()
        self.first = ConvBlock(width, width)
        self.second = nn.Sequential(nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width))

    def forward(self, x):
        return torch.relu(x + self.second(self.first(x)))


def mix_styles(x, share):
    """Each channel's mean and spread of a `share` of the pictures mixed with another picture's: what a photo looks like as a whole
    (camera, light, tones) then decides less (Zhou et al. 2021, arXiv:2104.02008)."""
    n = x.shape[0]
    spread, mean = torch.var_mean(x.float(), (2, 3), keepdim=True)
    spread = (spread + 1e-6).sqrt()
    other = torch.randperm(n, device=x.device)
    # Beta(0.1, 0.1), as there: mostly nearly one picture or nearly the other. Drawn as a ratio of gamma variates.
    a, b = (torch._standard_gamma(torch.full((n, 1, 1, 1), 0.1, device=x.device)) + 1e-8 for _ in range(2))
    keep = torch.where(torch.rand_like(a) < share, a / (a + b), 1.0)
    mixed = lambda own: torch.lerp(own[other], own, keep)
    return ((x - mean) / spread * mixed(spread) + mixed(mean)).to(x.dtype)


class HeadNet(nn.Module):
    """RGB [n, 3, H, W] to [n, CHANNELS, H/2, W/2]; H and W multiples of STRIDE. 1.4 M parameters. `mix` is the share of pictures
    whose style is mixed with another's while it trains."""

    def __init__(self, widths=(16, 32, 64, 104, 128), mix=0.0):
        super().__init__()
        self.mix = mix
        a, b, c, d, e = widths
        self.stem = ConvBlock(3, a, 2)
        self.down1 = nn.Sequential(ConvBlock(a, b, 2), Residual(b))
        self.down2 = nn.Sequential(ConvBlock(b, c, 2), Residual(c))
        self.down3 = nn.Sequential(ConvBlock(c, d, 2), Residual(d))
        self.down4 = nn.Sequential(ConvBlock(d, e, 2), Residual(e), Residual(e))
        self.up3 = ConvBlock(e + d, d)
        self.up2 = ConvBlock(d + c, c)
        self.up1 = ConvBlock(c + b, b)
        self.up0 = ConvBlock(b + a, a)
        self.head = nn.Conv2d(a, CHANNELS, 1)

    def styled(self, x):
        return mix_styles(x, self.mix) if self.training and self.mix > 0 else x

    def forward(self, x):
        s0 = self.stem(x)
        s1 = self.styled(self.down1(s0))
        s2 = self.styled(self.down2(s1))
        s3 = self.down3(s2)
        y = self.down4(s3)
        # The mean over the photo tells every pixel what kind of photo it is in: view, light, framing.
        y = y + y.mean((2, 3), keepdim=True)
        for up, skip in ((self.up3, s3), (self.up2, s2), (self.up1, s1), (self.up0, s0)):
            y = F.interpolate(y, scale_factor=2, mode="bilinear", align_corners=False)
            y = up(torch.cat([y, skip], 1))
        return self.head(y)


def normalise(rgb):
    """uint8 [n, H, W, 3] to the net's input [n, 3, H, W]."""
    return (rgb.permute(0, 3, 1, 2).float() / 255 - MEAN) / SPREAD
