#!/bin/bash
# Second part, on the same GPU machine (a fresh one does too): the target. Under 600 s.
#   DATA=... WORK=... OUT=... run_2.sh [STAGE B]        (seconds)
# In $WORK, or else in $DATA: tok_enc.npz tok_dec.npz (part 1). Stage A is done here where part 1 left no weights.
# Results in $OUT: target_0..2.npz words.npz target.json logs_2.tar
BEGAN=$(date +%s)
DATA=$(realpath -m "${DATA:-./work/video_gpu}"); WORK=$(realpath -m "${WORK:-./work/video_run}"); OUT=$(realpath -m "${OUT:-./work/out}")
export DATA WORK OUT PYTHONUNBUFFERED=1 OMP_NUM_THREADS=${OMP_NUM_THREADS:-4}
export DEADLINE=$(( BEGAN + ${LIMIT:-578} )) TORCHINDUCTOR_CACHE_DIR=$WORK/compiled
LOGS=$WORK/logs_2
mkdir -p "$OUT" "$LOGS"
for f in tok_enc.npz tok_dec.npz; do [ -f "$WORK/$f" ] || cp "$DATA/$f" "$WORK/"; done
cd "$(dirname "$(realpath "$0")")" || exit 1

A=60; [ -f "$WORK/target_0.npz" ] && A=0
timeout $(( DEADLINE + 14 - BEGAN )) python3 target.py $A "${1:-600}" 2>&1 | tee "$LOGS/target.log" | tail -c 8000
tar cf "$OUT/logs_2.tar" -C "$WORK" logs_2
ls -la "$OUT"
echo "part 2: $(( $(date +%s) - BEGAN )) s"
