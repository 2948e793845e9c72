/** A scenario as texts alone: what a worker, a finding or a trace needs to make it again. */
import { filesOf } from "../redis/config/config-files.js";
import { formatProblem } from "../redis/config/problem.js";
import { parseScenario } from "../scenario/parse.js";
import type { Scenario } from "../scenario/scenario.js";

export interface ScenarioSource {
  /** As shown in front of line numbers. */
  readonly name: string;
  readonly text: string;
  /** Configuration files by the path that the scenario uses. */
  readonly files: Readonly<Record<string, string>>;
  readonly set: readonly string[];
}

/** The scenario, or its mistakes in one text. */
export function readSource(source: ScenarioSource): Scenario | string {
  const { scenario, problems } = parseScenario(source.text, {
    file: source.name,
    ...filesOf(new Map(Object.entries(source.files))),
    set: source.set,
  });
  return scenario ?? problems.map(formatProblem).join("\n");
}
