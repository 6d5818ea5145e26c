"""What an audio file is: measured facts, doubts that somebody should judge, and why it is refused where it is no such audio.

`measuring` reads a file here or one that lies far away, `formats` tells what a name stands for, `tagging` makes the copy that is published.
Importing one of them loads no other, and mutagen only where it is needed: most runs measure nothing.
"""
