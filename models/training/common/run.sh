# What every run_N.sh begins with:  . ../common/run.sh DATA WORK PART SECONDS [FILE...]
# Folders (DATA and WORK: where they lie by default), clock, logs. Everything is over SECONDS (or LIMIT) after the start.
# FILEs that $WORK lacks come from $DATA. Leaves the shell in the folder of the script.
BEGAN=$(date +%s)
DATA=$(realpath -m "${DATA:-./work/$1}"); WORK=$(realpath -m "${WORK:-./work/$2}"); OUT=$(realpath -m "${OUT:-./work/out}")
export DATA WORK OUT PYTHONUNBUFFERED=1 OMP_NUM_THREADS=${OMP_NUM_THREADS:-4} PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True
PART=$3
END=$(( BEGAN + ${LIMIT:-$4} ))
export DEADLINE=$END TORCHINDUCTOR_CACHE_DIR=$WORK/compiled
LOGS=$WORK/logs_$PART
mkdir -p "$OUT" "$LOGS"
shift 4
for f in "$@"; do [ -f "$WORK/$f" ] || cp "$DATA/$f" "$WORK/"; done
cd "$(dirname "$(realpath "$0")")" || exit 1

elapsed() { echo $(( $(date +%s) - BEGAN )); }
left() { echo $(( DEADLINE - $(date +%s) )); }

# stage NAME RESERVE COMMAND...: every stage ends by itself RESERVE seconds before the end of all
stage() {
  local name=$1; export DEADLINE=$(( END - $2 )); shift 2
  timeout $(( $(left) + 25 )) "$@" 2>&1 | tee "$LOGS/$name.log" | cut -c1-1800 | tail -c 5000
  echo "$name done at $(elapsed) s"
}

# finish [FILE...]: logs_N.tar (with FILEs of $WORK: more.tar), and what there is
finish() {
  if [ $# -gt 0 ]; then tar cf "$OUT/more.tar" -C "$WORK" "logs_$PART" "$@"; else tar cf "$OUT/logs_$PART.tar" -C "$WORK" "logs_$PART"; fi
  ls -la "$OUT"
  echo "part $PART: $(elapsed) s"
}
