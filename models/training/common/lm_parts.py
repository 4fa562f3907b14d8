"""A decoder-only model's weights as its graphs use them: norms, fused matrices, and the sizes that follow from their shapes."""
import numpy as np

from matrices import HEAD_SIZE

# what blocks.py calls the tensors of a block: norms, and the matrices that become one
NORMS = {name: name for name in ("n1", "n2", "qn", "kn")}
MATRICES = {"qkv": ("wq", "wk", "wv"), "o": ("wo",), "gu": ("w1", "w3"), "down": ("w2",)}


def with_spare(table, spare):
    """Rows for positions behind the last one: drafts may reach over the end."""
    return np.concatenate([table, np.repeat(table[-1:], spare, 0)])


class Parts:
    """Embedding [inputs, d], norms, matrices [out, in]; numpy float32.

    A medium adds `length` (of its longest sequence), what its embedding reads, and angles() -> [positions, HEAD_SIZE / 2].
    norms and matrices: names of a block's tensors, where they are not those of blocks.py.
    """
    epsilon = 1e-6          # of the norms
    batched = True          # whether the graph takes several sequences

    def __init__(self, w, embedding, head, at="blocks.", last="nf", norms=NORMS, matrices=MATRICES):
        self.embedding, self.d, self.vocabulary = embedding, embedding.shape[1], len(head)
        self.layers = 1 + max(int(k[len(at):].split(".")[0]) for k in w if k.startswith(at))
        self.norms, self.matrices = {"nf": w[last]}, {"head": head}
        for i in range(self.layers):
            block = lambda name: w[f"{at}{i}.{name}"]
            self.norms |= {f"l.{i}.{name}": block(own) for name, own in norms.items()}
            self.matrices |= {f"l.{i}.{name}": np.concatenate([block(own + ".weight") for own in fused])
                              for name, fused in matrices.items()}
        self.heads = self.matrices["l.0.o"].shape[1] // HEAD_SIZE
        self.kv = (len(self.matrices["l.0.qkv"]) // HEAD_SIZE - self.heads) // 2
        self.ff = self.matrices["l.0.down"].shape[1]

    def input_of(self, matrix):
        """Matrices that read the same vector have the same ranges."""
        return matrix
