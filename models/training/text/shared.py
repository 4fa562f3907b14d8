"""Importing this makes what all media share (../common) importable, and sets this medium's folder."""
import os
import sys

os.environ.setdefault('WORK', './work/text')
sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'common'))
