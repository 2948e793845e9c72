/**
 * The subcommands of those commands that have them, as COMMAND LIST names them from 7.0 on, where each is
 * a command of its own (`populateCommandStructure()`).
 */
import type { Behaviour } from "../version.js";
import type { Mode } from "./mode.js";

const words = (text: string): readonly string[] => text.split(" ");

const known: ReadonlyMap<string, readonly string[]> = new Map([
  ["acl", words("cat deluser dryrun genpass getuser help list load log save setuser users whoami")],
  [
    "client",
    words(
      "caching getname getredir help id info kill list no-evict no-touch pause reply setinfo setname tracking trackinginfo unblock unpause",
    ),
  ],
  ["command", words("count docs getkeys getkeysandflags help info list")],
  ["config", words("get help resetstat rewrite set")],
  ["pubsub", words("channels help numpat numsub shardchannels shardnumsub")],
  [
    "sentinel",
    words(
      "ckquorum config debug failover flushconfig get-master-addr-by-name help info-cache is-master-down-by-addr master masters monitor myid pending-scripts remove replicas reset sentinels set simulate-failure slaves",
    ),
  ],
]);

/** New in 7.2; of the first one a Sentinel knows nothing. */
const from72 = new Set(["client|no-touch", "client|setinfo"]);
const notInSentinel = new Set(["client|no-touch"]);

/** Is it shown with its subcommand? */
export function hasSubcommands(command: string): boolean {
  return known.has(command);
}

/** `command|subcommand` for each that it has. */
export function subcommandsOf(
  command: string,
  behaviour: Behaviour,
  mode: Mode["name"],
): readonly string[] {
  return (known.get(command) ?? [])
    .map((name) => `${command}|${name}`)
    .filter((name) => behaviour.from72 || !from72.has(name))
    .filter((name) => mode !== "sentinel" || !notInSentinel.has(name));
}
