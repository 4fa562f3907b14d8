#!/bin/bash
# Third part, on the same GPU machine (a fresh one does too): student, rounding, heads, figures, judge. Under 590 s.
#   DATA=... WORK=... OUT=... run_3.sh
# In $WORK, or else in $DATA: tok_enc.npz tok_dec.npz (part 1), target_0..2.npz words.npz (part 2).
# Results in $OUT: target_0..2.npz ranges.npz heads.npz samples.npz log.json, more.tar (config.json judge.npz judge.json logs)
# Seconds by PLAIN, GUESSES, ROUNDING, HEADS, ATTENTION, JUDGE.
. "$(dirname "$0")/../common/run.sh" image_gpu image 3 575 {tok_enc,tok_dec,target_0,target_1,target_2,words}.npz
JUDGE=${JUDGE:-40}
rm -rf "$WORK/student"

stage distil $(( JUDGE + 200 )) python3 distil.py "${PLAIN:-35}" "${GUESSES:-65}" "${ROUNDING:-40}"
cp "$WORK"/student/target_[012].npz "$OUT/"
[ -f "$WORK/student/ranges.npz" ] && cp "$WORK/student/ranges.npz" "$OUT/"
stage heads $(( JUDGE + 25 )) python3 heads.py "${HEADS:-60}" "${ATTENTION:-90}"
cp "$WORK/student/heads.npz" "$OUT/"
stage measure $(( JUDGE + 20 )) python3 measure.py
stage judge 5 python3 judge.py "$JUDGE"
finish config.json judge.npz judge.json
