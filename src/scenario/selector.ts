/**
 * The words with which a scenario chooses nodes: names, and roles that are looked up at the instant of
 * the step (`the master`, `any replica`, `leading sentinel`).
 */

export type Selector =
  /** Of nodes or hosts. */
  | { readonly kind: "names"; readonly names: readonly string[] }
  /** Of this group (undefined: of the only one, or the first). */
  | { readonly kind: "master"; readonly group: string | undefined }
  /** The one before the last switch. */
  | { readonly kind: "formerMaster"; readonly group: string | undefined }
  | {
      readonly kind: "some";
      readonly what: "replica" | "server" | "sentinel" | "node" | "client";
      readonly pick: "every" | "any";
      readonly group: string | undefined;
    }
  | { readonly kind: "leadingSentinel" }
  /** The machine of what this chooses; where nodes are asked for, every node on it. */
  | { readonly kind: "host"; readonly of: Selector }
  /** What a step chose when it last acted. */
  | { readonly kind: "as"; readonly step: string }
  /** All of these together. */
  | { readonly kind: "union"; readonly of: readonly Selector[] };

/** What a person may write, besides names; `NAME`, `GROUP` and `STEP` stand for what the scenario names. */
export const selectorForms: readonly string[] = [
  "the master",
  "the master of GROUP",
  "the former master",
  "any replica",
  "every replica",
  "any server",
  "every server",
  "leading sentinel",
  "any sentinel",
  "every sentinel",
  "any node",
  "every node",
  "every client",
  "host of NAME",
  "as STEP",
];

/** Reads one selector; a word that is none of the forms is a name. */
export function parseSelector(text: string): Selector {
  const words = text.trim().split(/\s+/);
  if (words[0]?.toLowerCase() === "the") words.shift();
  const [first = "", second = ""] = words.map((word) => word.toLowerCase());
  const of = words.length >= 3 && words.at(-2)?.toLowerCase() === "of" ? words.at(-1) : undefined;
  const plain = of === undefined ? words.length : words.length - 2;

  if (first === "host" && second === "of")
    return { kind: "host", of: parseSelector(words.slice(2).join(" ")) };
  if (first === "as" && words.length === 2) return { kind: "as", step: words[1] ?? "" };
  if (plain === 1 && first === "master") return { kind: "master", group: of };
  if (plain === 2 && second === "master" && (first === "former" || first === "old"))
    return { kind: "formerMaster", group: of };
  if (plain === 2 && first === "leading" && second === "sentinel")
    return { kind: "leadingSentinel" };
  const pick = first === "any" ? "any" : first === "every" || first === "all" ? "every" : undefined;
  const what = kinds.get(pick === undefined ? first : second);
  if (pick !== undefined && what !== undefined && plain === 2)
    return { kind: "some", what, pick, group: of };
  if (pick === undefined && what !== undefined && plain === 1 && first.endsWith("s"))
    return { kind: "some", what, pick: "every", group: of };
  return { kind: "names", names: [text.trim()] };
}

/** Several together: a list of names, or of anything else. */
export function parseSelectors(texts: readonly string[]): Selector {
  const parts = texts.map(parseSelector);
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const names = parts.flatMap((part) => (part.kind === "names" ? part.names : []));
  return names.length === parts.length ? { kind: "names", names } : { kind: "union", of: parts };
}

const kinds: ReadonlyMap<string, "replica" | "server" | "sentinel" | "node" | "client"> = new Map(
  (["replica", "server", "sentinel", "node", "client"] as const).flatMap((kind) => [
    [kind, kind] as const,
    [`${kind}s`, kind] as const,
  ]),
);
