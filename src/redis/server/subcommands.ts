/**
 * The subcommands of those commands that have them, as COMMAND tells of them from 7.0 on, where each is
 * a command of its own (`populateCommandStructure()`). What they do, and whether they like their arguments, is
 * the container's business here.
 */
import type { Behaviour } from "../version.js";
import { words } from "../wire/text.js";
import { flag } from "./command.js";
import type { Mode } from "./mode.js";

export interface Subcommand {
  /** `command|subcommand` */
  readonly fullName: string;
  /** As `Command.arity`, the container's name counted. */
  readonly arity: number;
  readonly flags: number;
}

/** Each with its arity, and a `!` for those that are for operators. */
const known: ReadonlyMap<string, readonly string[]> = new Map([
  [
    "acl",
    words(
      "cat:-2 deluser:-3! dryrun:-4! genpass:-2 getuser:3! help:2 list:2! load:2! log:-2! save:2! setuser:-3! users:2! whoami:2",
    ),
  ],
  [
    "client",
    words(
      "caching:3 getname:2 getredir:2 help:2 id:2 info:2 kill:-3! list:-2! no-evict:3! no-touch:3 pause:-3! reply:3 setinfo:4 setname:3 tracking:-3 trackinginfo:2 unblock:-3! unpause:2!",
    ),
  ],
  ["command", words("count:2 docs:-2 getkeys:-4 getkeysandflags:-4 help:2 info:-2 list:-2")],
  ["config", words("get:-3! help:2 resetstat:2! rewrite:2! set:-4!")],
  ["pubsub", words("channels:-2 help:2 numpat:2 numsub:-2 shardchannels:-2 shardnumsub:-2")],
  [
    "sentinel",
    words(
      "ckquorum:3! config:-3! debug:-2! failover:3! flushconfig:2! get-master-addr-by-name:3! help:2 info-cache:-3! is-master-down-by-addr:6! master:3! masters:2! monitor:6! myid:2! pending-scripts:2! remove:3! replicas:3! reset:3! sentinels:3! set:-5! simulate-failure:-3! slaves:3!",
    ),
  ],
]);

/** Of 7.2 where it is another. */
const arities72: ReadonlyMap<string, number> = new Map([
  ["command|getkeys", -3],
  ["command|getkeysandflags", -3],
  ["sentinel|config", -4],
]);

/** New in 7.2; of the first one a Sentinel knows nothing. */
const from72 = new Set(["client|no-touch", "client|setinfo"]);
const notInSentinel = new Set(["client|no-touch"]);

/** Is it shown with its subcommand? */
export function hasSubcommands(command: string): boolean {
  return known.has(command);
}

/** Those that it has. */
export function subcommandsOf(
  command: string,
  behaviour: Behaviour,
  mode: Mode["name"],
): readonly Subcommand[] {
  return (known.get(command) ?? [])
    .map((row) => subcommand(command, row, behaviour))
    .filter(({ fullName }) => behaviour.from72 || !from72.has(fullName))
    .filter(({ fullName }) => mode !== "sentinel" || !notInSentinel.has(fullName));
}

function subcommand(container: string, row: string, behaviour: Behaviour): Subcommand {
  const [name = "", rest = ""] = row.split(":");
  const fullName = `${container}|${name}`;
  const arity = Number.parseInt(rest, 10);
  const admin = rest.endsWith("!") ? flag.admin : 0;
  return {
    fullName,
    arity: (behaviour.from72 ? arities72.get(fullName) : undefined) ?? arity,
    flags: admin | (name === "help" ? always : usualFlags(container)),
  };
}

const always = flag.loading | flag.stale;

function usualFlags(container: string): number {
  switch (container) {
    case "sentinel":
      return 0;
    case "command":
      return always;
    case "pubsub":
      return always | flag.pubsub;
    default:
      return always | flag.noscript;
  }
}
