// Where a face fits on a drawn thing: the largest circle inside its outline, and the colour there.

const GRID = 64;
const WHITE = 243;

/** Box-shrinks RGB pixels [side x side] to GRID x GRID. */
function shrink(data, side) {
  const block = side / GRID;
  const small = new Float32Array(GRID * GRID * 3);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const to = (Math.floor(y / block) * GRID + Math.floor(x / block)) * 3;
      const from = (y * side + x) * 3;
      for (let c = 0; c < 3; c++) small[to + c] += data[from + c] / (block * block);
    }
  }
  return small;
}

/** True inside the outline: everything but the white that is joined to the border. White bellies stay inside. */
function insideOf(pixels) {
  const inside = new Uint8Array(GRID * GRID).fill(1);
  const white = (at) => Math.min(pixels[at * 3], pixels[at * 3 + 1], pixels[at * 3 + 2]) > WHITE;
  const queue = [];
  const visit = (x, y) => {
    if (x < 0 || y < 0 || x >= GRID || y >= GRID) return;
    const at = y * GRID + x;
    if (!inside[at] || !white(at)) return;
    inside[at] = 0;
    queue.push([x, y]);
  };
  for (let i = 0; i < GRID; i++) for (const end of [0, GRID - 1]) (visit(i, end), visit(end, i));
  while (queue.length > 0) {
    const [x, y] = queue.pop();
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) visit(x + dx, y + dy);
  }
  return inside;
}

/** Distance of every inside cell to the nearest outside one (grid units); beyond the border counts as outside. */
function depthOf(inside) {
  const depth = new Float32Array(GRID * GRID);
  const outside = [];
  for (let y = -1; y <= GRID; y++) {
    for (let x = -1; x <= GRID; x++) {
      const beyond = x < 0 || y < 0 || x >= GRID || y >= GRID;
      const edge = beyond || (!inside[y * GRID + x] && nearInside(inside, x, y));
      if (edge) outside.push([x, y]);
    }
  }
  for (let y = 0; y < GRID; y++) {
    for (let x = 0; x < GRID; x++) {
      if (!inside[y * GRID + x]) continue;
      let best = Number.POSITIVE_INFINITY;
      for (const [ox, oy] of outside) best = Math.min(best, (ox - x) ** 2 + (oy - y) ** 2);
      depth[y * GRID + x] = Math.sqrt(best);
    }
  }
  return depth;
}

function nearInside(inside, x, y) {
  const at = (i, j) => i >= 0 && j >= 0 && i < GRID && j < GRID && inside[j * GRID + i];
  return at(x - 1, y) || at(x + 1, y) || at(x, y - 1) || at(x, y + 1);
}

/** Middle and extent of the inside cells. */
function extentOf(inside) {
  let [n, sx, sy, left, right, top, bottom] = [0, 0, 0, GRID, 0, GRID, 0];
  for (let at = 0; at < inside.length; at++) {
    if (!inside[at]) continue;
    const [x, y] = [at % GRID, Math.floor(at / GRID)];
    n++;
    sx += x;
    sy += y;
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return { n, x: sx / n, y: sy / n, width: right - left + 1, height: bottom - top + 1 };
}

/** The commonest colour within the circle, and how much of the circle looks like it (plain ground for a face). */
export function groundOf(pixels, circle) {
  const bins = new Map();
  let total = 0;
  const cells = [];
  for (let y = 0; y < GRID; y++) {
    for (let x = 0; x < GRID; x++) {
      if ((x - circle.x) ** 2 + (y - circle.y) ** 2 > (circle.r * 0.9) ** 2) continue;
      const at = (y * GRID + x) * 3;
      const colour = [pixels[at], pixels[at + 1], pixels[at + 2]];
      cells.push(colour);
      const key = colour.map((v) => Math.min(7, Math.floor(v / 32))).join();
      const bin = bins.get(key) ?? { n: 0, sum: [0, 0, 0] };
      bin.n++;
      colour.forEach((v, c) => {
        bin.sum[c] += v;
      });
      bins.set(key, bin);
      total++;
    }
  }
  const top = [...bins.values()].sort((a, b) => b.n - a.n)[0];
  const colour = top.sum.map((v) => v / top.n);
  const alike = cells.filter((cell) => distance(cell, colour) < 70).length;
  return { colour, plain: alike / Math.max(1, total) };
}

export const distance = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

/** Place for a face on a picture of side x side RGB pixels, in shares of the side; null where none fits. */
export function placeFor(data, side) {
  const pixels = shrink(data, side);
  const inside = insideOf(pixels);
  const extent = extentOf(inside);
  if (extent.n < 200) return null;
  const depth = depthOf(inside);
  let best = null;
  for (let at = 0; at < inside.length; at++) {
    if (!inside[at]) continue;
    const [x, y] = [at % GRID, Math.floor(at / GRID)];
    const score = depth[at] - 0.12 * Math.hypot(x - extent.x, y - extent.y);
    if (!best || score > best.score) best = { x, y, r: depth[at], score };
  }
  const ground = groundOf(pixels, best);
  return {
    x: (best.x + 0.5) / GRID,
    y: (best.y + 0.5) / GRID,
    r: best.r / GRID,
    share: (2 * best.r) / Math.max(extent.width, extent.height),
    colour: ground.colour,
    plain: ground.plain,
    pixels,
  };
}

/** Share of the features' pixels (RGBA, GRID x GRID, laid over the picture) that can be told from what lies behind. */
export function contrastOf(features, ground) {
  let seen = 0;
  let total = 0;
  for (let at = 0; at < GRID * GRID; at++) {
    if (features[at * 4 + 3] < 128) continue;
    total++;
    const colour = [features[at * 4], features[at * 4 + 1], features[at * 4 + 2]];
    const behind = Array.isArray(ground) ? ground : [ground[at * 3], ground[at * 3 + 1], ground[at * 3 + 2]];
    if (distance(colour, behind) > 90) seen++;
  }
  return total ? seen / total : 0;
}

export const GRID_SIDE = GRID;
