/**
 * The reference of scenario files, written from the schema: the whole of `docs/scenarios.md`. A test
 * fails when the file is stale, and rewrites it when asked to update snapshots.
 */
import * as z from "zod";
import { scenarioSchema } from "./schema.js";
import { alternatives } from "./schema-keys.js";
import { selectorForms } from "./selector.js";
import { sentinelChannels } from "./trigger.js";

const introduction = `# Scenario files

A scenario is a YAML file: a cluster, what happens to it, and what must come out. \`redsim run FILE\` runs
it, \`redsim show FILE\` prints its plan, \`redsim schema\` prints the JSON Schema of this page for editors.

    # The master dies under a client. What to notice: how long writes stop.
    duration: 60s
    nodes: { replicas: 2, sentinels: 3 }
    sentinel: { down-after-milliseconds: 5000 }
    clients:
      app: { workload: { every: 100ms } }
    steps:
      - { name: kill, after: settled, wait: 10s, kill: the master }
    expect:
      - event: { channel: +switch-master, after: kill, within: 10s }
      - lost: { at-most: 0 }

- **Nodes** come in the short form (one master r1, replicas r2, r3, ..., Sentinels s1, s2, ..., each on a
  host of its own: r1 is 10.77.0.11, s1 10.77.0.21, a client 10.77.0.31), by name with configuration
  files, or both. What is named as in the short form changes that node. With \`masters: 2\` the servers
  are m1-r1, m1-r2, ..., m2-r1, ..., and the Sentinels watch them as mymaster-1 and mymaster-2.
- **Steps** act \`at\` an instant or \`after\` something, then \`wait\`; \`for\` undoes them again. A step does one
  thing. Whom it means is looked up at that instant: *the master* is the server that most live Sentinels
  name, else the last that reported the role master.
- **\`settled\`**: every Sentinel knows all others and every replica, and every replica's link is up; looked
  at every 201 to 204 ms from the start of the last node on.
- **A step or a client whose moment never came** is no mistake; the summary lists it under \`never began\`.
- **An upgrade** is \`install\`, which changes nothing yet, and then \`terminate\` with \`for\`: the process
  that starts again is of the new version.
- **Durations** have a unit (\`500ms\`, \`1.5s\`, \`2m\`). Where a range may stand (\`1s..3s\`) the plan draws from
  it, once for each seed.
- **\`--set path=value\`** changes a value before the file is checked: \`version=7.0\`, \`nodes.sentinels=5\`,
  \`network.default.latency=2ms\`, \`sentinel.down-after-milliseconds=500\`, \`steps.kill.wait=20s\`,
  \`nodes.r2.version=6.2\`. The value is YAML: \`clients.app={policy: ioredis}\` adds a client.
- **Mistakes** are reported all at once, each with line and column:
  \`partition.yaml:14:5: no node is called r9 (there are r1 and r2)\`.
`;

/** Markdown: every key with its type and its sentence, in the order of the schema. */
export function scenarioGuide(): string {
  const lines: string[] = [introduction, "## Every key", ""];
  const sections: { readonly title: string; readonly schema: z.ZodType }[] = [
    { title: "The file", schema: scenarioSchema },
  ];
  const told = new Set<z.ZodType>();
  for (let section = sections.shift(); section !== undefined; section = sections.shift()) {
    lines.push(
      `### ${section.title}`,
      "",
      "| key | what stands there | what it means |",
      "|---|---|---|",
    );
    for (const [key, value] of entries(section.schema)) {
      const type = typeText(value);
      const note = value.description ?? "";
      lines.push(`| \`${key}\` | ${type} | ${note.replaceAll("|", "\\|")} |`);
      for (const inner of mappings(value)) {
        if (told.has(inner)) continue;
        told.add(inner);
        sections.push({ title: titleOf(section.title, key), schema: inner });
      }
    }
    lines.push("");
  }
  lines.push(
    "## Selectors",
    "",
    "Names, lists of names, and (with or without *the*):",
    "",
    ...selectorForms.map((form) => `- \`${form}\``),
    "",
    "## Events of a Sentinel",
    "",
    sentinelChannels.map((channel) => `\`${channel}\``).join(", "),
    "",
  );
  return lines.join("\n");
}

function titleOf(above: string, key: string): string {
  return above === "The file" ? `\`${key}\`` : `${above.slice(0, -1)}.${key}\``;
}

/** The keys of a mapping; for one whose keys the user names, `<name>`. */
function entries(schema: z.ZodType): readonly (readonly [string, z.ZodType])[] {
  if (schema instanceof z.ZodObject) {
    const own = Object.entries(schema.shape).map(
      ([key, value]) => [key, value as z.ZodType] as const,
    );
    const { catchall } = schema.def;
    const open = catchall !== undefined && !(catchall instanceof z.ZodNever);
    return open ? [...own, ["<name>", catchall as z.ZodType] as const] : own;
  }
  return [];
}

/** The mappings inside a value that need a table of their own. */
function mappings(schema: z.ZodType): readonly z.ZodType[] {
  return alternatives(schema).flatMap((each) => {
    if (each instanceof z.ZodObject) return [each];
    if (each instanceof z.ZodArray) return mappings(each.element as z.ZodType);
    if (each instanceof z.ZodRecord) return mappings(each.valueType as z.ZodType);
    return [];
  });
}

function typeText(schema: z.ZodType): string {
  const texts = alternatives(schema).map((each) => {
    if (each instanceof z.ZodObject) return "a mapping";
    if (each instanceof z.ZodArray) return `a list, each ${typeText(each.element as z.ZodType)}`;
    if (each instanceof z.ZodRecord) return `by name: ${typeText(each.valueType as z.ZodType)}`;
    if (each instanceof z.ZodEnum) return each.options.map((option) => `\`${option}\``).join(", ");
    if (each instanceof z.ZodLiteral)
      return [...each.values]
        .filter((value) => typeof value === "string")
        .map((value) => `\`${value}\``)
        .join(", ");
    if (each instanceof z.ZodBoolean) return "`true` or `false`";
    if (each instanceof z.ZodNumber) return "a number";
    return expectation(each) ?? "a text";
  });
  return [...new Set(texts)].filter((text) => text !== "").join(", or ");
}

/** `expected a duration such as 1s` says best what may stand there. */
function expectation(schema: z.ZodType): string | undefined {
  const { error } = schema.def;
  const said = error?.({} as never);
  const message = typeof said === "string" ? said : said?.message;
  return message?.startsWith("expected ") === true ? message.slice("expected ".length) : undefined;
}
