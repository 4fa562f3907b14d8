"""tokenizer.json and chat_template.jinja of the model, from what its GGUF file says of them."""
import os

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from gguf_file import SPECIAL


def tokenizer(gguf):
    """Byte-level BPE; every digit is a token of its own."""
    words, merges, kinds = (gguf.text("tokenizer.ggml." + key) for key in ("tokens", "merges", "token_type"))
    result = Tokenizer(models.BPE({word: i for i, word in enumerate(words)}, [tuple(m.split(" ")) for m in merges]))
    result.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
    ])
    result.decoder = decoders.ByteLevel()
    special = [AddedToken(word, special=True, normalized=False) for word, kind in zip(words, kinds) if kind == SPECIAL]
    result.add_special_tokens(special)
    return result


def write_tokenizer(gguf, out):
    made = tokenizer(gguf)
    made.save(os.path.join(out, "tokenizer.json"), pretty=False)
    with open(os.path.join(out, "chat_template.jinja"), "w", encoding="utf8") as f:
        f.write(gguf.text("tokenizer.chat_template"))
    return made
