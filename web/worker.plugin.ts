import { createHash } from "node:crypto";

import type { Plugin } from "vite";

const WORKER = "sw.js";

/** Builds the service worker as one file at the top, and tells it which files belong to this version. */
export function worker(source: string): Plugin {
  return {
    name: "worker",
    apply: "build",
    buildStart() {
      this.emitFile({ type: "chunk", id: source, fileName: WORKER });
    },
    generateBundle(_, bundle) {
      const built = bundle[WORKER];
      if (built?.type !== "chunk") return;
      if (built.imports.length > 0 || built.exports.length > 0) this.error("The worker has to be one file by itself.");
      const files = Object.keys(bundle).filter((name) => /^assets\/.*\.(js|css)$/.test(name)).sort();
      const entry = Object.values(bundle).find((each) => each.type === "chunk" && each.isEntry && each.fileName !== WORKER)?.fileName;
      const version = createHash("sha256").update([...files, built.code].join("\n")).digest("hex").slice(0, 16);
      built.code = built.code
        .replaceAll("__FILES__", JSON.stringify(files))
        .replaceAll("__ENTRY__", JSON.stringify(entry))
        .replaceAll("__VERSION__", JSON.stringify(version));
    },
  };
}
