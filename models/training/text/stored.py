"""The weights of a target that is exported already: further graphs over the same files, without a byte more."""
import os

import onnx

import shared  # noqa: F401


class StoredWeights:
    """Takes the place of a WeightFile: what is added is looked up by its name, and what the files hold is what counts.

    own: a WeightFile for what the target has not, all whose name begins with one of `names`.
    """

    def __init__(self, folder, own=None, names=()):
        graph = onnx.load(os.path.join(folder, "target.onnx"), load_external_data=False).graph
        places = {t.name: {e.key: e.value for e in t.external_data} for t in graph.initializer if t.external_data}
        self.places = {name: (at["location"], int(at["offset"]), int(at["length"])) for name, at in places.items()}
        self.own, self.names = own, tuple(names)

    def add(self, name, array):
        """-> (name of the file, offset and length in bytes)."""
        if name.startswith(self.names):
            return self.own.add(name, array)
        place = self.places[name]
        assert place[2] == array.nbytes, name
        return place

    def save(self):
        if self.own:
            self.own.save()
