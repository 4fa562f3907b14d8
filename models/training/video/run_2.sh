#!/bin/bash
# Second part, on the same GPU machine (a fresh one does too): the target. Under 600 s.
#   DATA=... WORK=... OUT=... run_2.sh [STAGE B]        (seconds)
# In $WORK, or else in $DATA: tok_enc.npz tok_dec.npz (part 1). Stage A is done here where part 1 left no weights.
# Results in $OUT: target_0..2.npz words.npz target.json logs_2.tar
. "$(dirname "$0")/../common/run.sh" video_gpu video_run 2 578 tok_enc.npz tok_dec.npz

A=60; [ -f "$WORK/target_0.npz" ] && A=0
timeout $(( $(left) + 14 )) python3 target.py $A "${1:-600}" 2>&1 | tee "$LOGS/target.log" | tail -c 8000
finish
