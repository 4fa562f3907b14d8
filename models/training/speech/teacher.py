"""The teacher: a Piper (VITS) voice without noise, cut in two.

    python3 teacher.py VOICE_ONNX

$WORK/front.onnx: text encoder and durations (fp16 weights with Casts), inputs input, input_lengths,
scales; outputs the means [B, 192, L] and float durations [B, 1, L]. $WORK/back.npz: flow and
HiFi-GAN weights, fp16, run by class Vits.
"""
import os
import sys

import numpy as np
import torch
import torch.nn.functional as F

MEANS, DURATIONS = "/enc_p/Split_output_0", "/Mul_1_output_0"


def cut(voice, work):
    import onnx
    import onnx.utils
    from onnx import TensorProto, helper, numpy_helper

    front = os.path.join(work, "front.onnx")
    onnx.utils.extract_model(voice, front, ["input", "input_lengths", "scales"], [MEANS, DURATIONS],
                             check_model=False)
    graph = onnx.load(front)
    casts = []
    for i in list(graph.graph.initializer):
        if i.data_type == TensorProto.FLOAT and np.prod(i.dims) >= 64:
            half = numpy_helper.to_array(i).astype(np.float16)
            graph.graph.initializer.remove(i)
            graph.graph.initializer.append(numpy_helper.from_array(half, i.name + "_h"))
            casts.append(helper.make_node("Cast", [i.name + "_h"], [i.name], to=TensorProto.FLOAT))
    nodes = casts + list(graph.graph.node)
    del graph.graph.node[:]
    graph.graph.node.extend(nodes)
    onnx.save(graph, front)

    whole = onnx.load(voice)
    tensors = {i.name: i for i in whole.graph.initializer}
    weights = {}
    for node in whole.graph.node:
        if node.name.startswith(("/flow/", "/dec/")) and node.op_type in ("Conv", "ConvTranspose"):
            key = node.name[1:].rsplit("/", 1)[0].replace("/", ".")
            for part, name in zip(("w", "b"), node.input[1:]):
                weights[f"{key}.{part}"] = numpy_helper.to_array(tensors[name]).astype(np.float16)
    np.savez(os.path.join(work, "back.npz"), **weights)
    return os.path.getsize(front), sum(w.size for w in weights.values())


class Vits:
    """The frozen back half: means at 86 Hz -> flow (reversed) -> HiFi-GAN -> wave at 22,050 Hz."""

    def __init__(self, path, device, dtype=torch.float32):
        with np.load(path) as z:
            self.W = {k: torch.from_numpy(z[k].astype(np.float32)).to(device, dtype) for k in z.files}

    def conv(self, name, x, dilation=1):
        w = self.W[name + ".w"]
        return F.conv1d(x, w, self.W.get(name + ".b"), padding=(w.shape[2] - 1) // 2 * dilation,
                        dilation=dilation)

    def coupling(self, p, a, mask):
        """The mean that one flow adds: WaveNet of four layers on half the channels."""
        h, out = self.conv(p + "pre", a) * mask, 0
        for i in range(4):
            t, g = self.conv(p + f"enc.in_layers.{i}", h).chunk(2, 1)
            r = self.conv(p + f"enc.res_skip_layers.{i}", torch.tanh(t) * torch.sigmoid(g))
            if i < 3:
                h = (h + r[:, :192]) * mask
                r = r[:, 192:]
            out = out + r
        return self.conv(p + "post", out * mask) * mask

    def flow(self, x, mask):
        """Means [B, 192, T], mask [B, 1, T] -> z [B, 192, T]."""
        for f in (6, 4, 2, 0):
            a, b = x.flip(1).chunk(2, 1)
            x = torch.cat([a, (b - self.coupling(f"flow.flows.{f}.", a, mask)) * mask], 1)
        return x

    def dec(self, z):
        """z [B, 192, T] -> wave [B, 256 T]."""
        x = self.conv("dec.conv_pre", z)
        dilations = ((1, 2), (2, 6), (3, 12))
        for i, (stride, pad) in enumerate(((8, 4), (8, 4), (4, 2))):
            up = f"dec.ups.{i}."
            x = F.conv_transpose1d(F.leaky_relu(x, 0.1), self.W[up + "w"], self.W[up + "b"],
                                   stride=stride, padding=pad)
            total = 0
            for j in range(3):
                t = x
                for q in range(2):
                    name = f"dec.resblocks.{3 * i + j}.convs.{q}"
                    t = t + self.conv(name, F.leaky_relu(t, 0.1), dilations[j][q])
                total = total + t
            x = total / 3
        return torch.tanh(self.conv("dec.conv_post", F.leaky_relu(x, 0.01)))[:, 0]

    def speak(self, m):
        """Means [B, T, 192] -> wave [B, 256 T]."""
        x = m.transpose(1, 2)
        return self.dec(self.flow(x, torch.ones_like(x[:, :1])))


if __name__ == "__main__":
    folder = os.environ.get("WORK", "./work/speech")
    os.makedirs(folder, exist_ok=True)
    size, numbers = cut(sys.argv[1], folder)
    print("front.onnx bytes", size, "back.npz numbers", numbers)
