#!/bin/bash
# Second part, on the same GPU machine (a fresh one does too): the target. Under 590 s.
#   DATA=... WORK=... OUT=... run_2.sh [SECONDS]
# In $WORK, or else in $DATA: tok_enc.npz tok_dec.npz of part 1. Results in $OUT: target_0..2.npz words.npz target.json logs_2.tar
BEGAN=$(date +%s)
DATA=$(realpath -m "${DATA:-./work/image_gpu}"); WORK=$(realpath -m "${WORK:-./work/image}"); OUT=$(realpath -m "${OUT:-./work/out}")
export DATA WORK OUT PYTHONUNBUFFERED=1 OMP_NUM_THREADS=${OMP_NUM_THREADS:-4}
export DEADLINE=$(( BEGAN + ${LIMIT:-575} )) TORCHINDUCTOR_CACHE_DIR=$WORK/compiled
left() { echo $(( DEADLINE - $(date +%s) )); }
LOGS=$WORK/logs_2
mkdir -p "$OUT" "$LOGS"
for f in tok_enc.npz tok_dec.npz; do [ -f "$WORK/$f" ] || cp "$DATA/$f" "$WORK/"; done
rm -f "$WORK"/target_[0-9].npz "$WORK/words.npz"
cd "$(dirname "$(realpath "$0")")" || exit 1

timeout "$(left)" python3 target.py "${1:-470}" 2>&1 | tee "$LOGS/target.log"
tar cf "$OUT/logs_2.tar" -C "$WORK" logs_2
ls -la "$OUT"
echo "part 2: $(( $(date +%s) - BEGAN )) s"
