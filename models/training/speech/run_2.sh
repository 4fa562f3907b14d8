#!/bin/bash
# Second part on a GPU machine: decoder and listener as one chain in the background, drafters in the foreground.
# Needs in $WORK: units.npz durations.npz duration_student.npz target_*.npz back.npz decoder_regress_only.npz.
# Results and logs go to $OUT: decoder.npz decoder_gan.npz listen.npz follow.npz reference.npz draft.npz heads.npz
# and more.tar (reports and logs). Everything ends within 575 seconds.
. "$(dirname "$0")/../common/run.sh" speech speech 2 545
results=$OUT
export OUT=$WORK/second
mkdir -p "$OUT"

chain() {
  timeout "$(left)" python3 decoder.py "${WAVE:-250}" --weak-gan "${GAN:-60}" > "$OUT/decoder.log" 2>&1
  best=$OUT/decoder.npz
  [ -f "$best" ] || best=$WORK/decoder_regress_only.npz
  timeout "$(left)" python3 listen.py "${LISTEN:-100}" --decoder "$best" > "$OUT/listen.log" 2>&1
}
chain &
other=$!
timeout "$(left)" python3 drafters.py --own "${OWN:-60}" --truth "${TRUTH:-45}" --distil "${DISTIL:-180}" \
  --reference "${REFERENCE:-20}" --draft "${DRAFT:-55}" --heads "${HEADS:-35}" 2>&1 \
  | tee "$OUT/drafters.log" | cut -c1-1500
wait $other
cat "$OUT/decoder.log" "$OUT/listen.log"
for f in decoder decoder_gan listen follow reference draft heads; do
  [ -f "$OUT/$f.npz" ] && cp "$OUT/$f.npz" "$results/"
done
tar cf "$results/more.tar" -C "$OUT" $(cd "$OUT" && ls | grep -e '\.json$' -e '\.log$')
ls -la "$results"
echo "part 2: $(elapsed) s"
