"""Times the kernel and its peers in one run, interleaved, and writes docs/benchmarks.md.

CPU time of one thread each: the kernel's by the clock of its process, the peers' by that of this one. In every round each contestant
runs once; ratios are medians of the rounds' own, since a machine that others use may be half as fast from one round to the next. Before
anything is timed, the peers' results are compared with the kernel's.
"""

import argparse
import ctypes
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ[name] = "1"

import cv2  # noqa: E402
import numpy as np  # noqa: E402
import skimage  # noqa: E402
from skimage.feature import blob_dog  # noqa: E402
from skimage.filters import frangi  # noqa: E402

SIGMAS = [2 ** (i / 2) for i in range(8)]
FULL = 5  # levels up to sigma 4
FLOOR = 2.0
RIDGES = SIGMAS[:5]


def warm_allocator():
    """Keeps freed memory in the process: fresh pages would make OpenCV look three times as slow as it is."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        m_trim_threshold, m_mmap_threshold = -1, -3
        libc.mallopt(m_mmap_threshold, 1 << 30)
        libc.mallopt(m_trim_threshold, 2**31 - 1)


def steps(start, sigmas):
    """What each level's variance lacks from the next."""
    last, out = start, []
    for s in sigmas:
        out.append((s * s - last * last) ** 0.5)
        last = s
    return out


