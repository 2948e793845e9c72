/** `redsim show`: what a scenario will do, without running it. */
import type { CommandModule } from "yargs";
import { type Plan, planOf } from "../scenario/plan.js";
import { formatDuration } from "../scenario/duration.js";
import { out, title, wrap } from "./print.js";
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
      .option("set", {
        type: "string",
        array: true,
        nargs: 1,
        default: [],
        describe: "Change the scenario first: path=value",
      })
      .strict(),
  handler: (args) => {
    const { scenario } = loadScenario(args.scenario, args.set);
    for (const line of planLines(planOf(scenario, args.seed ?? scenario.seed))) out(line);
  },
};

function planLines(plan: Plan): string[] {
  const at = (micros: number) => `${(micros / 1e6).toFixed(3).padStart(9)}  `;
  return [
    `${plan.title} (${plan.file}, seed ${plan.seed}, Redis ${plan.version}, ${formatDuration(plan.duration)})`,
    "",
    wrap("", plan.prose.replace(/\s+/g, " ")),
    "",
    title("Nodes"),
    ...plan.nodes.map((node) => {
      const host = plan.hosts.find((each) => each.name === node.host);
      return wrap(
        at(node.start),
        `${node.name} ${node.kind} ${node.version} at ${host?.ips[0] ?? node.host}:${node.port} (${node.config.source})`,
      );
    }),
    ...plan.clients.map((client) =>
      wrap("           ", `${client.name} client (${client.settings.policy.kind}) on ${client.host}`),
    ),
    "",
    title("Steps"),
    ...plan.steps.flatMap((step) =>
      step.occurrences.map((occurrence) =>
        wrap(
          at(occurrence.after),
          `${step.trigger.kind === "start" ? "" : `after ${step.trigger.kind}: `}${step.name}${occurrence.lasts === undefined ? "" : ` for ${formatDuration(occurrence.lasts)}`}`,
        ),
      ),
    ),
    "",
    title("Expected"),
    ...plan.expectations.map((expectation) => wrap("  ", expectation.text)),
  ];
}
