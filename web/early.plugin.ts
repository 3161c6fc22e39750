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
  /** What most visits begin with: each of these is put together as one file. */
  screens: Record<string, Screen>;
  /** Where links from elsewhere lead. `$` stands for a part of the address, also in what is asked for. */
  places: Record<string, Screen>;
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
    if (ICON.test(id)) return mine?.[0] ?? "icons";
    return mine?.[0] ?? null;
  };
}

function needed(entry: string, graph: Rolldown.ChunkingContext): ReadonlySet<string> {
  const found = new Set<string>([entry]);
  for (const id of found) for (const each of importsOf(id, graph)) found.add(each);
  return found;
}

const ICON = /\/lucide-react\/dist\/esm\/icons\//;
const ALL_ICONS = /\/lucide-react\/dist\/esm\/lucide-react\.m?js$/;

/** All icons are imported from one file, which would make each of them a part of every screen: here only those that are named are. */
function importsOf(id: string, graph: Rolldown.ChunkingContext): string[] {
  const { importedIds = [], code } = graph.getModuleInfo(id) ?? {};
  const all = importedIds.find((each) => ALL_ICONS.test(each));
  if (ALL_ICONS.test(id) || !all) return ALL_ICONS.test(id) ? importedIds.filter((each) => !ICON.test(each)) : [...importedIds];
  const named = /import\s*\{([^}]*)\}\s*from\s*"lucide-react"/.exec(code ?? "")?.[1] ?? "";
  const names = named.split(",").map((each) => each.trim().split(/\s+as\s+/)[0]!).filter((each) => each && !each.startsWith("type "));
  return [...importedIds, ...names.map((name) => iconOf(name, all, graph))];
}

/** Where the file of all icons has an icon from. */
function iconOf(name: string, all: string, graph: Rolldown.ChunkingContext): string {
  const from = new RegExp(`export \\{[^}]*default as ${name}\\b[^}]*\\} from ["']\\.(/icons/[^"']+)["']`).exec(graph.getModuleInfo(all)?.code ?? "")?.[1];
  if (!from) throw new Error(`No icon is called ${name}.`);
  return all.replace(/\/[^/]*$/, from);
}

/** Tells the gateway which files and answers a screen begins with, so that the document asks for them together instead of one after the other. */
export function early({ entry, screens, places, words, open }: Early): Plugin {
  return {
    name: "early",
    apply: "build",
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((each) => each.type === "chunk");
      const begun = new Set<string>();
      const filesOf = (module: string) => {
        const chunk = chunks.find((each) => each.facadeModuleId === module) ?? chunks.find((each) => module in each.modules);
        if (!chunk) return this.error(`Nothing is built of ${module}.`);
        const files = new Set([chunk.fileName]);
        for (const file of files) for (const each of chunks.find(({ fileName }) => fileName === file)?.imports ?? []) files.add(each);
        return [...files].filter((file) => !begun.has(file));
      };
      for (const file of filesOf(entry)) begun.add(file);
      const source = {
        open,
        words: Object.fromEntries(Object.entries(words).map(([language, module]) => [language, filesOf(module)])),
        screens: Object.fromEntries(Object.entries({ ...screens, ...places }).map(([name, { module, data }]) => [name, { files: filesOf(module), data }])),
      };
      this.emitFile({ type: "asset", fileName: LISTED, source: JSON.stringify(source) });
    },
  };
}
