"""What an audio file is: measured facts, doubts that somebody should judge, and why it is refused where it is no such audio.

`measure` reads a file here, `measure_open` one that lies far away; `mime_type` tells from a name alone.
"""

from __future__ import annotations

from podpipe.audio.formats import mime_type
from podpipe.audio.measuring import Measured, measure, measure_open

__all__ = ["Measured", "measure", "measure_open", "mime_type"]
