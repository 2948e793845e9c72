/** `redsim init`: writes a scenario for the configuration files found in a folder. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { CommandModule } from "yargs";
import { initScenario } from "../scenario/init.js";
import { namesInFolder } from "./folder.js";
import { LineFile } from "./line-file.js";
import { out } from "./print.js";
import { initFile, loadScenario, reasonOf } from "./scenario-source.js";
import { UserError } from "./user-error.js";

interface InitArguments {
  readonly dir: string;
}

export const initCommand: CommandModule<object, InitArguments> = {
  command: "init [dir]",
  describe: "Write a scenario for the redis.conf and sentinel.conf files found there",
  builder: (yargs) =>
    yargs
      .positional("dir", { type: "string", default: ".", describe: "The folder with the files" })
      .strict(),
  handler: ({ dir }) => {
    init(dir);
  },
};

function init(dir: string): void {
  const path = join(dir, initFile);
  if (existsSync(path)) throw UserError.of(path, "is there already", "move it away first");
  const scenario = initScenario(confFiles(dir), {
    folder: resolve(dir),
    files: {
      read: (file) => textOf(resolve(dir, file)),
      list: (folder) => namesInFolder(resolve(dir, folder)),
    },
  });
  if (scenario === undefined)
    throw UserError.of(
      dir,
      "no redis.conf was found here",
      "files that end in .conf are looked at, in folders too; docs/scenarios.md does without them",
    );
  const file = new LineFile(path);
  file.line(scenario.trimEnd());
  file.close();
  out(`wrote ${path}`);
  // What of it is wrong or not modelled is said now, and not only once it runs.
  const { nodes } = loadScenario(path, []).scenario;
  const sentinels = nodes.filter(({ kind }) => kind === "sentinel").length;
  const watchers =
    sentinels === 0 ? "no Sentinel: nobody will fail over" : counted(sentinels, "Sentinel");
  out(`${counted(nodes.length - sentinels, "redis-server")}, ${watchers}`);
  out(`run it: npx redsim run ${path}`);
}

function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? "" : "s"}`;
}

/** One folder for each machine is how they are often kept; deeper than this nobody does. */
const depthMax = 3;

function confFiles(dir: string, below = "", depth = 1): { name: string; text: string }[] {
  const folder = join(dir, below);
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const name = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory())
        return depth === depthMax || /^\.|^node_modules$/.test(entry.name)
          ? []
          : confFiles(dir, name, depth + 1);
      if (!entry.isFile() || !entry.name.endsWith(".conf")) return [];
      return [{ name, text: readFileSync(join(dir, name), "latin1") }];
    });
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw UserError.of(folder, reasonOf(error));
  }
}

/** Undefined: nobody can read it. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return undefined;
  }
}
