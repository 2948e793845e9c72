/** What the tests of scenario files share: a scenario from a text, and its mistakes as a person sees them. */
import { filesOf } from "../../src/redis/config/config-files.js";
import { formatProblem, type Problem } from "../../src/redis/config/problem.js";
import { type Parsed, parseScenario } from "../../src/scenario/parse.js";
import type { Scenario } from "../../src/scenario/scenario.js";

export interface Given {
  readonly files?: Readonly<Record<string, string>>;
  readonly set?: readonly string[];
}

export function scenarioOf(text: string, given: Given = {}): Scenario {
  const parsed = parseScenario(text, options(given));
  if (parsed.scenario === undefined)
    throw new Error(`it has mistakes:\n${parsed.problems.map(formatProblem).join("\n")}`);
  return parsed.scenario;
}

export function mistakes(text: string, given: Given = {}): readonly string[] {
  return (parseScenario(text, options(given)).problems ?? []).map(formatProblem);
}

/** Both, and what a person is warned of. */
export function parsed(
  text: string,
  given: Given = {},
): Parsed & { readonly warnings: readonly Problem[] } {
  return { warnings: [], ...parseScenario(text, options(given)) };
}

function options(given: Given) {
  return {
    file: "partition.yaml",
    ...filesOf(new Map(Object.entries(given.files ?? {}))),
    set: given.set ?? [],
  };
}

/** As `redsim init` finds them in a folder. */
export function foundFiles(files: Readonly<Record<string, string>>) {
  return Object.entries(files).map(([name, text]) => ({ name, text }));
}

/** One master, two replicas, three Sentinels. */
export const usual = ["duration: 60s", "nodes: { replicas: 2, sentinels: 3 }", ""].join("\n");
