/** `redsim why`: what became of one key, and why an acknowledged write of it is gone. */
import type { CommandModule } from "yargs";
import type { Observer, RunRecord } from "../kernel/record.js";
import type { Instant } from "../kernel/time.js";
import type { RedisNote } from "../redis/note.js";
import type { RunResult } from "../run/result.js";
import { Run } from "../run.js";
import { type ExitCode, exitCode } from "./exit-code.js";
import { out, wrap } from "./print.js";
import { repeated } from "./repeated.js";
import { loadScenario } from "./scenario-source.js";
import { isTrace, readTrace, rerun } from "./trace-file.js";
import { UserError } from "./user-error.js";

interface WhyArguments {
  readonly scenario: string;
  readonly key: string;
  readonly seed: string | undefined;
  readonly set: readonly string[];
  readonly heal: boolean | undefined;
}

export const whyCommand: CommandModule<object, WhyArguments> = {
  command: "why <scenario> [key]",
  describe: "Explain one lost write; without a key, list what was lost and why",
  builder: (yargs) =>
    yargs
      .positional("scenario", {
        type: "string",
        demandOption: true,
        describe: "As for run; or a trace, which holds scenario and seed",
      })
      .positional("key", { type: "string", default: "", describe: "The key of the write" })
      .option("seed", { type: "string", describe: "Instead of the scenario's own seed" })
      .option("set", repeated("As for run"))
      .option("heal", { type: "boolean", describe: "Heal everything at the end, as explore does" })
      .strict(),
  handler: (args) => {
    process.exitCode = why(args);
  },
};

function why(args: WhyArguments): ExitCode {
  const { key } = args;
  const story = new Story(key);
  const result = isTrace(args.scenario) ? ofTrace(args, story) : ofScenario(args, story);
  if (key === "") return summary(result);
  if (story.operations.length === 0)
    throw UserError.of("", `nobody wrote or read ${key}`, "redsim why without a key lists losses");
  const loss = result.losses.find((each) => each.key === key);
  for (const line of story.lines(loss?.lostAt)) out(line);
  out("");
  if (loss === undefined) out(`${key} was not lost`);
  else out(wrap("", `lost at ${seconds(loss.lostAt)} s (${loss.cause}): ${loss.text}`));
  return exitCode.ok;
}

function ofScenario({ scenario: name, seed, set, heal }: WhyArguments, story: Story): RunResult {
  const { scenario } = loadScenario(name, set);
  const run = new Run({ scenario, seed: seed ?? scenario.seed, observers: [story] });
  return heal === true ? run.heal() : run.finish();
}

/** The trace's run again, with whatever came in from outside. */
function ofTrace({ scenario: path, seed, set, heal }: WhyArguments, story: Story): RunResult {
  const given = seed !== undefined ? "--seed" : set.length > 0 ? "--set" : heal && "--heal";
  if (typeof given === "string")
    throw UserError.of(given, "a trace is one run, with its own seed and settings", "leave it out");
  return rerun(readTrace(path), story).result();
}

/** Causes with their number, and a key of each to ask about. */
function summary({ losses }: RunResult): ExitCode {
  if (losses.length === 0) out("no acknowledged write was lost");
  const reasons = new Map<string, { count: number; key: string }>();
  for (const { cause, text, key } of losses) {
    const reason = `${cause}: ${text}`;
    const known = reasons.get(reason);
    if (known === undefined) reasons.set(reason, { count: 1, key });
    else known.count++;
  }
  for (const [reason, { count, key }] of reasons)
    out(wrap(`${count}`.padStart(7).concat("  "), `${reason} (such as ${key})`));
  return exitCode.ok;
}

/** What happened to a key, and to the masters meanwhile. */
class Story implements Observer {
  readonly level = "notes";
  readonly operations: { readonly at: Instant; readonly text: string }[] = [];
  readonly #key: string;
  readonly #turns: { readonly at: Instant; readonly text: string }[] = [];

  constructor(key: string) {
    this.#key = key;
  }

  record(record: RunRecord): void {
    const { at } = record;
    if (record.kind === "fault") this.#turns.push({ at, text: `fault: ${record.fault.kind}` });
    if (record.kind === "up") this.#turns.push({ at, text: `${record.node} starts` });
    if (record.kind === "down") this.#turns.push({ at, text: `${record.node} ends` });
    if (record.kind === "note") this.#note(record.node, record.note as unknown as RedisNote, at);
  }

  #note(node: string, note: RedisNote, at: Instant): void {
    switch (note.kind) {
      case "ok":
      case "fail":
      case "info":
        if (note.key === this.#key) this.operations.push({ at, text: operationText(node, note) });
        break;
      case "role":
        this.#turns.push({
          at,
          text: `${node} is a ${note.role}${note.master === undefined ? "" : ` of ${note.master}`}, offset ${note.offset}`,
        });
        break;
      case "history":
        this.#turns.push({ at, text: `${node}: ${historyText(note)}` });
        break;
      default:
    }
  }

  /** Around the operations, and at the instant at which it was lost. */
  lines(lostAt: Instant | undefined): string[] {
    const from = this.operations[0]?.at ?? 0;
    const until = Math.max(lostAt ?? 0, this.operations.at(-1)?.at ?? 0);
    const turns = this.#turns.filter(({ at }) => at >= from && at <= until);
    return [...this.operations, ...turns]
      .sort((a, b) => a.at - b.at)
      .map(({ at, text }) => wrap(`${seconds(at).padStart(9)}  `, text));
  }
}

type Operation = Extract<RedisNote, { kind: "ok" | "fail" | "info" }>;

function operationText(client: string, note: Operation): string {
  const what =
    note.operation === "write"
      ? `SET ${note.key} ${note.value ?? ""}`
      : `GET ${note.key} -> ${note.value ?? "(nil)"}`;
  const outcome = { ok: "acknowledged", fail: "failed", info: "nobody knows" }[note.kind];
  const server = note.server === undefined ? "" : ` by ${note.server}`;
  return `${client}: ${what}: ${outcome}${server}${note.error === undefined ? "" : ` (${note.error})`}`;
}

function historyText({
  how,
  replicationId,
  offset,
}: Extract<RedisNote, { kind: "history" }>): string {
  const id = `${replicationId.slice(0, 8)}, offset ${offset}`;
  switch (how) {
    case "new":
      return `begins history ${id}`;
    case "loaded":
      return `finds a dataset of history ${id}`;
    case "promoted":
      return `goes on as history ${id}`;
    case "full":
      return `takes over all data: history ${id}`;
    case "partial":
      return `goes on with history ${id}`;
  }
}

function seconds(micros: number): string {
  return (micros / 1_000_000).toFixed(3);
}
