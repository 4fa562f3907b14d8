"""Word vectors of all-MiniLM-L6-v2 (384 numbers): what ties words the captions never use to those they do."""
import json
import re

import numpy as np
import torch
import torch.nn.functional as F

SIZE, HEADS, LAYERS = 384, 12, 6
BATCH = 512


def read_safetensors(path):
    """All float32 tensors of a .safetensors file (the format is a JSON header and raw numbers)."""
    with open(path, 'rb') as f:
        header = json.loads(f.read(int.from_bytes(f.read(8), 'little')))
        body = f.read()
    tensors = {}
    for name, about in header.items():
        if name != '__metadata__' and about['dtype'] == 'F32':
            first, last = about['data_offsets']
            values = np.frombuffer(body[first:last], np.float32).reshape(about['shape'])
            tensors[name] = torch.from_numpy(values.copy())
    return tensors


class WordVectors:
    """The sentence model on single words: mean over its word pieces, length 1."""

    def __init__(self, folder):
        from tokenizers import Tokenizer
        self.weights = read_safetensors(f'{folder}/model.safetensors')
        self.pieces = Tokenizer.from_file(f'{folder}/tokenizer.json')
        self.pieces.no_padding()
        self.pieces.no_truncation()
        with open(f'{folder}/vocab.txt') as f:
            self.vocabulary = f.read().split('\n')

    def common_words(self):
        """Whole words of the model's own vocabulary, roughly by frequency."""
        return [w for w in self.vocabulary[1996:16000] if re.fullmatch('[a-z]{3,14}', w)]

    def linear(self, x, name):
        return F.linear(x, self.weights[name + '.weight'], self.weights[name + '.bias'])

    def norm(self, x, name):
        return F.layer_norm(x, (SIZE,), self.weights[name + '.weight'], self.weights[name + '.bias'], 1e-12)

    def attend(self, x, name):
        rows, length, _ = x.shape
        split = lambda part: self.linear(x, f'{name}.self.{part}').view(rows, length, HEADS, -1).transpose(1, 2)
        mixed = F.scaled_dot_product_attention(split('query'), split('key'), split('value'))
        return self.linear(mixed.transpose(1, 2).reshape(rows, length, SIZE), name + '.output.dense')

    def encode(self, ids):
        w = self.weights
        x = (w['embeddings.word_embeddings.weight'][ids] + w['embeddings.position_embeddings.weight'][:ids.shape[1]]
             + w['embeddings.token_type_embeddings.weight'][0])
        x = self.norm(x, 'embeddings.LayerNorm')
        for layer in range(LAYERS):
            at = f'encoder.layer.{layer}.'
            x = self.norm(x + self.attend(x, at + 'attention'), at + 'attention.output.LayerNorm')
            wide = F.gelu(self.linear(x, at + 'intermediate.dense'))
            x = self.norm(x + self.linear(wide, at + 'output.dense'), at + 'output.LayerNorm')
        return x.mean(1)

    @torch.no_grad()
    def embed(self, words):
        """[words, 384]; words with equally many pieces go together, so that nothing is padded."""
        by_length = {}
        for at, word in enumerate(words):
            ids = self.pieces.encode(word).ids
            by_length.setdefault(len(ids), []).append((at, ids))
        result = torch.zeros(len(words), SIZE)
        for group in by_length.values():
            for first in range(0, len(group), BATCH):
                part = group[first:first + BATCH]
                result[[at for at, _ in part]] = self.encode(torch.tensor([ids for _, ids in part]))
        return F.normalize(result, dim=1)

    def close_words(self, known, unwanted, count, least=.62):
        """Up to `count` common words that are like one of the known words (the captions' own are not wanted again)."""
        candidates = [w for w in self.common_words() if w not in unwanted]
        likeness = (self.embed(candidates) @ self.embed(known).t()).max(1).values
        order = likeness.argsort(descending=True).tolist()
        return sorted([candidates[at] for at in order if likeness[at] >= least][:count])
