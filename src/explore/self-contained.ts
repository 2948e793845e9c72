/**
 * A scenario that needs nothing but its own folder: what `--set` changed stands in its text, and its
 * configuration files lie beside it. So the scenario of a finding can be run by anybody from where it is
 * kept, whatever it was found with, and shrinking meets settings as lines that can go.
 *
 * Files inside of the folder stay as they are. Where some lie elsewhere (`../redis.conf`, `/etc/redis/...`),
 * those of all nodes get names of their own, and what they include goes into `nodes.NAME.files` by the
 * paths that the lines have.
 */
import { parse, stringify } from "yaml";
import { settledText } from "../scenario/parse.js";
import type { Scenario } from "../scenario/scenario.js";
import type { RawNode, RawScenario } from "./raw.js";
import { readSource, type ScenarioSource } from "./source.js";

/** One that cannot be read stays what it is. */
export function selfContained(source: ScenarioSource): ScenarioSource {
  const isGathered = Object.keys(source.files).every(isBeside);
  if (isGathered && source.set.length === 0) return source;
  const scenario = readSource(source);
  if (typeof scenario === "string") return source;
  const settled = { ...source, text: settledText(source.text, source.set), set: [] };
  return isGathered ? settled : gathered(settled, scenario);
}

/** Does this path stay in the folder that it begins in? */
export function isBeside(path: string): boolean {
  const words = path.split(/[/\\]/);
  return words[0] !== "" && !words.includes("..") && !/^[A-Za-z]:/.test(path);
}

function gathered(source: ScenarioSource, scenario: Scenario): ScenarioSource {
  const raw = parse(source.text) as RawScenario;
  const nodes: Record<string, unknown> = { ...raw.nodes };
  const files: Record<string, string> = {};
  for (const { name, files: onDisk } of scenario.nodes) {
    const node = nodes[name] as RawNode | undefined;
    if (node?.config === undefined) continue;
    const file = node.config.split("/").at(-1) ?? name;
    const config = Object.hasOwn(files, file) ? `${name}-${file}` : file;
    files[config] = source.files[node.config] ?? "";
    const included = Object.fromEntries(onDisk.map(({ path, text }) => [path, text]));
    nodes[name] = { ...node, config, ...(onDisk.length === 0 ? {} : { files: included }) };
  }
  return { ...source, text: stringify({ ...raw, nodes }), files };
}
