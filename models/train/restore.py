"""An exported net back to a checkpoint to train on from (`train.py --init`).

    python restore.py --model ../head-seg.onnx --shards shards --backgrounds backgrounds.npy --out before.pt

The file holds no batch norms: they were folded into the convolutions. Their means and variances are measured anew on some training
pictures, and the scales and shifts set so that the net answers as before.
"""
import argparse

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from dataset import load_backgrounds, validation_pictures
from net import MEAN, SPREAD, HeadNet


def layers(net):
    """The convolutions of the net in the order in which `export.py` writes them, each with its norm or none."""
    found = [(net.stem[0], net.stem[1])]
    for sequence in (net.down1, net.down2, net.down3, net.down4):
        found.append((sequence[0][0], sequence[0][1]))
        for residual in list(sequence)[1:]:
            found += [(residual.first[0], residual.first[1]), (residual.second[0], residual.second[1])]
    found += [(up[0], up[1]) for up in (net.up3, net.up2, net.up1, net.up0)]
    return [*found, (net.head, None)]


@torch.no_grad()
def fill(net, path):
    """Convolutions and shifts from the file, norms that do nothing else."""
    graph = onnx.load(path).graph
    weights = {w.name: numpy_helper.to_array(w) for w in graph.initializer}
    stored = {node.output[0]: node.input[0] for node in graph.node if node.op_type == "Cast"}
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    for node, (layer, norm) in zip(convolutions, layers(net), strict=True):
        layer.weight.copy_(torch.tensor(weights[stored[node.input[1]]].astype(np.float32)))
        bias = torch.tensor(weights[node.input[2]])
        if norm is None:
            layer.bias.copy_(bias)
        else:
            norm.weight.fill_(1)
            norm.bias.copy_(bias)
            norm.running_mean.zero_()
            norm.running_var.fill_(1 - norm.eps)


@torch.no_grad()
def measure_norms(net, x):
    """Gives every norm the mean and variance of what reaches it."""
    seen = {}
    norms = [norm for _, norm in layers(net) if norm is not None]
    hooks = [
        norm.register_forward_pre_hook(lambda norm, inputs: seen.__setitem__(norm, (inputs[0].mean((0, 2, 3)), inputs[0].var((0, 2, 3)))))
        for norm in norms
    ]
    before = net(x)
    for hook in hooks:
        hook.remove()
    for norm, (mean, variance) in seen.items():
        variance = variance.clamp(min=1e-5)
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
        norm.weight.copy_((variance + norm.eps).sqrt())
        norm.bias.add_(mean)
    return float((net(x) - before).abs().max())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--shards", nargs="+", required=True, help="folders of shards")
    parser.add_argument("--backgrounds", required=True)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    net = HeadNet().eval()
    fill(net, options.model)
    pictures = validation_pictures(options.shards, load_backgrounds(options.backgrounds, "cpu"), 256, 160, "cpu")
    difference = measure_norms(net, (torch.cat([p["rgb"] for p in pictures]) - MEAN) / SPREAD)
    torch.save({"weights": net.state_dict(), "step": 0, "scores": None}, options.out)
    print(f"largest difference of any output: {difference:.1e}")


if __name__ == "__main__":
    main()
