/** INFO (`infoCommand()`): the sections of the mode, one behind the other. */

import type { Value } from "../wire/value.js";
import type { Call, Command } from "./command.js";
import { flag } from "./command.js";
import type { InfoSection } from "./mode.js";
import { syntaxError, verbatim } from "./replies.js";

const isEverything = (word: string): boolean => word === "all" || word === "everything";

function runInfo(call: Call): Value {
  const { args, client, behaviour } = call;
  const sections = call.process.mode.infoSections;
  // 6.2 takes one section, later versions any number.
  if (!behaviour.from70 && args.length > 2) return syntaxError;
  if (args.length === 1) return verbatim(textOf(sections, isDefault), client.protocol);
  const words = args.slice(1).map((word) => word.toLowerCase());
  const all = words.some(isEverything);
  const byDefault = words.includes("default");
  return verbatim(
    textOf(
      sections,
      (section) => all || (byDefault && section.byDefault) || words.includes(section.name),
    ),
    client.protocol,
  );
}

function isDefault(section: InfoSection): boolean {
  return section.byDefault;
}

/** `genRedisInfoString()` */
function textOf(
  sections: readonly InfoSection[],
  wanted: (section: InfoSection) => boolean,
): string {
  let text = "";
  for (const section of sections) {
    if (!wanted(section)) continue;
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
