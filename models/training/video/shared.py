"""Importing this makes the general pieces of the picture model's training importable, and sets this model's folders."""
import os
import sys

os.environ.setdefault('DATA', './work/video_gpu')
os.environ.setdefault('WORK', './work/video_run')
sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'image'))
