/** SHUTDOWN (`shutdownCommand()`): reads the options; what they mean is the mode's. */
import { error, ok, type Value } from "../wire/value.js";
import { type Call, type Command, flag } from "./command.js";
import { syntaxError } from "./replies.js";

function runShutdown(call: Call): Value | undefined {
  const { args, behaviour, process, client } = call;
  const options = { save: false, nosave: false, now: false, force: false };
  let abort = false;
  if (!behaviour.from70 && args.length > 2) return syntaxError;
  for (const argument of args.slice(1)) {
    const word = argument.toLowerCase();
    if (word === "save" || word === "nosave") options[word] = true;
    else if (behaviour.from70 && (word === "now" || word === "force")) options[word] = true;
    else if (behaviour.from70 && word === "abort") abort = true;
    else return syntaxError;
  }
  const any = options.save || options.nosave || options.now || options.force;
  if ((abort && any) || (options.save && options.nosave)) return syntaxError;
  if (abort) {
    return process.mode.abortShutdown?.() === true ? ok : error("ERR No shutdown in progress.");
  }
  if (behaviour.from70 && !options.now && client.denyBlocking) {
    return error("ERR SHUTDOWN without NOW or ABORT isn't allowed for DENY BLOCKING client");
  }
  if (process.mode.shutdown !== undefined) return process.mode.shutdown(client, options);
  process.log(behaviour.formerWarning, "User requested shutdown...");
  process.log("#", "Sentinel is now ready to exit, bye bye...");
  process.context.exit(0);
  return undefined;
}

export const shutdownCommands: readonly Command[] = [
  {
    name: "shutdown",
    arity: -1,
    flags: flag.admin | flag.noscript | flag.loading | flag.stale | flag.noMulti | flag.allowBusy,
    flags62: flag.admin | flag.noscript | flag.loading | flag.stale,
    run: runShutdown,
  },
];
