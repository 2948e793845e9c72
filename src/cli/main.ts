#!/usr/bin/env node
/** The command line: yargs reads it, one file a command does it, and here every error finds its words. */
import yargs, { type CommandModule } from "yargs";
import { hideBin } from "yargs/helpers";
import { Bug } from "../kernel/assert.js";
import { formatProblem } from "../redis/config/problem.js";
import { nearest } from "../scenario/suggest.js";
import { calibrateCommand } from "./calibrate-command.js";
import { exitCode } from "./exit-code.js";
import { exploreCommand } from "./explore-command.js";
import { findingsCommand } from "./findings-command.js";
import { initCommand } from "./init-command.js";
import { listCommand } from "./list-command.js";
import { say } from "./print.js";
import { programVersion } from "./program.js";
import { replayCommand } from "./replay-command.js";
import { runCommand } from "./run-command.js";
import { library, reasonOf } from "./scenario-source.js";
import { schemaCommand } from "./schema-command.js";
import { serveCommand } from "./serve-command.js";
import { showCommand } from "./show-command.js";
import { UserError } from "./user-error.js";
import { whyCommand } from "./why-command.js";

const argv = hideBin(process.argv);

const commands = [
  runCommand,
  replayCommand,
  serveCommand,
  exploreCommand,
  findingsCommand,
  whyCommand,
  calibrateCommand,
  listCommand,
  showCommand,
  initCommand,
  schemaCommand,
] as unknown as CommandModule[];

/** What yargs complains of. */
class UsageError extends Error {}

// Whoever reads our output may stop before its end (`redsim list | head -1`).
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(exitCode.ok);
  say(`the output cannot be written: ${reasonOf(error)}`);
  process.exit(exitCode.usage);
});

try {
  await yargs(argv)
    .scriptName("redsim")
    .usage("$0 <command>\n\nA deterministic simulator of Redis high availability.")
    .command(commands)
    .demandCommand(1, "which command?")
    .recommendCommands()
    .strict()
    .version(programVersion)
    .help()
    .alias("help", "h")
    .wrap(80)
    .epilogue(
      "Exit codes: 0 all holds; 1 an expectation or a law does not; 2 the input is wrong; " +
        "3 two runs that should be equal are not, or a bug of redsim.",
    )
    .example("$0 run walkthrough", "the experiment every newcomer does")
    .example("$0 run kill-master --seeds 1..200", "a distribution instead of an anecdote")
    .fail((message, error: Error | undefined) => {
      // yargs throws some of its complaints (an option without its value) and reports the others.
      if (error !== undefined && error.name !== "YError") throw error;
      throw new UsageError(error?.message ?? message);
    })
    .parseAsync();
} catch (error) {
  process.exitCode = report(error instanceof UsageError ? await explained(error.message) : error);
}

async function explained(complaint: string): Promise<UserError> {
  const what = inOurWords(complaint);
  const unknown = /^there is no (--[\w-]+) here$/.exec(what)?.[1];
  const near = unknown === undefined ? undefined : await nearestOption(unknown);
  return UserError.of("", what, near === undefined ? hintFor(complaint) : `did you mean ${near}?`);
}

/** Of the options of the command that was typed, as its help shows them. */
async function nearestOption(typed: string): Promise<string | undefined> {
  const command = commands.find((each) => String(each.command).split(" ")[0] === argv[0]);
  if (typeof command?.builder !== "function") return undefined;
  const help = await (await command.builder(yargs())).getHelp();
  return nearest(typed, help.match(/--[a-z][a-z-]*/g) ?? []);
}

/** What yargs complains of, in a line that says what to do. */
function inOurWords(message: string): string {
  const value = /^Not enough arguments following: (.+)$/.exec(message);
  if (value !== null) return `--${value[1]} needs a value`;
  if (message.startsWith("Not enough non-option arguments")) return `${argv[0]} of what?`;
  const choice = /Argument: (\S+), Given: "(.*)", Choices: (.*)$/s.exec(message);
  if (choice !== null) {
    const [, name = "", given = "", choices = ""] = choice;
    const isOption = argv.some((word) => word.startsWith(`--${name}`));
    return `${isOption ? `--${name}: ` : ""}${given} is none of ${choices.replaceAll('"', "")}`;
  }
  const unknown = /^Unknown arguments?: (.+)$/.exec(message)?.[1]?.split(", ") ?? [];
  const typed = unknown.map((name) =>
    argv.some((word) => word === `--${name}` || word.startsWith(`--${name}=`)) ? `--${name}` : name,
  );
  return typed.length === 0 ? message : `there is no ${typed.join(", ")} here`;
}

/** Where to look; who names a scenario and no command wants to run it. */
function hintFor(message: string): string {
  const [first] = argv;
  if (library().some(({ name }) => name === first)) return `redsim run ${argv.join(" ")}`;
  const isCommand =
    first !== undefined && /^[a-z]+$/.test(first) && !message.startsWith("Did you mean");
  const command = isCommand && !message.endsWith(` ${first}`) ? `${first} ` : "";
  return `redsim ${command}--help shows what there is`;
}

function report(error: unknown): number {
  if (error instanceof UserError) {
    for (const problem of error.problems) say(formatProblem(problem));
    return exitCode.usage;
  }
  if (error instanceof Bug) {
    say(`a bug of redsim: ${error.message}`);
    say(`this shows it again: npx redsim ${argv.join(" ")}`);
    if (process.env["REDSIM_STACK"] !== undefined) say(error.stack ?? "");
    return exitCode.divergence;
  }
  say(
    `a bug of redsim: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
  return exitCode.divergence;
}
