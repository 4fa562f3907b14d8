"""Says the test sentences with the teacher, without noise: OUT/000.wav, ... and OUT/texts.json.

    python3 teacher_test.py VOICE.onnx OUT [SENTENCES]        (needs piper-tts; sentences.tsv in $WORK)
"""
import json
import os
import sys
import wave

from piper import PiperVoice, SynthesisConfig

WORK = os.environ.get("WORK", "./work/speech")


def main(voice, out, limit=200):
    with open(os.path.join(WORK, "sentences.tsv"), encoding="utf8") as f:
        rows = [line.rstrip("\n").split("\t") for line in f]
    texts = [text for split, _, text in rows if split == "test"][:int(limit)]
    teacher, quiet = PiperVoice.load(voice), SynthesisConfig(noise_scale=0, noise_w_scale=0)
    os.makedirs(out, exist_ok=True)
    for i, text in enumerate(texts):
        with wave.open(f"{out}/{i:03d}.wav", "wb") as f:
            teacher.synthesize_wav(text, f, syn_config=quiet)
    with open(f"{out}/texts.json", "w") as f:
        json.dump(texts, f)


if __name__ == "__main__":
    main(*sys.argv[1:])
