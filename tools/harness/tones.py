"""Tones: made into WAV files, and found in recordings by frequency analysis (Goertzel)."""

import array
import math
import wave
from pathlib import Path

RATE = 8000


def write_tone(path, hertz, seconds=30, level=0.4):
    samples = array.array("h", (int(32767 * level * math.sin(2 * math.pi * hertz * n / RATE))
                                for n in range(RATE * seconds)))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())


def read_wav(path):
    """(samples, rate) of a 16-bit mono WAV; a header whose writer was killed is tolerated."""
    data = Path(path).read_bytes()
    rate = int.from_bytes(data[24:28], "little") or RATE
    body = data.find(b"data")
    if body < 0:
        return array.array("h"), rate
    samples = data[body + 8:]
    return array.array("h", samples[:len(samples) // 2 * 2]), rate


def share_of(samples, rate, hertz):
    """The share of the samples' energy that is at this frequency, 0 to 1."""
    total = sum(s * s for s in samples)
    if total == 0 or len(samples) < rate // 5:
        return 0.0
    best = 0.0
    for near in (-4, -2, 0, 2, 4):  # sampling clocks differ a little
        w = 2 * math.pi * (hertz + near) / rate
        k = 2 * math.cos(w)
        one = two = 0.0
        for s in samples:
            one, two = s + k * one - two, one
        power = one * one + two * two - k * one * two
        best = max(best, 2 * power / (len(samples) * total))
    return best


def heard(samples, rate, hertz, least=0.5):
    """True when for at least a second in all that tone was most of what is to be heard."""
    block = rate // 4
    found = sum(1 for at in range(0, len(samples) - block, block)
                if share_of(samples[at:at + block], rate, hertz) >= least)
    return found >= 4


def noise_like(samples, least=1600):
    """G.711 of encrypted bytes is white and loud; speech, tones and silence are not."""
    if len(samples) < least:
        return False
    mean = sum(abs(s) for s in samples) / len(samples)
    step = sum(abs(samples[i] - samples[i - 1]) for i in range(1, len(samples))) / len(samples)
    return step > 0.9 * mean
