#!/bin/bash
# First part, on a GPU machine: front half on the CPU cores, durations, units, target. Under 575 s.
#   run_1.sh          (from any folder)
# In $WORK: corpus.npz, front.onnx, enc.npz (from encoder.py). Results go to $OUT (8 files at most).
# Shorter by FRONT, DURATIONS, TARGET (seconds); TOY=1 for small models.
. "$(dirname "$0")/../common/run.sh" speech speech 1 560
FRONT=${FRONT:-170}              # seconds of front.py
WORKERS=${WORKERS:-14}
THREADS=${THREADS:-2}
DURATIONS=${DURATIONS:-40}
SHARE=${SHARE:-0.6}              # of the pieces, before durations.py starts
TARGET=${TARGET:-300}
rm -rf "$WORK/front" "$WORK"/durations.npz "$WORK"/duration_student.npz "$WORK"/units.npz "$WORK"/target*

OMP_NUM_THREADS=1 timeout $(( FRONT + 40 )) python3 front.py "$WORKERS" "$FRONT" > "$LOGS/front.log" 2>&1 &
FRONT_JOB=$!
OMP_NUM_THREADS=$THREADS timeout "$(left)" python3 durations.py "$DURATIONS" "$SHARE" 2>&1 | tee "$LOGS/durations.log"
echo "durations done at $(elapsed) s"
cp "$WORK/durations.npz" "$WORK/duration_student.npz" "$OUT/"
OMP_NUM_THREADS=$THREADS timeout "$(left)" python3 encode.py "$WORK/enc.npz" 2>&1 | tee "$LOGS/encode.log"
wait $FRONT_JOB
cat "$LOGS/front.log"
echo "units done at $(elapsed) s"
cp "$WORK/units.npz" "$OUT/"
rm -rf "$WORK/front"
ROOM=$(( $(left) - 35 ))         # for start, evaluation, saving
[ "$TARGET" -gt "$ROOM" ] && TARGET=$ROOM
OMP_NUM_THREADS=$THREADS timeout "$(left)" python3 target.py "$TARGET" 2>&1 | tee "$LOGS/target.log"
echo "target done at $(elapsed) s"
cp "$WORK"/target_[012].npz "$OUT/"
cp "$WORK/target.json" "$LOGS/"
finish
