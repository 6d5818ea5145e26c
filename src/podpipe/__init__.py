"""podpipe: a folder of Markdown episodes and audio in, a published podcast out."""

__version__ = "0.1.0"
