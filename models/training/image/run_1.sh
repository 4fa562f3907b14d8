#!/bin/bash
# First part, on a GPU machine: tokenizer, then tokens of all pictures. Under 420 s.
#   DATA=... WORK=... OUT=... run_1.sh [SECONDS]
# In $DATA: pack.bin idx.json captions.npz captions.json. $WORK is kept on the machine for the next parts.
# Results in $OUT: tok_enc.npz tok_dec.npz codes_clean.npz config.json tokenizer.json logs_1.tar
. "$(dirname "$0")/../common/run.sh" image_gpu image 1 415
rm -f "$WORK"/half.npy "$WORK"/codes*.np* "$WORK"/tok_*.npz

timeout 120 python3 warm.py > "$LOGS/warm.log" 2>&1 &     # compiles for the next parts while pictures decode
timeout "$(left)" python3 tokenizer.py "${1:-290}" 2>&1 | tee "$LOGS/tokenizer.log"
timeout "$(left)" python3 codes.py 2>&1 | tee "$LOGS/codes.log"
wait
cat "$LOGS/warm.log"
finish
