/**
 * The command line of redis-server and redis-sentinel (`main()`): what they are asked to do, and the
 * lines that options become, which count behind those of the configuration file.
 *
 * Which of the two it is follows from the name it is called by, as with Redis, where one is a link to
 * the other.
 */
import type { Version } from "../redis/version.js";
import { lowerCase, quote, splitArguments } from "../redis/wire/text.js";

export interface CommandLine {
  readonly asks: "run" | "version" | "help" | "memoryTest" | "systemCheck";
  readonly isSentinel: boolean;
  /** As it was given. */
  readonly config: string | undefined;
  /** More of the configuration comes from stdin. */
  readonly readsStdin: boolean;
  /** One directive a line. */
  readonly options: string;
}

/** `checkForSentinelMode()` */
function isSentinelMode(name: string, args: readonly string[]): boolean {
  return /(redis|redsim)-sentinel/.test(name) || args.includes("--sentinel");
}

export function readCommandLine(
  name: string,
  args: readonly string[],
  version: Version,
): CommandLine {
  const [first = ""] = args;
  const config = first === "" || first.startsWith("-") ? undefined : first;
  const { readsStdin, options } = readOptions(args, config === undefined ? 0 : 1, version);
  return {
    asks: requestOf(first, version),
    isSentinel: isSentinelMode(name, args),
    config,
    readsStdin,
    options,
  };
}

function requestOf(first: string, version: Version): CommandLine["asks"] {
  if (first === "-v" || first === "--version") return "version";
  if (first === "-h" || first === "--help") return "help";
  if (first === "--test-memory") return "memoryTest";
  return first === "--check-system" && version !== "6.2" ? "systemCheck" : "run";
}

function readOptions(
  args: readonly string[],
  from: number,
  version: Version,
): Pick<CommandLine, "readsStdin" | "options"> {
  const last = args.length - 1;
  let options = "";
  let readsStdin = false;
  // From 7.0 on what follows an option without a value is its value, whatever it looks like.
  let isComplete = true;
  for (let i = from; i < args.length; i++) {
    const arg = args[i] as string;
    if (arg === "-" && (i === 0 || i === last)) {
      readsStdin = true;
    } else if (arg.startsWith("--") && (isComplete || version === "6.2")) {
      if (options !== "") options += "\n";
      options += `${arg.slice(2)} `;
      const isAlone = splitArguments(arg)?.length === 1;
      const isFollowed = args[i + 1]?.startsWith("--") ?? true;
      isComplete = !isAlone;
      if (version === "6.2" || !isAlone || !isFollowed) continue;
      // Two that may stand without a value: before the next option, or at the end.
      const word = lowerCase(arg);
      if (word === "--save") options += '""';
      if (word === "--save" || word === "--sentinel") isComplete = true;
    } else {
      options += `${quote(arg)} `;
      isComplete = true;
    }
  }
  return { readsStdin, options };
}

/** `version()` */
export function versionLine(release: string): string {
  return `Redis server v=${release} sha=00000000:0 malloc=libc bits=64 build=0`;
}

/** `usage()`, which goes to stderr. */
export function usage(version: Version): string {
  const server = "./redis-server";
  const since70 = version !== "6.2";
  return [
    `Usage: ${server} [/path/to/redis.conf] [options] [-]`,
    `       ${server} - (read config from stdin)`,
    `       ${server} -v or --version`,
    `       ${server} -h or --help`,
    `       ${server} --test-memory <megabytes>`,
    ...(since70 ? [`       ${server} --check-system`] : []),
    "",
    "Examples:",
    `       ${server} (run the server with default conf)`,
    ...(since70 ? [`       echo 'maxmemory 128mb' | ${server} -`] : []),
    `       ${server} /etc/redis/6379.conf`,
    `       ${server} --port 7777`,
    `       ${server} --port 7777 --replicaof 127.0.0.1 8888`,
    `       ${server} /etc/myredis.conf --loglevel verbose -`,
    `       ${server} /etc/myredis.conf --loglevel verbose`,
    "",
    "Sentinel mode:",
    `       ${server} /etc/sentinel.conf --sentinel`,
    "",
    "This is a stand-in: a simulated Redis in the place of a real one. It is set up by",
    "REDSIM_REDIS_VERSION   6.2, 7.0 or 7.2",
    "REDSIM_SOCKET          the socket of the simulation that it joins",
    "REDSIM_SPEED           virtual seconds for each real one, where it begins that simulation",
    "REDSIM_SEED            the seed of that simulation",
    "REDSIM_TRACE           where to write its trace",
    "REDSIM_PATIENCE        seconds that it waits for the next stand-in when the last is gone",
  ].join("\n");
}
