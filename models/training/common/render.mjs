// What drawing icons takes: the packages of package.json, SVG, several pictures at a time.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const IN_FLIGHT = 3;

/** Opens `folder`/node_modules: json(path) reads a file of a package; emojis are emojibase's; sharp works on one picture a thread. */
export function openNpm(folder) {
  const require = createRequire(`${resolve(folder)}/package.json`);
  const json = (path) => JSON.parse(readFileSync(`${resolve(folder)}/node_modules/${path}`, 'utf8'));
  const sharp = require('sharp');
  sharp.concurrency(1);
  sharp.cache(false);
  return { json, sharp, emojis: json('emojibase-data/en/data.json') };
}

export const svgOf = ({ box, body }, size) =>
  `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${size}" height="${size}" ` +
  `viewBox="${box.join(' ')}" color="#222">${body}</svg>`;

/** Runs work(item, index) over all items, a few at a time, in order of starting. */
export async function eachInFlight(items, work) {
  let next = 0;
  const began = Date.now();
  const worker = async () => {
    while (next < items.length) {
      const index = next++;
      await work(items[index], index);
      if (index % 2000 === 0) console.log(index, `${((Date.now() - began) / 1000).toFixed(0)} s`);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
}

/** main(WORK, NPM_FOLDER) of a file that is started, not imported; url: the file's own. */
export async function start(url, main) {
  if (!process.argv[1] || url !== pathToFileURL(process.argv[1]).href) return;
  if (process.argv.length < 4) throw new Error(`usage: node ${url.split('/').pop()} WORK NPM_FOLDER`);
  await main(process.argv[2], process.argv[3]);
}
