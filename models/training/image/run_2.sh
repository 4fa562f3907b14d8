#!/bin/bash
# Second part, on the same GPU machine (a fresh one does too): the target. Under 590 s.
#   DATA=... WORK=... OUT=... run_2.sh [SECONDS]
# In $WORK, or else in $DATA: tok_enc.npz tok_dec.npz of part 1. Results in $OUT: target_0..2.npz words.npz target.json logs_2.tar
. "$(dirname "$0")/../common/run.sh" image_gpu image 2 575 tok_enc.npz tok_dec.npz
rm -f "$WORK"/target_[0-9].npz "$WORK/words.npz"

timeout "$(left)" python3 target.py "${1:-470}" 2>&1 | tee "$LOGS/target.log"
finish
