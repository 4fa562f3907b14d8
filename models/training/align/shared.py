"""Importing this makes what all media share (../common) importable."""
import os
import sys

os.environ.setdefault("WORK", "./work/align")
sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "common"))
