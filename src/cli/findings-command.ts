/** `redsim findings`: what exploring has found: list it, run it again, throw out what is gone. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
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
  if (folder === "") throw UserError.of("--findings", "this is no path", "--findings FOLDER");
  const findings = new Findings(folder);
  if (action === "merge") return merge(findings, folder, names);
  const chosen = names.length === 0 ? findings.all() : names.map((name) => named(findings, name));
  if (chosen.length === 0) out(`there are no findings in ${folder}`);
  switch (action) {
    case "list":
      for (const each of chosen) show(each);
      return exitCode.ok;
    case "replay":
      return chosen.map(replay).every((isSame) => isSame) ? exitCode.ok : exitCode.broken;
    case "prune":
      prune(findings, chosen);
      return exitCode.ok;
  }
}

/** One whose scenario this redsim does not take is left: whether it is gone nobody knows. */
function prune(findings: Findings, chosen: readonly FindingFolder[]): void {
  let breaking = 0;
  for (const each of chosen) {
    const became = replayFinding(each.finding);
    if (became === "gone") {
      findings.remove(each);
      out(`${each.id}: gone, removed`);
    } else if (became === "unreadable") out(`${each.id}: ${unreadable(each.finding)}`);
    else breaking++;
  }
  if (breaking > 0) out(`${breaking} still break a law`);
}

function unreadable({ program }: StoredFinding): string {
  return `redsim ${program} took its scenario, and this one does not`;
}

function named(findings: Findings, name: string): FindingFolder {
  const [found, another] = findings.find(name);
  if (found === undefined)
    throw UserError.of("", `no finding is called ${name}`, "redsim findings lists them");
  if (another !== undefined)
    throw UserError.of("", `${name} may be ${found.id} or ${another.id}`, "write more of it");
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
    unreadable: unreadable(finding),
  };
  out(`${id}: ${texts[became]}`);
  return became === "same";
}

function merge(into: Findings, target: string, folders: readonly string[]): ExitCode {
  if (folders.length === 0)
    throw UserError.of("", "merge of what?", "redsim findings merge FOLDER ...");
  // All are looked at first: a mistake in one leaves everything as it was.
  const merged = folders.flatMap((folder) => {
    if (!existsSync(folder))
      throw UserError.of(
        folder,
        "no such file or directory",
        "a search that found nothing leaves no folder",
      );
    if (resolve(folder) === resolve(target))
      throw UserError.of(folder, "this folder is merged into itself", "--findings ANOTHER");
    return new Findings(folder).all();
  });
  for (const { finding } of merged) into.store(finding);
  out(`${merged.length} findings merged, ${into.all().length} in all`);
  return exitCode.ok;
}
