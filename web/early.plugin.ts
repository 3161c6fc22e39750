import type { Plugin, Rolldown } from "vite";

const LISTED = "early.json";

export interface Screen {
  /** The module that shows it. */
  module: string;
  /** What it asks the portal for at once, word for word as its queries do. */
  data: string[];
}

interface Early {
  /** The module with which the page begins. */
  entry: string;
  screens: Record<string, Screen>;
  /** The words that every screen says, by language. */
  words: Record<string, string>;
  /** Places that are shown to whoever has not signed in; everywhere else they are asked to. */
  open: string[];
}

/** Which modules make up what is shown first. Few files are sooner there than many, and what opens only at a touch is in none of them. */
export function pieces({ entry, screens }: Early) {
  let first: ReadonlySet<string> | undefined;
  const own: [name: string, modules: ReadonlySet<string>][] = [];
  return (id: string, graph: Rolldown.ChunkingContext): string | null => {
    if (!first) {
      first = needed(entry, graph);
      for (const [name, { module }] of Object.entries(screens)) own.push([name, needed(module, graph)]);
    }
    const [mine, ...others] = own.filter(([, modules]) => modules.has(id));
    if (first.has(id) || others.length > 0) return id.includes("/node_modules/") ? "base" : "first";
    return mine?.[0] ?? null;
  };
}

function needed(entry: string, graph: Rolldown.ChunkingContext): ReadonlySet<string> {
  const found = new Set<string>([entry]);
  for (const id of found) for (const each of graph.getModuleInfo(id)?.importedIds ?? []) found.add(each);
  return found;
}

/** Tells the gateway which files and answers a screen begins with, so that the document asks for them together instead of one after the other. */
export function early({ screens, words, open }: Early): Plugin {
  return {
    name: "early",
    apply: "build",
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((each) => each.type === "chunk");
      const begun = new Set(chunks.filter((each) => each.isEntry).flatMap((each) => [each.fileName, ...each.imports]));
      const filesOf = (module: string) => {
        const chunk = chunks.find((each) => each.facadeModuleId === module) ?? chunks.find((each) => module in each.modules);
        if (!chunk) return this.error(`Nothing is built of ${module}.`);
        return [chunk.fileName, ...chunk.imports].filter((file) => !begun.has(file));
      };
      const source = {
        open,
        words: Object.fromEntries(Object.entries(words).map(([language, module]) => [language, filesOf(module)])),
        screens: Object.fromEntries(Object.entries(screens).map(([name, { module, data }]) => [name, { files: filesOf(module), data }])),
      };
      this.emitFile({ type: "asset", fileName: LISTED, source: JSON.stringify(source) });
    },
  };
}
