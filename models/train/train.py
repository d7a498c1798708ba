"""Trains the net on shards of renders.

    python train.py --shards SHARDS --backgrounds backgrounds.npy --out run --minutes 45
    python train.py --shards SHARDS --backgrounds backgrounds.npy --out run --steps 150 --batch 8      # smoke run

Small pictures first, then the final size. The moving average of the weights is what is kept: OUT/last.pt at every
validation, OUT/best.pt where the held-out renders scored best. New shards are used as they appear. With --steps the run
repeats exactly on one machine (one loader, fixed seeds, fixed shards); with --minutes the schedule follows the clock.
"""
import argparse
import json
import os
import time

import numpy as np
import torch
import torch.nn.functional as F

from augment import training_pictures
from dataset import FACIAL_HAIR, IGNORE, THIN, Renders, azimuth_radians, height_unit, load_backgrounds, validation_pictures
from net import CLASSES, COVERAGE, MEAN, POSITION, SPREAD, HeadNet

# Scalp and hair decide what is measured, so their pixels count a little more.
CLASS_WEIGHTS = torch.tensor([1.0, 1.0, 1.2, 1.5, 1.0])
# Shares of the schedule at which the picture grows: (from, side in px).
SIZES = ((0.0, 128), (0.3, 192), (0.75, 256))
MOMENTUM_OF_AVERAGE = 0.995


def targets(pictures):
    """Pictures as `training_pictures` gives them to input, classes, thin mask, coverage, position and its mask."""
    label, height = pictures["label"], pictures["height"]
    thin = label == THIN
    classes = label.clone()
    classes[thin] = IGNORE
    classes[label == FACIAL_HAIR] = 4
    angle = azimuth_radians(pictures["azimuth"])
    on_head = (label > 0) & (label != IGNORE)
    return {
        "x": ((pictures["rgb"] - MEAN) / SPREAD).contiguous(memory_format=torch.channels_last),
        "classes": classes,
        "thin": thin,
        "coverage": pictures["coverage"],
        # Coverage is a share of skin: nothing is asked of the background or of what is not scored.
        "on_head": on_head,
        "position": torch.stack([torch.sin(angle), torch.cos(angle), height_unit(height)], 1),
        "placed": (height > 0) & on_head,
    }


def masked_mean(value, mask):
    return (value * mask).sum() / mask.sum().clamp(min=1)


def loss_terms(output, t, coverage_weight=0.3, position_weight=0.5):
    """Cross entropy of the classes; thin hair may be hair or scalp but nothing else; coverage; position."""
    out = F.interpolate(output.float(), scale_factor=2, mode="bilinear", align_corners=False)
    logits = out[:, : len(CLASSES)]
    classes = F.cross_entropy(logits, t["classes"], weight=CLASS_WEIGHTS.to(logits.device), ignore_index=IGNORE)
    log_p = F.log_softmax(logits, 1)
    thin = masked_mean(-torch.logsumexp(log_p[:, 2:4], 1), t["thin"].float()) * t["thin"].float().mean()
    cover = F.binary_cross_entropy_with_logits(out[:, COVERAGE], t["coverage"], reduction="none")
    cover = masked_mean(cover, t["on_head"].float())
    place = F.smooth_l1_loss(out[:, POSITION], t["position"], reduction="none", beta=0.1).mean(1)
    place = masked_mean(place, t["placed"].float())
    return classes + thin + coverage_weight * cover + position_weight * place, (classes, cover, place)


@torch.no_grad()
def validate(net, batches):
    """IoU of each class, error of coverage in points and of the azimuth in degrees, on held-out renders."""
    net.eval()
    both, either = np.zeros(len(CLASSES)), np.zeros(len(CLASSES))
    cover, azimuth = [], []
    for pictures in batches:
        t = targets(pictures)
        out = F.interpolate(net(t["x"]).float(), scale_factor=2, mode="bilinear", align_corners=False)
        found, true = out[:, : len(CLASSES)].argmax(1), t["classes"]
        valid = true != IGNORE
        for k in range(len(CLASSES)):
            both[k] += ((found == k) & (true == k) & valid).sum().item()
            either[k] += (((found == k) | (true == k)) & valid).sum().item()
        dome = t["on_head"] & (((true == 2) | (true == 3)) | t["thin"])
        cover.append((torch.sigmoid(out[:, COVERAGE]) - t["coverage"]).abs()[dome].mean().item())
        p, q = out[:, POSITION], t["position"]
        turn = torch.atan2(p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0], p[:, 0] * q[:, 0] + p[:, 1] * q[:, 1]).abs()
        azimuth.append(turn[t["placed"]].mean().item() * 180 / np.pi)
    iou = {name: both[k] / max(1, either[k]) for k, name in enumerate(CLASSES)}
    return {"iou": iou, "mean_iou": float(np.mean(list(iou.values())[:4])), "coverage_error": 100 * float(np.nanmean(cover)),
            "azimuth_error_degrees": float(np.nanmean(azimuth))}


def average(mean, net, step):
    """Moves the averaged weights towards the net's, faster at the start."""
    keep = min(MOMENTUM_OF_AVERAGE, (1 + step) / (10 + step))
    with torch.no_grad():
        pairs = list(zip(mean.state_dict().values(), net.state_dict().values()))
        floats = [(a, b) for a, b in pairs if a.dtype.is_floating_point]
        torch._foreach_lerp_([a for a, _ in floats], [b for _, b in floats], 1 - keep)
        for a, b in pairs:
            if not a.dtype.is_floating_point:
                a.copy_(b)


