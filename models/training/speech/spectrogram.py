"""Spectrograms of the same sentence from several folders, one under the other.

    python3 spectrogram.py OUT.png SENTENCE FOLDER...        (folders of say_test.mjs and teacher_test.py; needs matplotlib)
"""
import sys
import wave

import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt


def main(out, sentence, folders):
    figure, axes = plt.subplots(len(folders), 1, figsize=(11, 2.6 * len(folders)), squeeze=False)
    for axis, folder in zip(axes[:, 0], folders):
        with wave.open(f"{folder}/{int(sentence):03d}.wav") as f:
            rate, sound = f.getframerate(), np.frombuffer(f.readframes(f.getnframes()), "<i2") / 32768
        axis.specgram(sound + 1e-9, NFFT=512, Fs=rate, noverlap=384, vmin=-130, vmax=-30, cmap="magma")
        axis.set_title(folder.rstrip("/").rsplit("/", 1)[-1])
        axis.set_ylabel("Hz")
    plt.tight_layout()
    plt.savefig(out, dpi=65)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
