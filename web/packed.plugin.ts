import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompress, constants, gzip } from "node:zlib";
import { promisify } from "node:util";

import type { Plugin } from "vite";

/** Writes what the gateway sends beside each file of the page: packed once and as well as can be, instead of at each visit in a hurry. */
export function packed(): Plugin {
  return {
    name: "packed",
    apply: "build",
    async writeBundle({ dir }) {
      const folder = join(dir!, "assets");
      await Promise.all((await readdir(folder)).map((name) => pack(join(folder, name))));
    },
  };
}

async function pack(path: string): Promise<void> {
  const whole = await readFile(path);
  const quality = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: whole.length };
  await writeFile(`${path}.br`, await promisify(brotliCompress)(whole, { params: quality }));
  await writeFile(`${path}.gz`, await promisify(gzip)(whole, { level: constants.Z_BEST_COMPRESSION }));
}
