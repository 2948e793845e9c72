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
import { schemaCommand } from "./schema-command.js";
import { showCommand } from "./show-command.js";
import { UserError } from "./user-error.js";
import { whyCommand } from "./why-command.js";

const argv = hideBin(process.argv);

// Whoever reads our output may stop before its end (`redsim list | head -1`).
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(exitCode.ok);
  throw error;
});

try {
  await yargs(argv)
    .scriptName("redsim")
    .usage("$0 <command>\n\nA deterministic simulator of Redis high availability.")
    .command(runCommand)
    .command(replayCommand)
    .command(exploreCommand)
    .command(findingsCommand)
    .command(whyCommand)
    .command(calibrateCommand)
    .command(listCommand)
    .command(showCommand)
    .command(initCommand)
    .command(schemaCommand)
    .demandCommand(1, "Which command?")
    .recommendCommands()
    .strict()
    .version(programVersion)
    .help()
    .wrap(80)
    .epilogue(
      "Exit codes: 0 all holds; 1 an expectation or a law does not; 2 the input is wrong; " +
        "3 two runs that should be equal are not, or a bug of redsim.",
    )
    .example("$0 run walkthrough", "the experiment every newcomer does")
    .example("$0 run kill-master --seeds 1..200", "a distribution instead of an anecdote")
    .fail((message, error) => {
      throw error ?? UserError.of("", message, "redsim --help shows what there is");
    })
    .parseAsync();
} catch (error) {
  process.exitCode = report(error);
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