class Schedule:
    """How far a run is, 0..1, by steps or by minutes."""

    def __init__(self, steps, minutes):
        self.steps, self.seconds, self.start = steps, minutes * 60 if minutes else None, time.monotonic()

    def done(self, step):
        return step / self.steps if self.steps else (time.monotonic() - self.start) / self.seconds


def batches(options, device, schedule, step):
    """Batches of growing size until the schedule is over. `step` is a list of one: the steps taken so far."""
    renders, backgrounds = Renders(options.shards, device), load_backgrounds(options.backgrounds, device)
    rng, generator = np.random.default_rng(options.seed), torch.Generator(device).manual_seed(options.seed)
    stages = SIZES if not options.sizes else tuple(zip(options.stages, options.sizes))
    while (done := schedule.done(step[0])) < 1:
        size = [side for start, side in stages if start <= done][-1]
        yield size, training_pictures(generator, renders.draw(rng, options.batch), backgrounds, size)


def save(path, net, options, step, scores):
    torch.save({"weights": net.state_dict(), "step": step, "scores": scores, "options": vars(options)}, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shards", nargs="+", required=True, help="folders of shards")
    parser.add_argument("--backgrounds", required=True)
    parser.add_argument("--out", required=True)
    length = parser.add_mutually_exclusive_group(required=True)
    length.add_argument("--steps", type=int)
    length.add_argument("--minutes", type=float)
    parser.add_argument("--init", help="checkpoint to go on from")
    parser.add_argument("--batch", type=int, default=24)
    parser.add_argument("--rate", type=float, default=2.5e-3, help="peak learning rate")
    parser.add_argument("--decay", type=float, default=1e-2, help="weight decay")
    parser.add_argument("--mix-styles", type=float, default=0.0, help="share of pictures whose features take another's mean and spread")
    parser.add_argument("--sizes", type=int, nargs="*", help="sides in px of the stages, multiples of 32")
    parser.add_argument("--stages", type=float, nargs="*", help="share of the run at which each stage starts")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu", help="cpu or cuda")
    parser.add_argument("--threads", type=int, default=2, help="threads of a CPU")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--validate-every", type=float, default=180, help="seconds")
    parser.add_argument("--keep", type=float, nargs="*", default=[], help="shares of the run at which the weights are kept as at_SHARE.pt")
    options = parser.parse_args()

    os.makedirs(options.out, exist_ok=True)
    torch.set_num_threads(options.threads)
    torch.backends.cudnn.benchmark = True
    torch.manual_seed(options.seed)
    device = torch.device(options.device)
    net = HeadNet(mix=options.mix_styles).to(device, memory_format=torch.channels_last)
    if options.init:
        net.load_state_dict(torch.load(options.init, weights_only=False, map_location=device)["weights"])
    mean = HeadNet().to(device, memory_format=torch.channels_last)
    mean.load_state_dict(net.state_dict())
    optimiser = torch.optim.AdamW(net.parameters(), lr=options.rate, weight_decay=options.decay, fused=device.type == "cuda")
    held = validation_pictures(options.shards, load_backgrounds(options.backgrounds, device), 224, 320, device)
    count = sum(len(pictures["label"]) for pictures in held)
    print(f"{sum(p.numel() for p in net.parameters())} parameters, {count} held-out pictures", flush=True)

    keep = sorted(options.keep)
    schedule, step, best, running = Schedule(options.steps, options.minutes), [0], 0.0, None
    last_look, log = time.monotonic(), open(os.path.join(options.out, "log.jsonl"), "a")

    def look():
        nonlocal best, last_look
        scores = validate(mean, held)
        scores.update(step=step[0], minutes=(time.monotonic() - schedule.start) / 60, loss=running.tolist())
        log.write(json.dumps(scores) + "\n")
        log.flush()
        save(os.path.join(options.out, "last.pt"), mean, options, step[0], scores)
        if scores["mean_iou"] > best:
            best = scores["mean_iou"]
            save(os.path.join(options.out, "best.pt"), mean, options, step[0], scores)
        print("held out:", json.dumps({k: v for k, v in scores.items() if k != "loss"}), flush=True)
        last_look = time.monotonic()

    for size, batch in batches(options, device, schedule, step):
        done = min(1.0, schedule.done(step[0]))
        rate = options.rate * min(1, (step[0] + 1) / 60) * (0.5 + 0.5 * np.cos(np.pi * done)) + 1e-5
        for group in optimiser.param_groups:
            group["lr"] = rate
        net.train()
        t = targets(batch)
        with torch.autocast(device.type, torch.bfloat16):
            output = net(t["x"])
        loss, terms = loss_terms(output, t)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 2.0)
        optimiser.step()
        step[0] += 1
        average(mean, net, step[0])
        now = torch.stack(terms).detach()
        running = now if running is None else torch.lerp(running, now, 0.02)
        if step[0] % 50 == 0:
            passed = time.monotonic() - schedule.start
            losses = " ".join(f"{v:.3f}" for v in running.tolist())
            print(f"{step[0]} {done:.2f} {passed:.0f} s {step[0] * options.batch / passed:.0f} img/s {size} px loss {losses}", flush=True)
        if keep and done >= keep[0]:
            save(os.path.join(options.out, f"at_{keep.pop(0)}.pt"), mean, options, step[0], None)
        if time.monotonic() - last_look > options.validate_every:
            look()
    look()


if __name__ == "__main__":
    main()
