/**
 * INFO (`infoCommand()`): the sections of the mode, one behind the other.
 *
 * It is a slow command: it asks the system for its memory and times and prints two hundred lines, 0.13 ms
 * where a PING takes a few microseconds (7.0.15, asked once in a while). So each section costs as much as
 * a command; a hello that went out in the same tick is usually answered first.
 */

import type { Value } from "../wire/value.js";
import type { Call, Command } from "./command.js";
import { flag } from "./command.js";
import type { InfoSection } from "./mode.js";
import { syntaxError, verbatim } from "./replies.js";

function runInfo(call: Call): Value {
  const { args, client, behaviour } = call;
  const { mode } = call.process;
  // 6.2's sentinelInfoCommand() has never heard of `everything`.
  const knowsEverything = behaviour.from70 || mode.name === "redis";
  const isEverything = (word: string): boolean =>
    word === "all" || (word === "everything" && knowsEverything);
  // 6.2 takes one section, later versions any number.
  if (!behaviour.from70 && args.length > 2) return syntaxError;
  if (args.length === 1) return verbatim(textOf(call, isDefault), client.protocol);
  const words = args.slice(1).map((word) => word.toLowerCase());
  const all = words.some(isEverything);
  const byDefault = words.includes("default");
  return verbatim(
    textOf(
      call,
      (section) => all || (byDefault && section.byDefault) || words.includes(section.name),
    ),
    client.protocol,
  );
}

function isDefault(section: InfoSection): boolean {
  return section.byDefault;
}

/** `genRedisInfoString()` */
function textOf({ process }: Call, wanted: (section: InfoSection) => boolean): string {
  const { context, mode } = process;
  let text = "";
  for (const section of mode.infoSections) {
    if (!wanted(section)) continue;
    context.busy(context.machine.command);
    if (text !== "") text += "\r\n";
    text += `# ${section.title}\r\n${section.text()}`;
  }
  return text;
}

export const infoCommands: readonly Command[] = [
  {
    name: "info",
    arity: -1,
    flags: flag.loading | flag.stale,
    run: runInfo,
  },
];
