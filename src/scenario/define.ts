/**
 * A scenario as a program writes it: an object with the keys of a file, checked as a file is. Whoever
 * writes a wrong one has made a mistake in a program, and that is thrown, with all there is to correct.
 */
import { stringify } from "yaml";
import { ProblemsError } from "../redis/config/problem.js";
import { type ParseOptions, parseScenario } from "./parse.js";
import type { Scenario } from "./scenario.js";
import type { RawNode } from "./schema/cluster.js";
import type { RawScenario } from "./schema.js";

/** As a person writes it: the counts of nodes beside the nodes that are called by name. */
export interface ScenarioInput extends Omit<RawScenario, "nodes"> {
  readonly nodes: Readonly<Record<string, RawNode | number | string>>;
}

export class ScenarioError extends ProblemsError {
  override readonly name = "ScenarioError";
}

/** `raw` is the object, or the text of a file. Configuration files that it names are asked of `read`. */
export function defineScenario(
  raw: ScenarioInput | string,
  options: Partial<ParseOptions> = {},
): Scenario {
  const text = typeof raw === "string" ? raw : stringify(raw);
  const { file = "scenario", read = () => undefined, set = [] } = options;
  const { scenario, problems } = parseScenario(text, { file, read, set });
  if (scenario === undefined) throw new ScenarioError(problems);
  return scenario;
}
