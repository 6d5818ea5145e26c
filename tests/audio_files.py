"""Makes real audio of a known length for tests: MP3 by LAME, WAV by Python itself, every other kind by ffmpeg where there is one."""

from __future__ import annotations

import array
import math
import shutil
import subprocess
import sys
import wave
from pathlib import Path

from tests.conftest import require

# At 48 kHz and 64 kbit/s LAME keeps the sampling rate, and its padding stays below 50 ms.
_RATE = 48_000
_KBPS = 64
_CODECS = {
    ".aac": "aac",
    ".aiff": "pcm_s16be",
    ".flac": "flac",
    ".m4a": "aac",
    ".mp4": "aac",
    ".ogg": "libvorbis",
    ".opus": "libopus",
}


def tone(seconds: float, *, rate: int = _RATE) -> bytes:
    """A quiet A at 440 Hz: mono samples of 16 bits, low byte first."""
    samples = array.array("h", (round(6_000 * math.sin(2 * math.pi * 440 * n / rate)) for n in range(round(seconds * rate))))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()


def write_wav(path: Path, *, seconds: float) -> Path:
    """Write a WAV file that plays for exactly this long."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        file.writeframes(tone(seconds))
    return path


def write_mp3(path: Path, *, seconds: float) -> Path:
    """Write an MP3 of a constant bit rate that plays for this long, and up to 50 ms more: MP3 is made of whole frames."""
    import lameenc

    encoder = lameenc.Encoder()
    encoder.set_in_sample_rate(_RATE)
    encoder.set_bit_rate(_KBPS)
    encoder.set_channels(1)
    encoder.set_quality(7)
    encoder.silence()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(encoder.encode(tone(seconds)) + encoder.flush()))
    return path


def write_by_ffmpeg(path: Path, *, seconds: float) -> Path:
    """Write audio of the kind that the path's extension names: .aac, .aiff, .flac, .m4a, .mp4, .ogg or .opus.

    Skips the test where there is no ffmpeg.
    """
    require(shutil.which("ffmpeg") is not None, "needs ffmpeg to make audio")
    source = write_wav(path.with_name(f"{path.name}.source.wav"), seconds=seconds)
    command = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-i", str(source), "-c:a", _CODECS[path.suffix], str(path)]
    subprocess.run(command, check=True, timeout=60)
    source.unlink()
    return path
