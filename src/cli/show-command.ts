/** `redsim show`: what a scenario will do, without running it. */
import type { CommandModule } from "yargs";
import { describeAction, describeTrigger } from "../scenario/describe-step.js";
import { formatDuration } from "../scenario/duration.js";
import { type Plan, type PlanStep, planOf } from "../scenario/plan.js";
import { listed } from "../scenario/suggest.js";
import { castLines } from "./cast.js";
import { heading, out, prose, wrap } from "./print.js";
import { repeated } from "./repeated.js";
import { loadScenario } from "./scenario-source.js";

interface ShowArguments {
  readonly scenario: string;
  readonly seed: string | undefined;
  readonly set: readonly string[];
}

export const showCommand: CommandModule<object, ShowArguments> = {
  command: "show <scenario>",
  describe: "Show the plan of a scenario without running it",
  builder: (yargs) =>
    yargs
      .positional("scenario", { type: "string", demandOption: true, describe: "A name or a path" })
      .option("seed", { type: "string", describe: "Instead of the scenario's own seed" })
      .option("set", repeated("Change the scenario first: path=value"))
      .strict(),
  handler: (args) => {
    const { scenario } = loadScenario(args.scenario, args.set);
    for (const line of planLines(planOf(scenario, args.seed ?? scenario.seed))) out(line);
  },
};

function planLines(plan: Plan): string[] {
  return [
    wrap("", plan.title),
    wrap(
      "",
      `${plan.file}, seed ${plan.seed}, Redis ${plan.version}, ${formatDuration(plan.duration)}`,
    ),
    "",
    ...prose(plan.prose),
    "",
    heading("what runs"),
    ...castLines(plan),
    "",
    heading("when"),
    ...startLines(plan),
    ...plan.steps.flatMap(stepLines),
    "",
    heading("expected"),
    ...plan.expectations.map((expectation) => wrap("  ", expectation.text)),
  ];
}

/** Processes that start together are one line. */
function startLines(plan: Plan): string[] {
  const starts = new Map<string, string[]>();
  for (const node of [...plan.nodes].sort((a, b) => a.start - b.start)) {
    const at = seconds(node.start);
    starts.set(at, [...(starts.get(at) ?? []), node.name]);
  }
  const clients = plan.clients.map((client) =>
    timed(client.start.wait, describeTrigger(client.start.trigger), `${client.name} starts`),
  );
  return [
    ...[...starts].map(([at, names]) =>
      wrap(`${at}  `, `${listed(names)} ${names.length === 1 ? "starts" : "start"}`),
    ),
    ...clients,
  ];
}

function stepLines(step: PlanStep): string[] {
  return step.occurrences.map(({ after, lasts }) => {
    const undone = lasts === undefined ? "" : `, undone after ${formatDuration(lasts)}`;
    const what = `${step.name}: ${describeAction(step.action)}${undone}`;
    return timed(after, describeTrigger(step.trigger), what);
  });
}

/** An instant, or a time after something (with a plus). */
function timed(span: number, trigger: string | undefined, what: string): string {
  if (trigger === undefined) return wrap(`${seconds(span)}  `, what);
  return wrap(`${`+${seconds(span).trim()}`.padStart(9)}  `, `${trigger}: ${what}`);
}

function seconds(micros: number): string {
  return (micros / 1e6).toFixed(3).padStart(9);
}