class OpenCv:
    """The kernel's algorithm, composed of OpenCV's functions, into buffers that are used again."""

    def __init__(self, rgb):
        self.rgb = rgb
        self.buffers = {}
        self.given = None

    def buffer(self, name, like, dtype=np.float32):
        key = (name, like.shape[:2], dtype)
        if key not in self.buffers:
            self.buffers[key] = np.empty(like.shape[:2], dtype)
        return self.buffers[key]

    def levels(self, plane, sigmas, tag):
        out = []
        for i, sigma in enumerate(sigmas):
            side = 2 * int(np.ceil(3 * sigma - 1e-3)) + 1
            target = self.buffer((tag, i), plane)
            plane = cv2.GaussianBlur(plane, (side, side), sigma, dst=target, borderType=cv2.BORDER_REFLECT_101)
            out.append(plane)
        return out

    def luminance(self):
        if self.given is not None:
            return self.given
        grey = cv2.cvtColor(self.rgb, cv2.COLOR_RGB2GRAY, dst=self.buffer("grey", self.rgb, np.uint8))
        plane = self.buffer("luminance", self.rgb)
        np.copyto(plane, grey)
        return plane

    def differences(self, levels, tag):
        return [
            cv2.subtract(b, a, dst=self.buffer((tag, "response", i), a)) for i, (a, b) in enumerate(zip(levels, levels[1:]))
        ]

    def wide(self, response, tag):
        return cv2.dilate(response, np.ones((3, 3), np.uint8), dst=self.buffer(("wide", tag), response))

    def maxima(self, response, wides, tag):
        top = wides[0]
        for other in wides[1:]:
            top = cv2.max(top, other, dst=self.buffer(("top", tag), response))
        mask = cv2.compare(response, top, cv2.CMP_GE, dst=self.buffer(("mask", tag), response, np.uint8))
        high = cv2.compare(response, FLOOR, cv2.CMP_GT, dst=self.buffer(("high", tag), response, np.uint8))
        mask = cv2.bitwise_and(mask, high, dst=mask)
        found = cv2.findNonZero(mask)
        return np.empty((0, 2), np.float32) if found is None else found.reshape(-1, 2).astype(np.float32)

    def density(self, spots):
        h, w = -(-self.rgb.shape[0] // 8), -(-self.rgb.shape[1] // 8)
        square = np.clip(spots[:, :2] / 8, 0, [w - 1, h - 1]).astype(np.int64)
        counts = np.bincount(square[:, 1] * w + square[:, 0], minlength=w * h).reshape(h, w).astype(np.float32)
        return cv2.GaussianBlur(counts / 64, (13, 13), 2.0)

    def exact(self):
        levels = self.levels(self.luminance(), steps(0, SIGMAS), "full")
        responses = self.differences(levels, "full")
        wides = [self.wide(r, ("full", i)) for i, r in enumerate(responses)]
        parts = []
        for i, r in enumerate(responses):
            xy = self.maxima(r, [wides[i]] + wides[max(i - 1, 0) : i] + wides[i + 1 : i + 2], ("full", i))
            parts.append(np.column_stack([xy, np.full(len(xy), i, np.float32)]))
        spots = np.concatenate(parts)
        self.density(spots)
        return spots

    def decimated(self):
        fine = self.levels(self.luminance(), steps(0, SIGMAS[:FULL]), "full")
        half = self.buffer("half", fine[-1][::2, ::2])
        np.copyto(half, fine[-1][::2, ::2])
        coarse = [half, *self.levels(half, [0.5 * s for s in steps(SIGMAS[FULL - 1], SIGMAS[FULL:])], "half")]
        responses, small = self.differences(fine, "full"), self.differences(coarse, "half")
        wides = [self.wide(r, ("full", i)) for i, r in enumerate(responses)]
        below = self.buffer("below", half)
        np.copyto(below, wides[-1][::2, ::2])
        small_wides = [self.wide(r, ("half", i)) for i, r in enumerate(small)]
        shape = (fine[0].shape[1], fine[0].shape[0])
        above = cv2.resize(small_wides[0], shape, dst=self.buffer("above", fine[0]), interpolation=cv2.INTER_NEAREST)
        wides.append(above)
        parts = []
        for i, r in enumerate(responses):
            xy = self.maxima(r, [wides[i]] + wides[max(i - 1, 0) : i] + wides[i + 1 : i + 2], ("full", i))
            parts.append(np.column_stack([xy, np.full(len(xy), i, np.float32)]))
        small_wides.insert(0, below)
        for i, r in enumerate(small):
            xy = 2 * self.maxima(r, small_wides[i : i + 3], ("half", i))
            parts.append(np.column_stack([xy, np.full(len(xy), FULL - 1 + i, np.float32)]))
        spots = np.concatenate(parts)
        self.density(spots)
        return spots

    def ridges(self):
        best = None
        for i, (level, s) in enumerate(zip(self.levels(self.luminance(), steps(0, RIDGES), "full"), RIDGES)):
            second = lambda kx, ky: cv2.sepFilter2D(level, -1, kx, ky, borderType=cv2.BORDER_REFLECT_101)  # noqa: E731
            one, two, odd = np.float32([0, 1, 0]), np.float32([1, -2, 1]), np.float32([-0.5, 0, 0.5])
            xx, yy, xy = second(two, one), second(one, two), second(odd, odd)
            apart = cv2.magnitude(cv2.subtract(xx, yy) * 0.5, xy)
            most = np.maximum((cv2.add(xx, yy) * 0.5 + apart) * (s * s), 0)
            best = most if best is None else cv2.max(best, most)
        return best


class Kernel:
    """The kernel's worker and the clock of its CPU time."""

    def __init__(self, worker, photo, isa=None):
        environment = dict(os.environ, **({"SCALPMAP_ISA": isa} if isa else {}))
        pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.process = subprocess.Popen([worker, photo], env=environment, **pipes)
        self.clock = ((~self.process.pid) << 3) | 2  # CPU clock of another process, see clock_getcpuclockid(3)
        self.isa = self.process.stdout.readline().strip()

    def run(self, task, times=1):
        before = time.clock_gettime(self.clock)
        self.process.stdin.write(f"{task} {times}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        return (time.clock_gettime(self.clock) - before) / times, answer

    def result(self, task):
        path = Path(self.run(f"write-{task}")[1])
        values = np.fromfile(path, np.float32)
        path.unlink()
        return values


def own_clock(function, times=1):
    before = time.process_time()
    for _ in range(times):
        function()
    return (time.process_time() - before) / times


def matched(a, b, distance):
    """Share of the spots `a` that have one of the same scale in `b` within `distance` px."""
    hits = 0
    for scale in np.unique(a[:, 2]):
        mine, theirs = a[a[:, 2] == scale], b[b[:, 2] == scale]
        for part in np.array_split(mine, max(1, len(mine) // 500)):
            if len(theirs) and len(part):
                d = np.hypot(part[:, None, 0] - theirs[None, :, 0], part[:, None, 1] - theirs[None, :, 1])
                hits += int((d.min(axis=1) <= distance).sum())
    return hits / max(1, len(a))


def check(kernel, opencv):
    """The peers compute the same; else there is nothing to compare."""
    rows = []
    # OpenCV rounds its grey otherwise, which decides about spots near the floor: for the comparison both take the kernel's.
    weighed = opencv.rgb.astype(np.int32) @ np.int32([77, 150, 29])
    opencv.given = ((weighed + 128) >> 8).astype(np.float32)
    for name, ours, theirs, least in (
        ("exact", kernel.result("exact"), opencv.exact(), 0.97),
        ("decimated", kernel.result("decimated"), opencv.decimated(), 0.9),
    ):
        ours = ours.reshape(-1, 4)
        # OpenCV's spots are whole pixels, and every second one beyond sigma 4.
        share = min(matched(ours, theirs, 2.9), matched(theirs, ours, 2.9))
        rows.append((f"spots, {name}, kernel and OpenCV", len(ours), len(theirs), share))
        if share < least:
            sys.exit(f"the kernel and OpenCV disagree ({name}): {share:.3f} of the spots have a partner, {least} must")
    ours, theirs = kernel.result("ridges"), opencv.ridges().ravel()
    correlation = float(np.corrcoef(ours, theirs)[0, 1])
    rows.append(("ridges, kernel and OpenCV (correlation)", ours.size, theirs.size, correlation))
    if correlation < 0.99:
        sys.exit(f"the ridges disagree: correlation {correlation:.3f}, 0.99 must be")
    opencv.given = None
    return rows


# A process counts the memory of the one that started it until it runs its own program, so a small one starts it.
STARTER = """
import os, sys
nowhere = os.open(os.devnull, os.O_WRONLY)
files = [(os.POSIX_SPAWN_DUP2, nowhere, 1), (os.POSIX_SPAWN_DUP2, nowhere, 2)]
_, status, usage = os.wait4(os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=files), 0)
print(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, status)
"""


def cost(command, fails=False):
    """CPU seconds and peak memory in MiB of one process, which must end well unless it `fails`."""
    answer = subprocess.run([sys.executable, "-S", "-E", "-c", STARTER, *command], check=True, capture_output=True, text=True)
    seconds, memory, status = (float(value) for value in answer.stdout.split())
    if status and not fails:
        sys.exit(f"failed: {' '.join(command)}")
    return seconds, memory


def analysis(program, photos, threads, arguments=("--view", "front"), fails=False):
    """Cost of a batch with all its files."""
    with tempfile.TemporaryDirectory() as out:
        return cost([program, "analyze", *photos, "--out", out, "--threads", str(threads), *arguments], fails)


def whole(program, photo, rounds, arguments):
    """CPU seconds of a whole analysis with all its files, of libjpeg-turbo decoding the photo, and their ratio; medians, interleaved."""
    data = np.fromfile(photo, np.uint8)
    times = []
    for _ in range(rounds):
        seconds, _ = analysis(program, [photo], 1, arguments)
        decoding = own_clock(lambda: cv2.imdecode(data, cv2.IMREAD_COLOR), 3)
        times.append((seconds, decoding, seconds / decoding))
    return [statistics.median(column) for column in zip(*times)]


def medians(run, rounds):
    """Medians of what several runs cost."""
    return [statistics.median(values) for values in zip(*(run() for _ in range(rounds)))]


# Megapixels of one photo, and photos of a batch.
SIZES = {1: (1168, 876), 4: (2312, 1736), 12: (4000, 3000), 48: (8000, 6000)}
BATCHES = (10, 100, 1000)


def growth(program, head, folder, rounds, batches):
    """Rows of the page on what more pixels, more photos and a second thread cost."""
    image = cv2.imread(head)
    rows = []
    for megapixels, size in SIZES.items():
        path = f"{folder}/{megapixels}mp.jpg"
        interpolation = cv2.INTER_AREA if size[0] <= image.shape[1] else cv2.INTER_LINEAR
        cv2.imwrite(path, cv2.resize(image, size, interpolation=interpolation), [cv2.IMWRITE_JPEG_QUALITY, 92])
        seconds, memory = medians(lambda: analysis(program, [path], 1), rounds)
        rows.append((f"one head of {megapixels} MP", seconds * 1e3, f"{seconds * 1e3 / megapixels:.1f} a megapixel", memory))
    photo = Path(f"{folder}/1mp.jpg").read_bytes()
    names = []
    for i in range(max(batches)):
        names.append(f"{folder}/batch{i:04}.jpg")
        Path(names[-1]).write_bytes(photo)
    for count in batches:
        seconds, memory = analysis(program, names[:count], 1)
        rows.append((f"{count} heads of 1 MP", seconds * 1e3, f"{seconds * 1e3 / count:.1f} a photo", memory))
    one, two = [], []
    for _ in range(rounds):
        one.append(analysis(program, names[:20], 1)[0])
        two.append(analysis(program, names[:20], 2)[0])
    return rows, statistics.median(b / a for a, b in zip(one, two))


def cpu_name():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worker", required=True, help="the compiled benches/kernel.rs")
    parser.add_argument("--program", required=True, help="scalpmap")
    parser.add_argument("--build", required=True, help="how both were compiled, for the page")
    parser.add_argument("--rounds", type=int, default=7, help="at least 7 [default: 7]")
    parser.add_argument("--full", action="store_true", help="also a batch of 1 000 photos")
    parser.add_argument("--page", required=True, help="file to write")
    arguments = parser.parse_args()
    rounds = max(7, arguments.rounds)
    warm_allocator()
    cv2.setNumThreads(1)

    folder = tempfile.TemporaryDirectory()
    photos = {}
    for kind, size in (("closeup", "1632x1224"), ("head", "4000x3000")):
        subprocess.run([arguments.program, "phantom", kind, "--size", size, "--out", folder.name], check=True, stdout=subprocess.DEVNULL)
        drawn = [p for p in Path(folder.name).glob("*.png") if "." not in p.stem]  # the layers have a dot
        image = cv2.imread(str(drawn[0]))
        photos[kind] = f"{folder.name}/{kind}.jpg"
        cv2.imwrite(photos[kind], image, [cv2.IMWRITE_JPEG_QUALITY, 92])
        for path in Path(folder.name).glob("*.png"):
            path.unlink()

    rgb = cv2.cvtColor(cv2.imread(photos["closeup"]), cv2.COLOR_BGR2RGB)
    png = f"{folder.name}/closeup.png"
    cv2.imwrite(png, cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
    megapixels = rgb.shape[0] * rgb.shape[1] * 1e-6
    opencv = OpenCv(rgb)
    kernel = Kernel(arguments.worker, png)
    narrow = Kernel(arguments.worker, png, "avx2") if kernel.isa == "avx512" else None
    checks = check(kernel, opencv)

    grey = skimage.color.rgb2gray(rgb).astype(np.float32)
    dark = 1 - grey
    contestants = {
        "kernel, exact": lambda: kernel.run("exact", 5)[0],
        "kernel, decimated": lambda: kernel.run("decimated", 5)[0],
        "kernel, ridges": lambda: kernel.run("ridges", 5)[0],
        "OpenCV, full resolution": lambda: own_clock(opencv.exact, 2),
        "OpenCV, decimated": lambda: own_clock(opencv.decimated, 2),
        "OpenCV, ridges": lambda: own_clock(opencv.ridges, 2),
        "imageproc, levels only": lambda: kernel.run("imageproc")[0],
        "libblur, levels only": lambda: kernel.run("libblur", 2)[0],
        "scikit-image blob_dog": lambda: own_clock(
            lambda: blob_dog(dark, min_sigma=1, max_sigma=8, sigma_ratio=2**0.5, threshold=FLOOR / 255, overlap=1)
        ),
        "scikit-image frangi": lambda: own_clock(lambda: frangi(grey, sigmas=RIDGES, black_ridges=True)),
    }
    if narrow:
        contestants["kernel, exact, AVX2"] = lambda: narrow.run("exact", 5)[0]
        contestants["kernel, decimated, AVX2"] = lambda: narrow.run("decimated", 5)[0]
    times = {name: [] for name in contestants}
    peaks = []
    # Loaded once, before the clock runs.
    nets = {task: [] for task in ("net", "rten") if kernel.run(task)}
    for _ in range(rounds):
        for name, run in contestants.items():
            times[name].append(run() * 1e3 / megapixels)
        for task, taken in nets.items():
            taken.append(kernel.run(task, 3)[0] * 1e3)
        seconds, done = kernel.run("peak")
        peaks.append(int(done) / seconds)
    ms = {name: statistics.median(t) for name, t in times.items()}
    peak = max(peaks)
    both = times | nets
    ratio = lambda name, other: statistics.median(a / b for a, b in zip(both[name], both[other]))  # noqa: E731

    # Weights of both passes per pixel, as a plain evaluation would multiply and add them.
    taps = lambda sigmas: sum(2 * (2 * int(np.ceil(3 * s - 1e-3)) + 1) for s in sigmas)  # noqa: E731
    exact_work = taps(steps(0, SIGMAS))
    halves = [0.5 * s for s in steps(SIGMAS[FULL - 1], SIGMAS[FULL:])]
    decimated_work = taps(steps(0, SIGMAS[:FULL])) + taps(halves) / 4
    share = lambda work, name: work * 1e6 / (ms[name] * 1e-3) / peak  # noqa: E731

    closeup, closeup_decode, closeup_ratio = whole(arguments.program, photos["closeup"], rounds, ["--view", "closeup", "--mm-per-px", "0.01"])
    head, head_decode, head_ratio = whole(arguments.program, photos["head"], rounds, ["--view", "front"])

    start, base = medians(lambda: cost([arguments.program, "--help"]), rounds)
    # Nothing but the start and what is made ready before a photo: the file is no photo.
    nothing = f"{folder.name}/nothing.jpg"
    Path(nothing).write_bytes(b"no photo")
    ready, _ = medians(lambda: analysis(arguments.program, [nothing], 1, fails=True), rounds)
    rows, inflation = growth(arguments.program, photos["head"], folder.name, 3, BATCHES if arguments.full else BATCHES[:2])
    most = next(memory for name, _, _, memory in rows if name == "one head of 12 MP")

    ratios = [
        ("decimated, against OpenCV doing the same", ratio("OpenCV, decimated", "kernel, decimated"), "4 (6)"),
        ("decimated, against OpenCV at full resolution", ratio("OpenCV, full resolution", "kernel, decimated"), "6 (9)"),
        ("decimated, against scikit-image blob_dog", ratio("scikit-image blob_dog", "kernel, decimated"), "60 (100)"),
        ("exact, against OpenCV at full resolution", ratio("OpenCV, full resolution", "kernel, exact"), "3.5 (5)"),
        ("exact, against imageproc's levels alone", ratio("imageproc, levels only", "kernel, exact"), ""),
        ("exact, against libblur's levels alone", ratio("libblur, levels only", "kernel, exact"), ""),
        ("plain work per second, share of the multiply-add peak, exact", share(exact_work, "kernel, exact"), "0.55 (0.65)"),
        ("plain work per second, share of the multiply-add peak, decimated", share(decimated_work, "kernel, decimated"), "0.40 (0.50)"),
        ("ridges, against scikit-image frangi", ratio("scikit-image frangi", "kernel, ridges"), "30 (60)"),
        ("ridges, against OpenCV", ratio("OpenCV, ridges", "kernel, ridges"), ""),
        ("the net's two looks at a photo, of 256 and 320 px, CPU ms", statistics.median(nets["net"]), "at most 60 a look"),
        ("the net's two looks, against rten running its graph", ratio("rten", "net"), ""),
        ("whole close-up analysis, 2 MP, times libjpeg-turbo's decoding", closeup_ratio, "at most 10 (5)"),
        ("whole head analysis, 12 MP, times libjpeg-turbo's decoding", head_ratio, "at most 5 (3)"),
        ("peak memory of a head of 12 MP beyond its px and the program at rest, MiB", most - base - 36e6 / 2**20, "at most 96 (48)"),
        ("CPU time of a batch on two threads by that on one", inflation, "at most 1.08 (1.04)"),
        ("`scalpmap --help`, CPU ms", start * 1e3, "at most 10"),
        ("an analysis before the first photo, CPU ms", ready * 1e3, "at most 60"),
    ]
    lines = [
        "# Benchmarks",
        "",
        "Written by `benches/run`; do not edit. CPU time of one thread, medians of "
        f"{rounds} rounds in which all contestants took turns, and of the rounds' ratios.",
        "",
        f"CPU: {cpu_name()}; the kernel chose {kernel.isa}. {platform.system()} {platform.machine()}, Python "
        f"{platform.python_version()}, OpenCV {cv2.__version__} (one thread, warm allocator), scikit-image {skimage.__version__}, "
        f"NumPy {np.__version__}. Compiled: {arguments.build}. Load of the machine meanwhile: {os.getloadavg()[0]:.1f}.",
        "",
        f"## Dark spots and ridges of a drawn close-up, {rgb.shape[1]} x {rgb.shape[0]} px",
        "",
        "| what | ms per megapixel, median | lowest |",
        "|---|---|---|",
        *[f"| {name} | {ms[name]:.2f} | {min(times[name]):.2f} |" for name in contestants],
        "",
        "## Ratios",
        "",
        "| what | reached | aim (stretch) |",
        "|---|---|---|",
        *[f"| {name} | {value:.2f} | {aim} |" for name, value, aim in ratios],
        "",
        f"The peak is {peak * 1e-9:.0f} billion multiply-adds per second, the best of the rounds, measured. The work is what a plain "
        f"evaluation multiplies and adds: {exact_work} per pixel exact, {decimated_work:.0f} decimated. The kernel needs a quarter to two "
        "fifths of that, beside as many additions: pairs of equal weight are added first, and smooth levels are weighed on every second or "
        "fourth pixel alone.",
        "",
        "## Whole analyses, with JSON and PNG layers, one process each",
        "",
        "| photo | analysis, CPU ms | libjpeg-turbo decoding it, CPU ms |",
        "|---|---|---|",
        f"| drawn close-up, 2 MP | {closeup * 1e3:.0f} | {closeup_decode * 1e3:.1f} |",
        f"| drawn head, 12 MP | {head * 1e3:.0f} | {head_decode * 1e3:.1f} |",
        "",
        "## As work grows: heads on one thread, medians of three",
        "",
        "| what | CPU ms | | peak memory, MiB |",
        "|---|---|---|---|",
        *[f"| {name} | {total:.0f} | {each} | {memory:.0f} |" for name, total, each, memory in rows],
        "",
        "## Equivalence, checked before timing",
        "",
        "| what | kernel | peer | share with a partner |",
        "|---|---|---|---|",
        *[f"| {name} | {ours} | {theirs} | {value:.3f} |" for name, ours, theirs, value in checks],
        "",
    ]
    Path(arguments.page).write_text("\n".join(lines))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
