/**
 * A scenario as a program writes it: an object with the keys of a file, checked as a file is. Whoever
 * writes a wrong one has made a mistake in a program, and that is thrown, with all there is to correct.
 */
import { stringify } from "yaml";
import { type Problem, ProblemsError } from "../redis/config/problem.js";
import type { Path } from "./document.js";
import { type ParseOptions, parseScenario } from "./parse.js";
import type { Scenario } from "./scenario.js";
import type { RawNode } from "./schema/cluster.js";
import type { RawScenario } from "./schema.js";

/** As a person writes it: the counts of nodes beside the nodes that are called by name. */
export interface ScenarioInput extends Omit<RawScenario, "nodes"> {
  readonly nodes: Readonly<Record<string, RawNode | number | string>>;
}

/** What a program gave is wrong: a scenario, or an argument of a run; `problems` has all there is to correct. */
export class ScenarioError extends ProblemsError {
  override readonly name = "ScenarioError";
}

/**
 * `raw` is the object, or the text of a file. Configuration files that it names are asked of `read` and `list`.
 * Throws a ScenarioError with all mistakes, each at the path of its value (`steps.0.at`); in a text, at its line.
 */
export function defineScenario(
  raw: ScenarioInput | string,
  options: Partial<ParseOptions> = {},
): Scenario {
  const isText = typeof raw === "string";
  const strangers = isText ? [] : [...strangersIn(raw, [], [])];
  if (strangers.length > 0) throw new ScenarioError(strangers);
  const text = isText ? raw : stringify(raw ?? null, { aliasDuplicateObjects: false });
  const { file = "scenario", read = () => undefined, list = () => [], set = [] } = options;
  const { places = isText ? "lines" : "paths" } = options;
  const { scenario, problems } = parseScenario(text, { file, read, list, set, places });
  if (scenario === undefined) throw new ScenarioError(problems);
  return scenario;
}

/** What a program can hold and a file cannot. */
function* strangersIn(value: unknown, path: Path, above: readonly object[]): Iterable<Problem> {
  const where = path.join(".");
  if (typeof value === "function" || typeof value === "symbol")
    yield { where, what: `expected plain data, not a ${typeof value}` };
  if (typeof value !== "object" || value === null) return;
  if (above.includes(value)) yield { where, what: "expected plain data, and this holds itself" };
  else
    for (const [key, inner] of Object.entries(value))
      yield* strangersIn(inner, [...path, key], [...above, value]);
}
