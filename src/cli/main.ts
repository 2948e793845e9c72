#!/usr/bin/env node
/** The command line: yargs reads it, one file a command does it, and here every error finds its words. */
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { Bug } from "../kernel/assert.js";
import { formatProblem } from "../redis/config/problem.js";
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
    .command(runCommand)
    .command(replayCommand)
    .command(serveCommand)
    .command(exploreCommand)
    .command(findingsCommand)
    .command(whyCommand)
    .command(calibrateCommand)
    .command(listCommand)
    .command(showCommand)
    .command(initCommand)
    .command(schemaCommand)
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
      const what = error?.message ?? message;
      throw UserError.of("", what, hintFor(what));
    })
    .parseAsync();
} catch (error) {
  process.exitCode = report(error);
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
