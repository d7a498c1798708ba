"""Fits models/view.toml, which tells the side that a photo of a head shows, to drawn heads.

    scalpmap phantom head --count 1600 --seed 9950000 --size 480x400 --out heads
    cargo run --release --example view_features -- heads > features.jsonl
    python view.py features.jsonl ../view.toml

Multinomial logistic regression on standardised features, each head also mirrored. Prints how many held-out heads (one in five) come
out right with weights fitted to the others, then fits to all.
"""

import argparse
import json

import torch

VIEWS = ["front", "top", "left", "right", "back"]
DECAY = 1e-3
# What changes its sign in the mirror: mean sines, places to the right, and the slopes of sines downwards and of the others to the right.
ODD = [0, 7, 9, 16, 19, 20, 22]
BORDERS = [30, 31]  # left and right


def mirrored(features):
    out = features.clone()
    out[:, ODD] *= -1
    out[:, BORDERS] = features[:, BORDERS[::-1]]
    return out


def fit(features, labels):
    """Bias [5] and weights [n, 5] for features as they come."""
    swap = torch.tensor([VIEWS.index({"left": "right", "right": "left"}.get(v, v)) for v in VIEWS])
    features = torch.cat([features, mirrored(features)])
    labels = torch.cat([labels, swap[labels]])
    mean, spread = features.mean(0), features.std(0) + 1e-3
    z = (features - mean) / spread
    weight = torch.zeros(z.shape[1], len(VIEWS), dtype=z.dtype, requires_grad=True)
    bias = torch.zeros(len(VIEWS), dtype=z.dtype, requires_grad=True)
    optimiser = torch.optim.LBFGS([weight, bias], max_iter=500, line_search_fn="strong_wolfe")

    def loss():
        optimiser.zero_grad()
        value = torch.nn.functional.cross_entropy(z @ weight + bias, labels) + DECAY * (weight**2).sum() / len(VIEWS)
        value.backward()
        return value

    optimiser.step(loss)
    weight, bias = weight.detach(), bias.detach()
    return bias - (mean / spread) @ weight, weight / spread[:, None]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("features")
    parser.add_argument("out")
    arguments = parser.parse_args()
    with open(arguments.features) as file:
        heads = [json.loads(line) for line in file]
    features = torch.tensor([head["features"] for head in heads], dtype=torch.float64)
    labels = torch.tensor([VIEWS.index(head["view"]) for head in heads])
    held = torch.arange(len(heads)) % 5 == 0
    bias, weight = fit(features[~held], labels[~held])
    right = ((features[held] @ weight + bias).argmax(1) == labels[held]).double().mean()
    print(f"{len(heads)} heads; {100 * right:.1f} % of the held-out ones right")
    bias, weight = fit(features, labels)
    rows = ",\n".join("    [" + ", ".join(f"{v:.5g}" for v in row) + "]" for row in weight.tolist())
    with open(arguments.out, "w") as file:
        file.write(
            "# Tells the side that a photo of a head shows: log-odds = bias + weight * features of src/findings/side.rs, one row of\n"
            f"# weights for each feature, in the order {', '.join(VIEWS)}. Written by train/view.py.\n"
            "bias = [" + ", ".join(f"{v:.5g}" for v in bias.tolist()) + f"]\nweight = [\n{rows},\n]\n"
        )


if __name__ == "__main__":
    main()
