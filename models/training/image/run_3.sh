#!/bin/bash
# Third part, on the same GPU machine (a fresh one does too): student, rounding, heads, figures, judge. Under 590 s.
#   DATA=... WORK=... OUT=... run_3.sh
# In $WORK, or else in $DATA: tok_enc.npz tok_dec.npz (part 1), target_0..2.npz words.npz (part 2).
# Results in $OUT: target_0..2.npz ranges.npz heads.npz samples.npz log.json, more.tar (config.json judge.npz judge.json logs)
# Seconds by PLAIN, GUESSES, ROUNDING, HEADS, ATTENTION, JUDGE.
BEGAN=$(date +%s)
DATA=$(realpath -m "${DATA:-./work/image_gpu}"); WORK=$(realpath -m "${WORK:-./work/image}"); OUT=$(realpath -m "${OUT:-./work/out}")
export DATA WORK OUT PYTHONUNBUFFERED=1 OMP_NUM_THREADS=${OMP_NUM_THREADS:-4}
END=$(( BEGAN + ${LIMIT:-575} ))
export TORCHINDUCTOR_CACHE_DIR=$WORK/compiled
JUDGE=${JUDGE:-40}
LOGS=$WORK/logs_3
mkdir -p "$OUT" "$LOGS"
for f in tok_enc.npz tok_dec.npz target_0.npz target_1.npz target_2.npz words.npz; do [ -f "$WORK/$f" ] || cp "$DATA/$f" "$WORK/"; done
rm -rf "$WORK/student"
cd "$(dirname "$(realpath "$0")")" || exit 1

# stage NAME RESERVE COMMAND...: every stage ends by itself RESERVE seconds before the end of all
stage() {
  local name=$1; export DEADLINE=$(( END - $2 )); shift 2
  timeout $(( DEADLINE + 25 - $(date +%s) )) "$@" 2>&1 | tee "$LOGS/$name.log" | cut -c1-1500
  echo "$name done at $(( $(date +%s) - BEGAN )) s"
}
stage distil $(( JUDGE + 200 )) python3 distil.py "${PLAIN:-35}" "${GUESSES:-65}" "${ROUNDING:-40}"
cp "$WORK"/student/target_[012].npz "$OUT/"
[ -f "$WORK/student/ranges.npz" ] && cp "$WORK/student/ranges.npz" "$OUT/"
stage heads $(( JUDGE + 25 )) python3 heads.py "${HEADS:-60}" "${ATTENTION:-90}"
cp "$WORK/student/heads.npz" "$OUT/"
stage measure $(( JUDGE + 20 )) python3 measure.py
stage judge 5 python3 judge.py "$JUDGE"
tar cf "$OUT/more.tar" -C "$WORK" logs_3 config.json judge.npz judge.json
ls -la "$OUT"
echo "part 3: $(( $(date +%s) - BEGAN )) s"
