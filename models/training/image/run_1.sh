#!/bin/bash
# First part, on a GPU machine: tokenizer, then tokens of all pictures. Under 420 s.
#   DATA=... WORK=... OUT=... run_1.sh [SECONDS]
# In $DATA: pack.bin idx.json captions.npz captions.json. $WORK is kept on the machine for the next parts.
# Results in $OUT: tok_enc.npz tok_dec.npz codes_clean.npz config.json tokenizer.json logs_1.tar
BEGAN=$(date +%s)
DATA=$(realpath -m "${DATA:-./work/image_gpu}"); WORK=$(realpath -m "${WORK:-./work/image}"); OUT=$(realpath -m "${OUT:-./work/out}")
export DATA WORK OUT PYTHONUNBUFFERED=1 OMP_NUM_THREADS=${OMP_NUM_THREADS:-4}
export DEADLINE=$(( BEGAN + ${LIMIT:-415} )) TORCHINDUCTOR_CACHE_DIR=$WORK/compiled
left() { echo $(( DEADLINE - $(date +%s) )); }
LOGS=$WORK/logs_1
mkdir -p "$OUT" "$LOGS"
rm -f "$WORK"/half.npy "$WORK"/codes*.np* "$WORK"/tok_*.npz
cd "$(dirname "$(realpath "$0")")" || exit 1

timeout 120 python3 warm.py > "$LOGS/warm.log" 2>&1 &     # compiles for the next parts while pictures decode
timeout "$(left)" python3 tokenizer.py "${1:-290}" 2>&1 | tee "$LOGS/tokenizer.log"
timeout "$(left)" python3 codes.py 2>&1 | tee "$LOGS/codes.log"
cp "$WORK/tokenizer.json" "$OUT/"
wait
cat "$LOGS/warm.log"
tar cf "$OUT/logs_1.tar" -C "$WORK" logs_1
ls -la "$OUT"
echo "part 1: $(( $(date +%s) - BEGAN )) s"
