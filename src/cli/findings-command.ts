/** `redsim findings`: what exploring has found: list it, run it again, throw out what is gone. */
import { existsSync } from "node:fs";
import type { CommandModule } from "yargs";
import {
  type FindingFolder,
  Findings,
  replayFinding,
  type StoredFinding,
} from "../explore/findings.js";
import { isHealed } from "../explore/trial.js";
import { type ExitCode, exitCode } from "./exit-code.js";
import { out, wrap } from "./print.js";
import { UserError } from "./user-error.js";

const actions = ["list", "replay", "prune", "merge"] as const;

interface FindingsArguments {
  readonly action: (typeof actions)[number];
  readonly names: readonly string[];
  readonly findings: string;
}

export const findingsCommand: CommandModule<object, FindingsArguments> = {
  command: "findings [action] [names..]",
  describe: "List findings, run them again, prune what is gone, merge other folders",
  builder: (yargs) =>
    yargs
      .positional("action", { choices: actions, default: "list" as const })
      .positional("names", {
        type: "string",
        array: true,
        default: [],
        describe: "Findings (all by default); with merge: folders of findings",
      })
      .option("findings", { type: "string", default: "findings", describe: "Their folder" })
      .strict(),
  handler: (args) => {
    process.exitCode = run(args);
  },
};

function run({ action, names, findings: folder }: FindingsArguments): ExitCode {
  const findings = new Findings(folder);
  if (action === "merge") return merge(findings, names);
  const chosen = names.length === 0 ? findings.all() : names.map((name) => named(findings, name));
  if (chosen.length === 0) out(`there are no findings in ${folder}`);
  switch (action) {
    case "list":
      for (const each of chosen) show(each);
      return exitCode.ok;
    case "replay":
      return chosen.map(replay).every((isSame) => isSame) ? exitCode.ok : exitCode.broken;
    case "prune": {
      const gone = chosen.filter(({ finding }) => replayFinding(finding) === "gone");
      for (const each of gone) {
        findings.remove(each);
        out(`${each.id}: gone, removed`);
      }
      if (gone.length < chosen.length) out(`${chosen.length - gone.length} still break a law`);
      return exitCode.ok;
    }
  }
}

function named(findings: Findings, name: string): FindingFolder {
  const found = findings.find(name);
  if (found === undefined)
    throw UserError.of("", `no finding is called ${name}`, "redsim findings lists them");
  return found;
}

function show({ id, path, finding }: FindingFolder): void {
  const { law, text, count, size, foundAt, foundBy } = finding;
  out(id);
  out(wrap("  ", `${law}: ${text}`));
  out(
    `  found ${foundAt.slice(0, 16).replace("T", " ")} UTC by redsim ${foundBy}, ${times(count)}`,
  );
  out(`  ${sizeText(size)}`);
  out(`  ${showsAgain(path, finding)}`);
}

export function sizeText({ faults, servers, sentinels }: StoredFinding["size"]): string {
  const of = (count: number, one: string) => `${count} ${one}${count === 1 ? "" : "s"}`;
  return [of(faults, "step"), of(servers, "server"), of(sentinels, "Sentinel")].join(", ");
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

/** The command that runs it with its transcript. */
export function showsAgain(path: string, { seed, also }: StoredFinding): string {
  return `npx redsim run ${path}/shrunk.yaml --seed ${seed}${isHealed(also) ? " --heal" : ""}`;
}

/** True when it is the same again. */
function replay({ id, finding }: FindingFolder): boolean {
  const became = replayFinding(finding);
  const texts = {
    same: `the same again, fingerprint ${finding.fingerprint}`,
    "fails otherwise":
      "breaks the same law by another run: this redsim means something else by the seed",
    gone: "does not break any more",
  };
  out(`${id}: ${texts[became]}`);
  return became === "same";
}

function merge(into: Findings, folders: readonly string[]): ExitCode {
  let count = 0;
  if (folders.length === 0)
    throw UserError.of("", "merge of what?", "redsim findings merge FOLDER ...");
  for (const folder of folders) {
    if (!existsSync(folder)) throw UserError.of(folder, "no such file or directory");
    for (const { finding } of new Findings(folder).all()) {
      into.store(finding);
      count++;
    }
  }
  out(`${count} findings merged, ${into.all().length} in all`);
  return exitCode.ok;
}
