"""A small helper that builds ONNX graphs, and weight files that several graphs share."""
import os

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

MS = "com.microsoft"
ALIGN = 4096            # weights in a file of their own start at multiples of this, so that they can be mapped
SMALL = 1024            # bytes; smaller tensors stay inside the graph
FLOAT, INT64, INT32 = TensorProto.FLOAT, TensorProto.INT64, TensorProto.INT32


class WeightFile:
    """Tensors one after another in one file; a name that comes twice must bring the same bytes."""

    def __init__(self, path):
        self.path, self.name = path, os.path.basename(path)
        self.places, self.bytes, self.size = {}, {}, 0

    def add(self, name, array):
        """-> (name of the file, offset and length in bytes)."""
        data = array.tobytes()
        if name in self.places:
            assert self.bytes[name] == data, name
            return self.name, *self.places[name]
        self.size = -(-self.size // ALIGN) * ALIGN
        self.places[name], self.bytes[name] = (self.size, len(data)), data
        self.size += len(data)
        return self.name, *self.places[name]

    def save(self):
        with open(self.path, "wb") as f:
            for name, (offset, _) in self.places.items():
                f.write(b"\0" * (offset - f.tell()))
                f.write(self.bytes[name])


class WeightFiles:
    """The same in several files, none longer than `most` bytes: PATH.bin, PATH.2.bin, ..."""

    def __init__(self, path, most):
        self.path, self.most, self.files = path.removesuffix(".bin"), most, []

    def add(self, name, array):
        for file in self.files:
            if name in file.places:
                return file.add(name, array)
        if not self.files or self.files[-1].size + array.nbytes + ALIGN > self.most:
            number = len(self.files) + 1
            self.files.append(WeightFile(f"{self.path}{'' if number == 1 else f'.{number}'}.bin"))
        return self.files[-1].add(name, array)

    def save(self):
        for file in self.files:
            file.save()


class Graph:
    """Nodes and weights of one graph. Every method that adds something returns the name of its output."""

    def __init__(self, name, weights=None, opset=20):
        self.name, self.weights, self.opset = name, weights, opset
        self.nodes, self.tensors, self.inputs, self.outputs, self.known, self.blocks = [], [], [], [], {}, {}

    def input(self, name, kind, shape):
        self.inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def output(self, name, kind, shape):
        self.outputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def weight(self, name, array):
        """A named tensor; a big one goes to the weight file, where there is one."""
        array = np.ascontiguousarray(array)
        tensor = numpy_helper.from_array(array, name)
        if self.weights is not None and array.nbytes >= SMALL:
            location, offset, length = self.weights.add(name, array)
            tensor.ClearField("raw_data")
            tensor.data_location = TensorProto.EXTERNAL
            for key, value in (("location", location), ("offset", offset), ("length", length)):
                tensor.external_data.add(key=key, value=str(value))
        self.tensors.append(tensor)
        return name

    def const(self, value, dtype=None):
        """An anonymous tensor; equal ones are kept once."""
        array = np.asarray(value, dtype)
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self.known:
            self.known[key] = f"const_{len(self.known)}"
            self.tensors.append(numpy_helper.from_array(np.ascontiguousarray(array), self.known[key]))
        return self.known[key]

    def ints(self, *values):
        return self.const(values, np.int64)

    def op(self, kind, inputs, outputs=1, domain="", **attributes):
        """outputs: how many, or their names ("" for one that is not wanted). -> name, or list of names."""
        name = f"{kind}_{len(self.nodes)}"
        if isinstance(outputs, int):
            outputs = [f"{name}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, outputs, name=name, domain=domain, **attributes))
        return outputs[0] if len(outputs) == 1 else outputs

    def name_as(self, value, name):
        return self.op("Identity", [value], [name])

    def model(self):
        graph = helper.make_graph(self.nodes, self.name, self.inputs, self.outputs, self.tensors)
        sets = [helper.make_opsetid("", self.opset), helper.make_opsetid(MS, 1)]
        version = 9 if self.opset <= 20 else 11
        return helper.make_model(graph, opset_imports=sets, ir_version=version, producer_name="foretoken")

    def save(self, path):
        onnx.save(self.model(), path)


def quantise_rows(w):
    """Matrix [N, K] -> int8 rows [N, K] and float32 scales [N]."""
    scale = np.abs(w).max(1) / 127
    scale[scale == 0] = 1
    return np.clip(np.round(w / scale[:, None]), -127, 127).astype(np.int8), scale.astype(np.float32)


def session(model, threads=2, float_weights=True):
    """An onnxruntime session of a path or a ModelProto. float_weights: 8-bit weights are unfolded at load."""
    import onnxruntime as ort
    options = ort.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = threads, 3
    if float_weights:
        options.add_session_config_entry("session.disable_quant_qdq", "1")
    source = str(model) if isinstance(model, (str, os.PathLike)) else model.SerializeToString()
    return ort.InferenceSession(source, options, providers=["CPUExecutionProvider"])
