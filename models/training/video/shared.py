"""Importing this makes what all media share, and the general pieces of the picture model's training, importable, and sets
this model's folders.
"""
import os
import sys

os.environ.setdefault('DATA', './work/video_gpu')
os.environ.setdefault('WORK', './work/video_run')
TRAINING = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path += [os.path.join(TRAINING, folder) for folder in ('image', 'common')]
