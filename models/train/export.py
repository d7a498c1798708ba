"""A checkpoint to ONNX with float16 weights, checked against PyTorch, and its entry for models.toml.

    python export.py --checkpoint run/best.pt --out ../head-seg.onnx

    python export.py --checkpoint run/at_0.4.pt run/at_0.6.pt run/at_0.8.pt run/last.pt --out ../head-seg.onnx

Several checkpoints of one line of training are averaged (Wortsman et al. 2022, arXiv:2203.05482): each errs elsewhere. Batch norms are folded into the convolutions. Weights are stored as float16 and cast to float32 in the graph, which
halves the file and changes no result that matters; height and width of the input stay free (multiples of 32).
"""
import argparse
import hashlib
import json

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch.nn.utils.fusion import fuse_conv_bn_eval

from net import CHANNELS, HeadNet

OPSET = 17


class Graph:
    """Collects the nodes and weights of the exported graph."""

    def __init__(self):
        self.nodes, self.weights, self.count = [], [], 0

    def node(self, kind, inputs, **attributes):
        self.count += 1
        name = f"v{self.count}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def constant(self, array):
        self.count += 1
        name = f"w{self.count}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def half(self, tensor):
        """A weight stored as float16, used as float32."""
        stored = self.constant(tensor.detach().numpy().astype(np.float16))
        return self.node("Cast", [stored], to=TensorProto.FLOAT)

    def conv(self, x, layer, norm=None):
        if norm is not None:
            layer = fuse_conv_bn_eval(layer, norm)
        pad, stride = layer.padding[0], layer.stride[0]
        inputs = [x, self.half(layer.weight), self.constant(layer.bias.detach().numpy())]
        return self.node("Conv", inputs, kernel_shape=list(layer.kernel_size), pads=[pad] * 4, strides=[stride] * 2)

    def block(self, x, block):
        return self.node("Relu", [self.conv(x, block[0], block[1])])

    def residual(self, x, module):
        y = self.conv(self.block(x, module.first), module.second[0], module.second[1])
        return self.node("Relu", [self.node("Add", [x, y])])

    def down(self, x, sequence):
        y = self.block(x, sequence[0])
        for module in sequence[1:]:
            y = self.residual(y, module)
        return y


def build(net):
    """The net as an ONNX model: input `rgb` [1, 3, H, W], output `maps` [1, CHANNELS, H/2, W/2]."""
    g = Graph()
    skips = [g.block("rgb", net.stem)]
    for sequence in (net.down1, net.down2, net.down3):
        skips.append(g.down(skips[-1], sequence))
    y = g.down(skips[-1], net.down4)
    y = g.node("Add", [y, g.node("ReduceMean", [y], axes=[2, 3], keepdims=1)])
    twice = g.constant(np.array([1, 1, 2, 2], np.float32))
    for up, skip in zip((net.up3, net.up2, net.up1, net.up0), reversed(skips)):
        y = g.node("Resize", [y, "", twice], mode="linear", coordinate_transformation_mode="half_pixel")
        y = g.block(g.node("Concat", [y, skip], axis=1), up)
    y = g.conv(y, net.head)
    g.nodes[-1].output[0] = "maps"
    graph = helper.make_graph(
        g.nodes,
        "head-seg",
        [helper.make_tensor_value_info("rgb", TensorProto.FLOAT, [1, 3, "height", "width"])],
        [helper.make_tensor_value_info("maps", TensorProto.FLOAT, [1, CHANNELS, "half_height", "half_width"])],
        g.weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="scalpmap")
    model.ir_version = 8
    onnx.checker.check_model(model)
    return model


@torch.no_grad()
def largest_difference(net, path):
    """Largest difference of any output between PyTorch and the file, for a fixed random picture that is not square."""
    x = torch.randn(1, 3, 256, 192, generator=torch.Generator().manual_seed(1))
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return float(np.abs(session.run(None, {"rgb": x.numpy()})[0] - net(x).numpy()).max())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", required=True, nargs="+", help="one, or several whose weights are averaged")
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    loaded = [torch.load(path, weights_only=False, map_location="cpu") for path in options.checkpoint]
    saved, others = loaded[-1], loaded[:-1]
    for name, value in saved["weights"].items():
        if value.dtype.is_floating_point:
            value.copy_(torch.stack([value, *(other["weights"][name] for other in others)]).mean(0))
    net = HeadNet().eval()
    net.load_state_dict(saved["weights"])
    onnx.save(build(net), options.out)
    data = open(options.out, "rb").read()
    print(json.dumps({"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(), "parameters": sum(p.numel() for p in net.parameters()),
                      "step": saved["step"], "largest_difference": largest_difference(net, options.out), "held_out": saved["scores"]}, indent=1))


if __name__ == "__main__":
    main()
