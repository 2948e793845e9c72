/**
 * The rules of this code base as tests: which layer may import which, and what the pure folders must
 * never touch. docs/architecture.md draws the layers; this file is what holds them.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");
const source = join(root, "src");

/** Which layers a layer may import, itself included. `types` marks those it may import types from only. */
const layers: Record<
  string,
  { readonly values: readonly string[]; readonly types: readonly string[] }
> = {
  kernel: { values: ["kernel"], types: [] },
  redis: { values: ["redis", "kernel"], types: [] },
  scenario: { values: ["scenario", "redis", "kernel"], types: [] },
  observe: { values: ["observe", "kernel/time"], types: ["redis", "kernel"] },
  run: { values: ["run", "scenario", "observe", "redis", "kernel"], types: [] },
  explore: { values: ["explore", "run", "scenario", "observe", "redis", "kernel"], types: [] },
  calibrate: { values: ["calibrate", "run", "scenario", "observe", "redis", "kernel"], types: [] },
  gateway: { values: ["gateway", "run", "scenario", "observe", "redis", "kernel"], types: [] },
  cli: {
    values: [
      "cli",
      "gateway",
      "calibrate",
      "explore",
      "run",
      "scenario",
      "observe",
      "redis",
      "kernel",
    ],
    types: [],
  },
  testing: {
    values: [
      "testing",
      "gateway",
      "cli/scenario-source",
      "run",
      "scenario",
      "observe",
      "redis",
      "kernel",
    ],
    types: [],
  },
  standin: {
    values: [
      "standin",
      "gateway",
      "cli/folder",
      "cli/program",
      "cli/tracing",
      "run",
      "scenario",
      "observe",
      "redis",
      "kernel",
    ],
    types: [],
  },
  index: { values: ["index", "run", "scenario", "observe", "redis", "kernel"], types: [] },
};

const pure = ["kernel", "redis", "scenario", "observe", "run"];

/** What would break a promise in the pure layers, and what to use instead. */
const bans: readonly { readonly pattern: RegExp; readonly because: string }[] = [
  { pattern: /\bDate\b/, because: "time is context.now()" },
  { pattern: /\bMath\.random\b/, because: "chance is context.random" },
  {
    pattern: /\bMath\.(log|log2|log10|log1p|exp|expm1|pow|sin|cos|tan|sinh|cosh|tanh|cbrt|hypot)\b/,
    because: "its last bit may differ between engines",
  },
  { pattern: /[\w)] \*\* [\w(]/, because: "** is Math.pow" },
  { pattern: /\b(setTimeout|setInterval|setImmediate|queueMicrotask)\b/, because: "use a timer" },
  { pattern: /\b(async|await|Promise)\b/, because: "async lives in the outer layers" },
  { pattern: /\bperformance\b/, because: "time is context.now()" },
  { pattern: /\bprocess\.(env|argv|hrtime|nextTick|exit|on)\b/, because: "no outside world here" },
  { pattern: /\b(localeCompare|toLocale\w*|Intl)\b/, because: "it depends on the locale" },
  { pattern: /\bfrom "node:/, because: "no I/O here" },
  { pattern: /\bfor \((const|let|var) \w+ in /, because: "walk a Map or an array" },
  {
    pattern: /^ {4,}[gs]et \w+\(/m,
    because: "a literal with a getter keeps finished runs from young collections: make it a class",
  },
  { pattern: /\bWeakRef\b|\bFinalizationRegistry\b/, because: "it shows the garbage collector" },
];

const everywhere: readonly { readonly pattern: RegExp; readonly because: string }[] = [
  { pattern: /\bseedrandom"/, because: "the main entry draws from Math.random at import" },
  { pattern: /\bTODO\b|\bFIXME\b/, because: "finish it, or open an issue" },
  { pattern: /\bas any\b|: any\b/, because: "unknown at the edge, parsed once" },
];

function files(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) return files(path);
      return path.endsWith(".ts") ? [path] : [];
    });
}

function layerOf(path: string): string {
  return (relative(source, path).split("/")[0] as string).replace(/\.ts$/, "");
}

/** The code without comments and without the text of strings and regular expressions' neighbours. */
function code(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|[^:"'`\\])\/\/.*$/gm, "$1");
}

function withoutStrings(text: string): string {
  return code(text).replace(/"(?:[^"\\\n]|\\.)*"/g, '""');
}

const all = files(source);

describe("the layers", () => {
  test("every import is an arrow of the diagram", () => {
    const wrong: string[] = [];
    for (const path of all) {
      const layer = layerOf(path);
      const allowed = layers[layer];
      if (allowed === undefined) {
        wrong.push(`${relative(root, path)}: no layer is called ${layer}`);
        continue;
      }
      for (const match of code(readFileSync(path, "utf8")).matchAll(
        /^\s*(?:import|export)\s+(type\s+)?[^;]*?from\s+"(\.[^"]+)"/gm,
      )) {
        const target = relative(source, resolve(path, "..", match[2] as string)).replace(
          /\.js$/,
          "",
        );
        const inside = (names: readonly string[]) =>
          names.some((name) => target === name || target.startsWith(`${name}/`));
        const fine = inside(allowed.values) || (match[1] !== undefined && inside(allowed.types));
        if (!fine) wrong.push(`${relative(root, path)} must not import ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("the pure layers import no package but seedrandom's alea, yaml and zod", () => {
    const fine = new Set(["seedrandom/lib/alea.js", "yaml", "zod"]);
    const wrong = all
      .filter((path) => pure.includes(layerOf(path)))
      .flatMap((path) =>
        [...code(readFileSync(path, "utf8")).matchAll(/from\s+"([^."][^"]*)"/g)]
          .filter((match) => !fine.has(match[1] as string))
          .map((match) => `${relative(root, path)} imports ${match[1]}`),
      );
    expect(wrong).toEqual([]);
  });
});

describe("the pure layers", () => {
  test("know no clock, no chance, no outside world", () => {
    const wrong = all
      .filter((path) => pure.includes(layerOf(path)))
      .flatMap((path) => {
        const text = readFileSync(path, "utf8");
        return bans
          .filter((ban) =>
            ban.pattern.test(
              `${ban.pattern.source.includes('"') ? code(text) : withoutStrings(text)}`,
            ),
          )
          .map((ban) => `${relative(root, path)}: ${ban.pattern.source} (${ban.because})`);
      });
    expect(wrong).toEqual([]);
  });
});

describe("every source file", () => {
  test("keeps to what the style page bans everywhere", () => {
    const wrong = all.flatMap((path) =>
      everywhere
        .filter((ban) => ban.pattern.test(code(readFileSync(path, "utf8"))))
        .map((ban) => `${relative(root, path)}: ${ban.pattern.source} (${ban.because})`),
    );
    expect(wrong).toEqual([]);
  });

  test("says at its head what it is for", () => {
    const wrong = all.filter(
      (path) => !/^(#!.*\n)?\/\*\*/.test(readFileSync(path, "utf8")) && !path.endsWith(".d.ts"),
    );
    expect(wrong.map((path) => relative(root, path))).toEqual([]);
  });

  test("is one idea: at most 700 lines", () => {
    const wrong = all.filter((path) => readFileSync(path, "utf8").split("\n").length > 700);
    expect(wrong.map((path) => relative(root, path))).toEqual([]);
  });
});
