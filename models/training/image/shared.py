"""Importing this makes what all media share (../common) importable, and sets this medium's folders."""
import os
import sys

os.environ.setdefault('DATA', './work/image_gpu')
os.environ.setdefault('WORK', './work/image')
sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'common'))
