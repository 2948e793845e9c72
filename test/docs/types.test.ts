/**
 * What a public signature mentions can be named: whoever writes a function around `inject` or an actor of their own
 * finds each type where they found the first. Read from the declarations that are published.
 */
import { readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const dist = resolve(import.meta.dirname, "../../dist");

interface Declarations {
  /** The text of each, by name. */
  readonly own: ReadonlyMap<string, string>;
  /** Names from elsewhere: the file, and the name there. */
  readonly others: ReadonlyMap<string, readonly [file: string, name: string]>;
  readonly exported: readonly string[];
}

const read = new Map<string, Declarations>();

function declarationsOf(file: string): Declarations {
  const known = read.get(file);
  if (known !== undefined) return known;
  const text = readFileSync(file, "utf8").replace(/\/\*.*?\*\//gs, "");
  const others = new Map<string, readonly [string, string]>();
  const exported: string[] = [];
  for (const [, how, names = "", from = ""] of text.matchAll(
    /(import|export)\s+(?:type\s+)?\{([^}]*)\}\s+from\s+"(\.[^"]+)"/g,
  ))
    for (const each of names.split(",")) {
      const [name = "", as = name] = each
        .trim()
        .replace(/^type /, "")
        .split(" as ");
      if (how === "export") exported.push(as);
      others.set(as, [resolve(dirname(file), from.replace(/\.js$/, ".d.ts")), name]);
    }
  const own = new Map<string, string>();
  const begins = /^(export )?(?:declare )?(?:interface|type|class|const|function) (\w+)/gm;
  const found = [...text.matchAll(begins)];
  found.forEach(({ index, 1: how, 2: name = "" }, i) => {
    if (how !== undefined) exported.push(name);
    own.set(name, text.slice(index, found[i + 1]?.index));
  });
  const declarations = { own, others, exported };
  read.set(file, declarations);
  return declarations;
}

/** Where a name that a file uses is declared; undefined: in another package, or by the language. */
function declared(file: string, name: string): string | undefined {
  const { own, others } = declarationsOf(file);
  if (own.has(name)) return `${relative(dist, file)} ${name}`;
  const [from, there] = others.get(name) ?? [];
  return from === undefined || there === undefined ? undefined : declared(from, there);
}

function publicIn(entry: string): readonly string[] {
  const file = resolve(dist, entry);
  return declarationsOf(file).exported.flatMap((name) => declared(file, name) ?? []);
}

/** The types that a declaration mentions; a constructor that only we call aside. */
function mentioned(place: string): readonly string[] {
  const [path = "", name = ""] = place.split(" ");
  const file = resolve(dist, path);
  const text = declarationsOf(file).own.get(name) ?? "";
  const signatures = path === "testing.d.ts" ? text.replace(/constructor\(.*?\);/s, "") : text;
  return [...new Set(signatures.match(/\b[A-Z]\w+/g))].flatMap(
    (each) => declared(file, each) ?? [],
  );
}

/** Parts of what was read from a scenario, which is not made by hand: they are named by their place in it. */
const partOfScenario = /^scenario\/(schema|scenario|plan|expectation|action)\b/;

test("every type in a public signature is public", () => {
  const library = publicIn("index.d.ts");
  const all = new Set([...library, ...publicIn("testing.d.ts")]);
  const missing = [...all].flatMap(mentioned).filter((place) => !all.has(place));

  expect(library.length).toBeGreaterThan(80);
  expect([...all].flatMap(mentioned)).toContain("kernel/actor.d.ts Payload");
  expect(missing.filter((place) => !partOfScenario.test(place))).toEqual([]);
});
