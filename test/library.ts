/** What tests of whole runs share: a scenario of the library run to its end, with all its notes. */
import { loadScenario } from "../src/cli/scenario-source.js";
import type { RunRecord } from "../src/kernel/record.js";
import type { RedisNote } from "../src/redis/note.js";
import type { RunResult } from "../src/run/result.js";
import { Run } from "../src/run.js";

export interface RunOfLibrary {
  readonly run: Run;
  readonly result: RunResult;
  readonly notes: readonly {
    readonly at: number;
    readonly node: string;
    readonly note: RedisNote;
  }[];
}

export interface LibraryOptions {
  readonly seed?: string;
  readonly set?: readonly string[];
}

export function runOfLibrary(
  name: string,
  { seed = "1", set = [] }: LibraryOptions = {},
): RunOfLibrary {
  const { scenario } = loadScenario(name, set);
  const notes: { at: number; node: string; note: RedisNote }[] = [];
  const run = new Run({
    scenario,
    seed,
    observers: [
      {
        level: "notes",
        record(record: RunRecord): void {
          if (record.kind !== "note") return;
          notes.push({
            at: record.at,
            node: record.node,
            note: record.note as unknown as RedisNote,
          });
        },
      },
    ],
  });
  return { run, result: run.finish(), notes };
}

/** What an operator's step showed, a command and its reply each, on these nodes (by default on any). */
export function shownBy(
  { notes }: RunOfLibrary,
  step: string,
  node?: string,
): readonly { readonly command: string; readonly reply: string }[] {
  return notes.flatMap(({ note }) =>
    note.kind === "command" && note.step === step && (node === undefined || note.target === node)
      ? [{ command: note.command, reply: note.reply }]
      : [],
  );
}

/** The lines that an application printed. */
export function printedBy({ notes }: RunOfLibrary, client: string): readonly string[] {
  return notes.flatMap(({ node, note }) =>
    node === client && note.kind === "print" ? [note.text] : [],
  );
}
