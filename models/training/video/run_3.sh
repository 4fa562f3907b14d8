#!/bin/bash
# Third part, on the same GPU machine (a fresh one does too): guesses, rounding, samples, figures. Under 450 s.
#   DATA=... WORK=... OUT=... run_3.sh [SECONDS]
# In $WORK, or else in $DATA: tok_enc.npz tok_dec.npz (part 1), target_0..2.npz words.npz (part 2).
# Results in $OUT: target_0..2.npz words.npz (final), ranges.npz (if rounding is kept), samples.npz log.json,
# more.tar (config.json store.bin store.json distil.json logs)
. "$(dirname "$0")/../common/run.sh" video_gpu video_run 3 430 {tok_enc,tok_dec,target_0,target_1,target_2,words}.npz

stage distil 110 python3 distil.py "${1:-120}"
stage measure 30 python3 measure.py
stage store 8 python3 store.py
mv "$OUT"/config.json "$OUT"/distil.json "$WORK/" 2>/dev/null
finish config.json store.bin store.json distil.json
