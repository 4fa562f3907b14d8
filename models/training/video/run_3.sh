#!/bin/bash
# Third part, on the same GPU machine (a fresh one does too): guesses, rounding, samples, figures. Under 450 s.
#   DATA=... WORK=... OUT=... run_3.sh [SECONDS]
# In $WORK, or else in $DATA: tok_enc.npz tok_dec.npz (part 1), target_0..2.npz words.npz (part 2).
# Results in $OUT: target_0..2.npz words.npz (final), ranges.npz (if rounding is kept), samples.npz log.json,
# more.tar (config.json store.bin store.json distil.json logs)
BEGAN=$(date +%s)
DATA=$(realpath -m "${DATA:-./work/video_gpu}"); WORK=$(realpath -m "${WORK:-./work/video_run}"); OUT=$(realpath -m "${OUT:-./work/out}")
export DATA WORK OUT PYTHONUNBUFFERED=1 OMP_NUM_THREADS=${OMP_NUM_THREADS:-4}
END=$(( BEGAN + ${LIMIT:-430} ))
export TORCHINDUCTOR_CACHE_DIR=$WORK/compiled
LOGS=$WORK/logs_3
mkdir -p "$OUT" "$LOGS"
for f in tok_enc.npz tok_dec.npz target_0.npz target_1.npz target_2.npz words.npz; do [ -f "$WORK/$f" ] || cp "$DATA/$f" "$WORK/"; done
cd "$(dirname "$(realpath "$0")")" || exit 1

# stage NAME RESERVE COMMAND...: every stage ends by itself RESERVE seconds before the end of all
stage() {
  local name=$1; export DEADLINE=$(( END - $2 )); shift 2
  timeout $(( DEADLINE + 25 - $(date +%s) )) "$@" 2>&1 | tee "$LOGS/$name.log" | cut -c1-1800 | tail -c 5000
  echo "$name done at $(( $(date +%s) - BEGAN )) s"
}
stage distil 110 python3 distil.py "${1:-120}"
stage measure 30 python3 measure.py
stage store 8 python3 store.py
mv "$OUT"/config.json "$OUT"/distil.json "$WORK/" 2>/dev/null
tar cf "$OUT/more.tar" -C "$WORK" logs_3 config.json store.bin store.json distil.json
ls -la "$OUT"
echo "part 3: $(( $(date +%s) - BEGAN )) s"
