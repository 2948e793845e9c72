/** `redsim init`: writes a scenario for the configuration files found in a folder. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CommandModule } from "yargs";
import { initScenario } from "../scenario/init.js";
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
    const path = join(dir, initFile);
    if (existsSync(path)) throw UserError.of(path, "is there already", "move it away first");
    const scenario = initScenario(confFiles(dir));
    if (scenario === undefined)
      throw UserError.of(
        dir,
        "no redis.conf was found here",
        "files that end in .conf are looked at; redsim schema describes a scenario without them",
      );
    try {
      writeFileSync(path, scenario);
    } catch (error) {
      throw UserError.of(path, `cannot be written: ${reasonOf(error)}`);
    }
    out(`wrote ${path}`);
    // What of it is not modelled is said now, and not only once it runs.
    loadScenario(path, []);
    out(`run it: npx redsim run ${path}`);
  },
};

function confFiles(dir: string): { readonly name: string; readonly text: string }[] {
  try {
    return readdirSync(dir, { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".conf"))
      .map((entry) => entry.name)
      .sort()
      .map((name) => ({ name, text: readFileSync(join(dir, name), "latin1") }));
  } catch (error) {
    throw UserError.of(dir, reasonOf(error));
  }
}
