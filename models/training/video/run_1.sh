#!/bin/bash
# First part, on a GPU machine: tokenizer, dictionary of codes, first stage of the target. Under 450 s.
#   DATA=... WORK=... OUT=... run_1.sh [TOKENIZER] [STAGE A]      (seconds)
# In $DATA: sprites.bin animations.bin meta.json. $WORK is kept on the machine for the next parts.
# Results in $OUT: tok_enc.npz tok_dec.npz tokenizer.json sheet.png logs_1.tar
. "$(dirname "$0")/../common/run.sh" video_gpu video_run 1 500
mkdir -p "$WORK/data"
rm -f "$WORK"/dictionary.npz "$WORK"/tok_*.npz "$WORK"/target_[0-9].npz
python3 - <<'P'
import PIL, numpy, torch
print('torch', torch.__version__, 'pillow', PIL.__version__, 'numpy', numpy.__version__, 'cuda', torch.cuda.is_available())
P
cp "$DATA"/* "$WORK/data/"

# beside the tokenizer: compiling for the next parts, then every later stage on toy sizes, so that faults show early
trial() {
  timeout 120 python3 warm.py
  export TOY=1 DATA=$WORK/toy_data OUT=$WORK/toy_out WORK=$WORK/toy DEADLINE=$(( $(date +%s) + 600 ))
  python3 toy.py "$DATA"
  for stage in "tokenizer.py 3" dictionary.py "target.py 3 0" "target.py 0 4" "distil.py 4" measure.py; do
    timeout 100 python3 $stage || echo "FAILED: $stage"
  done
}
trial > "$LOGS/trial.log" 2>&1 &
export DEADLINE=$(( END - 140 ))
timeout $(( $(left) + 60 )) python3 tokenizer.py "${1:-250}" 2>&1 | tee "$LOGS/tokenizer.log" | tail -c 3000
echo "tokenizer done at $(elapsed) s"
python3 dictionary.py 2>&1 | tee "$LOGS/dictionary.log"
echo "dictionary done at $(elapsed) s"
export DEADLINE=$END
OUT=$WORK/stage_a timeout $(( $(left) + 30 )) python3 target.py "${2:-60}" 0 2>&1 | tee "$LOGS/target_a.log" | tail -c 3000
wait
grep -v '^{' "$LOGS/trial.log" | grep -n 'ms\|FAILED\|Error\|done\|kept\|measured\|File "' | cut -c1-220 | tail -60
finish
